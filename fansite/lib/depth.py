"""HTML that is not nested beyond measure: parsers take quadratic time for depth, and Python's stack ends."""

from __future__ import annotations

import re

DEEPEST = 50
# Left open, these are opened again in every paragraph that follows.
_FORMATTING = frozenset("b big code em font i s small strike strong tt u".split())
_DEEPEST_FORMATTING = 8
# These end by themselves when the next one begins, or hold nothing: open ones do not mean depth.
_NOT_DEPTH = frozenset(
    """p li dt dd tr td th thead tbody tfoot option colgroup br hr img input meta link area base col embed param source track wbr""".split()
)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]*)")


def shallow(html: str) -> str:
    """The same HTML in which elements that stand too deep have a name no list allows: cleaning drops their tags and keeps their text."""
    depth = {False: 0, True: 0}

    def named(tag: re.Match[str]) -> str:
        name = tag["name"].lower()
        if name in _NOT_DEPTH:
            return tag[0]
        formatting = name in _FORMATTING
        deepest = _DEEPEST_FORMATTING if formatting else DEEPEST
        too_deep = depth[formatting] > deepest if tag["end"] else depth[formatting] >= deepest
        depth[formatting] = max(0, depth[formatting] - 1) if tag["end"] else depth[formatting] + 1
        return f"<{tag['end']}x-deep" if too_deep else tag[0]

    return _TAG.sub(named, html)
