"""People named in a text: "@fay" leads to who is called that."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Mapping
from dataclasses import dataclass, field

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

# Not in a mail address or a path, and not the beginning of a longer word; "@fay." ends before the full stop.
NAME = re.compile(r"(?<![^\W_])(?<![/@.+-])@([A-Za-z0-9](?:[A-Za-z0-9._-]{0,28}[A-Za-z0-9]))(?![^\W_]|@)")


@dataclass
class Names:
    """Who can be named: a name in small letters → where it leads; and which of them were met."""

    addresses: Mapping[str, str]
    met: set[str] = field(default_factory=set)


NOBODY = Names({})


class NamesInText(Extension):
    """A name nobody has stays as it was typed. What a quote says was said before: it names nobody again."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.inlinePatterns.register(_Name(NAME.pattern, md), "name", 84)


class _Name(InlineProcessor):
    ANCESTOR_EXCLUDES = ("a", "blockquote")

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[etree.Element | None, int, int]:  # type: ignore[override]
        names: Names = self.md.names  # type: ignore[attr-defined]
        name = m.group(1).lower()
        if name not in names.addresses:
            return None, m.start(0), m.end(0)
        names.met.add(name)
        link = etree.Element("a", {"href": names.addresses[name]})
        link.text = AtomicString(m.group(0))
        return link, m.start(0), m.end(0)
