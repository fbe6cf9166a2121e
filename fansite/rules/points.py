"""The numbered points of a text: what a decision can name, and an address can lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise

LONGEST = 120
# What has no end, in the HTML we render.
VOID = frozenset({"area", "br", "col", "hr", "img", "input", "source", "track", "wbr"})


def pointed(rendered: str) -> tuple[str, list[str]]:
    """The text with an anchor on each point of its first numbered list, and the points in a few words each."""
    points = _Reader(rendered).points
    ends = [0, *(point.at + len("<li") for point in points), len(rendered)]
    pieces = [rendered[begin:end] for begin, end in pairwise(ends)]
    anchors = [f' id="rule-{number}"' for number in range(1, len(points) + 1)]
    return "".join(part for pair in zip(pieces, [*anchors, ""], strict=True) for part in pair), [
        _title(point) for point in points
    ]


@dataclass
class _Point:
    """Where it begins, all it says, and what stands first in bold in it."""

    at: int
    words: str = ""
    bold: str = ""
    bold_is_over: bool = False


class _Reader(HTMLParser):
    """Finds the points of the first numbered list that stands in nothing else. What it reads is well-formed: it was rendered by us."""

    def __init__(self, rendered: str) -> None:
        super().__init__()
        self.points: list[_Point] = []
        self._lines = [0, *(line.end() for line in re.finditer("\n", rendered))]
        self._open: list[str] = []
        self._lists = 0
        self.feed(rendered)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._lists += tag == "ol" and not self._open
        if tag == "li" and self._open == ["ol"] and self._lists == 1:
            line, column = self.getpos()
            self.points.append(_Point(self._lines[line - 1] + column))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag not in VOID:
            self._open.pop()
        if tag == "strong" and self._in_a_point() and "strong" not in self._open:
            self.points[-1].bold_is_over = True

    def handle_data(self, data: str) -> None:
        if self._in_a_point():
            point = self.points[-1]
            point.words += data
            point.bold += data if "strong" in self._open and not point.bold_is_over else ""

    def _in_a_point(self) -> bool:
        return self._lists == 1 and self._open[:2] == ["ol", "li"]


def _title(point: _Point) -> str:
    """What stands in bold, or the first sentence."""
    words = re.sub(r"[ \t\n]+", " ", point.bold or point.words).strip()
    if not point.bold:
        words = words.split(". ")[0]
    words = words.rstrip(".:")
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
