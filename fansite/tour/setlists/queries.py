"""Finding songs, and how often, when and where each was played: only on evenings everybody may see, once they have begun."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from fansite.core.content import Entry, listed
from fansite.core.db import db
from fansite.core.db.moments import microseconds
from fansite.core.kept import kept
from fansite.lib.times import from_microseconds, in_microseconds, now
from fansite.tour.models import Gig
from fansite.tour.setlists import notation
from fansite.tour.setlists.models import PressLink, SetlistLine, Song, likeness_of
from fansite.tour.setlists.notation import Line, Reading

TAG = "list:song"
# Both decide on what counts: an evening that is taken down takes its songs along.
TAGS = (TAG, "list:gig")
SONGS_A_PAGE = 100
EVENINGS_A_PAGE = 50
MOST_AT_DESK = 500
OPENER, CLOSER, ENCORE = 1, 2, 4


class Title(NamedTuple):
    """Of a song, what pages say of it."""

    id: int
    title: str
    slug: str
    artist: str
    merged_into_id: int | None
    # Microseconds since 1970.
    updated_at: int


class _OfNight(NamedTuple):
    id: int
    day: date
    doors: time | None
    starts: time | None
    zone: str
    over_at: datetime
    # Microseconds since 1970.
    updated_at: int


class _Night(_OfNight):
    where: Any = Gig.where
    begun_at: Any = Gig.begun_at


@dataclass(frozen=True)
class Repertoire:
    """Everything that was played or will be, by evenings in the order in which they begin."""

    # Of each evening: when it begins in microseconds, the gig, the year, and its last change.
    begin: Sequence[int]
    gigs: Sequence[int]
    years: Sequence[int]
    changed: Sequence[int]
    # Song → (the number of the evening in this order, whether it opened, closed, was an encore), as often as it was played.
    plays: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    @property
    def begun(self) -> int:
        """How many evenings have begun by now."""
        return bisect_right(self.begin, in_microseconds(now()))

    @property
    def next_at(self) -> datetime | None:
        """When the next one begins and all this is different."""
        begun = self.begun
        return from_microseconds(self.begin[begun]) if begun < len(self.begin) else None

    def played(self, song_id: int) -> list[tuple[int, int]]:
        """Of the song, what is known by now."""
        plays = self.plays.get(song_id, [])
        return plays[: bisect_left(plays, (self.begun, 0))]


@dataclass(frozen=True)
class Statistic:
    """What can be said of one song that was played."""

    song: Title
    plays: list[tuple[int, int]]
    of: Repertoire

    @property
    def times(self) -> int:
        return len(self.plays)

    @cached_property
    def gigs(self) -> list[int]:
        """The evenings it was played on, the last first; one on which it was played twice is one."""
        return [self.of.gigs[nth] for nth in dict.fromkeys(nth for nth, _how in reversed(self.plays))]

    @property
    def first(self) -> int:
        return self.gigs[-1]

    @property
    def last(self) -> int:
        return self.gigs[0]

    @property
    def years(self) -> list[tuple[int, int]]:
        """(year, how often), from the first year to the last, those without it among them."""
        counted = Counter(self.of.years[nth] for nth, _how in self.plays)
        return [(year, counted[year]) for year in range(min(counted), max(counted) + 1)]

    @property
    def changed(self) -> datetime:
        """The last change a reader would notice."""
        of_evenings = (max(self.of.begin[nth], self.of.changed[nth]) for nth, _how in self.plays)
        return from_microseconds(max(self.song.updated_at, *of_evenings))

    def as_(self, how: int) -> int:
        return sum(1 for _nth, was in self.plays if was & how)


# ---- songs ------------------------------------------------------------------------------------------------------------------


def titles() -> dict[int, Title]:
    """All there are, signposts with them; kept in the process. A band knows some hundred."""
    return kept("tour.songs", (TAG,), lambda: {row.id: Title._make(row) for row in db.session.execute(_TITLES)})


def at(slug: str) -> Title | None:
    """The song at an address, or the signpost to it."""
    return kept("tour.songs_at", (TAG,), lambda: {title.slug: title for title in titles().values()}).get(slug)


def repertoire() -> Repertoire:
    """Kept in the process until a setlist or an evening changes: two thousand evenings are fifty thousand rows."""
    return kept("tour.repertoire", TAGS, _read_repertoire)


def statistic(song: Title) -> Statistic | None:
    """None for one that nobody has heard yet."""
    all_of_it = repertoire()
    plays = all_of_it.played(song.id)
    return Statistic(song, plays, all_of_it) if plays else None


def statistics() -> list[Statistic]:
    """Of all songs that were played, in no order."""
    return [found for title in titles().values() if (found := statistic(title)) is not None]


def by_count(found: Iterable[Statistic]) -> list[Statistic]:
    return sorted(found, key=lambda one: (-one.times, likeness_of(one.song.title)))


def by_title(found: Iterable[Statistic]) -> list[Statistic]:
    return sorted(found, key=lambda one: likeness_of(one.song.title))


def at_desk(words: str) -> list[tuple[Title, int]]:
    """Songs by title or whose they are, each with how often it stands on any list; signposts left out."""
    wanted = [likeness_of(word) for word in words.split()[:6]]
    found = [
        title
        for title in titles().values()
        if title.merged_into_id is None and all(word in likeness_of(title.title + title.artist) for word in wanted)
    ]
    found.sort(key=lambda title: likeness_of(title.title))
    return [(title, len(repertoire().plays.get(title.id, ()))) for title in found[:MOST_AT_DESK]]


def others(song_id: int) -> list[Title]:
    """To choose from."""
    found = [title for title in titles().values() if title.merged_into_id is None and title.id != song_id]
    return sorted(found, key=lambda title: likeness_of(title.title))


# ---- one evening ------------------------------------------------------------------------------------------------------------


def lines_of(gig_id: int) -> list[Line]:
    """What is written down of an evening, as it would be read."""
    rows = db.session.scalars(_LINES_OF_GIG, {"gig_id": gig_id})
    return [Line(row.part, row.title, row.artist, row.guests, row.note, row.tape) for row in rows]


def press_of(gig_id: int) -> list[PressLink]:
    return list(db.session.scalars(sa.select(PressLink).where(PressLink.gig_id == gig_id).order_by(PressLink.id)))


def has_setlist(gig_id: int) -> bool:
    return db.session.scalar(sa.select(SetlistLine.id).where(SetlistLine.gig_id == gig_id).limit(1)) is not None


@dataclass
class Understood(Reading):
    """What was read, in the spelling of the songs that are known."""

    # By likeness.
    known: dict[str, Song] = field(default_factory=dict)

    @property
    def new(self) -> list[str]:
        """Titles no list has had so far: a typing error is among them."""
        told = {likeness_of(line.title): line.title for line in self.lines if line.title and not line.tape}
        return [title for likeness, title in told.items() if likeness not in self.known]


def understood(text: str) -> Understood:
    """What somebody wrote down, as the site will have it."""
    found = notation.read(text)
    known = _songs_like([*found.longer, *(likeness_of(line.title) for line in found.lines if not line.tape)])
    if any(longer in known for longer in found.longer):
        found = notation.read(text, known)
    told, artists = Understood(numbers=found.numbers, problems=found.problems, known=known), dict[str, str]()
    for number, line in zip(found.numbers, found.lines, strict=True):
        song = known.get(likeness_of(line.title)) if line.title and not line.tape else None
        likeness = song.likeness if song is not None else likeness_of(line.title)
        artists[likeness] = artist = (song.artist if song is not None else "") or artists.get(likeness) or line.artist
        if line.artist and likeness_of(line.artist) != likeness_of(artist):
            told.problems.append(
                _l(
                    "Line %(number)s: “%(title)s” is in the list as a song of %(artist)s. Correct it among the songs, if that is wrong.",
                    number=number,
                    title=line.title,
                    artist=artist,
                )
            )
        title = song.title if song is not None else line.title
        told.lines.append(line._replace(title=title, artist="" if line.tape else artist))
    return told


def _songs_like(likenesses: Iterable[str]) -> dict[str, Song]:
    """By likeness; one that was merged or called otherwise is the one it leads to."""
    wanted = sorted(set(likenesses))
    into = sa.orm.aliased(Song)
    statement = sa.select(Song, into).outerjoin(into, Song.merged_into_id == into.id).where(Song.likeness.in_(wanted))
    found: dict[str, Song] = {}
    for song, main in db.session.execute(statement) if wanted else ():
        found[song.likeness] = main or song
        found.setdefault(found[song.likeness].likeness, found[song.likeness])
    return found


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _read_repertoire() -> Repertoire:
    nights = sorted(
        (in_microseconds(night.begun_at), night) for night in (_Night._make(row) for row in db.session.execute(_NIGHTS))
    )
    nth_of = {night.id: nth for nth, (_begin, night) in enumerate(nights)}
    found = Repertoire(
        array("q", (begin for begin, _night in nights)),
        array("q", (night.id for _begin, night in nights)),
        array("h", (night.day.year for _begin, night in nights)),
        array("q", (night.updated_at for _begin, night in nights)),
    )
    rows = [row for row in db.session.execute(_PLAYS) if row.gig_id in nth_of]
    for row, before, after in zip(rows, [None, *rows], [*rows[1:], None], strict=False):
        opens, closes = before is None or before.gig_id != row.gig_id, after is None or after.gig_id != row.gig_id
        how = OPENER * opens | CLOSER * closes | ENCORE * bool(row.part)
        found.plays.setdefault(row.song_id, []).append((nth_of[row.gig_id], how))
    for plays in found.plays.values():
        plays.sort()
    return found


_TITLES = sa.select(Song.id, Song.title, Song.slug, Song.artist, Song.merged_into_id, microseconds(Song.updated_at))
_LINES_OF_GIG = (
    sa.select(SetlistLine)
    .options(joinedload(SetlistLine.song))
    .where(SetlistLine.gig_id == sa.bindparam("gig_id"))
    .order_by(SetlistLine.position)
)
_ENTRY, _GIG = Entry.__table__.c, Gig.__table__.c
_NIGHTS: Any = (
    sa.select(*(_GIG[name] for name in _OfNight._fields[:-1]), microseconds(_ENTRY.updated_at))
    .select_from(Gig.__table__.join(Entry.__table__, _ENTRY.id == _GIG.id))
    .where(
        listed(),
        _ENTRY.kind == "gig",
        _GIG.state.not_in(("cancelled", "postponed")),
        sa.exists().where(SetlistLine.gig_id == _GIG.id),
    )
)
_PLAYS: Any = (
    sa.select(SetlistLine.gig_id, SetlistLine.part, SetlistLine.song_id)
    .where(SetlistLine.song_id.is_not(None))
    .order_by(SetlistLine.gig_id, SetlistLine.position)
)
