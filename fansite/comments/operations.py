"""What can happen to a comment. Numbers of threads and counts move with the status, in the same transaction."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts.models import Account
from fansite.comments import policy
from fansite.comments.models import DRAFT_LIFE, MAX_BODY, Comment, Draft, Revision
from fansite.core import limits, markup
from fansite.core.content import Entry
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import NotFound, Refused
from fansite.core.outbox import record
from fansite.core.policy import require
from fansite.lib.times import now
from fansite.moderation import checks
from fansite.moderation import operations as moderation
from fansite.moderation.checks import REPEAT_WITHIN, Writing

# A person in a quarrel writes fast, a machine faster.
PACE = "6 per minute"
PACE_HOUR = "60 per hour"
DRAFTS_BY_ADDRESS = "20 per 10 minutes"
EARLIER = 5


def post(entry_id: int, *, by: Account, body: str, parent_id: int | None = None, nonce: str | None = None) -> Comment:
    """Stores a comment once. It is published, or waits for a moderator; `comment.status` says which."""
    body, author_id = fit(body), by.id
    known = _same_nonce(author_id, nonce)
    if known is not None:
        return _once_more(known)
    _keep_pace(by)
    with transaction() as session:
        author, entry = get(Account, author_id), get(Entry, entry_id)
        require_open(author, entry)
        parent = _parent(entry, parent_id)
        known = _same_nonce(author_id, nonce) or _sent_twice(author, entry, parent_id, body)
        if known is not None:
            return _once_more(known)
        verdict = checks.judge(_writing(author, body))
        comment = Comment(
            entry_id=entry.id, parent_id=parent_id, author_id=author.id, status="pending", nonce=nonce, posted_at=now()
        )
        comment.write(body, standing=author.approved_comments > 0)
        session.add(comment)
        session.flush()
        comment.place(parent)
        if verdict.status == "published":
            show(comment, entry)
        record("comment.published" if comment.visible else "comment.held", comment)
        _tell_moderators(comment, verdict)
        return comment


def edit(comment_id: int, *, by: Account, body: str) -> Comment:
    """The author changes the words; the checks run again, and the earlier wording is kept."""
    body, author_id = fit(body), by.id
    _keep_pace(by)
    with transaction():
        author, comment = get(Account, author_id), get(Comment, comment_id)
        require(policy.edit, author, comment)
        if body == comment.body:
            return _once_more(comment)
        _reword(comment, author, body)
        verdict = checks.judge(_writing(author, body, but=comment.id))
        if comment.visible and verdict.status == "pending":
            _change_status(comment, "pending")
        comment_touch(comment)
        record("comment.edited", comment)
        _tell_moderators(comment, verdict)
        return comment


def resend(comment_id: int, *, by: Account, body: str) -> Comment:
    """A refused comment, corrected, goes back to the moderators."""
    body, author_id = fit(body), by.id
    _keep_pace(by)
    with transaction():
        author, comment = get(Account, author_id), get(Comment, comment_id)
        require(policy.resend, author, comment)
        _reword(comment, author, body)
        refused_for = comment.reason
        comment.status, comment.reason = "pending", None
        comment_touch(comment)
        record("comment.held", comment)
        again = f"sent again after: {refused_for}" if refused_for else "sent again"
        moderation.open_review("comment", comment.id, queue="pending", reasons=[again[:200]])
        return comment


def withdraw(comment_id: int, *, by: Account) -> Comment:
    """The author takes it back; it stays in the table and leaves every page."""
    author_id = by.id
    with transaction():
        author, comment = get(Account, author_id), get(Comment, comment_id)
        if comment.status == "withdrawn" and comment.author_id == author.id:
            return _once_more(comment)
        require(policy.withdraw, author, comment)
        _change_status(comment, "withdrawn")
        record("comment.withdrawn", comment)
        moderation.close_review("comment", comment.id)
        return comment


# ---- what moderators decide (called inside their transaction) --------------------------------------------------------------


def approve(comment_id: int, *, by: Account, reason: str) -> None:
    comment = get(Comment, comment_id)
    if comment.status == "withdrawn":
        raise Refused(_l("The author took this comment back."))
    comment.reason = None
    if not comment.visible:
        _change_status(comment, "published")
        _trust(comment, approved=+1)
        record("comment.published", comment)


def hide(comment_id: int, *, by: Account, reason: str, status: str) -> None:
    """Out of sight, kept and restorable. What was on the page is `removed`, what never was is `rejected`."""
    comment = get(Comment, comment_id)
    if comment.status == "withdrawn":
        raise Refused(_l("The author took this comment back."))
    was_public = comment.visible
    _change_status(comment, "removed" if was_public else "rejected")
    comment.reason = reason or None
    _trust(comment, refused=+1, approved=-1 if was_public else 0)
    record("comment.hidden", comment)


def restore(comment_id: int, *, by: Account, status: str) -> None:
    """Undoes a decision: back to the status before it."""
    comment = get(Comment, comment_id)
    decided = comment.status
    if decided == "withdrawn":
        raise Refused(_l("The author took this comment back."))
    if decided in ("rejected", "removed"):
        _trust(comment, refused=-1, approved=+1 if status == "published" else 0)
    elif decided == "published" and status != "published":
        _trust(comment, approved=-1)
    if decided != status:
        _change_status(comment, status)
    comment.reason = None
    record("comment.published" if comment.visible else "comment.hidden", comment)


# ---- drafts of strangers ------------------------------------------------------------------------------------------------


def keep_draft(entry_id: int, *, body: str, parent_id: int | None, address: str) -> str:
    """Keeps a stranger's text for seven days; returns the token that is its only key."""
    body = fit(body)
    limits.spend("draft", DRAFTS_BY_ADDRESS, address)
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        entry = get(Entry, entry_id)
        if not entry.public:
            raise NotFound()
        if not entry.comments_open:
            raise Refused(_l("Comments on this page are closed."), field="body")
        parent = _parent(entry, parent_id)
        session.add(Draft(token_hash=key_of(token), entry_id=entry_id, parent_id=parent.id if parent else None, body=body))
    return token


