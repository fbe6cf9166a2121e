"""The classic editor stores neither paragraphs nor line breaks: empty lines and line ends stand for them, as WordPress shows them."""

from __future__ import annotations

import re

_BLOCK = re.compile(
    r"""</?(?P<name>address|article|aside|blockquote|body|caption|center|col|colgroup|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form
    |h[1-6]|header|hr|li|main|map|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul)\b[^>]*>""",
    re.IGNORECASE | re.VERBOSE,
)
# Text right inside these is set in paragraphs.
_ROOMS = frozenset(
    ("", "article", "aside", "blockquote", "body", "center", "div", "footer", "header", "main", "section", "fieldset", "form")
)
# Text inside these is a line or two: line ends become breaks, empty lines paragraphs.
_LINES = frozenset("address caption dd dt figcaption h1 h2 h3 h4 h5 h6 li p summary td th".split())
_ONE_LINE = frozenset("p dt caption summary h1 h2 h3 h4 h5 h6 figcaption".split())
_VOID = frozenset(("hr", "col"))
_GAP = re.compile(r"\n[ \t]*\n\s*")


def with_paragraphs(html: str) -> str:
    """The same HTML with the `<p>` and `<br>` that were meant; linear in its length."""
    result: list[str] = []
    open_blocks = [""]
    at = 0
    for tag in _BLOCK.finditer(html):
        result += _text(html[at : tag.start()], open_blocks[-1])
        at = tag.end()
        if open_blocks[-1] == "pre" and tag[0].lower() != "</pre>":
            result.append(tag[0])
            continue
        _step(open_blocks, tag["name"].lower(), closing=tag[0].startswith("</"))
        result.append(tag[0])
    return "".join([*result, *_text(html[at:], open_blocks[-1])])


def _step(open_blocks: list[str], name: str, *, closing: bool) -> None:
    if name in _VOID:
        return
    if not closing:
        open_blocks.append(name)
    elif name in open_blocks[-8:]:
        # What was left open inside is closed with it.
        while open_blocks.pop() != name:
            pass


def _text(text: str, block: str) -> list[str]:
    if not text.strip() or block == "pre":
        return [text]
    if block in _ROOMS:
        return [f"<p>{_broken(part)}</p>" for part in _GAP.split(text.strip()) if part]
    if block in _ONE_LINE:
        return [_broken(text.strip("\n"))]
    if block in _LINES:
        parts = _GAP.split(text.strip("\n"))
        return [_broken(parts[0]), *(f"<p>{_broken(part)}</p>" for part in parts[1:] if part.strip())]
    return [text]


def _broken(text: str) -> str:
    return re.sub(r"(?:<br\b[^>]*>)?[ \t]*\n", "<br>\n", text)
