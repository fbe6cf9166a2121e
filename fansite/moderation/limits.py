"""What somebody may do on their first day here, until a moderator approved of something they said. Afterwards the pace that holds for
everybody is all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from fansite.core import limits
from fansite.core.errors import Refused, TooMany
from fansite.lib.times import now
from fansite.moderation.checks import count_links

FIRST_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Allowance:
    """`links` of one text, all else of the day. Of faces one stands at a time: the others are corrections of it."""

    discussions: int
    replies: int
    photos: int
    faces: int
    links: int


# Discourse's, after ten years of spam: plenty for a person, nothing for a machine.
OF_A_NEWCOMER = Allowance(discussions=3, replies=10, photos=1, faces=3, links=2)


def allowance(account: Any, at: datetime) -> Allowance | None:
    """None of who is known, or was here yesterday."""
    return None if account.stands or at - account.joined_at >= FIRST_DAY else OF_A_NEWCOMER


def spend(account: Any, what: str) -> None:
    """Counts one of the day's `discussions`, `replies`, `photos` or `faces`."""
    allowed = None if limits.lifted() else allowance(account, now())
    if allowed is None:
        return
    number = getattr(allowed, what)
    try:
        limits.spend(f"first-day-{what}", f"{number} per day", str(account.id))
    except TooMany:
        left = account.joined_at + FIRST_DAY - now()
        raise TooMany(f"{_too_many(what, number)} {_opens(left)}", retry_after=int(left.total_seconds()) + 1) from None


def require_few(account: Any, text: str, *, field: str = "body") -> None:
    """Links in one text. Whom it names is the comments' to count, for as long as somebody is new."""
    allowed = None if limits.lifted() else allowance(account, now())
    if allowed is not None and count_links(text) > allowed.links:
        words = ngettext(
            "On your first day a text can hold %(num)s link.", "On your first day a text can hold %(num)s links.", allowed.links
        )
        raise Refused(f"{words} {_opens(account.joined_at + FIRST_DAY - now())}", field=field)


def _too_many(what: str, number: int) -> str:
    words = {
        "discussions": lambda: ngettext(
            "On your first day you can begin %(num)s discussion.", "On your first day you can begin %(num)s discussions.", number
        ),
        "replies": lambda: ngettext(
            "On your first day you can write %(num)s comment.", "On your first day you can write %(num)s comments.", number
        ),
        "photos": lambda: ngettext(
            "On your first day you can add %(num)s photo.", "On your first day you can add %(num)s photos.", number
        ),
        "faces": lambda: ngettext(
            "On your first day you can send %(num)s picture.", "On your first day you can send %(num)s pictures.", number
        ),
    }
    return words[what]()


def _opens(left: timedelta) -> str:
    hours = -(-int(left.total_seconds()) // 3600)
    if hours <= 1:
        return _("Within the hour there is room for more.")
    return ngettext("In %(num)s hour there is room for more.", "In %(num)s hours there is room for more.", hours)
