"""What fans do: say that they go, or were there, and take it back; and have a calendar of it made."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts.models import Account
from fansite.accounts.visibility import EVERYONE, VISIBILITIES
from fansite.core import limits
from fansite.core.db import db, get, touch, transaction
from fansite.core.entries import require_public
from fansite.core.errors import Refused
from fansite.core.outbox import record
from fansite.core.policy import require, signed_in
from fansite.lib.times import now
from fansite.tour.going import policy
from fansite.tour.going.models import WORDS, Attendance, Discretion, FanCalendar
from fansite.tour.going.queries import tag_of
from fansite.tour.models import Gig

# Who goes through three years of evenings is quick; a machine is quicker.
PACE = "60 per minute"
CALENDARS = "10 per hour"


def say(gig_id: int, word: str, *, by: Any) -> Attendance:
    """One word of a fan about a gig; another replaces it. The same once more changes nothing, but makes its pages old again: the first
    answer may have died before it did so."""
    account_id = by.id
    with transaction() as session:
        account, gig = get(Account, account_id), get(Gig, gig_id)
        require_public(gig)
        require(policy.say, account, gig)
        _require_sense(gig, word)
        said = _said(gig.id, account.id)
        _touch(gig.id, account.id)
        if said is not None and said.word == word:
            return said
        limits.spend("going", PACE, str(account.id))
        said = said or Attendance(gig_id=gig.id, account_id=account.id)
        said.word, said.said_at = word, now()
        session.add(said)
        record("attendance.said", f"gig:{gig.id}", by=account.id, word=word)
        return said


def take_back(gig_id: int, *, by: Any) -> None:
    """Whatever became of the gig meanwhile: what somebody said is theirs."""
    account_id = by.id
    with transaction() as session:
        require(signed_in, get(Account, account_id))
        session.execute(sa.delete(Attendance).where(Attendance.gig_id == gig_id, Attendance.account_id == account_id))
        _touch(gig_id, account_id)


def show_evenings(shown_to: str, *, by: Any) -> None:
    """Who sees where somebody goes: on their own page, and among the names of each evening. That they are counted there says nobody's name."""
    if shown_to not in VISIBILITIES:
        raise Refused(_l("Choose who sees it."), field="evenings_to")
    account_id = by.id
    with transaction() as session:
        kept = session.get(Discretion, account_id)
        if kept is not None and shown_to == EVERYONE:
            session.delete(kept)
        elif shown_to != EVERYONE:
            session.merge(Discretion(account_id=account_id, shown_to=shown_to))
        # Also when nothing changed: sent twice, the first answer may have died before it did so.
        gigs = session.scalars(sa.select(Attendance.gig_id).where(Attendance.account_id == account_id))
        touch(f"by:{account_id}", f"account:{account_id}", *(tag_of(gig_id) for gig_id in gigs))


def make_calendar(*, by: Any) -> FanCalendar:
    """A new secret address. The one before is nobody's any more."""
    account_id = by.id
    with transaction() as session:
        account = get(Account, account_id)
        require(signed_in, account)
        limits.spend("calendar", CALENDARS, str(account.id))
        calendar = session.get(FanCalendar, account.id) or FanCalendar(account_id=account.id)
        # In this alphabet, and as long, the log knows it for a key and leaves it out.
        calendar.secret, calendar.made_at = secrets.token_hex(24), now()
        session.add(calendar)
        return calendar


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _require_sense(gig: Gig, word: str) -> None:
    over = gig.over_at <= now()
    if word in policy.words_for(gig, over=over):
        return
    if gig.state == "cancelled":
        raise Refused(_l("This evening is cancelled."))
    if word not in WORDS:
        raise Refused(_l("Say whether you go."))
    raise Refused(_l("This evening is over: say that you were there.") if over else _l("This evening is still to come."))


def _said(gig_id: int, account_id: int) -> Attendance | None:
    statement = sa.select(Attendance).where(Attendance.gig_id == gig_id, Attendance.account_id == account_id)
    return db.session.scalar(statement)


def _touch(gig_id: int, account_id: int) -> None:
    """The evening's pages, and the fan's."""
    touch(tag_of(gig_id), f"by:{account_id}")
