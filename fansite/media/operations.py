"""Keeping pictures."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from flask import current_app

from fansite.backends.storage import Storage
from fansite.core.db import db, transaction
from fansite.media.encoding import encode
from fansite.media.models import Picture

MAX_ALT = 300
MAX_ORIGIN = 500


def keep_picture(data: bytes, alt: str = "", origin: str | None = None) -> Picture:
    """Stores a picture once; the same file again is the same picture. Raises `Refused` for what is none.

    It is named by the file that was sent, not by our encoding of it: that may differ with the next version of the library.
    """
    digest = _digest(data)
    known = _named(digest)
    if known is not None:
        return known
    encoded = encode(data)
    name = f"{digest}.{encoded.extension}"
    storage: Storage = current_app.extensions["fansite"].storage
    # The file first: a file without a row is never seen, a row without a file is a hole in a page.
    storage.put(name, encoded.data)
    with transaction() as session:
        known = _named(digest)
        if known is not None:
            return known
        picture = Picture(name=name, width=encoded.width, height=encoded.height, bytes=len(encoded.data))
        picture.alt, picture.origin = alt.strip()[:MAX_ALT], (origin or "")[:MAX_ORIGIN] or None
        session.add(picture)
        session.flush()
        return picture


def picture_of(data: bytes) -> Picture | None:
    """The picture that was made of this very file, if it was ever kept."""
    return _named(_digest(data))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:40]


def _named(digest: str) -> Picture | None:
    names = [f"{digest}.{extension}" for extension in ("jpg", "png", "webp")]
    return db.session.execute(sa.select(Picture).where(Picture.name.in_(names))).scalar_one_or_none()
