"""Text without its dangers, and rendered HTML as text again."""

from __future__ import annotations

import re
from html import unescape

ATTRIBUTES = r"(?: [a-z-]+=\"[^\"]*\")*"
TAG = re.compile(rf"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?P<attributes>{ATTRIBUTES})>")

# Controls, and characters that nobody sees but that turn the writing direction for what follows, or break words for filters
# and search. Joiners stay (emoji and Persian need them), and so do the two harmless direction marks.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u180e\u200b\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]+")
# Letters carry two or three marks in real languages; towers of them cover the neighbours' text.
_TOWER = re.compile("([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_LINE_END = re.compile("\r\n?|[\u0085\u2028\u2029]")

_BLOCKS = set("p br hr blockquote ul ol li dl dt dd h2 h3 h4 h5 h6 div pre figure figcaption table caption tr details summary".split())
_NOTE_MARK = re.compile(rf"<sup id=\"[^\"]*\"><a{ATTRIBUTES}>\d+</a></sup>|<a{ATTRIBUTES} class=\"footnote-backref\"{ATTRIBUTES}>[^<]*</a>")
_IMAGE_ALT = re.compile(rf"<img{ATTRIBUTES}? alt=\"(?P<alt>[^\"]*)\"{ATTRIBUTES}>")