def post_draft(token: str, *, by: Account) -> Comment:
    """Posts what was written before signing in; the draft is the nonce, so it becomes one comment however often it is sent."""
    draft = find_draft(token)
    if draft is None:
        raise NotFound()
    if draft.comment_id is not None:
        return _once_more(get(Comment, draft.comment_id))
    draft_id, entry_id, parent_id, body = draft.id, draft.entry_id, draft.parent_id, draft.body
    comment = post(entry_id, by=by, body=body, parent_id=parent_id, nonce=f"draft-{draft_id}")
    comment_id = comment.id
    with transaction():
        get(Draft, draft_id).comment_id = comment_id
    return get(Comment, comment_id)


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


# ---- the parts ------------------------------------------------------------------------------------------------------------


def fit(body: str) -> str:
    """The text as it will be stored; refuses what is empty, too long or too costly to render."""
    body = body.strip()
    if not body:
        raise Refused(_l("Write something first."), field="body")
    if len(body) > MAX_BODY:
        over = len(body) - MAX_BODY
        raise Refused(_l("That is %(over)s characters too long for one comment. Send it in two.", over=over), field="body")
    try:
        markup.check(body, limit=MAX_BODY)
    except markup.TooComplex as problem:
        raise Refused(problem.text, field="body") from None
    return body


def require_open(author: Account, entry: Entry) -> None:
    if not entry.public:
        raise NotFound()
    require(policy.post, author, entry)
    if not entry.comments_open:
        raise Refused(_l("Comments on this page are closed."), field="body")


def show(comment: Comment, entry: Entry) -> None:
    """Published: the thread has its number from now on, and the counts know."""
    if comment.thread is None:
        entry.threads_count += 1
        comment.thread = entry.threads_count
    _count(comment, entry, +1)
    comment.status = "published"
    comment_touch(comment)


