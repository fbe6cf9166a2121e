"""What photographs know of a person: each they sent, with its file and what became of it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fansite.core.feature import Chapter
from fansite.core.web import path_for, public_url
from fansite.media.operations import storage
from fansite.tour.photos import queries
from fansite.tour.photos.models import FanPhoto

LABELS = {
    "gig": _l("Gig"),
    "file": _l("File"),
    "caption": _l("What it shows"),
    "state": _l("State"),
    "reason": _l("The moderator wrote"),
    "at": _l("When"),
    "address": _l("Address"),
}


def chapters(account_id: int) -> list[Chapter]:
    photos = queries.all_of(account_id)
    if not photos:
        return []
    files = [(photo.picture.name, _content(photo.picture.name)) for photo in photos]
    return [Chapter("photos", _l("Your photos of evenings"), LABELS, [_row(photo) for photo in photos], files)]


def _row(photo: FanPhoto) -> dict[str, object]:
    address = path_for("tour.photo", slug=photo.gig.slug, photo_id=photo.id)
    return {
        "gig": photo.gig.title,
        "file": photo.picture.name,
        "caption": photo.caption,
        "state": photo.status,
        "reason": photo.reason,
        "at": photo.sent_at,
        "address": public_url(address) if photo.visible else None,
    }


def _content(name: str) -> bytes:
    try:
        with storage().open(name) as file:
            return file.read()
    except FileNotFoundError:
        return b""
