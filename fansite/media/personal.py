"""What pictures know of a person: their own face, and what they uploaded for the band."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.db import db
from fansite.core.feature import Chapter, Leaver, Personal
from fansite.media import faces
from fansite.media.models import Face, Picture
from fansite.media.operations import storage


def export(account_id: int) -> list[Chapter]:
    return [_faces(account_id), _uploads(account_id)]


def erase(leaver: Leaver) -> None:
    """The face goes with its file; what was uploaded for the band stays, and says no more by whom."""
    faces.forget_of(leaver.id)
    db.session.execute(sa.update(Picture).where(Picture.uploaded_by_id == leaver.id).values(uploaded_by_id=None))


def _faces(account_id: int) -> Chapter:
    found = db.session.scalars(sa.select(Face).where(Face.account_id == account_id).order_by(Face.id)).all()
    labels = {"file": _l("File"), "state": _l("State"), "reason": _l("The moderator wrote"), "at": _l("When")}
    rows = [{"file": face.name, "state": face.status, "reason": face.reason, "at": face.sent_at} for face in found]
    return Chapter("faces", _l("Pictures of you"), labels, rows, [(face.name, _content(face.name)) for face in found])


def _uploads(account_id: int) -> Chapter:
    found = db.session.scalars(
        sa.select(Picture).where(Picture.uploaded_by_id == account_id, Picture.shelf == "").order_by(Picture.id)
    ).all()
    labels = {"file": _l("File"), "alt": _l("What it shows"), "credit": _l("Credit"), "at": _l("When")}
    rows = [{"file": one.name, "alt": one.alt, "credit": one.credit, "at": one.created_at} for one in found]
    return Chapter("uploads", _l("Pictures you uploaded for the band"), labels, rows)


def _content(name: str) -> bytes:
    try:
        with storage().open(name) as file:
            return file.read()
    except FileNotFoundError:
        return b""


personal = Personal(covers=("face.account_id", "picture.uploaded_by_id"), export=export, erase=erase)
