"""A news post."""

from __future__ import annotations

from fansite.core.content import Entry, Written
from fansite.tags.models import Tagged

WORDS_A_MINUTE = 230


class NewsPost(Tagged, Written, Entry):
    __tablename__ = "news_post"
    __mapper_args__ = {"polymorphic_identity": "news"}

    @property
    def minutes(self) -> int:
        """How long it takes to read."""
        return max(1, round(len(self.body.split()) / WORDS_A_MINUTE))
