"""Reads HTML as browsers do and names whatever could act, or stands outside a page's short list. Knows nothing of our cleaning."""

from __future__ import annotations

import re

import html5lib

FAN = set("p br hr strong em del code pre blockquote ul ol li a".split())
STAFF = FAN | set(
    """b i s u ins sub sup small mark abbr cite q kbd samp var dl dt dd h2 h3 h4 h5 h6 div span time img figure figcaption
    table caption thead tbody tfoot tr th td details summary""".split()
)
ATTRIBUTES = {
    "fan": {"href", "rel", "start"},
    "staff": set(
        """href rel title src alt width height loading start reversed datetime scope colspan rowspan lang dir id class""".split()
    ),
}
_ADDRESS = re.compile(r"(?:https?://[^/\\]|mailto:|/(?![/\\])|#|\?|\.|[^:/?#\\]+(?:[/?#]|$))", re.IGNORECASE)


def live(html: str, trust: str) -> list[str]:
    """What should not be there: elements, attributes, addresses, characters that turn the direction of text."""
    found = [f"character {ord(c):x}" for c in set(html) if ord(c) in _UNSEEN]
    for element in html5lib.parseFragment(html, namespaceHTMLElements=False).iter():
        tag = element.tag
        if tag == "DOCUMENT_FRAGMENT":
            continue
        if not isinstance(tag, str) or tag not in (FAN if trust == "fan" else STAFF):
            found.append(f"element {tag}")
        for name, value in element.attrib.items():
            if name not in ATTRIBUTES[trust]:
                found.append(f"attribute {name}")
            if name in ("href", "src") and not _ADDRESS.match(_as_browsers_read(value)):
                found.append(f"address {value!r}")
            if name == "id" and not re.match(r"(?:[a-z0-9-]+-)?fn(?:ref\d*)?:", value):
                found.append(f"id {value!r}")
    return found


_UNSEEN = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(9), *range(0x0B, 0x20), 0x7F, 0x200B, 0xFEFF}


def _as_browsers_read(address: str) -> str:
    return re.sub(r"[\t\n\r]", "", address.strip("".join(map(chr, range(0x21)))))
