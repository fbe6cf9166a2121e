"""What the front page says of the tour."""

from __future__ import annotations

from typing import Any

from fansite.tour import queries

NEXT = 5


def next_gigs() -> dict[str, Any] | None:
    coming = queries.shown(queries.upcoming()[:NEXT])
    return {"gigs": coming, "until": queries.next_over()} if coming else None
