"""How pictures and faces are found, and where they are shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from fansite.core import listing
from fansite.core.content import Entry, Written, contents
from fansite.core.db import db
from fansite.core.listing import Listing
from fansite.media.models import Face, Picture

PER_PAGE = 48


# ---- pictures ---------------------------------------------------------------------------------------------------------------


def of_digest(digest: str) -> Picture | None:
    """By the first part of its name."""
    names = [f"{digest}.{extension}" for extension in ("jpg", "png", "webp")]
    return db.session.execute(sa.select(Picture).where(Picture.name.in_(names))).scalar_one_or_none()


def named(names: Iterable[str]) -> dict[str, Picture]:
    """Those of the library by their names, in one question. What a fan lent is in nobody's text."""
    wanted = set(names)
    if not wanted:
        return {}
    return {
        picture.name: picture
        for picture in db.session.scalars(sa.select(Picture).where(Picture.name.in_(wanted), Picture.shelf == ""))
    }


def in_library(picture_id: int | None) -> Picture | None:
    if picture_id is None:
        return None
    return db.session.scalar(sa.select(Picture).where(Picture.id == picture_id, *_IN_LIBRARY))


def by_ids(ids: Collection[int]) -> dict[int, Picture]:
    """Of many in one question."""
    return {picture.id: picture for picture in db.session.scalars(sa.select(Picture).where(Picture.id.in_(ids)))} if ids else {}


def from_old_path(path: str) -> Picture | None:
    """What an import brought from this path, the first of several sites."""
    statement = sa.select(Picture).where(Picture.origin_path == path, Picture.removed_at.is_(None))
    return db.session.scalar(statement.order_by(Picture.id).limit(1))


def library(number: int, *, words: str = "", undescribed: bool = False) -> tuple[Sequence[Picture], int]:
    """A page of the library, newest first, and the number of the last page."""
    if not words.split():
        return listing.page_of((_UNDESCRIBED if undescribed else _LIBRARY).order, _PICTURES, number, PER_PAGE)
    wanted = [*_IN_LIBRARY, *(_SILENT if undescribed else ())]
    for word in words.split()[:8]:
        like = f"%{_plain(word)}%"
        wanted.append(sa.or_(Picture.alt.ilike(like, escape="\\"), Picture.credit.ilike(like, escape="\\")))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Picture).where(*wanted)) or 0
    found = _rows().where(*wanted).order_by(Picture.id.desc()).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    return db.session.scalars(found).all(), max(1, -(-total // PER_PAGE))


def _rows() -> sa.Select[Any]:
    return sa.select(Picture).options(joinedload(Picture.uploaded_by))


_PICTURES = listing.entities(_rows)
_IN_LIBRARY: tuple[sa.ColumnElement[bool], ...] = (Picture.removed_at.is_(None), Picture.shelf == "")
_SILENT: tuple[sa.ColumnElement[bool], ...] = (Picture.alt == "", Picture.decorative.is_(False))
_BY_NUMBER = sa.literal_column("0", sa.Integer)
_LIBRARY = Listing("media.library", ("picture",), Picture.id, _BY_NUMBER, _IN_LIBRARY)
_UNDESCRIBED = Listing("media.undescribed", ("picture",), Picture.id, _BY_NUMBER, (*_IN_LIBRARY, *_SILENT))


def latest(limit: int) -> Sequence[Picture]:
    """The last ones that came, to choose from."""
    statement = sa.select(Picture).where(*_IN_LIBRARY).order_by(Picture.id.desc()).limit(limit)
    return db.session.scalars(statement).all()


def opened(picture_id: int) -> Picture | None:
    statement = sa.select(Picture).options(joinedload(Picture.uploaded_by)).where(Picture.id == picture_id, Picture.shelf == "")
    return db.session.scalar(statement)


def removed_before(moment: datetime) -> Sequence[int]:
    return db.session.scalars(sa.select(Picture.id).where(Picture.removed_at < moment)).all()


# ---- where they are shown ---------------------------------------------------------------------------------------------------


def uses_of(picture: Picture) -> list[Entry]:
    """Entries of any status that show it, as a cover or in their text."""
    found = {entry.id: entry for entry in [*covered_by(picture), *shown_in(picture)]}
    return list(found.values())


def covered_by(picture: Picture) -> Sequence[Entry]:
    return db.session.scalars(sa.select(Entry).where(Entry.cover_id == picture.id).order_by(Entry.id.desc())).all()


def shown_in(picture: Picture) -> list[Any]:
    """Reads through all texts: asked when one picture is looked at or changed, never for a list."""
    found: list[Any] = []
    for content in contents().values():
        if issubclass(content.model, Written):
            model: Any = content.model
            statement = sa.select(model).where(model.body.contains(picture.digest)).order_by(model.id.desc())
            found += db.session.scalars(statement)
        more = content.more_texts
        if more is not None:
            known = {entry.id for entry in found}
            ids = {text.entry_id for text in _more_showing(more, picture)} - known
            found += db.session.scalars(sa.select(Entry).where(Entry.id.in_(ids))) if ids else []
    return found


def more_showing(picture: Picture) -> list[Any]:
    """Texts in further languages of what stands in one row."""
    models = [content.more_texts for content in contents().values() if content.more_texts is not None]
    return [text for model in models for text in _more_showing(model, picture)]


def _more_showing(model: Any, picture: Picture) -> Sequence[Any]:
    return db.session.scalars(sa.select(model).where(model.body.contains(picture.digest))).all()


# ---- faces ------------------------------------------------------------------------------------------------------------------


def face_named(name: str) -> Face | None:
    return db.session.scalar(sa.select(Face).options(joinedload(Face.account)).where(Face.name == name))


def last_face_of(account_id: int) -> Face | None:
    """The one that is shown or waits, or what became of the last."""
    statement = sa.select(Face).options(joinedload(Face.account)).where(Face.account_id == account_id)
    return db.session.scalar(statement.order_by(Face.id.desc()).limit(1))


def faces_of_authors(account_ids: Sequence[int]) -> Sequence[tuple[int, int, str]]:
    """(account, number, status) of all they sent and did not take back."""
    columns = (Face.account_id, Face.id, Face.status)
    theirs = (Face.account_id.in_(account_ids), Face.status != "withdrawn")
    return [
        (account, id, status) for account, id, status in db.session.execute(sa.select(*columns).where(*theirs).order_by(Face.id))
    ]


def faces(ids: Sequence[int]) -> Sequence[Face]:
    return db.session.scalars(sa.select(Face).options(joinedload(Face.account)).where(Face.id.in_(ids))).all()


def _plain(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
