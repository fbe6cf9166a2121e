"""Finding who goes where: the people of an evening, the evenings of a fan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.accounts.visibility import EVERYONE, ME
from fansite.bonds.models import Bond
from fansite.core.db import db
from fansite.core.kept import kept
from fansite.core.web import path_for, public_url
from fansite.tour import queries as tour
from fansite.tour.going.models import WORDS, Attendance, Discretion, FanCalendar
from fansite.tour.queries import Night

PER_PAGE = 60


class _OfAttender(NamedTuple):
    id: int
    username: str
    username_key: str
    face: str | None
    disabled_at: datetime | None
    erased_at: datetime | None


class Attender(_OfAttender):
    """Of an account, what a list of people says of it."""

    active: Any = Account.active


class Evenings(NamedTuple):
    """Of one fan: what is to come, the first one first, and where they were, the last first."""

    coming: list[Night]
    past: list[Night]


# ---- of an evening ----------------------------------------------------------------------------------------------------------


def tag_of(gig_id: int) -> str:
    return f"going:{gig_id}"


def tags_of(gig_id: int) -> tuple[str, ...]:
    """What a page depends on that shows who is there: what they say, and whether they are still here."""
    return tag_of(gig_id), "list:fans"


def counts(gig_id: int) -> dict[str, int]:
    """How many said each of the words."""

    def ask() -> dict[str, int]:
        found = Counter(dict.fromkeys(WORDS, 0))
        for word, number in db.session.execute(_COUNTS, {"gig": gig_id}):
            found[word] += number
        return {word: found[word] for word in WORDS}

    return kept(f"tour.going.{gig_id}", tags_of(gig_id), ask)


def named(gig_id: int, *, member: bool) -> dict[str, int]:
    """Of how many, by their words, a stranger may read the names, or a member."""

    def ask() -> dict[str, int]:
        found, hidden = counts(gig_id), db.session.execute(_UNNAMED, {"gig": gig_id, "stranger": not member})
        return found | {word: found[word] - number for word, number in hidden}

    return kept(f"tour.named.{gig_id}.{member}", tags_of(gig_id), ask)


def people(gig_id: int, word: str, most: int, *, reader: Any = None, after: int = 0) -> list[Attender]:
    """Of those who said this word, who said it last first, whoever lets this reader know; nobody whom the reader does not want to see."""
    facts = {"gig": gig_id, "word": word, "most": most, "after": after}
    facts |= {"stranger": reader is None, "reader": reader.id if reader is not None else 0}
    return [Attender._make(row) for row in db.session.execute(_PEOPLE, facts)]


def word_of(gig_id: int, account_id: int) -> str | None:
    return db.session.scalar(_WORD, {"gig": gig_id, "account": account_id})


# ---- of a fan ---------------------------------------------------------------------------------------------------------------


def words_of(account_id: int) -> dict[int, str]:
    """What they said, by gig."""
    return {row.gig_id: row.word for row in db.session.execute(_OF_FAN, {"account": account_id})}


def evenings_of(account_id: int) -> Evenings:
    """Where they were, and where they go next: what they mean to, and did not say of what is over, is nobody's business."""
    words = words_of(account_id)
    return Evenings(_said(tour.upcoming(), words, "going"), _said(tour.past(), words, "there"))


def all_of(account_id: int) -> tuple[list[Night], dict[int, str]]:
    """All they said anything of, for their own eyes: what is to come, then what was, the last first; and their words by gig."""
    words = words_of(account_id)
    return [night for night in (*tour.upcoming(), *tour.past()) if night.id in words], words


def shown_to(account_ids: Iterable[int]) -> dict[int, str]:
    """Who may see where each of these goes."""
    ids = list(account_ids)
    found = dict(db.session.execute(_DISCREET, {"ids": ids}).all())
    return {id: found.get(id, EVERYONE) for id in ids}


# ---- calendars --------------------------------------------------------------------------------------------------------------


def calendar_of(account_id: int) -> FanCalendar | None:
    return db.session.get(FanCalendar, account_id)


def calendar_address(secret: str) -> str:
    return public_url(path_for("tour.calendar_of_fan", secret=secret))


