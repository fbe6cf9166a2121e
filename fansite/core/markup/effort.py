"""How much work a text is for the Markdown parser, known before it is parsed.

Python-Markdown takes quadratic time for some texts: 5,000 opening brackets keep a processor busy for two seconds. The figures
here are microseconds, measured and rounded up; `tests/core/test_markup_effort.py` holds them against the clock. Ordinary
writing takes a quarter of a microsecond a character and never comes near the allowance.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from .syntax import FENCE, closes

# For texts up to 10,000 characters, as fans write them, and for each character more.
ALLOWED = 60_000
ALLOWED_MORE = 2
_SHORT = 10_000

_ANGLE = re.compile(r"[<>]")
_BRACKET = re.compile(r"[\[\]]")
# What ends a link as soon as it is read; for anything else the parser looks through the whole paragraph.
_TARGET = re.compile(
    r"""\](?:\([^\s()"'<>]*+(?:\([^\s()"'<>]*+\)[^\s()"'<>]*+)?(?:\s{1,9}(?:"[^"\n]{0,300}+"|'[^'\n]{0,300}+'))?\s{0,9}\)|[^(])"""
)
_MARK = re.compile(r"[*_~`\\&]|  \n")
_COSTLY_MARK = re.compile(r"\||https?:|@\w")
_ITEM = re.compile(r"^ *(?:[-*+]|\d{1,9}\.) ", re.MULTILINE)
# Lines that make the parser take a block apart and begin again with the rest of it.
_CUT = re.compile(r"^ {0,3}(?:#{1,6} |[=-]+ *$|(?P<rule>[-_*]) *(?:(?P=rule) *){2,}$|\[[^\]\n]*\]:|>)", re.MULTILINE)
_ABBREVIATION = re.compile(r"^\*\[", re.MULTILINE)
_DEFINITION = re.compile(r"^ {0,3}: ", re.MULTILINE)
_DEEP = re.compile(r"^(?! *([-*_]) ?(?:\1 *)+$)(?: *(?:>|[-*+] |\d{1,9}\. )){10}", re.MULTILINE)
"""Ten quotes or lists one in the other, on one line: each is a level of the parser's stack."""
_TOO_MANY_DEFINITIONS = 30


@lru_cache(maxsize=8)
def too_much(text: str) -> str:
    """What makes this text too much work; empty when nothing does. Whoever takes a text asks, and whoever renders it asks again."""
    causes = effort(text)
    return causes.most_common(1)[0][0] if causes.total() > allowance(len(text)) else ""


def allowance(length: int) -> int:
    return ALLOWED + ALLOWED_MORE * max(0, length - _SHORT)


def effort(text: str) -> Counter[str]:
    """Microseconds by cause: length, brackets, marks, lines, depth, tags."""
    causes: Counter[str] = Counter()
    text = text.expandtabs(2)
    causes["length"] = text.count("\n")
    for block in _blocks(text):
        causes.update(_of_block(block))
    causes["tags"] += 40 * text.count("<") + _tag_reach(text) // 30
    causes["marks"] += text.count("[^") ** 2 // 2 + len(_ABBREVIATION.findall(text)) * len(text) // 50
    return causes


def _blocks(text: str) -> Iterator[str]:
    """Lines between empty lines, without code between fences."""
    block: list[str] = []
    fence = ""
    for line in text.split("\n"):
        if fence:
            fence = "" if closes(line, fence) else fence
            continue
        opening = FENCE.fullmatch(line)
        if opening:
            # A block of its own, whatever it holds.
            fence = opening["fence"]
            yield "code"
        if line and not line.isspace() and not opening:
            block.append(line)
        elif block:
            yield "\n".join(block)
            block = []
    if block:
        yield "\n".join(block)


def _of_block(block: str) -> dict[str, int]:
    length = len(block)
    cuts = len(_CUT.findall(block)) + 3 * len(_ABBREVIATION.findall(block))
    definitions = len(_DEFINITION.findall(block))
    deep = _DEEP.search(block) or definitions > _TOO_MANY_DEFINITIONS
    # What is put aside before brackets are looked for leaves a longer mark in its place.
    swollen = 1 + (2 * block.count("\\") + 6 * block.count("`") + 10 * block.count("[^")) / length
    return {
        "length": 40 + length // 3 + 10 * block.count("\n"),
        "brackets": 15 * block.count("[") + int(swollen * (_bracket_reach(block) / 4 + _target_reach(block) / 6)),
        "marks": 14 * len(_MARK.findall(block)) + 28 * len(_COSTLY_MARK.findall(block)),
        "lines": 25 * len(_ITEM.findall(block)) + (cuts + 2 * definitions) * (40 + length // 60),
        "depth": ALLOWED * 1000 if deep else 0,
    }


def _bracket_reach(block: str) -> int:
    """The characters between each bracket and its partner or, without one, the end of the block."""
    reach, opened = 0, []
    for found in _BRACKET.finditer(block):
        if found[0] == "[":
            opened.append(found.start())
        elif opened:
            reach += found.start() - opened.pop()
    return reach + sum(len(block) - start for start in opened)


def _target_reach(block: str) -> int:
    """The characters looked through for the end of each link's address."""
    reach = 0
    at = block.find("](")
    while at >= 0:
        target = _TARGET.match(block, at)
        reach += (target.end() if target else len(block)) - at
        at = block.find("](", at + 2)
    return reach


def _tag_reach(text: str) -> int:
    """The characters from each `<` to the next `>` or, without one, to the end."""
    reach, opened, starts = 0, 0, 0
    for found in _ANGLE.finditer(text):
        if found[0] == "<":
            opened, starts = opened + 1, starts + found.start()
        else:
            reach += opened * found.start() - starts
            opened, starts = 0, 0
    return reach + opened * len(text) - starts
