"""What the style sheets say, read back: every colour as a number, by day and by night.

The contrast check looks at the very sheets a browser gets, so no table beside them can grow old. Of CSS this knows what tokens
need: numbers, `calc()`, `var()`, `oklch()`, hexadecimal colours, `light-dark()` and `color-mix()`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property

from fansite.lib.colours import Colour, from_hex, mixed
from fansite.settings import ROOT

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
ONLY_SOMETIMES = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
FOR_ALL = re.compile(r":root\s*\{([^{}]*)\}")
DECLARATION = re.compile(r"--([a-z0-9-]+)\s*:\s*([^;]+)")
WORD = re.compile(r"[(),/+*]|[^\s(),/+*]+")


class Unreadable(ValueError):
    """A value of a kind the check does not know."""


def declared(sheet: str) -> dict[str, str]:
    """Token → value, as set for the whole page; a later one wins."""
    plain = ONLY_SOMETIMES.sub("", COMMENT.sub("", sheet))
    return {name: value.strip() for block in FOR_ALL.findall(plain) for name, value in DECLARATION.findall(block)}


@cache
def usual() -> Mapping[str, str]:
    """The site's own tokens."""
    return declared((ROOT / "static" / "css" / "tokens.css").read_text())


class Palette:
    """All tokens of a page: the site's own, and whatever is laid over them."""

    def __init__(self, *over: Mapping[str, str]) -> None:
        self._values: dict[str, str] = dict(usual())
        for tokens in over:
            self._values.update(tokens)
        self._known: dict[tuple[str, bool], Colour] = {}

    def colour(self, token: str, night: bool = False) -> Colour:
        key = token, night
        if key not in self._known:
            found = _Reading(self._values, night).value(token)
            if not isinstance(found, Colour):
                raise Unreadable(f"--{token} is no colour")
            self._known[key] = found
        return self._known[key]

    @cached_property
    def colours(self) -> list[str]:
        """The tokens that are colours."""
        return [name for name in self._values if name.startswith(("color-", "scene-", "coat", "ink-")) and name != "scene-grain"]


class _Reading:
    """One value, read from left to right."""

    def __init__(self, values: Mapping[str, str], night: bool) -> None:
        self._values, self._night = values, night
        self._words: list[str] = []

    def value(self, token: str) -> float | Colour:
        if token not in self._values:
            raise Unreadable(f"--{token} is not set")
        outside, self._words = self._words, WORD.findall(self._values[token])[::-1]
        try:
            return self._term()
        except (IndexError, TypeError) as problem:
            raise Unreadable(f"--{token}: {self._values[token]}") from problem
        finally:
            self._words = outside

    def _term(self) -> float | Colour:
        word = self._words.pop()
        if self._words and self._words[-1] == "(" and word in ("var", "calc", "oklch", "light-dark", "color-mix"):
            self._words.pop()
            found: float | Colour = getattr(self, "_" + word.replace("-", "_"))()
            if self._words.pop() != ")":
                raise Unreadable(f"{word}() holds more than the check knows")
            return found
        colour = from_hex(word)
        if colour is not None:
            return colour
        try:
            return float(word.removesuffix("%")) / (100 if word.endswith("%") else 1)
        except ValueError:
            raise Unreadable(f"{word} is neither number nor colour") from None

    def _number(self) -> float:
        found = self._term()
        if isinstance(found, Colour):
            raise Unreadable("a colour where a number is due")
        return found

    def _ink(self) -> Colour:
        found = self._term()
        if not isinstance(found, Colour):
            raise Unreadable("a number where a colour is due")
        return found

    def _var(self) -> float | Colour:
        return self.value(self._words.pop().removeprefix("--"))

    def _calc(self) -> float:
        found = self._number()
        while self._words[-1] in ("+", "-", "*"):
            sign, other = self._words.pop(), self._number()
            found = found * other if sign == "*" else found + other if sign == "+" else found - other
        return found

    def _oklch(self) -> Colour:
        lightness, chroma, hue = self._number(), self._number(), self._number()
        if self._words[-1] != "/":
            return Colour(min(1.0, lightness), chroma, hue)
        self._words.pop()
        return Colour(min(1.0, lightness), chroma, hue, self._number())

    def _light_dark(self) -> float | Colour:
        day = self._term()
        self._words.pop()
        night = self._term()
        return night if self._night else day

    def _color_mix(self) -> Colour:
        if [self._words.pop() for _word in range(3)] != ["in", "oklab", ","]:
            raise Unreadable("colours are mixed in oklab")
        one, share = self._ink(), self._number()
        self._words.pop()
        return mixed(one, share, self._ink())
