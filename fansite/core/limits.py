"""How often is too often. Counted in the database, so that all processes count together; `FANSITE_LIMITS=off` lifts them on loopback."""

from __future__ import annotations

import ipaddress
import re
import time
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import current_app, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model, db, transaction, upsert
from fansite.core.errors import TooMany


class Tally(Model):
    """One counter of one window."""

    __tablename__ = "tally"
    key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    count: Mapped[int]
    expires: Mapped[float] = mapped_column(index=True)


class Rate(NamedTuple):
    """So many acts in a window that begins with the first of them."""

    most: int
    seconds: int


_WRITTEN = re.compile(r"(\d+) per (?:(\d+) )?(second|minute|hour|day)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@cache
def rate_of(written: str) -> Rate:
    """ "25 per 5 minutes", "10 per day"."""
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise ValueError(f"no rate: {written}")
    return Rate(int(found[1]), int(found[2] or 1) * _SECONDS[found[3]])


@cache
def _counted(_dialect: str) -> Any:
    """Adds to a counter, or begins it anew when its window is over; put together once for each kind of database."""
    row, until = Tally.__table__.c, sa.bindparam("until", type_=sa.Float)
    over = row.expires <= sa.bindparam("at", type_=sa.Float)
    fresh = upsert(Tally.__table__).values(key=sa.bindparam("of"), count=1, expires=until)
    grown = {"count": sa.case((over, 1), else_=row.count + 1), "expires": sa.case((over, until), else_=row.expires)}
    return fresh.on_conflict_do_update(index_elements=[row.key], set_=grown).returning(row.count)


def lifted() -> bool:
    return not current_app.extensions["fansite"].settings.limits


def spend(name: str, rate: str, *keys: str) -> None:
    """Counts one act against `rate` ("25 per 5 minutes") for this key; raises `TooMany` with the seconds to wait when it is used up.
    Exact over processes: one upsert an act."""
    if lifted():
        return
    key, at, (most, seconds) = _key(name, rate, *keys), time.time(), rate_of(rate)
    with transaction() as session:
        facts = {"of": key, "at": at, "until": at + seconds}
        count = session.execute(_counted(db.engine.dialect.name), facts).scalar_one()
    if count > most:
        raise _too_many(key)


def check(name: str, rate: str, *keys: str) -> None:
    """As `spend`, without counting."""
    key = _key(name, rate, *keys)
    statement = sa.select(Tally.count).where(Tally.key == key, Tally.expires > time.time())
    if not lifted() and (db.session.scalar(statement) or 0) >= rate_of(rate).most:
        raise _too_many(key)


def forgive(name: str, rate: str, *keys: str) -> None:
    """Sets the count back: the right password ends the guessing."""
    if not lifted():
        with transaction() as session:
            session.execute(sa.delete(Tally).where(Tally.key == _key(name, rate, *keys)))


def _key(name: str, rate: str, *keys: str) -> str:
    return "/".join((name, *keys, rate))


def _too_many(key: str) -> TooMany:
    over = db.session.scalar(sa.select(Tally.expires).where(Tally.key == key)) or time.time()
    return TooMany(_l("That was quicker than a bourrée. Try again in a moment."), retry_after=int(over - time.time()) + 1)


def visitor_key() -> str:
    """The visitor's address as limits count it: IPv6 by /64, since one visitor has all of it."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "0.0.0.0")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)


def sweep() -> None:
    """Forgets windows that are over."""
    with transaction() as session:
        session.execute(sa.delete(Tally).where(Tally.expires < time.time()))
