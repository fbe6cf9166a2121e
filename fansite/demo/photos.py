"""What the fans of the demo saw: drawn like the covers, and sent like photographs."""

from __future__ import annotations

import random
from datetime import timedelta
from io import BytesIO

import sqlalchemy as sa
from PIL import Image, ImageOps

from fansite.accounts.models import Account
from fansite.appearance import drawing_inks
from fansite.core.db import db, touch, transaction
from fansite.lib.times import now
from fansite.seo.cards import Card, drawing
from fansite.tour import queries
from fansite.tour.photos import operations as photos
from fansite.tour.photos.models import FanPhoto, of_gig

# How many evenings back, who, of what, upright or not, and what is to be seen.
TAKEN = (
    (0, "fay", "marmots", False, "Two marmots on the edge of the stage, before anybody else dared"),
    (0, "maud", "keys", False, "Jeanne on the piano lid, second encore"),
    (0, "tilda", "gentian", True, "The flower somebody threw. It stood in a glass till the end"),
    (0, "fay", "gables", False, "The street outside, nobody wanting to go home"),
    (0, "odette-k", "train", False, "Quelqu’un a raté son train pour « Lava Lullaby »"),
    (1, "maud", "rain", False, "It rained in, and they played on"),
    (1, "wren", "crater", True, "The backdrop, by the children of the school next door"),
    (1, "tomas", "keys", False, "Left hand only: the song about the sling"),
    (2, "odette-k", "ridges", False, "La vue depuis la salle, cinq minutes avant les portes"),
    (2, "fay", "marmots", True, "The choir of four bakers, and flour"),
    (3, "wren", "train", False, "The last train waited for the last song"),
    (0, "nora", "gables", False, "My first gig. I was in the third row"),
)
SIZES = {False: (945, 630), True: (472, 630)}


def load() -> int:
    """A second time adds nothing."""
    played = queries.past()
    if not played or db.session.scalar(sa.select(FanPhoto.id).limit(1)) is not None:
        return 0
    evenings = [night.id for night in queries.whole(played[: 1 + max(taken[0] for taken in TAKEN)]) if not night.off]
    sent = 0
    for back, who, motif, upright, caption in TAKEN:
        by = db.session.scalar(sa.select(Account).where(Account.origin == f"demo:{who}"))
        if by is not None and back < len(evenings):
            photos.send(evenings[back], _drawn(caption, motif, upright), caption=caption, by=by)
            sent += 1
    _some_time_after()
    return sent


def _some_time_after() -> None:
    """Not all of them at this moment: the first come home the same night, the last after some days."""
    with transaction() as session:
        for photo in session.scalars(sa.select(FanPhoto).options(sa.orm.joinedload(FanPhoto.gig)).order_by(FanPhoto.id)):
            after = timedelta(hours=2 + random.Random(photo.id).random() * 90)
            photo.sent_at = min(now() - timedelta(minutes=photo.id), photo.gig.over_at + after)
            photo.shown_at = photo.shown_at and photo.sent_at
            touch(of_gig(photo.gig_id))


def _drawn(seed: str, motif: str, upright: bool) -> bytes:
    image, _ink = drawing(Card("", "", seed, drawing_inks(), motif))
    file = BytesIO()
    ImageOps.fit(image, SIZES[upright], Image.Resampling.LANCZOS).save(file, "JPEG", quality=90)
    return file.getvalue()
