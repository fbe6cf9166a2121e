"""What strangers wrote, kept until they have signed in. Whoever holds the token holds the text."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments.models import DRAFT_LIFE, Comment, Draft
from fansite.comments.operations.standing import once_more
from fansite.comments.operations.writing import fit, parent_in, post, require_open
from fansite.core import limits
from fansite.core.content import Entry
from fansite.core.db import db, get, transaction
from fansite.core.errors import NotFound
from fansite.lib.times import now

DRAFTS_BY_ADDRESS = "20 per 10 minutes"


def keep_draft(entry_id: int, *, body: str, parent_id: int | None, address: str) -> str:
    """Keeps a stranger's text for seven days; returns the token that is its only key."""
    body = fit(body)
    limits.spend("draft", DRAFTS_BY_ADDRESS, address)
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        entry = get(Entry, entry_id)
        require_open(entry)
        parent = parent_in(entry, parent_id)
        session.add(Draft(token_hash=key_of(token), entry_id=entry_id, parent_id=parent.id if parent else None, body=body))
    return token


def post_draft(token: str, *, by: Account) -> Comment:
    """Posts what was written before signing in; the draft is the nonce, so it becomes one comment however often it is sent."""
    draft = find_draft(token)
    if draft is None:
        raise NotFound()
    if draft.comment_id is not None:
        return once_more(draft.comment_id)
    draft_id, entry_id, parent_id, body = draft.id, draft.entry_id, draft.parent_id, draft.body
    with transaction():
        comment = post(entry_id, by=by, body=body, parent_id=parent_id, nonce=f"draft-{draft_id}")
        get(Draft, draft_id).comment_id = comment.id
        return comment


def find_draft(token: str) -> Draft | None:
    if not 20 <= len(token) <= 100:
        return None
    statement = sa.select(Draft).options(sa.orm.joinedload(Draft.entry)).where(Draft.token_hash == key_of(token))
    draft = db.session.execute(statement).scalar_one_or_none()
    return draft if draft is not None and draft.alive(now()) else None


def sweep_drafts() -> None:
    with transaction() as session:
        session.execute(sa.delete(Draft).where(Draft.created_at < now() - DRAFT_LIFE - timedelta(days=1)))


def key_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
