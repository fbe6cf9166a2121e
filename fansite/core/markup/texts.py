"""Text without what nobody can see, and rendered HTML as text again."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

# nh3 writes every attribute like this.
ATTRIBUTES = r'(?: [a-z-]+="[^"]*")*'
TAG = re.compile(rf"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?P<attributes>{ATTRIBUTES})>")

_LINE_END = re.compile("\r\n?|[\u0085\u2028\u2029]")
# Controls, and what turns the writing direction of the text that follows, or hides inside words from search and filters.
# Joiners stay (emoji and Persian need them), and so do the two harmless direction marks.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u180e\u200b\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]+"
)
# Letters carry two or three marks in any language; towers of them cover the neighbours' text.
_MARK = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_TOWER = re.compile(f"({_MARK}{{4}}){_MARK}+")

# Letters and signs by name, and nothing on the page.
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"

_NOTE_MARK = re.compile(
    rf'<sup id="[^"]*"><a{ATTRIBUTES}>[^<]*</a></sup>|<a{ATTRIBUTES} class="footnote-backref"{ATTRIBUTES}>[^<]*</a>'
)
# A line end is a space, but in code.
_UNWRAPPED = re.compile(r"(?P<code><pre>.*?</pre>)|\n", re.DOTALL)
# What is not one plain space already; those that hold words together stay.
_SPACES = re.compile(r" [^\S\n\u00a0\u202f]+|[^\S \n\u00a0\u202f][^\S\n\u00a0\u202f]*")
_EMPTY_LINES = re.compile("\n\n\n+")
_ALT = re.compile(r' alt="([^"]*)"')
_PARAGRAPHS = frozenset("p h2 h3 h4 h5 h6 hr blockquote pre ul ol dl table figure div details".split())
_LINES = frozenset("br li dt dd tr caption figcaption summary".split())
_CUT_OFF = " ,;:–—-(«“\"'"


def tidy(text: str) -> str:
    """The text as it is worth keeping: line ends made one kind, nothing in it that cannot be seen."""
    return without_unseen(_LINE_END.sub("\n", text))


def one_line(text: str) -> str:
    """The same of what stands in one line: a title, a name, an answer of a poll."""
    return " ".join(tidy(text).split())


def says_something(text: str) -> bool:
    """Whether anything of it is to be seen."""
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in _BLANK for sign in text)


def without_unseen(text: str) -> str:
    return _TOWER.sub(r"\1", _UNSEEN.sub("", text))


def plain(html: str) -> str:
    """What a reader of rendered HTML reads, with its lines and paragraphs, as plain text."""
    html = _NOTE_MARK.sub("", html)
    html = _UNWRAPPED.sub(lambda found: found["code"] or " ", html) if "<pre>" in html else html.replace("\n", " ")
    text = _SPACES.sub(" ", unescape(TAG.sub(_as_space, html)))
    return _EMPTY_LINES.sub("\n\n", text.replace(" \n", "\n").replace("\n ", "\n")).strip()


def _as_space(tag: re.Match[str]) -> str:
    name = tag["name"]
    if name == "img":
        alt = _ALT.search(tag["attributes"])
        return alt[1] if alt else ""
    if name in _PARAGRAPHS:
        return "\n\n"
    if tag["end"]:
        return ""
    return "\n" if name in _LINES else " " if name in ("td", "th") else ""


def summary_of(text_or_html: str, length: int = 160) -> str:
    """The beginning on one line, at most `length` characters, cut at a word."""
    is_html = re.search(r"</(?:p|li|h[2-6]|pre|td)>", text_or_html) is not None
    text = " ".join((plain(text_or_html) if is_html else text_or_html).split(None))
    if len(text) <= length:
        return text
    cut = text[:length].rpartition(" ")[0] or text[: length - 1]
    return cut.rstrip(_CUT_OFF) + "…"