def owner_of(secret: str) -> int | None:
    """Whose calendar is at this address; nobody's while their account is closed."""
    return db.session.scalar(_OWNER, {"secret": secret})


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _said(nights: Iterable[Night], words: dict[int, str], word: str) -> list[Night]:
    return [night for night in nights if words.get(night.id) == word]


# Put together once: that takes longer than the answer. Closed accounts are few and read off an index of their own. So of fifty thousand who
# go all are counted off the index, and the few subtracted again: to look at the account of each takes ten times as long.
_ROW, _ACCOUNT = Attendance.__table__.c, Account.__table__.c
_OF_GIG = _ROW.gig_id == sa.bindparam("gig")
_DISABLED = _ACCOUNT.disabled_at.is_not(None)
_THEIR_WORD = sa.select(_ROW.word).where(_OF_GIG, _ROW.account_id == _ACCOUNT.id).correlate(Account.__table__).scalar_subquery()
_COUNTS = sa.union_all(
    sa.select(_ROW.word, sa.func.count()).where(_OF_GIG).group_by(_ROW.word),
    sa.select(_THEIR_WORD, sa.literal_column("-1")).where(_DISABLED),
)
_HERE = _ROW.account_id.not_in(sa.select(_ACCOUNT.id).where(_DISABLED))
# Of those who do not show everybody where they go: whom strangers are not told of, and members neither; and whom one reader is not, because
# they keep that one away.
_DISCRETION, _BOND = Discretion.__table__.c, Bond.__table__.c
_OF_THEIRS = _DISCRETION.account_id == _ROW.account_id
_HIDDEN = sa.or_(_DISCRETION.shown_to == sa.literal_column(f"'{ME}'"), sa.bindparam("stranger", type_=sa.Boolean) == sa.true())
_APART = sa.exists().where(
    _BOND.account_id == _DISCRETION.account_id,
    _BOND.kind == sa.literal_column("'block'"),
    _BOND.other_id == sa.bindparam("reader"),
)
_SAID_NOT = sa.exists().where(_OF_THEIRS, _DISCRETION.account_id != sa.bindparam("reader"), sa.or_(_HIDDEN, _APART))
_UNNAMED = sa.select(_ROW.word, sa.func.count()).where(_OF_GIG, _HERE, sa.exists().where(_OF_THEIRS, _HIDDEN)).group_by(_ROW.word)
_DISCREET = sa.select(_DISCRETION.account_id, _DISCRETION.shown_to).where(
    _DISCRETION.account_id.in_(sa.bindparam("ids", expanding=True))
)
# Whom the reader mutes or blocks.
_UNWANTED = sa.exists().where(
    _BOND.account_id == sa.bindparam("reader"),
    _BOND.other_id == _ROW.account_id,
    _BOND.kind.in_([sa.literal_column("'mute'"), sa.literal_column("'block'")]),
)
_CHOSEN = (
    sa.select(_ROW.account_id, _ROW.said_at)
    .where(_OF_GIG, _ROW.word == sa.bindparam("word"), _HERE, ~_SAID_NOT, ~_UNWANTED)
    .order_by(_ROW.said_at.desc(), _ROW.account_id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
    .offset(sa.bindparam("after", type_=sa.Integer))
    .subquery("chosen")
)
_PEOPLE = (
    sa.select(*(_ACCOUNT[name] for name in Attender._fields))
    .join_from(_CHOSEN, Account.__table__, _ACCOUNT.id == _CHOSEN.c.account_id)
    .order_by(_CHOSEN.c.said_at.desc(), _CHOSEN.c.account_id.desc())
)
_WORD = sa.select(_ROW.word).where(_OF_GIG, _ROW.account_id == sa.bindparam("account"))
_OF_FAN = sa.select(_ROW.gig_id, _ROW.word).where(_ROW.account_id == sa.bindparam("account"))
_OWNER = (
    sa.select(FanCalendar.account_id)
    .join(Account, Account.id == FanCalendar.account_id)
    .where(FanCalendar.secret == sa.bindparam("secret"), _ACCOUNT.disabled_at.is_(None), _ACCOUNT.erased_at.is_(None))
)