def _change_status(comment: Comment, status: str) -> None:
    entry = get(Entry, comment.entry_id)
    if status == "published":
        show(comment, entry)
        return
    if comment.visible:
        _count(comment, entry, -1)
    comment.status = status
    comment_touch(comment)


def _count(comment: Comment, entry: Entry, change: int) -> None:
    entry.comments_count += change
    if comment.parent_id is not None:
        db.session.execute(
            sa.update(Comment).where(Comment.id == comment.root_id).values(replies_count=Comment.replies_count + change)
        )


def _once_more(comment: Comment) -> Comment:
    """What was done already is not done again, but its pages are made old again: the first answer may have died before it did so."""
    comment_id = comment.id
    with transaction():
        comment = get(Comment, comment_id)
        comment_touch(comment)
        return comment


def touch_again(comment_id: int) -> None:
    """The same for a decision that was sent twice."""
    comment_touch(get(Comment, comment_id))


def comment_touch(comment: Comment) -> None:
    """Everything that shows this comment or counts it, lists of its entry's kind included."""
    get(Entry, comment.entry_id, lock=False).touch()
    touch(*comment.page_tags)


def _reword(comment: Comment, author: Account, body: str) -> None:
    db.session.add(Revision(comment_id=comment.id, body=comment.body, by_id=author.id))
    comment.write(body, standing=author.approved_comments > 0)
    comment.edited_at = now()


def _trust(comment: Comment, *, approved: int = 0, refused: int = 0) -> None:
    if comment.author_id is None:
        return
    author = get(Account, comment.author_id)
    author.approved_comments = max(0, author.approved_comments + approved)
    author.refused_comments = max(0, author.refused_comments + refused)


def _tell_moderators(comment: Comment, verdict: checks.Verdict) -> None:
    if comment.status == "pending":
        moderation.open_review("comment", comment.id, queue="pending", reasons=verdict.reasons)
    elif verdict.flagged:
        moderation.open_review("comment", comment.id, queue="reported", reasons=verdict.reasons)


def _keep_pace(author: Account) -> None:
    if not author.keeps_order:
        limits.spend("comment", PACE, str(author.id))
        limits.spend("comment-hour", PACE_HOUR, str(author.id))


def _writing(author: Account, body: str, *, but: int | None = None) -> Writing:
    statement = sa.select(Comment.body, Comment.posted_at).where(Comment.author_id == author.id, Comment.id != (but or 0))
    earlier = db.session.execute(statement.order_by(Comment.posted_at.desc()).limit(EARLIER)).all()
    return Writing(text=body, author=author, at=now(), earlier=[(text, at) for text, at in earlier])


def _parent(entry: Entry, parent_id: int | None) -> Comment | None:
    if parent_id is None:
        return None
    parent = db.session.get(Comment, parent_id)
    if parent is None or parent.entry_id != entry.id or not parent.visible:
        raise parent_is_gone()
    return parent


def parent_is_gone() -> Refused:
    words = _l("The comment you answer is no longer here. Your text is kept: send it as a comment of its own.")
    return Refused(words, field="parent")


def _same_nonce(author_id: int, nonce: str | None) -> Comment | None:
    if not nonce:
        return None
    statement = sa.select(Comment).where(Comment.author_id == author_id, Comment.nonce == nonce)
    return db.session.execute(statement).scalar_one_or_none()


def _sent_twice(author: Account, entry: Entry, parent_id: int | None, body: str) -> Comment | None:
    """The same words at the same place a moment ago: a retry without a nonce."""
    if limits.lifted():
        return None
    statement = sa.select(Comment).where(
        Comment.author_id == author.id,
        Comment.entry_id == entry.id,
        Comment.parent_id == parent_id if parent_id is not None else Comment.parent_id.is_(None),
        Comment.body == body,
        Comment.posted_at > now() - REPEAT_WITHIN,
        Comment.status.in_(("published", "pending")),
    )
    return db.session.execute(statement.order_by(Comment.id).limit(1)).scalar_one_or_none()
