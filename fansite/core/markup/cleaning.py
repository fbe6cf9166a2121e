"""What may stand in a page: one short list of elements for each trust, enforced by nh3 as the last step of everything."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import nh3

from .dialects import Trust

_TEXT = {"p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a"}
_STAFF = _TEXT | set(
    """b i s u ins sub sup small mark abbr cite q kbd samp var dl dt dd h2 h3 h4 h5 h6 div span time img figure figcaption
    table caption thead tbody tfoot tr th td details summary""".split()
)
_FAN_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_STAFF_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title", "rel"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start", "reversed"},
    "abbr": {"title"},
    "time": {"datetime"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "sup": {"id"},
    "li": {"id"},
}
_CLASSES = {
    "a": {"footnote-ref", "footnote-backref"},
    "div": {"footnote"},
    "th": {"align-center", "align-right"},
    "td": {"align-center", "align-right"},
}
# What these hold is never text for a reader.
_DROPPED = {"script", "style", "template", "noscript", "iframe", "noembed", "noframes", "object", "select", "textarea", "title", "svg", "math", "xmp", "plaintext"}
