"""Faces before moderators: what the card shows, and what a decision does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fansite.core.db import db
from fansite.core.feature import Reviewable
from fansite.core.web import path_for
from fansite.media import faces, queries
from fansite.media.models import Face
from fansite.media.showing import face_image
from fansite.moderation.queries import Card, known_of


def cards(ids: Sequence[int]) -> dict[int, Card]:
    return {face.id: _card(face) for face in queries.faces(ids)}


def state(face_id: int) -> tuple[str, datetime] | None:
    face = db.session.get(Face, face_id)
    return (face.status, face.sent_at) if face is not None else None


def visible(face_id: int) -> bool:
    face = db.session.get(Face, face_id)
    return face is not None and face.visible


def author(face_id: int) -> int | None:
    face = db.session.get(Face, face_id)
    return face.account_id if face is not None else None


def _card(face: Face) -> Card:
    account = face.account
    return Card(
        html=face_image(face.name, _("The picture %(name)s sent", name=account.username)),
        author_name=account.username,
        author_path=path_for("fans.show", username=account.username_key) if account.active else None,
        **known_of(account),
        entry_title=_("their page"),
        entry_path=path_for("fans.show", username=account.username_key),
        posted_at=face.sent_at,
        status=face.status,
    )


reviewable = Reviewable(
    kind="face",
    label=_l("Picture of a fan"),
    cards=cards,
    state=state,
    approve=faces.approve,
    hide=faces.hide,
    restore=faces.restore,
    touch=faces.touch_again,
    visible=visible,
    author=author,
    of_authors=queries.faces_of_authors,
)
