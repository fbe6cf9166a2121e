"""Setlists and songs, as search, sitemaps and the readers of markup know them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from fansite.core.feature import Addresses, SitemapPart
from fansite.core.web import path_for, public_url
from fansite.core.web.paths import settings
from fansite.lib.times import w3c
from fansite.tour.models import Gig
from fansite.tour.setlists import queries
from fansite.tour.setlists.queries import Statistic
from fansite.tour.setlists.words import is_traditional

BATCH = 1000


def words_of(gig: Gig) -> str:
    """What one may look for of what was played; nothing before the evening has begun."""
    if not gig.begun:
        return ""
    told = (word for line in gig.setlist for word in (line.title, line.artist, line.guests))
    return ", ".join(dict.fromkeys(word for word in told if word))


def works_of(gig: Gig) -> list[dict[str, Any]]:
    """The songs that were played, each once, in their order."""
    if not gig.begun:
        return []
    songs = {line.slug: line for line in gig.setlist if line.song_id is not None}
    return [composition(line.title, line.artist, public_url(path_for("tour.song", slug=slug))) for slug, line in songs.items()]


def composition(title: str, artist: str, url: str) -> dict[str, Any]:
    """A `MusicComposition`; of a song of others it is told whose. Nobody wrote what has come down to us."""
    node: dict[str, Any] = {"@type": "MusicComposition", "name": title, "url": url}
    return node | {"composer": {"@type": "MusicGroup", "name": artist}} if artist and not is_traditional(artist) else node


def sitemap_part() -> SitemapPart:
    """Each song that was played once in every language; a file holds a range of ids, so that an address stays in its file."""

    def files(size: int) -> list[tuple[int, datetime]]:
        newest: dict[int, datetime] = {}
        for found in _in_order():
            number = (found.song.id - 1) // _songs_a_file(size) + 1
            newest[number] = max(found.changed, newest.get(number, found.changed))
        return sorted(newest.items())

    def rows(number: int, size: int) -> Iterator[Addresses]:
        a_file = _songs_a_file(size)
        here = [found for found in _in_order() if (found.song.id - 1) // a_file + 1 == number]
        stems = {language: path_for("tour.song", language, slug="x").removesuffix("x") for language in settings().languages}
        for start in range(0, len(here), BATCH):
            batch = here[start : start + BATCH]
            yield Addresses(
                [(one.song.id, None, language, one.song.slug, w3c(one.changed), None) for one in batch for language in stems],
                stems,
                {one.song.id: [(language, stem + one.song.slug) for language, stem in stems.items()] for one in batch},
            )

    return SitemapPart("song", files, rows)


def _in_order() -> list[Statistic]:
    return sorted(queries.statistics(), key=lambda found: found.song.id)


def _songs_a_file(size: int) -> int:
    return size // len(settings().languages)
