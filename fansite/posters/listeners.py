"""When posters are looked at again."""

from __future__ import annotations

from collections.abc import Sequence

from fansite.core.outbox import Event
from fansite.posters import operations

# What stands on a poster: gigs, and how the site looks and is called.
CHANGES = ("gig.published", "gig.revised", "gig.changed", "gig.withdrawn", "gig.recalled", "look.published")


def draw(_events: Sequence[Event]) -> None:
    """Whatever it was, and however much at once: one look at all of them."""
    operations.keep_posters()


def catch_up() -> None:
    """Routine: evenings go by without an event, and an import tells of none."""
    operations.keep_posters()
