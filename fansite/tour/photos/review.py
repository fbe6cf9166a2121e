"""Photographs before moderators: what the card shows, and what a decision does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from fansite.comments import author_name, author_path
from fansite.core.db import db
from fansite.core.feature import Reviewable
from fansite.core.web import entry_path
from fansite.media import path_of
from fansite.media.models import WIDTHS
from fansite.moderation.queries import Card, Record, known_of
from fansite.tour.photos import operations, queries
from fansite.tour.photos.models import FanPhoto
from fansite.tour.words import short_day

# Wide enough to see whom it shows.
PREVIEW = WIDTHS[1]


def cards(ids: Sequence[int]) -> dict[int, Card]:
    photos = queries.many(ids)
    records = queries.records_of({photo.account_id for photo in photos})
    return {photo.id: _card(photo, records[photo.account_id]) for photo in photos}


def state(photo_id: int) -> tuple[str, datetime] | None:
    photo = db.session.get(FanPhoto, photo_id)
    return (photo.status, photo.sent_at) if photo is not None else None


def visible(photo_id: int) -> bool:
    photo = queries.opened(photo_id)
    return photo is not None and photo.visible and photo.gig.public


def author(photo_id: int) -> int | None:
    photo = db.session.get(FanPhoto, photo_id)
    return photo.account_id if photo is not None else None


def text(photo_id: int) -> str:
    photo = queries.opened(photo_id)
    return photo.picture.alt if photo is not None else ""


def _card(photo: FanPhoto, record: Record) -> Card:
    return Card(
        html=_preview(photo),
        author_name=author_name(photo) or "[deleted]",
        author_path=author_path(photo),
        **known_of(photo.author, record),
        entry_title=f"{photo.gig.title}, {short_day(photo.gig.day)}",
        entry_path=entry_path(photo.gig),
        posted_at=photo.sent_at,
        status=photo.status,
    )


def _preview(photo: FanPhoto) -> Markup:
    picture = photo.picture
    width = max(width for width in picture.widths if width <= PREVIEW or width == picture.widths[0])
    html = '<figure class="review__photo"><img src="{}" alt="" width="{}" height="{}" loading="lazy"><figcaption>{}</figcaption></figure>'
    return Markup(html).format(
        path_of(picture.sized(width, picture.fallback)), width, max(1, round(picture.height * width / picture.width)), picture.alt
    )


reviewable = Reviewable(
    kind="photo",
    label=_l("Photo of an evening"),
    cards=cards,
    state=state,
    approve=operations.approve,
    hide=operations.hide,
    restore=operations.restore,
    touch=operations.touch_again,
    visible=visible,
    author=author,
    text=text,
    of_authors=queries.of_authors,
)
