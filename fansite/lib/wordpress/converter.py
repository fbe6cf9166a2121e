"""A tree as the Markdown the site's staff write; what Markdown has no words for stays HTML."""

from __future__ import annotations

import re
from collections import Counter
from html import escape
from typing import Any
from urllib.parse import urljoin

import nh3
from bs4 import NavigableString, Tag
from markdownify import BACKSLASH, MarkdownConverter

_KEPT_INLINE = ("abbr", "cite", "ins", "kbd", "mark", "q", "small", "sub", "sup", "u", "var", "time")
_BLOCKS_IN_CELLS = ["table", "ul", "ol", "dl", "pre", "blockquote", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "img"]
_ADDRESS = re.compile(r"(https?://[^\s<>\"]+)")
_SPECIAL = re.compile(r"([\\`*\[\]]|~~|(?<!\w)_|_(?!\w))")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s)|[-+](?=\s)|>|:(?=\s)|(?:-{3,}|={2,}|_{3,})\s*$)", re.MULTILINE)
_NUMBER_START = re.compile(r"^(\s*\d{1,9})\.(?=\s)", re.MULTILINE)
# HTML kept as it is has only these.
_KEPT = {
    "tags": set(
        """a abbr b blockquote br caption cite code dd del details div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd li
        mark ol p pre q s small span strong sub summary sup table tbody td tfoot th thead time tr u ul var""".split()
    ),
    "attributes": {"*": set(), "a": {"href"}, "img": {"src", "alt"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "abbr": {"title"}},
    "link_rel": None,
    "url_schemes": {"http", "https", "mailto"},
}


class Converter(MarkdownConverter):  # type: ignore[misc]
    """markdownify with our own dialect, linear where it was not."""

    def __init__(self, base_url: str | None) -> None:
        super().__init__(heading_style="atx", bullets="-", strip_document="strip", autolinks=False)
        self._base_url = base_url
        self._numbers: Counter[int] = Counter()
        for name in _KEPT_INLINE:
            setattr(self, f"convert_{name}", _kept_inline(name))
