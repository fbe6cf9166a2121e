"""Who may say that they go."""

from __future__ import annotations

from typing import Any

from fansite.tour.going.models import WORDS
from fansite.tour.models import Gig

# What is said while an evening is to come, and what when it is over.
BEFORE, AFTER = WORDS[:2], WORDS[2:]


def say(person: Any, gig: Gig) -> bool:
    return person is not None and person.active and gig.public


def words_for(gig: Gig, *, over: bool) -> tuple[str, ...]:
    """What may be said of an evening now; nothing of a cancelled one."""
    if gig.state == "cancelled":
        return ()
    return AFTER if over else BEFORE
