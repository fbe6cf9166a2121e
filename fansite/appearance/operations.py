"""What can happen to the looks: a draft is saved and dropped, published, and an earlier version is taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.appearance import inks, queries
from fansite.appearance.models import Look, Wanted
from fansite.appearance.showing import current, facts_of
from fansite.appearance.themes import theme
from fansite.core import policy
from fansite.core.db import get, transaction
from fansite.core.errors import Conflict, Refused
from fansite.core.kept import facts, say, site_name
from fansite.core.outbox import record
from fansite.core.policy import require
from fansite.core.web.paths import settings
from fansite.lib.times import now


def as_it_is() -> Wanted:
    """What is shown now, the facts included that were said before anybody chose any looks."""
    lines = {code: facts().get(f"site_line.{code}", "") for code in settings().languages}
    return current().with_(name=site_name(), lines=lines)


def save_draft(wanted: Wanted, *, by: Any) -> Look:
    """There is one draft: a later one takes its place. Refuses colours that people could not read."""
    require(policy.owner, by)
    if inks.faults(theme(wanted.theme).tokens, wanted.colours):
        raise Refused(_l("Some of these colours could not be read."))
    with transaction() as session:
        draft = queries.draft() or Look()
        draft.stored, draft.saved_by_id, draft.saved_at = wanted.stored(), by.id, now()
        session.add(draft)
        session.flush()
        return draft


def drop_draft(*, by: Any) -> None:
    require(policy.owner, by)
    with transaction() as session:
        session.execute(sa.delete(Look).where(Look.published_at.is_(None)))


def publish(*, by: Any) -> Look:
    """The draft becomes what everybody sees."""
    require(policy.owner, by)
    with transaction() as session:
        draft = queries.draft()
        if draft is None:
            raise Conflict(_l("There is no draft to publish: somebody was quicker."))
        if not queries.published():
            session.add(Look(stored=as_it_is().stored(), published_at=now() - timedelta(seconds=1)))
        _show(draft, by)
        _forget_the_oldest(session)
        return draft


def take_back(look_id: int, *, by: Any) -> Look:
    """An earlier version is shown again; the present one stays among the earlier ones, so this can be taken back too."""
    require(policy.owner, by)
    with transaction():
        look = get(Look, look_id)
        if look.published_at is None:
            raise Conflict(_l("A draft was never shown."))
        _show(look, by)
        return look


def _show(look: Look, by: Any) -> None:
    look.published_at = now()
    for name, value in facts_of(look.wanted).items():
        say(name, value)
    record("look.published", f"look:{look.id}", by=by.username)


def _forget_the_oldest(session: Any) -> None:
    session.flush()
    kept = [look.id for look in queries.published()]
    session.execute(sa.delete(Look).where(Look.published_at.is_not(None), Look.id.not_in(kept)))
