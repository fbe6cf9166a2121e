"""What can happen to setlists, songs and press links."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, TypedDict
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core import publishing
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import Refused
from fansite.core.outbox import record
from fansite.core.policy import require, staff
from fansite.lib import slugs
from fansite.lib.times import now
from fansite.tour import policy
from fansite.tour.models import Gig
from fansite.tour.setlists import queries
from fansite.tour.setlists.models import (
    MAX_ADDRESS,
    MAX_HEADLINE,
    MAX_OUTLET,
    MAX_SONG,
    PressLink,
    SetlistLine,
    Song,
    likeness_of,
)

# Nobody reads more, and no evening was written about more often.
MOST_LINKS = 40


class Link(TypedDict, total=False):
    """What is said of something that was written about an evening."""

    url: str
    title: str
    outlet: str
    day: date | None
    language: str


# ---- setlists ---------------------------------------------------------------------------------------------------------------


def write_down(gig_id: int, text: str, *, by: Any, version: int) -> Gig:
    """The whole list of an evening, in place of what was there. Sent twice it is written once. Readers see it once the evening has
    begun."""
    with transaction():
        require(policy.edit, by)
        gig, told = get(Gig, gig_id), queries.understood(text)
        if told.problems:
            raise Refused(told.problems[0], field="text")
        if told.lines == queries.lines_of(gig_id):
            return gig
        gig = publishing.opened(Gig, gig_id, by=by, version=version)
        _replace(gig, told)
        gig.version += 1
        tell(gig)
        return gig


def tell(gig: Gig) -> None:
    """Pages, search and statistics follow: at once where the evening has begun, else when it does. Inside a transaction."""
    if gig.begun or gig.off:
        gig.updated_at = now()
        record("gig.setlist_written", gig)
    else:
        announce(gig)
    gig.touch()
    touch(queries.TAG)


def announce(gig: Gig) -> None:
    """What was planned becomes known when the evening begins; should that change, whoever changes it says so anew."""
    record("gig.setlist_planned", gig, due=gig.begun_at)


def _replace(gig: Gig, told: queries.Understood) -> None:
    session = db.session
    of_gig = SetlistLine.gig_id == gig.id
    before = set(session.scalars(sa.select(SetlistLine.song_id).where(of_gig, SetlistLine.song_id.is_not(None))))
    session.execute(sa.delete(SetlistLine).where(of_gig))
    songs = _songs_of(told)
    session.flush()
    rows = [
        {
            "gig_id": gig.id,
            "position": position,
            "part": line.part,
            "song_id": songs[likeness_of(line.title)].id if line.title and not line.tape else None,
            "words": line.title if line.tape else "",
            "tape": line.tape,
            "guests": line.guests,
            "note": line.note,
        }
        for position, line in enumerate(told.lines, 1)
    ]
    if rows:
        session.execute(sa.insert(SetlistLine), rows)
    _forget_unplayed(before - {row["song_id"] for row in rows})
    session.expire(gig, ["setlist"])


def _songs_of(told: queries.Understood) -> dict[str, Song]:
    """By likeness: those that are known, and those that are played for the first time."""
    songs, taken = dict(told.known), set[str]()
    for line in told.lines:
        likeness = likeness_of(line.title)
        if not line.title or line.tape:
            continue
        if likeness not in songs:
            taken = taken or set(db.session.scalars(sa.select(Song.slug)))
            songs[likeness] = Song(title=line.title, likeness=likeness, artist=line.artist, slug=_free(line.title, taken))
            taken.add(songs[likeness].slug)
            db.session.add(songs[likeness])
        elif line.artist and not songs[likeness].artist:
            songs[likeness].artist, songs[likeness].updated_at = line.artist, now()
            _tell_all(songs[likeness])
    return songs


def _forget_unplayed(ids: Iterable[int | None]) -> None:
    """A title that stood on this list alone was a slip of the pen, or never came to pass."""
    played = sa.exists().where(SetlistLine.song_id == Song.id)
    lead = sa.orm.aliased(Song)
    led_to = sa.exists().where(lead.merged_into_id == Song.id)
    gone = list(db.session.scalars(sa.select(Song.id).where(Song.id.in_(list(ids)), ~played, ~led_to)))
    if gone:
        db.session.execute(sa.delete(Song).where(Song.id.in_(gone)))


# ---- songs ------------------------------------------------------------------------------------------------------------------


def revise_song(song_id: int, *, title: str, artist: str, by: Any) -> Song:
    """Another title, or another's song. The former title and address lead to it from now on."""
    with transaction() as session:
        require(staff, by)
        song = _song(song_id)
        title, artist = _told(title, MAX_SONG, "title"), _told(artist, MAX_SONG, "artist")
        if not title:
            raise Refused(_l("Say what the song is called."), field="title")
        if (title, artist) == (song.title, song.artist):
            return song
        likeness, former = likeness_of(title), (song.title, song.slug, song.likeness)
        if likeness != song.likeness:
            _make_room(song, likeness)
            taken = set(session.scalars(sa.select(Song.slug)))
            song.likeness, song.slug = likeness, _free(title, taken)
        song.title, song.artist, song.updated_at = title, artist, now()
        session.flush()
        if likeness != former[2]:
            session.add(Song(title=former[0], slug=former[1], likeness=former[2], merged_into_id=song.id))
        _tell_all(song)
        return song


