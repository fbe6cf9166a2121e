"""Time is aware UTC from one clock."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime


def now() -> datetime:
    return datetime.now(UTC)


def utc(moment: datetime) -> datetime:
    """The same moment in UTC; what has no zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def w3c(moment: datetime) -> str:
    """W3C date and time with zone, to the second: 2026-11-19T17:30:00+00:00."""
    return utc(moment).isoformat(timespec="seconds")


def rfc822(moment: datetime) -> str:
    return format_datetime(utc(moment), usegmt=True)


def as_said(words: str, of: date, language: str) -> str:
    """A date in words, as people say it: in French the first of a month, and no other day, is an ordinal."""
    return re.sub(r"(?<!\d)1(?= )", "1er", words, count=1) if language == "fr" and of.day == 1 else words


def in_microseconds(moment: datetime) -> int:
    """Since 1970, as the database counts them for sorted lists."""
    return (utc(moment) - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(number: int) -> datetime:
    return _EPOCH + timedelta(microseconds=number)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
