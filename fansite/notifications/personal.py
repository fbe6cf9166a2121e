"""What notices know of a person: what they wanted to hear of, and what they were told."""

from __future__ import annotations

from urllib.parse import urlsplit

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.db import db
from fansite.core.feature import Chapter, Leaver, Personal
from fansite.notifications import queries
from fansite.notifications.channels import CHANNELS, PACE_LABELS
from fansite.notifications.models import Choice, Device, Line, Notice, Setting, Told


def export(account_id: int) -> list[Chapter]:
    return [*_choices(account_id), *_setting(account_id), *_devices(account_id), *_notices(account_id)]


def erase(leaver: Leaver) -> None:
    """What waits for them is told to nobody, and no browser of theirs hears from us."""
    for model in (Notice, Choice, Line, Setting, Told, Device):
        db.session.execute(sa.delete(model).where(model.account_id == leaver.id))


def _choices(account_id: int) -> list[Chapter]:
    rows = [
        {
            "kind": _named(one.kind),
            "channel": CHANNELS[one.channel].label,
            "wanted": one.wanted,
            "pace": PACE_LABELS[one.pace] if one.wanted else "",
            "at": one.chosen_at,
        }
        for one in queries.chosen_by(account_id)
        if one.channel in CHANNELS
    ]
    labels = {"kind": _l("What"), "channel": _l("How"), "wanted": _l("Wanted"), "pace": _l("How soon"), "at": _l("When")}
    return [Chapter("notice_choices", _l("What you want to be told of"), labels, rows)] if rows else []


def _setting(account_id: int) -> list[Chapter]:
    one = queries.setting_of(account_id)
    if one is None:
        return []
    labels = {
        "zone": _l("Time zone"),
        "quiet_from": _l("Quiet from"),
        "quiet_until": _l("Quiet until"),
        "seen_at": _l("Last here"),
    }
    row = {"zone": one.zone or "", "quiet_from": one.quiet_from, "quiet_until": one.quiet_until, "seen_at": one.seen_at}
    return [Chapter("notice_setting", _l("When you are told"), labels, [row])]


def _devices(account_id: int) -> list[Chapter]:
    """Their addresses are keys: whoever has them could try to send something."""
    rows = [
        {"browser": one.agent, "service": urlsplit(one.endpoint).hostname or "", "since": one.created_at, "told_at": one.told_at}
        for one in queries.devices_of(account_id)
    ]
    labels = {"browser": _l("Browser"), "service": _l("By way of"), "since": _l("Since"), "told_at": _l("Told last")}
    return [Chapter("notice_devices", _l("Your devices that are told"), labels, rows)] if rows else []


def _notices(account_id: int) -> list[Chapter]:
    rows = [
        {"kind": _named(kind), "about": subject, "channel": _way(channel), "state": state, "at": at}
        for kind, subject, channel, state, at in queries.told_of(account_id)
    ]
    labels = {"kind": _l("What"), "about": _l("About"), "channel": _l("How"), "state": _l("State"), "at": _l("When")}
    return [Chapter("notices", _l("What you were told of"), labels, rows)] if rows else []


def _named(kind: str) -> object:
    known = queries.kinds().get(kind)
    return known.label if known is not None else kind


def _way(channel: str) -> object:
    return CHANNELS[channel].label if channel in CHANNELS else channel


personal = Personal(
    covers=(
        "notice.account_id",
        "notice_choice.account_id",
        "notice_setting.account_id",
        "notice_line.account_id",
        "notice_told.account_id",
        "push_device.account_id",
    ),
    export=export,
    erase=erase,
)
