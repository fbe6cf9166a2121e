"""The two dialects of Markdown people write here: fans' (no raw HTML, line breaks as typed) and the staff's (tables, footnotes, HTML)."""

from __future__ import annotations

import threading
from typing import Literal

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.nl2br import Nl2BrExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension

from .names import NOBODY, Names, NamesInText
from .syntax import BareLinks, Fences, PlainBlocks, Strikethrough

Trust = Literal["fan", "staff"]

# A Markdown object keeps the state of its run: one for each thread.
_of_thread = threading.local()


def to_html(text: str, trust: Trust, names: Names | None = None) -> str:
    """What the Markdown says, not yet cleaned."""
    md = _dialect(trust).reset()
    md.names = names or NOBODY  # type: ignore[attr-defined]
    return md.convert(text)


def _dialect(trust: Trust) -> Markdown:
    found: Markdown | None = getattr(_of_thread, trust, None)
    if found is None:
        found = _fan() if trust == "fan" else _staff()
        setattr(_of_thread, trust, found)
    return found


def _fan() -> Markdown:
    md = Markdown(extensions=[*_shared(), Nl2BrExtension(), NamesInText()], tab_length=2)
    md.preprocessors.deregister("html_block")
    md.inlinePatterns.deregister("html")
    md.inlinePatterns.deregister("entity")
    # A line of dashes under a text is a rule, not a heading.
    md.parser.blockprocessors.deregister("setextheader")
    return md


def _staff() -> Markdown:
    footnotes = FootnoteExtension(BACKLINK_TITLE="")
    tables = TableExtension(use_align_attribute=True)
    return Markdown(extensions=[*_shared(), tables, footnotes, DefListExtension(), AbbrExtension()], tab_length=2)


def _shared() -> list[Extension]:
    return [Fences(), PlainBlocks(), SaneListExtension(), Strikethrough(), BareLinks()]
