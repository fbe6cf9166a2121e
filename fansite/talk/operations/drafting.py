"""What strangers wrote, kept until they have signed in. Whoever holds the token holds the text."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.core import limits
from fansite.core.db import db, get, transaction
from fansite.core.errors import NotFound
from fansite.lib.times import now
from fansite.talk.models import DRAFT_LIFE, Discussion, Draft
from fansite.talk.operations.fitting import Words, fit
from fansite.talk.operations.writing import start

DRAFTS_BY_ADDRESS = "20 per 10 minutes"
# The boxes that are kept as they were typed.
MORE = ("tags", "question", "options", "ends_on")


def keep_draft(*, title: str, body: str, more: dict[str, str], language: str, address: str) -> str:
    """Keeps a stranger's discussion for seven days; returns the token that is its only key. What could not be posted is refused now."""
    words = _fit(title, body, more)
    limits.spend("draft", DRAFTS_BY_ADDRESS, address)
    token = secrets.token_urlsafe(32)
    asked = words.poll
    kept = {
        "tags": ", ".join(words.tags),
        "question": asked.question if asked is not None else "",
        "options": "\n".join(asked.options) if asked is not None else "",
        "ends_on": more.get("ends_on", ""),
    }
    with transaction() as session:
        session.add(Draft(token_hash=key_of(token), language=language, title=words.title, body=words.body, more=kept))
    return token


def post_draft(token: str, *, by: Account) -> Discussion:
    """Starts what was written before signing in; the draft is the nonce, so it becomes one discussion however often it is sent."""
    draft = find_draft(token)
    if draft is None:
        raise NotFound()
    if draft.discussion_id is not None:
        return get(Discussion, draft.discussion_id, lock=False)
    draft_id, language = draft.id, draft.language
    words = _fit(draft.title, draft.body, draft.more)
    with transaction():
        discussion = start(words, by=by, language=language, nonce=f"draft-{draft_id}")
        get(Draft, draft_id).discussion_id = discussion.id
        return discussion


def find_draft(token: str) -> Draft | None:
    if not 20 <= len(token) <= 100:
        return None
    draft = db.session.scalar(sa.select(Draft).where(Draft.token_hash == key_of(token)))
    return draft if draft is not None and draft.alive(now()) else None


def sweep_drafts() -> None:
    with transaction() as session:
        session.execute(sa.delete(Draft).where(Draft.created_at < now() - DRAFT_LIFE - timedelta(days=1)))


def key_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _fit(title: str, body: str, more: dict[str, str]) -> Words:
    day = more.get("ends_on")
    ends_on = date.fromisoformat(day) if day else None
    return fit(
        title, body, more.get("tags", ""), question=more.get("question", ""), options=more.get("options", ""), ends_on=ends_on
    )
