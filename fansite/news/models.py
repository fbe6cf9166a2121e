"""A news post, and the evenings it is about."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import sqlalchemy as sa

from fansite.core import markup
from fansite.core.content import Entry, Written
from fansite.core.db import Model, db
from fansite.tags.models import Tagged
from fansite.tour.models import Gig

WORDS_A_MINUTE = 230
# A long tour.
MAX_GIGS = 100

post_gig = sa.Table(
    "post_gig",
    Model.metadata,
    sa.Column("post_id", sa.ForeignKey("news_post.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("gig_id", sa.ForeignKey("gig.id", ondelete="CASCADE"), primary_key=True),
    sa.Index("ix_post_gig_gig_post", "gig_id", "post_id"),
)


class NewsPost(Tagged, Written, Entry):
    __tablename__ = "news_post"
    __mapper_args__ = {"polymorphic_identity": "news"}

    @property
    def gigs(self) -> dict[int, int | None]:
        """Evenings it is about → their tours. Asked for each time: whoever reads many posts need not know."""
        return {row.id: row.tour_id for row in db.session.execute(_GIGS, {"post": self.id})}

    @property
    def link_tags(self) -> tuple[str, ...]:
        """The evenings it is about say so, and so do their tours."""
        return about_tags(self.gigs)

    @property
    def standfirst(self) -> str:
        """The summary somebody wrote. One that was made of the text would say its beginning twice."""
        return "" if _repeats(self.summary, self.html) else self.summary

    @property
    def minutes(self) -> int:
        """How long it takes to read."""
        return max(1, round(len(self.body.split()) / WORDS_A_MINUTE))


_GIGS = (
    sa.select(Gig.__table__.c.id, Gig.__table__.c.tour_id)
    .join(post_gig, post_gig.c.gig_id == Gig.__table__.c.id)
    .where(post_gig.c.post_id == sa.bindparam("post"))
    .order_by(Gig.__table__.c.id)
)


def about_tags(gigs: Mapping[int, int | None]) -> tuple[str, ...]:
    """Of pages that say what is written about evenings or their tours."""
    return (*(f"about:gig:{gig}" for gig in gigs), *(f"about:tour:{tour}" for tour in set(gigs.values()) if tour))


@lru_cache(maxsize=128)
def _repeats(summary: str, html: str) -> bool:
    """Asked anew for each page of a post, and its whole text is read for it."""
    return summary == markup.summary_of(html)
