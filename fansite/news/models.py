"""A news post."""

from __future__ import annotations

from functools import lru_cache

from fansite.core import markup
from fansite.core.content import Entry, Written
from fansite.tags.models import Tagged

WORDS_A_MINUTE = 230


class NewsPost(Tagged, Written, Entry):
    __tablename__ = "news_post"
    __mapper_args__ = {"polymorphic_identity": "news"}

    @property
    def standfirst(self) -> str:
        """The summary somebody wrote. One that was made of the text would say its beginning twice."""
        return "" if _repeats(self.summary, self.html) else self.summary

    @property
    def minutes(self) -> int:
        """How long it takes to read."""
        return max(1, round(len(self.body.split()) / WORDS_A_MINUTE))


@lru_cache(maxsize=128)
def _repeats(summary: str, html: str) -> bool:
    """Asked anew for each page of a post, and its whole text is read for it."""
    return summary == markup.summary_of(html)
