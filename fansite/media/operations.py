"""Keeping pictures: taken in once, described, made in sizes, taken out of the library and back."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from fansite.backends.storage import Storage
from fansite.core.content import rendered
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import NotFound, Refused
from fansite.core.outbox import Event, record
from fansite.core.policy import require
from fansite.lib.times import now
from fansite.media import encoding, policy, queries
from fansite.media.models import FOCUSES, KEEP_REMOVED, MAX_ALT, MAX_CREDIT, Picture

MAX_ORIGIN = 500
# x-300x200.jpg and x-scaled.jpg are what WordPress made of x.jpg.
_RESIZED = re.compile(r"(?:-\d{1,5}x\d{1,5}|-scaled|\.thumbnail|\.miniature)(?=\.\w{2,5}$)")


def storage() -> Storage:
    found: Storage = current_app.extensions["fansite"].storage
    return found


# ---- taking in --------------------------------------------------------------------------------------------------------------


def keep_picture(data: bytes, alt: str = "", origin: str | None = None, *, by: Any = None) -> Picture:
    """Stores a picture once; the same file again is the same picture. Raises `Refused` for what is none.

    It is named by the file that was sent, not by our encoding of it: that may differ with the next version of the library.
    """
    digest, by_id = _digest(data), by.id if by is not None else None
    known = queries.of_digest(digest)
    if known is not None:
        return _taken_back(known)
    encoded = encoding.encode(data)
    name = f"{digest}.{encoded.extension}"
    # The file first: a file without a row is never seen, a row without a file is a hole in a page.
    storage().put(name, encoded.data)
    with transaction() as session:
        known = queries.of_digest(digest)
        if known is not None:
            return _taken_back(known)
        picture = Picture(name=name, width=encoded.width, height=encoded.height, bytes=len(encoded.data), uploaded_by_id=by_id)
        picture.transparent, picture.blur = encoded.transparent, encoded.blur
        picture.alt, picture.origin = _line(alt)[:MAX_ALT], (origin or "")[:MAX_ORIGIN] or None
        picture.origin_path = path_of_origin(urlsplit(origin).path) if origin else None
        session.add(picture)
        session.flush()
        record("picture.kept", picture)
        return picture


def name_apart(data: bytes, *facts: Any) -> str:
    """What a picture beside the library is called: the same for the same file and facts, and guessed by nobody who has both."""
    told = "\n".join([*(str(fact) for fact in facts), hashlib.sha256(data).hexdigest()])
    key = str(current_app.config["SECRET_KEY"]).encode()
    return f"{hmac.new(key, told.encode(), 'sha256').hexdigest()[:40]}.jpg"


def store_apart(name: str, data: bytes) -> encoding.Encoded:
    """The file of a photograph, before its row; raises `Refused` for what is no picture."""
    made = encoding.photograph(data)
    storage().put(name, made.data)
    return made


def keep_apart(name: str, made: encoding.Encoded, *, shelf: str, alt: str, by: Any) -> Picture:
    """The row of a stored photograph, on a feature's own shelf; inside the transaction that gives it its place there."""
    picture = Picture(name=name, width=made.width, height=made.height, bytes=len(made.data), blur=made.blur)
    picture.shelf, picture.alt, picture.uploaded_by_id = shelf, _line(alt)[:MAX_ALT], by.id
    db.session.add(picture)
    db.session.flush()
    record("picture.kept", picture)
    return picture


def drop_file(name: str) -> None:
    """Of what was stored and found no place: unless somebody else's request gave it one."""
    if not db.session.scalar(sa.select(Picture.id).where(Picture.name == name)):
        storage().drop(name)


def drop_apart(picture_ids: Sequence[int]) -> None:
    """Pictures nobody has a place for any more, with all their files."""
    for picture_id in picture_ids:
        with transaction() as session:
            picture = session.get(Picture, picture_id)
            if picture is None or not picture.shelf or queries.covered_by(picture):
                continue
            names = [picture.name, *picture.sizes()]
            session.delete(picture)
        for name in names:
            storage().drop(name)


def picture_of(data: bytes) -> Picture | None:
    """The picture that was made of this very file, if it was ever kept."""
    return queries.of_digest(_digest(data))


def path_of_origin(path: str) -> str:
    """The path of a picture on another site, of whatever size it was asked for."""
    return _RESIZED.sub("", unquote(path, errors="replace"))[:MAX_ORIGIN]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:40]


