"""How often is too often. Counted in the database, so that all processes count together; `FANSITE_LIMITS=off` lifts them on loopback."""

from __future__ import annotations

import ipaddress
import time
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import current_app, request
from flask_babel import lazy_gettext as _l
from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model, db, transaction
from fansite.core.db.rows import upsert
from fansite.core.errors import TooMany


class Tally(Model):
    """One counter of one window."""

    __tablename__ = "tally"
    key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    count: Mapped[int]
    expires: Mapped[float] = mapped_column(index=True)


class SqlStorage(Storage):
    """Counters for `limits` in the site's own database: one upsert a hit, exact over processes."""

    STORAGE_SCHEME = ["fansite-sql"]

    @property
    def base_exceptions(self) -> type[Exception]:
        return sa.exc.SQLAlchemyError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        at = time.time()
        with transaction() as session:
            facts = {"of": key, "amount": amount, "at": at, "until": at + expiry}
            return int(session.execute(_counted(db.engine.dialect.name), facts).scalar_one())

    def get(self, key: str) -> int:
        statement = sa.select(Tally.count).where(Tally.key == key, Tally.expires > time.time())
        return db.session.scalar(statement) or 0

    def get_expiry(self, key: str) -> float:
        return db.session.scalar(sa.select(Tally.expires).where(Tally.key == key)) or time.time()

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        with transaction() as session:
            return int(session.execute(sa.delete(Tally)).rowcount)  # type: ignore[attr-defined]

    def clear(self, key: str) -> None:
        with transaction() as session:
            session.execute(sa.delete(Tally).where(Tally.key == key))


@cache
def _counted(_dialect: str) -> Any:
    """Adds to a counter, or begins it anew when its window is over; put together once for each kind of database."""
    row, amount, until = Tally.__table__.c, sa.bindparam("amount", type_=sa.Integer), sa.bindparam("until", type_=sa.Float)
    over = row.expires <= sa.bindparam("at", type_=sa.Float)
    fresh = upsert(Tally.__table__).values(key=sa.bindparam("of"), count=amount, expires=until)
    grown = {"count": sa.case((over, amount), else_=row.count + amount), "expires": sa.case((over, until), else_=row.expires)}
    return fresh.on_conflict_do_update(index_elements=[row.key], set_=grown).returning(row.count)


def limiter() -> FixedWindowRateLimiter:
    found: FixedWindowRateLimiter = current_app.extensions["fansite"].limiter
    return found


def lifted() -> bool:
    return not current_app.extensions["fansite"].settings.limits


def spend(name: str, rate: str, *keys: str) -> None:
    """Counts one act against `rate` ("25 per 5 minutes") for this key; raises `TooMany` with the seconds to wait when it is used up."""
    if lifted():
        return
    item = parse(rate)
    if not limiter().hit(item, name, *keys):
        raise TooMany(_l("That was quicker than a bourrée. Try again in a moment."), retry_after=_wait(item, name, *keys))


def check(name: str, rate: str, *keys: str) -> None:
    """As `spend`, without counting."""
    item = parse(rate)
    if not lifted() and not limiter().test(item, name, *keys):
        raise TooMany(_l("That was quicker than a bourrée. Try again in a moment."), retry_after=_wait(item, name, *keys))


def forgive(name: str, rate: str, *keys: str) -> None:
    """Sets the count back: the right password ends the guessing."""
    if not lifted():
        limiter().clear(parse(rate), name, *keys)


def _wait(item: RateLimitItem, *keys: str) -> int:
    return int(limiter().get_window_stats(item, *keys).reset_time - time.time()) + 1


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
