"""What WordPress (and most others) stored as HTML, as the Markdown our staff write."""

from __future__ import annotations

import re

from .blocks import has_blocks, without_comments
from .paragraphs import with_paragraphs
from .shortcodes import Gallery, Picture, expanded

__all__ = ["Gallery", "Picture", "to_markdown"]


def to_markdown(html: str, base_url: str | None = None, gallery: Gallery | None = None) -> str:
    """Clean Markdown, with HTML where Markdown has no words. `base_url` completes relative addresses; `gallery` finds a gallery's pictures.

    The result is as trustworthy as its source: rendering cleans it.
    """
    # Parsers take a sixth of the site's start and several megabytes, for the few who import.
    from .converter import Converter
    from .tree import tree_of

    html = re.sub(r"\r\n?", "\n", html)
    of_block_editor = has_blocks(html)
    html = expanded(without_comments(html), gallery)
    if not of_block_editor:
        html = with_paragraphs(html)
    return str(Converter().convert_soup(tree_of(html, base_url))).strip()
