"""Whether a reaction still stands when it is told of."""

from __future__ import annotations

from collections.abc import Collection


def still_given(pairs: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
    """Of these (subject, who gave it), those that were not taken back."""
    return set(pairs)
