"""The numbered points of a text: what a decision can name, and an address can lead to."""

from __future__ import annotations

import re

from lxml import html

LONGEST = 120


def pointed(rendered: str) -> tuple[str, list[str]]:
    """The text with an anchor on each point of its first numbered list, and the points in a few words each."""
    tree = html.fragment_fromstring(rendered, create_parent="div")
    lists = tree.xpath("./ol")
    points = lists[0].xpath("./li") if lists else []
    for number, point in enumerate(points, 1):
        point.set("id", f"rule-{number}")
    inner = (tree.text or "") + "".join(html.tostring(child, encoding="unicode") for child in tree)
    return inner, [_title(point) for point in points]


def _title(point: html.HtmlElement) -> str:
    """What stands in bold, or the first sentence."""
    bold = point.xpath("string(.//strong[1])")
    words = re.sub(r"[ \t\n]+", " ", bold or point.text_content()).strip()
    if not bold:
        words = words.split(". ")[0]
    words = words.rstrip(".:")
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
