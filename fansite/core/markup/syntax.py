"""Our own few rules of Markdown, each linear in the length of the text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Iterator
from html import escape

from markdown import Markdown
from markdown.blockprocessors import HashHeaderProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.util import AtomicString

FENCE = re.compile(r"(?P<indent> *)(?P<fence>`{3,}|~{3,})[^`]*")
# Deeper lists are drawn at this depth: nobody can follow them, and each level is a level of the parser's stack.
DEEPEST_LIST = 6
_ITEM = re.compile(r" *(?:[-*+]|(?P<number>\d{1,9})\.) +\S")
_QUOTE = re.compile(r" {0,3}>")


class Fences(Extension):
    """Code between ``` lines, at any indentation; without its end it goes on to the end of the text."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.preprocessors.register(_Fences(md), "fences", 25)


class _Fences(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        result: list[str] = []
        rest = iter(lines)
        for line in rest:
            opening = FENCE.fullmatch(line)
            result += self._stashed(opening, rest) if opening else [line]
        return result

    def _stashed(self, opening: re.Match[str], rest: Iterator[str]) -> list[str]:
        indent, fence = opening["indent"], opening["fence"]
        code = []
        for line in rest:
            if closes(line, fence):
                break
            code.append(line.removeprefix(indent))
        text = escape("\n".join(code).strip("\n"), quote=False)
        return ["", indent + self.md.htmlStash.store(f"<pre><code>{text}\n</code></pre>"), "", ""]


def closes(line: str, fence: str) -> bool:
    line = line.strip(" ")
    return line.startswith(fence) and not line.strip(fence[0])


class PlainBlocks(Extension):
    """Lists and quotes begin, nest and end where a reader sees it; headings have a space after their signs; code needs a fence."""

    def extendMarkdown(self, md: Markdown) -> None:
        # After raw HTML was put aside (20): its lines are its own.
        md.preprocessors.register(_PlainBlocks(md), "plain_blocks", 19)
        md.parser.blockprocessors.register(_Heading(md.parser), "hashheader", 70)
        md.parser.blockprocessors.deregister("code")


class _Heading(HashHeaderProcessor):
    # "#tour" is a hashtag, "#1" a rank.
    RE = re.compile(r"(?:^|\n)(?P<level>#{1,6}) +(?P<header>[^\n]*)(?:\n|$)")


class _PlainBlocks(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        result: list[str] = []
        items: list[int] = []  # the indents of the open list items
        before = ""
        for line in lines:
            kind = _kind(line, in_text=before == "text" and not items)
            if kind != before and before and (kind in ("item", "quote") or before == "quote"):
                result.append("")
            if kind == "text" and not before and not line.startswith(" "):
                items.clear()
            result.append(_nested(_unclosed(line), items, kind == "item"))
            before = "item" if kind == "text" and before == "item" else kind
        return result


def _kind(line: str, *, in_text: bool) -> str:
    if not line or line.isspace():
        return ""
    if _QUOTE.match(line):
        return "quote"
    item = _ITEM.match(line)
    # In running text only a 1 begins a list: "They split up in\n1998. Then …"
    if item and (not in_text or item["number"] in (None, "1")):
        return "item"
    return "text"


def _nested(line: str, items: list[int], is_item: bool) -> str:
    """The line with two spaces for each level of list, whatever the author used."""
    text = line.lstrip(" ")
    indent = len(line) - len(text)
    if is_item:
        while items and indent < items[-1] + 2:
            items.pop()
        items.append(indent)
        depth = len(items) - 1
    elif not items:
        return line
    else:
        depth = sum(indent > item for item in items)
    return "  " * min(depth, DEEPEST_LIST) + text


def _unclosed(line: str) -> str:
    """A heading without the signs some like to close it with: "## Tour ##"."""
    text = line.rstrip(" ")
    title = text.rstrip("#")
    return title if line.startswith("#") and title.endswith(" ") and title.strip("# ") else line


class Strikethrough(Extension):
    """`~~sold out~~`"""

    def extendMarkdown(self, md: Markdown) -> None:
        if md.delimiters is not None:
            md.delimiters.add("~", "del", double=True)
        md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, "~"]


class BareLinks(Extension):
    """An address in running text becomes a link, without the punctuation that follows it."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.inlinePatterns.register(_BareLink(r"(?<![\w/@])https?://[^\s<>\x02\x03\"`|\\^{}]+", md), "bare_link", 85)


class _BareLink(InlineProcessor):
    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[etree.Element | None, int, int]:  # type: ignore[override]
        address = _without_punctuation(m.group(0))
        if address.endswith("://"):
            return None, m.start(0), m.end(0)
        link = etree.Element("a", {"href": address})
        link.text = AtomicString(address)
        return link, m.start(0), m.start(0) + len(address)


def _without_punctuation(address: str) -> str:
    """`(https://a.example/Muse_(band)).` ends after `(band)`: a closing bracket belongs to it when it was opened in it."""
    unopened = address.count(")") - address.count("(")
    end = len(address)
    while end:
        last = address[end - 1]
        if last == ")" and unopened > 0:
            unopened -= 1
        elif last not in "?!.,:;*_~'’»…]" or address.endswith("://", 0, end):
            break
        end -= 1
    return address[:end]
