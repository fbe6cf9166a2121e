"""Finding photographs: of an evening, of a fan, and whose they are to see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from fansite.core.db import db
from fansite.media.models import Picture
from fansite.moderation.queries import Record
from fansite.tour.models import Gig
from fansite.tour.photos.models import REFUSED, SHELF, STANDING, FanPhoto

ON_GIG = 12
PER_PAGE = 48
OF_FAN = 8
OWN_A_PAGE = 30


def of_gig(gig_id: int, most: int, *, after: int = 0) -> Sequence[FanPhoto]:
    """Published ones in the order they came, one more than asked for where there are more."""
    return db.session.scalars(_of_gig(), {"gig": gig_id, "after": after, "most": most + 1}).all()


def count_of_gig(gig_id: int) -> int:
    return db.session.scalar(_COUNT, {"gig": gig_id}) or 0


def waiting_of(gig_id: int, account_id: int) -> Sequence[FanPhoto]:
    """What this fan sent of an evening and nobody else sees yet."""
    mine = (FanPhoto.account_id == account_id, FanPhoto.status == "pending", FanPhoto.gig_id == gig_id)
    return db.session.scalars(_shown(sa.select(FanPhoto)).where(*mine).order_by(FanPhoto.id)).all()


def belongs(gig_id: int, photo_id: int) -> bool:
    """Whether there is, or was, such a photograph of this evening."""
    return db.session.scalar(sa.select(FanPhoto.id).where(FanPhoto.id == photo_id, FanPhoto.gig_id == gig_id)) is not None


def opened(photo_id: int) -> FanPhoto | None:
    """With all its page says of it."""
    return db.session.scalar(_with_all(sa.select(FanPhoto)).where(FanPhoto.id == photo_id))


def many(ids: Sequence[int]) -> Sequence[FanPhoto]:
    return db.session.scalars(_with_all(sa.select(FanPhoto)).where(FanPhoto.id.in_(ids))).all()


def of_authors(account_ids: Sequence[int]) -> Sequence[tuple[int, int, str]]:
    """(account, number, status) of all they sent and did not take back."""
    columns = (FanPhoto.account_id, FanPhoto.id, FanPhoto.status)
    theirs = (FanPhoto.account_id.in_(account_ids), FanPhoto.status != "withdrawn")
    return [
        (account, id, status)
        for account, id, status in db.session.execute(sa.select(*columns).where(*theirs).order_by(FanPhoto.id))
    ]


def of_picture(picture_id: int) -> FanPhoto | None:
    return db.session.scalar(_of_picture(), {"picture": picture_id})


def named(name: str) -> FanPhoto | None:
    """By the name of its picture."""
    statement = sa.select(FanPhoto).join(FanPhoto.picture).options(contains_eager(FanPhoto.picture))
    return db.session.scalar(statement.where(Picture.name == name))


def beside(photo: FanPhoto) -> tuple[int | None, int | None]:
    """The numbers of the one before and the one after, of the same evening."""
    published = sa.select(FanPhoto.id).where(FanPhoto.gig_id == photo.gig_id, FanPhoto.status == "published")
    before = published.where(FanPhoto.id < photo.id).order_by(FanPhoto.id.desc()).limit(1)
    after = published.where(FanPhoto.id > photo.id).order_by(FanPhoto.id).limit(1)
    found = db.session.execute(sa.select(before.scalar_subquery(), after.scalar_subquery())).one()
    return found[0], found[1]


def kept_of(gig_id: int, account_id: int) -> int:
    """How many of an evening this fan has here that were not taken back."""
    mine = (FanPhoto.account_id == account_id, FanPhoto.gig_id == gig_id, FanPhoto.status != "withdrawn")
    return db.session.scalar(sa.select(sa.func.count()).select_from(FanPhoto).where(*mine)) or 0


def records_of(account_ids: Collection[int]) -> dict[int, Record]:
    """Of many in one question; who never sent any is left out."""
    approved = sa.func.count().filter(FanPhoto.shown_at.is_not(None), FanPhoto.status.not_in(REFUSED))
    refused = sa.func.count().filter(FanPhoto.status.in_(REFUSED))
    statement = sa.select(FanPhoto.account_id, approved, refused).where(FanPhoto.account_id.in_(account_ids))
    return {id: Record(yes, no) for id, yes, no in db.session.execute(statement.group_by(FanPhoto.account_id))}


def lent_any(account_id: int) -> bool:
    """Most fans never did."""
    return db.session.scalar(_lent(), {"account": account_id}) is not None


def of_fan(account_id: int) -> tuple[Sequence[FanPhoto], int]:
    """The last of a fan's that everybody sees, and how many there are."""
    total = db.session.scalar(_number_of_fan(), {"account": account_id}) or 0
    return db.session.scalars(_of_fan(), {"account": account_id}).all(), total