def merge_songs(song_id: int, into_id: int, *, by: Any) -> Song:
    """One song that is in the list twice: wherever it was played it was the other, and its address leads there."""
    with transaction() as session:
        require(staff, by)
        song, into = _song(song_id), get(Song, into_id)
        if song.id == into.id or into.merged_into_id is not None:
            raise Refused(_l("Choose another song to merge it into."), field="into")
        session.execute(sa.update(SetlistLine).where(SetlistLine.song_id == song.id).values(song_id=into.id))
        session.execute(sa.update(Song).where(Song.merged_into_id == song.id).values(merged_into_id=into.id))
        song.merged_into_id, into.updated_at = into.id, now()
        session.flush()
        _tell_all(into)
        return into


def _song(song_id: int) -> Song:
    song = get(Song, song_id)
    if song.merged_into_id is not None:
        raise Refused(_l("This song is another one by now."))
    return song


def _make_room(song: Song, likeness: str) -> None:
    """A song may be called again what it was called once; what is another's title is merged instead."""
    there = db.session.scalar(sa.select(Song).where(Song.likeness == likeness))
    if there is not None and there.merged_into_id != song.id:
        raise Refused(_l("This song is in the list already. Merge the two instead."), field="title")
    if there is not None:
        db.session.delete(there)
        db.session.flush()


def _tell_all(song: Song) -> None:
    """Every evening it was played on says so."""
    played = sa.select(SetlistLine.gig_id).where(SetlistLine.song_id == song.id)
    for gig in db.session.scalars(sa.select(Gig).where(Gig.id.in_(played))).all():
        if gig.was_public and gig.begun:
            gig.updated_at = now()
            record("gig.setlist_written", gig)
        gig.touch()
    touch(queries.TAG)


def _free(title: str, taken: set[str]) -> str:
    wanted = slug = slugs.slugify(title, fallback="song")
    number = 1
    while slug in taken:
        number += 1
        slug = slugs.numbered(wanted, number)
    return slug


# ---- press ------------------------------------------------------------------------------------------------------------------


def add_press(gig_id: int, link: Link, *, by: Any) -> PressLink:
    """The same address twice is one link, as it was told last."""
    with transaction() as session:
        require(policy.edit, by)
        gig, told = get(Gig, gig_id), _checked(link)
        there = session.scalars(sa.select(PressLink).where(PressLink.gig_id == gig.id)).all()
        found = next((one for one in there if one.url == told["url"]), None)
        if found is None and len(there) >= MOST_LINKS:
            raise Refused(_l("An evening has %(most)s links at most.", most=MOST_LINKS))
        found = found or PressLink(gig_id=gig.id)
        if any(getattr(found, name) != value for name, value in told.items()):
            for name, value in told.items():
                setattr(found, name, value)
            session.add(found)
            gig.changed()
        session.flush()
        return found


def remove_press(gig_id: int, link_id: int, *, by: Any) -> None:
    with transaction() as session:
        require(policy.edit, by)
        gig = get(Gig, gig_id)
        gone: Any = session.execute(sa.delete(PressLink).where(PressLink.id == link_id, PressLink.gig_id == gig.id))
        if gone.rowcount:
            gig.changed()


def _checked(link: Link) -> dict[str, Any]:
    told: dict[str, Any] = {
        "url": str(link.get("url") or "").strip(),
        "title": _told(link.get("title"), MAX_HEADLINE, "title"),
        "outlet": _told(link.get("outlet"), MAX_OUTLET, "outlet"),
        "language": str(link.get("language") or ""),
        "day": link.get("day"),
    }
    if not _is_address(told["url"]):
        raise Refused(_l("The address of a page begins with https:// and names a site."), field="url")
    if len(told["url"]) > MAX_ADDRESS:
        raise Refused(_l("Say it in %(most)s characters at most.", most=MAX_ADDRESS), field="url")
    if not told["title"]:
        raise Refused(_l("Say what it is called."), field="title")
    if told["language"] and not (told["language"].isascii() and told["language"].isalpha() and len(told["language"]) <= 3):
        raise Refused(_l("Choose the language it is written in."), field="language")
    return told


def _is_address(url: str) -> bool:
    """Nothing that a browser would run, read as another address, or send a password to."""
    if any(sign.isspace() or not sign.isprintable() or sign in "\\\"'<>`" for sign in url):
        return False
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - looks at it
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "").strip(".") and "@" not in parts.netloc


def _told(text: str | None, most: int, field: str) -> str:
    told = " ".join((text or "").split())
    if len(told) > most:
        raise Refused(_l("Say it in %(most)s characters at most.", most=most), field=field)
    return told
