"""The block editor's comments: what they say that the HTML between them does not."""

from __future__ import annotations

import json
import re
from html import escape

_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_BLOCK = re.compile(r"\s+wp:(?P<name>[a-z][\w/-]*)\s+(?P<values>\{.*\})\s+(?P<void>/?)", re.DOTALL)
_SHOWN = re.compile(r"<img\b[^>]*?\ssrc=\"([^\"]*)\"")


def has_blocks(html: str) -> bool:
    return "<!-- wp:" in html


def without_comments(html: str) -> str:
    shown = set(_SHOWN.findall(html))
    return _COMMENT.sub(lambda comment: _meaning(comment[1], shown), html)


def _meaning(comment: str, shown: set[str]) -> str:
    """A cover's picture and a social link's address may stand in the comment alone; a page of its own begins with a paragraph."""
    if comment.strip() == "nextpage":
        return "\n\n"
    block = _BLOCK.fullmatch(comment)
    values = _values(block["values"]) if block else {}
    address = str(values.get("url", ""))
    if block is None or not re.match(r"https?://|/", address):
        return ""
    if block["name"] == "cover" and escape(address) not in shown and values.get("backgroundType", "image") == "image":
        return f'<figure><img src="{escape(address)}" alt="{escape(str(values.get("alt", "")))}"></figure>'
    if block["void"]:
        return f'<p><a href="{escape(address)}">{escape(str(values.get("label") or values.get("service") or address))}</a></p>'
    return ""


def _values(text: str) -> dict[str, object]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
