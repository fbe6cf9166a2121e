"""What may stand in a page: one short list of elements for each trust, held by nh3."""

from __future__ import annotations

import re
from functools import partial

import nh3

from fansite.lib.depth import shallow

from . import addresses
from .dialects import Trust

_FAN = frozenset("p br hr strong em del code pre blockquote ul ol li a".split())
_STAFF = _FAN | frozenset(
    """b i s u ins sub sup small mark abbr cite q kbd samp var dl dt dd h2 h3 h4 h5 h6 div span time img figure figcaption
    table caption thead tbody tfoot tr th td details summary""".split()
)
# What stands inside these was never meant to be read.
_WITH_CONTENT = frozenset(
    "script style template noscript iframe object noembed noframes title textarea select xmp svg math".split()
)

_FAN_ATTRIBUTES = {"*": set(), "a": {"href"}, "ol": {"start"}}
_STAFF_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title", "rel", "class"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start", "reversed"},
    "abbr": {"title"},
    "time": {"datetime"},
    "th": {"scope", "colspan", "rowspan", "align", "class"},
    "td": {"colspan", "rowspan", "align", "class"},
    # Footnotes.
    "div": {"class"},
    "sup": {"id"},
    "li": {"id"},
}

_NUMBER = re.compile(r"\d{1,5}")
_VALUES = {
    "start": re.compile(r"-?\d{1,9}"),
    "width": _NUMBER,
    "height": _NUMBER,
    "colspan": re.compile(r"\d{1,3}"),
    "rowspan": re.compile(r"\d{1,3}"),
    "scope": re.compile(r"col|row|colgroup|rowgroup"),
    # Becomes a class on its way into the page.
    "align": re.compile(r"center|right"),
    "class": re.compile(r"align-(?:center|right)|footnote(?:-ref|-backref)?|elsewhere"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "lang": re.compile(r"[a-zA-Z]{2,8}(?:-[a-zA-Z0-9]{1,8})*"),
    "datetime": re.compile(r"[0-9TZ:.+ -]{4,40}"),
    # No other ids than footnotes': they would be names in the page's scripts.
    "id": re.compile(r"(?!)"),
    "rel": re.compile(r"(?:ugc|nofollow|sponsored|noopener)(?: (?:nofollow|noopener))*"),
    "reversed": re.compile(""),
}
_NOTE = re.compile(r"#?(?:[a-z0-9-]+-)?fn(?:ref\d*)?:.+")
_SCHEMES = {"href": ("http", "https", "mailto"), "src": ("http", "https")}


def _value(_tag: str, name: str, value: str) -> str | None:
    if name in ("id", "href") and _NOTE.fullmatch(value):
        return "-".join(value.split())
    if name in _SCHEMES:
        return addresses.safe(value, _SCHEMES[name])
    wanted = _VALUES.get(name)
    return value if wanted is None or wanted.fullmatch(value) else None


_cleaner = partial(
    nh3.Cleaner,
    attribute_filter=_value,
    clean_content_tags=set(_WITH_CONTENT),
    url_schemes={"http", "https", "mailto"},
    strip_comments=True,
)
_HEADINGS = {f"h{level}" for level in range(1, 7)}
# A draft still has what the page fits in another shape: see fitting.
_DRAFTS = {
    "fan": _cleaner(tags={*_FAN, *_HEADINGS, "img"}, attributes={**_FAN_ATTRIBUTES, "img": {"src", "alt"}}, link_rel=None),
    "staff": _cleaner(tags={*_STAFF, "h1"}, attributes=_STAFF_ATTRIBUTES, link_rel=None),
}
_STAFF_FINAL = _cleaner(
    tags=set(_STAFF),
    attributes=_STAFF_ATTRIBUTES,
    link_rel=None,
    set_tag_attribute_values={"img": {"loading": "lazy"}},
)
_FAN_FINAL = {
    standing: _cleaner(
        tags=set(_FAN), attributes=_FAN_ATTRIBUTES, link_rel="ugc noopener" if standing else "ugc nofollow noopener"
    )
    for standing in (True, False)
}


def draft(html: str, trust: Trust) -> str:
    """The first cleaning: from here on the HTML is well formed and written in one way."""
    return _DRAFTS[trust].clean(shallow(html))


def final(html: str, trust: Trust, standing: bool) -> str:
    """The last word. A fan's links are marked as such; those of fans in good standing count for search engines."""
    return (_STAFF_FINAL if trust == "staff" else _FAN_FINAL[standing]).clean(html)
