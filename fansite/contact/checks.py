"""Whether a letter looks like spam: the checks of comments that say something about letters, and a trap only programs fill in."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from fansite.moderation.checks import Writing, banned_words, many_links, suspect_words

# A first letter is as welcome as any, and one link is how people show what they mean.
CHECKS = (banned_words, many_links, suspect_words)


def suspicions(text: str, *, by: Any, trapped: bool, at: datetime) -> list[str]:
    """Why it is kept apart; nothing is ever thrown away for it. Who works here is never suspect."""
    if by is not None and by.keeps_order:
        return []
    stranger = SimpleNamespace(keeps_order=False, approved_comments=0, refused_comments=0)
    writing = Writing(text=text, author=by or stranger, at=at)
    opinions = [opinion for check in CHECKS if (opinion := check(writing)) is not None]
    return [*(["trap"] if trapped else []), *(opinion.reason for opinion in opinions)]