def own_of(account_id: int, before: int | None) -> tuple[Sequence[FanPhoto], int | None]:
    """A page of all somebody sent, the last first, and the key of the next page."""
    mine = [FanPhoto.account_id == account_id, *([FanPhoto.id < before] if before is not None else [])]
    statement = _with_all(sa.select(FanPhoto)).where(*mine).order_by(FanPhoto.id.desc()).limit(OWN_A_PAGE + 1)
    found = db.session.scalars(statement).all()
    return found[:OWN_A_PAGE], found[OWN_A_PAGE - 1].id if len(found) > OWN_A_PAGE else None


def all_of(account_id: int) -> Sequence[FanPhoto]:
    return db.session.scalars(_with_all(sa.select(FanPhoto)).where(FanPhoto.account_id == account_id).order_by(FanPhoto.id)).all()


def long_gone(before: Any) -> Sequence[int]:
    """Taken back or refused, and not wanted again since."""
    old = (FanPhoto.changed_at < before, FanPhoto.status.not_in(STANDING))
    return db.session.scalars(sa.select(FanPhoto.id).where(*old)).all()


def without_place() -> Sequence[int]:
    """Pictures of the shelf whose photograph is gone: with its evening, its fan, or after its time."""
    place = sa.exists().where(FanPhoto.picture_id == Picture.id)
    return db.session.scalars(sa.select(Picture.id).where(Picture.shelf == SHELF, Picture.shelf != "", ~place)).all()


# Put together once: that takes longer than the answer.


@cache
def _lent() -> sa.Select[int]:
    return sa.select(FanPhoto.id).where(FanPhoto.account_id == sa.bindparam("account"), FanPhoto.status == "published").limit(1)


def _seen_of_fan() -> tuple[sa.ColumnElement[bool], ...]:
    mine = (FanPhoto.account_id == sa.bindparam("account"), FanPhoto.status == "published")
    return (*mine, Gig.status == "published", Gig.visibility == "public")


@cache
def _number_of_fan() -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(FanPhoto).join(FanPhoto.gig).where(*_seen_of_fan())


@cache
def _of_fan() -> sa.Select[FanPhoto]:
    whole = (contains_eager(FanPhoto.gig), joinedload(FanPhoto.picture, innerjoin=True))
    some = sa.select(FanPhoto).join(FanPhoto.gig).options(*whole).where(*_seen_of_fan())
    return some.order_by(FanPhoto.id.desc()).limit(OF_FAN)


@cache
def _of_gig() -> Any:
    wanted = (FanPhoto.gig_id == sa.bindparam("gig"), FanPhoto.status == "published", FanPhoto.id > sa.bindparam("after"))
    return _shown(sa.select(FanPhoto)).where(*wanted).order_by(FanPhoto.id).limit(sa.bindparam("most", type_=sa.Integer))


@cache
def _of_picture() -> Any:
    return (
        sa.select(FanPhoto)
        .options(joinedload(FanPhoto.gig, innerjoin=True))
        .where(FanPhoto.picture_id == sa.bindparam("picture"))
    )


def _shown(statement: sa.Select[Any]) -> sa.Select[Any]:
    return statement.options(joinedload(FanPhoto.picture, innerjoin=True), joinedload(FanPhoto.author, innerjoin=True))


def _with_all(statement: sa.Select[Any]) -> sa.Select[Any]:
    return _shown(statement).options(joinedload(FanPhoto.gig, innerjoin=True).joinedload(Gig.venue, innerjoin=True))


_ROW = FanPhoto.__table__.c
_COUNT = sa.select(sa.func.count()).where(_ROW.gig_id == sa.bindparam("gig"), _ROW.status == "published")
