"""What stands of it on other pages: a few lines beside the people, and on the front page what is not told there anyway."""

from __future__ import annotations

from typing import Any

from flask import g

from fansite.river import queries
from fansite.river.models import VERBS
from fansite.river.showing import River, river

LINES = 8
IN_BRIEF = 5
# The front page has the latest comments, the news and who is new.
LATELY = tuple(verb for verb in VERBS if verb not in ("said", "wrote", "came"))


def beside_people(_people: Any = None) -> dict[str, Any] | None:
    return _found(river(queries.acts(), g.get("person"), most=LINES))


def lately() -> dict[str, Any] | None:
    return _found(river(queries.acts(LATELY), g.get("person"), most=IN_BRIEF))


def _found(told: River) -> dict[str, Any] | None:
    """What it depends on also where it tells nothing: it may be true again."""
    return {**({"lines": told.lines} if told.lines else {}), "tags": told.tags, "until": told.until}
