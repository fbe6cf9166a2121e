"""What a fan says of themselves, handed over and forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.db import db, touch
from fansite.core.feature import Chapter, Leaver, Personal
from fansite.fans.models import Profile, Wording
from fansite.moderation import operations as moderation


def export(account_id: int) -> list[Chapter]:
    return [*_profile(account_id), *_wordings(account_id)]


def erase(leaver: Leaver) -> None:
    theirs = Wording.account_id == leaver.id
    for wording_id in db.session.scalars(sa.select(Wording.id).where(theirs)).all():
        moderation.close_review("profile", wording_id)
    db.session.execute(sa.update(Wording).where(theirs).values(replaced_by_id=None))
    db.session.execute(sa.delete(Wording).where(theirs))
    db.session.execute(sa.delete(Profile).where(Profile.account_id == leaver.id))
    touch(f"account:{leaver.id}")


def _profile(account_id: int) -> list[Chapter]:
    profile = db.session.get(Profile, account_id)
    if profile is None:
        return []
    labels = {
        "bio": _l("About you"),
        "bio_to": _l("Who sees what you say"),
        "songs": _l("Songs on repeat"),
        "songs_to": _l("Who sees your songs"),
        "badges_to": _l("Who sees your counts and badges"),
        "at": _l("When"),
    }
    row = {
        "bio": profile.bio,
        "bio_to": profile.bio_to,
        "songs": ", ".join(profile.songs),
        "songs_to": profile.songs_to,
        "badges_to": profile.badges_to,
        "at": profile.changed_at,
    }
    return [Chapter("profile", _l("Your profile"), labels, [row])]


def _wordings(account_id: int) -> list[Chapter]:
    """With what moderators decided of each."""
    labels = {"text": _l("Text"), "songs": _l("Songs"), "state": _l("State"), "reason": _l("Reason"), "at": _l("When")}
    rows = [
        {"text": one.body, "songs": ", ".join(one.songs), "state": one.status, "reason": one.reason, "at": one.written_at}
        for one in db.session.scalars(sa.select(Wording).where(Wording.account_id == account_id).order_by(Wording.id))
    ]
    return [Chapter("profile_wordings", _l("What you asked to be shown on your page"), labels, rows)] if rows else []


personal = Personal(covers=("fan_profile.account_id", "fan_wording.account_id"), export=export, erase=erase)
