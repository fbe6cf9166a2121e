"""What fans say of themselves before moderators: what the card shows, and what a decision does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import joinedload

from fansite.core.db import db
from fansite.core.feature import Reviewable
from fansite.core.web import path_for
from fansite.fans import deciding, queries
from fansite.fans.models import Wording
from fansite.moderation.queries import Card, known_of


def cards(ids: Sequence[int]) -> dict[int, Card]:
    statement = sa.select(Wording).options(joinedload(Wording.account)).where(Wording.id.in_(ids))
    return {wording.id: _card(wording) for wording in db.session.scalars(statement)}


def state(wording_id: int) -> tuple[str, datetime] | None:
    wording = db.session.get(Wording, wording_id)
    return (wording.status, wording.written_at) if wording is not None else None


def visible(wording_id: int) -> bool:
    statement = sa.select(Wording).options(joinedload(Wording.account)).where(Wording.id == wording_id)
    wording = db.session.scalar(statement)
    return wording is not None and wording.visible and wording.account.active


def author(wording_id: int) -> int | None:
    wording = db.session.get(Wording, wording_id)
    return wording.account_id if wording is not None else None


def text(wording_id: int) -> str:
    wording = db.session.get(Wording, wording_id)
    return wording.text if wording is not None else ""


def shown(html: str, songs: Sequence[str]) -> Markup:
    """The words and the songs, as the card and the form of a report show them."""
    listed = Markup("").join(Markup("<li>{}</li>").format(song) for song in songs)
    return Markup(html) + (Markup("<ul>{}</ul>").format(listed) if songs else Markup(""))  # cleaned when it was stored


def _card(wording: Wording) -> Card:
    account = wording.account
    page = path_for("fans.show", username=account.username_key)
    return Card(
        html=shown(wording.html, wording.songs),
        author_name=account.username,
        author_path=page if account.active else None,
        **known_of(account),
        entry_title=_("their page"),
        entry_path=page,
        posted_at=wording.written_at,
        status=wording.status,
    )


reviewable = Reviewable(
    kind="profile",
    label=_l("What a fan says of themselves"),
    cards=cards,
    state=state,
    approve=deciding.approve,
    hide=deciding.hide,
    restore=deciding.restore,
    touch=deciding.touch_again,
    visible=visible,
    author=author,
    text=text,
    of_authors=queries.of_authors,
)
