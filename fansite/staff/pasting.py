"""What was copied out of a page, a letter or a word processor, as the Markdown the staff write."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup

from fansite.lib.depth import shallow
from fansite.lib.wordpress.converter import Converter
from fansite.lib.wordpress.tree import tree_of

_BOLD = re.compile(r"font-weight:\s*(?:bold|[6-9]00)")
_PLAIN = re.compile(r"font-weight:\s*(?:normal|400)")
_ITALIC = re.compile(r"font-style:\s*italic")
# What one word processor puts between conditions, and what clipboards put around it all; what nobody ends goes to the end.
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|<(style|script|title)\b.*?(?:</\1\s*>|\Z)|</?o:p>", re.DOTALL | re.IGNORECASE)


def pasted(html: str) -> str:
    """Some write bold as a style, and some put a letter that is not bold into one large `b`. Lines are broken anywhere in the source."""
    tree = BeautifulSoup(shallow(re.sub(r"[\r\n]+", " ", _HIDDEN.sub("", html))), "html.parser")
    for tag in tree.find_all(["span", "b", "strong"]):
        style = str(tag.get("style") or "")
        if tag.name != "span":
            if _PLAIN.search(style):
                tag.unwrap()
        elif _BOLD.search(style):
            tag.name = "strong"
        elif _ITALIC.search(style):
            tag.name = "em"
    return re.sub(r"\n{3,}", "\n\n", str(Converter().convert_soup(tree_of(str(tree), None)))).strip()
