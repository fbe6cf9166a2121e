"""Parts of pages that are the same wherever they stand (a comment, a card): made once in each process for all the pages they are on.

A part is known by everything that is said on it, so one that says something else is another part, and none is ever old.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any, TypeVar

from flask import current_app
from markupsafe import Markup

from fansite.core.web.paths import current_language
from fansite.core.web.spoken import environment_in

T = TypeVar("T")
# A comment is three of them and takes about 3 KB.
MOST = 6000


class Parts:
    """Those of one process; who was not asked for the longest goes first."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._made: OrderedDict[Hashable, Any] = OrderedDict()

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for this key, or is made now; two who ask for it first at once make it twice."""
        found: T | None = self._made.get(key)
        if found is None:
            found = self._made[key] = make()
            while len(self._made) > self.most:
                with suppress(KeyError):  # another thread was first
                    self._made.popitem(last=False)
        else:
            with suppress(KeyError):
                self._made.move_to_end(key)
        return found


def part(template: str, thing: Hashable) -> Markup:
    """`template` given `thing`, and nothing else it could say."""
    language = current_language()
    site = current_app.extensions["fansite"]
    return site.parts.of((template, language, thing), lambda: render_part(template, thing))  # type: ignore[no-any-return]


def render_part(template: str, thing: Any) -> Markup:
    """The same for what is somebody's own: made each time."""
    return Markup(environment_in(current_app, current_language()).get_template(template).render(thing=thing))
