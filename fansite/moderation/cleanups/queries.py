"""What a clean-up would put away, and how far one is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import joinedload

from fansite.accounts.models import Account
from fansite.core import listing
from fansite.core.db import db
from fansite.lib.numbers import number_or_none
from fansite.moderation import queries as moderation
from fansite.moderation.models import Cleanup, CleanupAccount, CleanupItem, Review
from fansite.moderation.sifting import NEWCOMER, UNKNOWN, Sieve

# `ticked` one by one; a whole `page`, or `all` that a sieve lets through, of whom nobody vouches for; everything of one `person`.
SCOPES = ("ticked", "page", "all", "person")
# More than a page of the queue holds.
MOST_TICKED = 200
SAMPLES, NAMES = 5, 24
# Of how many accounts all they wrote is counted before it is looked for.
COUNTED_ACCOUNTS = 300
PER_PAGE = 25
LIVE = ("published", "pending")


@dataclass(frozen=True)
class Choice:
    """What is to be put away, as it stands in an address."""

    scope: str
    ids: tuple[int, ...] = ()
    sieve: Sieve = field(default_factory=Sieve)
    # Of all that a sieve lets through, nothing that came after the moderator looked.
    upto: int | None = None
    person: int | None = None

    @classmethod
    def of(cls, facts: Any) -> Choice:
        scope = facts.get("scope", "")
        numbers = facts.getlist("id") if scope != "page" else facts.get("shown", "").split(",")
        ids = [number for number in map(number_or_none, numbers[:MOST_TICKED]) if number is not None]
        queue = "reported" if facts.get("queue") == "reported" else "pending"
        return cls(
            scope=scope if scope in SCOPES else "ticked",
            ids=tuple(dict.fromkeys(ids)),
            sieve=Sieve.of(facts, queue),
            upto=number_or_none(facts.get("upto")),
            person=number_or_none(facts.get("person")),
        )

    @property
    def facts(self) -> list[tuple[str, Any]]:
        """The same again, for an address or a form."""
        found: list[tuple[str, Any]] = [("scope", self.scope), ("queue", self.sieve.queue)]
        if self.scope == "ticked":
            found += [("id", id) for id in self.ids]
        elif self.scope == "page":
            found.append(("shown", ",".join(map(str, self.ids))))
        elif self.scope == "all":
            found += list(self.sieve.facts.items())
        else:
            found.append(("person", self.person))
        return [*found, *([("upto", self.upto)] if self.upto is not None else [])]

    @property
    def looked_at(self) -> bool:
        """One by one, so that even who stands may be among them."""
        return self.scope in ("ticked", "person")

    def of_reviews(self, *columns: Any, all: bool = False) -> sa.Select[Any]:
        """The reviews that are chosen; with `all`, those too whose authors stand."""
        statement = sa.select(*columns).select_from(Review).outerjoin(Account, Account.id == Review.author_id)
        if self.scope == "person":
            return statement.where(sa.false())
        if self.scope == "all":
            statement = statement.where(*self.sieve.conditions)
        else:
            statement = statement.where(Review.id.in_(self.ids), Review.decided_at.is_(None))
        if self.upto is not None:
            statement = statement.where(Review.id <= self.upto)
        return statement if self.looked_at or all else statement.where(UNKNOWN)

    def of_accounts(self, *columns: Any) -> sa.Select[Any]:
        """The accounts behind them. Of those who work here never one."""
        if self.scope == "person":
            chosen = Account.id == self.person
        else:
            chosen = Account.id.in_(self.of_reviews(Review.author_id))
        known = sa.true() if self.looked_at else NEWCOMER
        return sa.select(*columns).where(chosen, known, Account.role == "fan", Account.erased_at.is_(None))


@dataclass(frozen=True)
class Preview:
    """What it comes to. `everything` is all that the accounts wrote and somebody still sees, by kind; None where they are too many."""

    counts: Mapping[str, int]
    everything: Mapping[str, int] | None
    accounts: int
    names: Sequence[Account]
    samples: Sequence[moderation.Item]
    # By people who stand, and so not among them.
    left_out: int
    newest: int | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def nothing(self) -> bool:
        return not self.total and not self.accounts


def preview(choice: Choice) -> Preview:
    by_kind = choice.of_reviews(Review.subject_kind, sa.func.count(), sa.func.max(Review.id)).group_by(Review.subject_kind)
    found = [tuple(row) for row in db.session.execute(by_kind)]
    total = sum(number for _kind, number, _last in found)
    accounts = db.session.scalar(choice.of_accounts(sa.func.count())) or 0
    everybody = db.session.scalar(choice.of_reviews(sa.func.count(), all=True)) or 0
    first = db.session.scalars(choice.of_reviews(Review.id).order_by(Review.opened_at, Review.id).limit(SAMPLES)).all()
    return Preview(
        counts={kind: number for kind, number, _last in found},
        everything=_everything(choice) if accounts <= COUNTED_ACCOUNTS else None,
        accounts=accounts,
        names=db.session.scalars(choice.of_accounts(Account).order_by(Account.id).limit(NAMES)).all(),
        samples=moderation.items(listing.chosen(first, moderation.REVIEWS)),
        left_out=everybody - total,
        newest=max((last for _kind, _number, last in found), default=None),
    )


def _everything(choice: Choice) -> dict[str, int]:
    accounts = list(db.session.scalars(choice.of_accounts(Account.id)))
    return {kind: number for kind, number in _live(accounts).items() if number} if accounts else {}


def _live(accounts: Sequence[int]) -> dict[str, int]:
    kinds = current_app.extensions["fansite"].reviewables
    return {
        kind: sum(status in LIVE for _account, _id, status in reviewable.of_authors(accounts))
        for kind, reviewable in kinds.items()
        if reviewable.of_authors
    }


@dataclass(frozen=True)
class Progress:
    """How far a clean-up is, or the way back from it."""

    cleanup: Cleanup
    items: Counter[str]
    accounts: Counter[str]
    closed: int
    kinds: Mapping[str, int]

    @property
    def total(self) -> int:
        return self.items.total()

    @property
    def people(self) -> int:
        return self.accounts.total()

    @property
    def put_away(self) -> int:
        return self.items["done"]

    @property
    def steps(self) -> int:
        return self.total + self.accounts.total()

    @property
    def steps_done(self) -> int:
        """Of the way there; of the way back, when it was asked for."""
        if self.cleanup.undo_asked_at is not None:
            return self.steps - self.items["done"] - self.accounts["done"]
        return self.steps - self.items["waiting"] - self.accounts["waiting"]


def cleanup(cleanup_id: int) -> Cleanup | None:
    return db.session.execute(_with_people(sa.select(Cleanup).where(Cleanup.id == cleanup_id))).scalar_one_or_none()


def progress(cleanup: Cleanup) -> Progress:
    of_it = CleanupItem.cleanup_id == cleanup.id
    items = Counter(dict(_pairs(sa.select(CleanupItem.state, sa.func.count()).where(of_it).group_by(CleanupItem.state))))
    kinds = dict(_pairs(sa.select(CleanupItem.kind, sa.func.count()).where(of_it).group_by(CleanupItem.kind)))
    theirs = CleanupAccount.cleanup_id == cleanup.id
    accounts = _pairs(sa.select(CleanupAccount.state, sa.func.count()).where(theirs).group_by(CleanupAccount.state))
    closed = sa.select(sa.func.count()).where(theirs, CleanupAccount.closed_at.is_not(None))
    return Progress(cleanup, items, Counter(dict(accounts)), db.session.scalar(closed) or 0, kinds)


def some_of(cleanup: Cleanup) -> list[moderation.Item]:
    """A few of the things it put away, as they stand now."""
    statement = sa.select(Review.id).where(Review.cleanup_id == cleanup.id).order_by(Review.id).limit(SAMPLES)
    return moderation.items(listing.chosen(db.session.scalars(statement).all(), moderation.REVIEWS))


def people_of(cleanup: Cleanup) -> Sequence[Account]:
    statement = sa.select(Account).join(CleanupAccount, CleanupAccount.account_id == Account.id)
    return db.session.scalars(statement.where(CleanupAccount.cleanup_id == cleanup.id).order_by(Account.id).limit(NAMES)).all()


def newest(before: int | None) -> tuple[Sequence[Cleanup], int | None]:
    """A page of them, and the key of the next."""
    statement = _with_people(sa.select(Cleanup)).order_by(Cleanup.id.desc()).limit(PER_PAGE + 1)
    found = db.session.scalars(statement.where(Cleanup.id < before) if before is not None else statement).all()
    return found[:PER_PAGE], found[PER_PAGE - 1].id if len(found) > PER_PAGE else None


def sizes_of(cleanups: Sequence[Cleanup]) -> dict[int, int]:
    """How many things each of them chose or found."""
    mine = CleanupItem.cleanup_id.in_([one.id for one in cleanups])
    statement = sa.select(CleanupItem.cleanup_id, sa.func.count()).where(mine).group_by(CleanupItem.cleanup_id)
    return dict(db.session.execute(statement).all())


def _pairs(statement: Any) -> list[tuple[str, int]]:
    return [(name, number) for name, number in db.session.execute(statement)]


def _with_people(statement: Any) -> Any:
    return statement.options(joinedload(Cleanup.by), joinedload(Cleanup.undone_by))
