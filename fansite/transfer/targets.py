"""Where the links and pictures of a Markdown text lead, exchanged one by one; code stays as it is.

Reads what `lib.wordpress.to_markdown` writes, in one pass and in linear time: addresses hold neither spaces nor brackets there, and what is
not a link has its brackets escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote

# The address a picture or a link gets: its new one, or None. A link stays as it is then, a picture becomes a link.
Exchange = Callable[[str], str | None]

MAX_LABEL = 80
_TARGET = r"(?:<[^<>\n]*+>|[^\s<>()\"']*+)"
_PIECE = re.compile(
    rf"""(?P<skipped> \\. | (?<!`)(?P<ticks>`{{1,20}}+)[^\n]{{1,1000}}?(?<!`)(?P=ticks)(?!`) | `++ )
    | !\[(?P<alt>(?:[^\[\]\\\n]|\\.)*+)\]\((?P<src>{_TARGET})(?:[ ]"(?P<caption>[^"\n]*+)")?\)
    | (?P<opens>\[)
    | \]\((?P<href>{_TARGET})(?P<title>(?:[ ]"[^"\n]*+")?)\)
    | <(?P<bare>https?://[^\s<>]++)>
    | <img\s(?P<img>[^<>"]*+(?:"[^"]*+"[^<>"]*+)*+)>
    | <a\shref="(?P<a>[^"\n]*+)">
    | (?P<closes></a>)
    | (?P<line>\n)""",
    re.VERBOSE,
)
_FENCE = re.compile(r" *(`{3,})[^`]*")
_ATTRIBUTE = re.compile(r'\b(src|alt)="([^"]*)"')
_UNSAFE = str.maketrans({"[": "&#91;", "]": "&#93;", "\n": " "})


def exchange(markdown: str, *, picture: Exchange | None = None, link: Exchange | None = None) -> str:
    """The same text with other addresses; what has no exchange given stays."""
    parts: list[str] = []
    fence = ""
    prose: list[str] = []
    for line in markdown.splitlines(keepends=True):
        found = _FENCE.fullmatch(line.rstrip("\n"))
        if fence:
            parts.append(line)
            if found and found[1].startswith(fence) and line.strip() == found[1]:
                fence = ""
        elif found:
            parts += [_Prose(picture, link).exchanged("".join(prose)), line]
            prose, fence = [], found[1]
        else:
            prose.append(line)
    return "".join([*parts, _Prose(picture, link).exchanged("".join(prose))])


def addresses(markdown: str) -> dict[str, None]:
    """Where its links lead, in order and each once."""
    found: dict[str, None] = {}

    def note(address: str) -> None:
        found[address] = None

    exchange(markdown, link=note)
    return found


@dataclass(slots=True)
class _Prose:
    picture: Exchange | None
    link: Exchange | None
    # A link cannot stand within a link.
    in_brackets: int = 0
    in_element: bool = False

    def exchanged(self, text: str) -> str:
        return _PIECE.sub(self._piece, text)

    def _piece(self, piece: re.Match[str]) -> str:
        if piece["src"] is not None:
            return self._picture(piece)
        if piece["href"] is not None:
            return self._end_of_link(piece)
        if piece["img"] is not None:
            return self._img(piece)
        if piece["a"] is not None:
            self.in_element = True
            new = self._new(self.link, unescape(piece["a"]))
            return f'<a href="{escape(new)}">' if new else piece[0]
        if piece["bare"] is not None:
            new = self._new(self.link, piece["bare"])
            return f"[{piece['bare'].translate(_UNSAFE)}]({_written(new)})" if new else piece[0]
        self._step(piece.lastgroup)
        return piece[0]

    def _step(self, kind: str | None) -> None:
        if kind == "opens":
            self.in_brackets += 1
        elif kind == "closes":
            self.in_element = False
        elif kind == "line":
            self.in_brackets, self.in_element = 0, False

    def _picture(self, piece: re.Match[str]) -> str:
        address = _read(piece["src"])
        if self.picture is None:
            return piece[0]
        if new := self.picture(address):
            caption = f' "{piece["caption"]}"' if piece["caption"] else ""
            return f"![{piece['alt']}]({_written(new)}{caption})"
        label = piece["caption"] or piece["alt"] or _name_of(address).translate(_UNSAFE)
        return label if self.in_brackets or self.in_element else f"[{label}]({piece['src']})"

    def _end_of_link(self, piece: re.Match[str]) -> str:
        self.in_brackets = max(0, self.in_brackets - 1)
        new = self._new(self.link, _read(piece["href"]))
        return f"]({_written(new)}{piece['title']})" if new else piece[0]

    def _img(self, piece: re.Match[str]) -> str:
        """In HTML, where Markdown had no words for what is around it."""
        values = {name: unescape(value) for name, value in _ATTRIBUTE.findall(piece["img"])}
        address, alt = values.get("src", ""), values.get("alt", "")
        if self.picture is None or not address:
            return piece[0]
        if new := self.picture(address):
            return f'<img src="{escape(new)}" alt="{escape(alt)}">'
        label = escape(alt or _name_of(address))
        return label if self.in_brackets or self.in_element else f'<a href="{escape(address)}">{label}</a>'

    @staticmethod
    def _new(change: Exchange | None, address: str) -> str | None:
        return change(address) if change is not None else None


def _read(target: str) -> str:
    return unescape(target.removeprefix("<").removesuffix(">"))


def _written(address: str) -> str:
    return f"<{address}>" if re.search(r"[()\"']", address) else address


def _name_of(address: str) -> str:
    """What to call a picture nobody described: `stage.jpg`."""
    name = unquote(re.split(r"[?#]", address, maxsplit=1)[0].rstrip("/").rpartition("/")[2], errors="replace")
    return name[:MAX_LABEL] or address[:MAX_LABEL]
