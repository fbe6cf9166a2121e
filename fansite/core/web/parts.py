"""Parts of pages that are the same wherever they stand (a comment, a card): made once in each process for all the pages they are on.

A part is known by everything that is said on it, so one that says something else is another part, and none is ever old.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from flask import current_app
from markupsafe import Markup

from fansite.core.web.paths import current_language
from fansite.core.web.spoken import environment_in

T = TypeVar("T")
# A comment is three of them and takes about 5 KB.
MOST = 1000


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


def rendered(template: str, **things: Any) -> Markup:
    """`template` in the language that is spoken, given these things and nothing of the page it is for."""
    spoken = environment_in(current_app, current_language()).get_template(template)
    return Markup(spoken.render(language=current_language(), **things))


def part(template: str, thing: Hashable) -> Markup:
    """`template` given this `thing` and the language, and nothing else it could say."""
    return next(parts(template, (thing,)))


def parts(template: str, things: Iterable[T], *, own: Callable[[T], bool] | None = None) -> Iterator[Markup]:
    """`template` given each of the things. What is somebody's `own` is made each time."""
    known: Parts = current_app.extensions["fansite"].parts
    language = current_language()
    for thing in things:
        make = partial(rendered, template, thing=thing)
        yield make() if own is not None and own(thing) else known.of((template, language, thing), make)
