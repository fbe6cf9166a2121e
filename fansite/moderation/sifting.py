"""What of a queue is wanted: moderators sift it by what its things have in common, and by the same choose many at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.lib.numbers import number_or_none
from fansite.moderation.models import Review, ReviewLink

# Who does not stand, as the database says it (`Account.stands`).
NEWCOMER = sa.and_(Account.role == "fan", sa.or_(Account.approved_comments == 0, Account.standing_lost_at.is_not(None)))
# Whose work may be put away without being looked at one by one.
UNKNOWN = sa.or_(Review.author_id.is_(None), NEWCOMER)


@dataclass(frozen=True)
class Sieve:
    """All that is asked for must be so; empty, it lets everything of its queue through."""

    queue: str = "pending"
    kind: str = ""
    newcomers: bool = False
    links: bool = False
    host: str = ""
    likeness: str = ""
    by: int | None = None

    @classmethod
    def of(cls, facts: Mapping[str, Any], queue: str) -> Sieve:
        """From what stands in an address."""
        return cls(
            queue=queue,
            kind=str(facts.get("kind", ""))[:20],
            newcomers=bool(facts.get("newcomers")),
            links=bool(facts.get("links")),
            host=str(facts.get("host", "")).lower()[:100],
            likeness=str(facts.get("likeness", ""))[:32],
            by=number_or_none(facts.get("by")),
        )

    @property
    def facts(self) -> dict[str, Any]:
        """As it stands in an address, without its queue."""
        return {name: 1 if value is True else value for name, value in asdict(self).items() if value and name != "queue"}

    def without(self, name: str) -> dict[str, Any]:
        return {key: value for key, value in self.facts.items() if key != name}

    @property
    def reviews(self) -> sa.Select[Any]:
        """Their numbers. Whoever asks for more columns finds the accounts joined."""
        chosen = sa.select(Review.id).outerjoin(Account, Account.id == Review.author_id)
        return chosen.where(*self.conditions)

    @property
    def conditions(self) -> list[Any]:
        linking = sa.select(ReviewLink.host).where(ReviewLink.review_id == Review.id)
        found: list[Any] = [Review.decided_at.is_(None), Review.queue == self.queue]
        if self.kind:
            found.append(Review.subject_kind == self.kind)
        if self.newcomers:
            found.append(NEWCOMER)
        if self.links:
            found.append(linking.exists())
        if self.host:
            found.append(linking.where(ReviewLink.host == self.host).exists())
        if self.likeness:
            found.append(Review.likeness == self.likeness)
        if self.by is not None:
            found.append(Review.author_id == self.by)
        return found
