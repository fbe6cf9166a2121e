"""What the demo band played: on two of three of its past evenings somebody wrote it down, and some were in the papers."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.core.db import db, transaction
from fansite.lib import slugs
from fansite.lib.times import now
from fansite.tour.models import Gig
from fansite.tour.setlists import operations as setlists
from fansite.tour.setlists.models import PressLink, SetlistLine, Song, likeness_of

CONTENT = Path(__file__).with_name("content") / "setlists.json"
PLANNED = "Ash on the Sill\nTwo Coats\nPuy\nSalt Road, with Anke // if she is in town\nLava Lullaby\n---\nHay"


def load() -> None:
    """Of all evenings that have none yet; which they are does not change with their number."""
    without = ~sa.exists().where(SetlistLine.gig_id == Gig.id)
    with transaction() as session:
        songs = _songs()
        lines, links = list[dict[str, Any]](), list[dict[str, Any]]()
        for gig in session.scalars(sa.select(Gig).where(Gig.over_at < now(), without).order_by(Gig.id)).all():
            dice = random.Random(f"setlist {gig.id}")
            if gig.off or dice.random() > 2 / 3:
                continue
            lines += [
                {**_LINE, **line, "gig_id": gig.id, "position": nth} for nth, line in enumerate(_evening(gig.day, songs, dice), 1)
            ]
            links += _written_about(gig, dice)
            setlists.tell(gig)
        if lines:
            session.execute(sa.insert(SetlistLine), lines)
        if links:
            session.execute(sa.insert(PressLink), links)


def plan_the_next(by: Account) -> None:
    """One that only the staff see."""
    first = (
        sa.select(Gig.id).where(Gig.over_at > now() + timedelta(days=2), Gig.state == "planned").order_by(Gig.over_at).limit(1)
    )
    gig = db.session.get(Gig, db.session.scalar(first) or 0)
    if gig is not None:
        setlists.write_down(gig.id, PLANNED, by=by, version=gig.version)


_LINE = {"part": 0, "song_id": None, "words": "", "tape": False, "guests": "", "note": ""}


@cache
def _material() -> dict[str, list[Any]]:
    told: dict[str, list[Any]] = json.loads(CONTENT.read_text(encoding="utf-8"))
    return told


def _songs() -> dict[str, int]:
    """Their numbers by title."""
    known = {song.likeness: song for song in db.session.scalars(sa.select(Song))}
    for title, artist, _since, _often in _material()["songs"]:
        likeness = likeness_of(title)
        if likeness not in known:
            known[likeness] = Song(title=title, artist=artist, likeness=likeness, slug=slugs.slugify(title))
            db.session.add(known[likeness])
    db.session.flush()
    return {title: known[likeness_of(title)].id for title, *_rest in _material()["songs"]}


def _evening(day: date, songs: dict[str, int], dice: random.Random) -> list[dict[str, Any]]:
    """An opener, songs of their time, and what they come back for."""
    ago = (now().date() - day).days
    there = [(title, often) for title, _artist, since, often in _material()["songs"] if since >= ago]
    encores = [title for title in _material()["encores"] if any(title == one for one, _often in there)]
    last = dice.sample(encores, dice.choice((1, 1, 2, 3)))
    wanted = [dice.choice([one for one in _material()["openers"] if any(one == title for title, _often in there)])]
    wanted += _drawn([one for one in there if one[0] not in (*wanted, *last)], dice.randint(8, 12), dice)
    told = [{"song_id": songs[title], **_more(dice)} for title in wanted]
    if dice.random() < 0.2:
        told.insert(0, {"words": dice.choice(_material()["tapes"]), "tape": True})
    if dice.random() < 0.25:
        told.insert(dice.randint(3, len(told)), {"note": dice.choice(_material()["remarks"])})
    # Who comes back three times does so twice.
    return told + [{"song_id": songs[title], "part": 2 if nth == 2 else 1, **_more(dice)} for nth, title in enumerate(last)]


def _drawn(there: list[tuple[str, int]], number: int, dice: random.Random) -> list[str]:
    """So many different ones, those that are played often rather than others."""
    by_luck = sorted(there, key=lambda one: dice.random() ** (1 / one[1]), reverse=True)
    return [title for title, _often in by_luck[:number]]


def _more(dice: random.Random) -> dict[str, str]:
    luck = dice.random()
    if luck < 0.06:
        return {"guests": dice.choice(_material()["guests"])}
    return {"note": dice.choice(_material()["notes"])} if luck < 0.15 else {}


def _written_about(gig: Gig, dice: random.Random) -> list[dict[str, Any]]:
    if dice.random() > 0.4:
        return []
    chosen = dice.sample(_material()["press"], dice.choice((1, 1, 2)))
    return [
        {
            "gig_id": gig.id,
            "url": f"https://{slugs.slugify(outlet)}.example/{gig.day:%Y/%m}/{slugs.slugify(title)}",
            "title": title,
            "outlet": outlet,
            "day": gig.day + timedelta(days=dice.randint(1, 4)),
            "language": language,
        }
        for outlet, title, language in chosen
    ]
