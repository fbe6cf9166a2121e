"""Songs, what was played on an evening, and what was written about it elsewhere."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.core.db import Model
from fansite.lib.slugs import MAX_SLUG
from fansite.lib.times import now

MAX_SONG = 120
MAX_GUESTS = 200
MAX_REMARK = 300
MAX_ADDRESS = 500
MAX_HEADLINE = 200
MAX_OUTLET = 80
# What stays one letter however it is taken apart.
_ACCENTS = re.compile("[\u0300-\u036f]+")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})


class Song(Model):
    """A title that is played. A former title stays as a signpost to the present one, and so does one of two that turned out to be one."""

    __tablename__ = "song"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(MAX_SONG))
    slug: Mapped[str] = mapped_column(sa.String(MAX_SLUG), unique=True)
    # What two spellings of it have in common.
    likeness: Mapped[str] = mapped_column(sa.String(260), unique=True)
    # Whose song it is; empty for our own.
    artist: Mapped[str] = mapped_column(sa.String(MAX_SONG), default="", server_default="")
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("song.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    # The last change of its title or of whose it is.
    updated_at: Mapped[datetime] = mapped_column(default=now)


class SetlistLine(Model):
    """One line of what was played on an evening, or will be: a song, something from tape, or a remark without either."""

    __tablename__ = "setlist_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    gig_id: Mapped[int] = mapped_column(sa.ForeignKey("gig.id", ondelete="CASCADE"))
    position: Mapped[int]
    # 0 until the band goes off for the first time, then the number of the encore.
    part: Mapped[int] = mapped_column(default=0, server_default="0")
    song_id: Mapped[int | None] = mapped_column(sa.ForeignKey("song.id"), index=True)
    # Of what came from tape.
    words: Mapped[str] = mapped_column(sa.String(MAX_SONG), default="", server_default="")
    tape: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    guests: Mapped[str] = mapped_column(sa.String(MAX_GUESTS), default="", server_default="")
    note: Mapped[str] = mapped_column(sa.String(MAX_REMARK), default="", server_default="")

    song: Mapped[Song | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (sa.UniqueConstraint("gig_id", "position", name="uq_setlist_line_gig_id_position"),)

    @property
    def title(self) -> str:
        return self.song.title if self.song is not None else self.words

    @property
    def artist(self) -> str:
        return self.song.artist if self.song is not None else ""

    @property
    def slug(self) -> str:
        return self.song.slug if self.song is not None else ""


class PressLink(Model):
    """What others wrote about an evening, on a site of theirs."""

    __tablename__ = "gig_press"
    id: Mapped[int] = mapped_column(primary_key=True)
    gig_id: Mapped[int] = mapped_column(sa.ForeignKey("gig.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(sa.String(MAX_ADDRESS))
    title: Mapped[str] = mapped_column(sa.String(MAX_HEADLINE))
    outlet: Mapped[str] = mapped_column(sa.String(MAX_OUTLET), default="", server_default="")
    day: Mapped[date | None]
    # That it is written in; empty where nobody said.
    language: Mapped[str] = mapped_column(sa.String(8), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (sa.UniqueConstraint("gig_id", "url", name="uq_gig_press_gig_id_url"),)


def likeness_of(title: str) -> str:
    """What two spellings of a title have in common: "The Guard’s Daughter" and "the guards daughter". A title of signs alone is itself."""
    letters = _ACCENTS.sub("", unicodedata.normalize("NFKD", title.casefold())).translate(_LETTERS)
    told = "".join(sign for sign in letters if unicodedata.category(sign)[0] in "LMN")
    return (told or " ".join(letters.split()))[:260]