def _taken_back(picture: Picture) -> Picture:
    """Sent once more, it is wanted again."""
    if picture.removed_at is not None:
        with transaction():
            picture = get(Picture, picture.id)
            _put_back(picture)
    return picture


def _put_back(picture: Picture) -> None:
    picture.removed_at = None
    touch("site")  # it may be the logo, which stands on every page


# ---- the library ------------------------------------------------------------------------------------------------------------


def describe(picture_id: int, *, by: Any, alt: str, decorative: bool, credit: str, focus: str = "") -> Picture:
    """What it shows, or that there is nothing to say; whose it is. Texts that show it are rendered again by the worker."""
    alt, credit = _line(alt), _line(credit)
    if len(alt) > MAX_ALT:
        raise Refused(_l("Say it in %(most)s characters at most.", most=MAX_ALT), field="alt")
    if len(credit) > MAX_CREDIT:
        raise Refused(_l("Say it in %(most)s characters at most.", most=MAX_CREDIT), field="credit")
    if not alt and not decorative:
        raise Refused(_l("Say what it shows, or tick that it is only decoration."), field="alt")
    with transaction():
        require(policy.edit, by)
        picture = _of_library(picture_id)
        said = ("" if decorative else alt, decorative, credit, focus if focus in FOCUSES else "")
        if said != (picture.alt, picture.decorative, picture.credit, picture.focus):
            picture.alt, picture.decorative, picture.credit, picture.focus = said
            touch(*(tag for entry in queries.covered_by(picture) for tag in entry.page_tags))
            touch("site")  # it may stand above the front page, or be the logo
            record("picture.described", picture)
        return picture


def remove(picture_id: int, *, by: Any) -> None:
    """Out of the library, with its address; only what nothing shows. It can be taken back until it is swept."""
    with transaction():
        require(policy.edit, by)
        picture = _of_library(picture_id)
        if queries.uses_of(picture):
            raise Refused(_l("Texts show this picture: take it out of them first."))
        picture.removed_at = picture.removed_at or now()
        touch("site")  # it may have been the logo, which stands on every page


def take_back(picture_id: int, *, by: Any) -> None:
    with transaction():
        require(policy.edit, by)
        _put_back(_of_library(picture_id))


def _of_library(picture_id: int) -> Picture:
    picture = get(Picture, picture_id)
    if picture.shelf:
        raise NotFound()
    return picture


def sweep() -> None:
    """What was removed long ago goes for good. What somebody began to show meanwhile comes back instead."""
    for picture_id in queries.removed_before(now() - KEEP_REMOVED):
        with transaction() as session:
            picture = get(Picture, picture_id)
            if picture.removed_at is None or queries.uses_of(picture):
                _put_back(picture)
                continue
            names = [picture.name, *picture.sizes()]
            session.delete(picture)
        for name in names:
            storage().drop(name)


# ---- what follows: the worker -----------------------------------------------------------------------------------------------


def make_sizes(events: Sequence[Event]) -> None:
    """Listener of `picture.kept`: makes what is missing."""
    for picture in _pictures_of(events):
        missing = {name: size for name, size in picture.sizes().items() if not _is_stored(name)}
        if missing:
            with storage().open(picture.name) as file:
                data = file.read()
            for name, made in encoding.smaller(data, missing):
                storage().put(name, made)


def render_again(events: Sequence[Event]) -> None:
    """Listener of `picture.described`: texts that show it say its new words."""
    for picture in _pictures_of(events):
        for shown_in in queries.shown_in(picture):
            with transaction():
                entry = get(type(shown_in), shown_in.id)
                html = rendered(entry.body)
                if html != entry.html:
                    entry.html = html
                    entry.touch()
        for text in queries.more_showing(picture):
            with transaction() as session:
                text = session.merge(text)
                text.write(text.body)
                touch(*text.page_tags)


def _pictures_of(events: Sequence[Event]) -> list[Picture]:
    ids = {int(event.subject.partition(":")[2]) for event in events}
    return list(db.session.scalars(sa.select(Picture).where(Picture.id.in_(ids), Picture.removed_at.is_(None))))


def _is_stored(name: str) -> bool:
    try:
        return storage().size(name) > 0
    except FileNotFoundError:
        return False


def _line(text: str) -> str:
    return " ".join(text.split())
