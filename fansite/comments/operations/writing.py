"""What people do with their own words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts.models import Account
from fansite.bonds.queries import ties_of
from fansite.comments import policy
from fansite.comments.models import MAX_BODY, Comment, Place, Rendered, Revision
from fansite.comments.operations import naming
from fansite.comments.operations.standing import claim, new_ids, once_more, stand, touch_pages
from fansite.comments.quoting import without_our_links
from fansite.core import limits, markup, nonces
from fansite.core.content import Entry, content_of
from fansite.core.db import db, get, transaction
from fansite.core.db.rows import insert
from fansite.core.db.transactions import keep
from fansite.core.errors import Gone, NotFound, Refused
from fansite.core.outbox import record
from fansite.core.policy import require
from fansite.lib.times import now
from fansite.moderation import checks
from fansite.moderation import limits as newcomers
from fansite.moderation import operations as moderation
from fansite.moderation.checks import REPEAT_WITHIN, Writing

# A person in a quarrel writes fast, a machine faster.
PACE = "6 per minute"
PACE_HOUR = "60 per hour"
# More than the pace lets anybody write in a few minutes.
LATEST = 40
NOT_TO_STARTER = _l("You cannot answer who began this discussion. Answer one of the others, or begin one of your own.")


def post(entry_id: int, *, by: Account, body: str, parent_id: int | None = None, nonce: str | None = None) -> Comment:
    """Stores a comment once. It is published, or waits for a moderator; `comment.status` says which."""
    return post_at(entry_id, by=by, body=body, parent_id=parent_id, nonce=nonce)[0]


def post_at(
    entry_id: int, *, by: Account, body: str, parent_id: int | None = None, nonce: str | None = None
) -> tuple[Comment, Place]:
    """The same, and where it stands."""
    body, author_id = fit(body), by.id
    # Before the lock that all writers share: it takes as long as all the rest.
    text = _said_by(by, body)
    apart = ties_of(by).apart if parent_id is not None else frozenset[int]()
    with transaction():
        author, entry, known = _who_and_where(author_id, entry_id, nonce)
        if known is not None:
            return once_more(known), entry
        require_open(entry)
        require(policy.post, author, entry)
        parent = parent_in(entry, parent_id)
        if parent is not None and parent.author_id in apart:
            raise Refused(_l("You cannot answer this comment. Send your text as a comment of its own."), field="parent")
        if parent is None and content_of(entry).replies:
            _require_company(entry, by)
        latest = _latest(author)
        known = _sent_twice(latest, entry, parent_id, body)
        if known is not None:
            return once_more(known), entry
        _keep_pace(author)
        newcomers.require_few(author, body)
        newcomers.spend(author, "replies")
        verdict = checks.judge(_writing(author, body, latest, took=nonces.age_of(nonce)))
        comment = _publish_or_hold(author, entry, parent, text, nonce, verdict)
        keep(comment)  # the answer says where it stands
        return comment, entry._replace(comments_count=entry.comments_count + int(comment.visible))


def edit(comment_id: int, *, by: Account, body: str) -> Comment:
    """The author changes the words; the checks run again, and the earlier wording is kept."""
    body, author_id = fit(body), by.id
    text = _said_by(by, body)
    with transaction():
        author, comment = get(Account, author_id), claim(comment_id)
        require(policy.edit, author, comment)
        if body == comment.body:
            return once_more(comment.id)
        _keep_pace(author)
        newcomers.require_few(author, body)
        _reword(comment, author, text)
        verdict = checks.judge(_writing(author, body, [one for one in _latest(author) if one.id != comment.id]))
        if comment.visible:
            stand(comment, verdict.status)
        touch_pages(comment)
        record("comment.edited", comment)
        naming.tell(comment)
        _tell_moderators(comment, verdict)
        return comment


def resend(comment_id: int, *, by: Account, body: str) -> Comment:
    """A refused comment, corrected, goes back to the moderators."""
    body, author_id = fit(body), by.id
    text = _said_by(by, body)
    with transaction():
        author, comment = get(Account, author_id), claim(comment_id)
        require(policy.resend, author, comment)
        _keep_pace(author)
        newcomers.require_few(author, body)
        _reword(comment, author, text)
        again = f"sent again after: {comment.reason}" if comment.reason else "sent again"
        comment.reason = None
        stand(comment, "pending")
        record("comment.held", comment)
        moderation.open_review("comment", comment.id, queue="pending", reasons=[again[:200]])
        return comment


def withdraw(comment_id: int, *, by: Account) -> Comment:
    """The author takes it back; it stays in the table and leaves every page."""
    author_id = by.id
    with transaction():
        author, comment = get(Account, author_id), claim(comment_id)
        if comment.status == "withdrawn" and comment.author_id == author.id:
            return once_more(comment.id)
        require(policy.withdraw, author, comment)
        stand(comment, "withdrawn")
        record("comment.withdrawn", comment)
        moderation.close_review("comment", comment.id)
        return comment


# ---- what drafts need as well -----------------------------------------------------------------------------------------------


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


def require_open(entry: Entry | Place) -> None:
    if not entry.public:
        raise Gone() if entry.status == "withdrawn" else NotFound()
    if not entry.comments_open:
        raise Refused(closed_words(entry), field="body")


def closed_words(entry: Entry | Place) -> Any:
    return _l("This discussion is closed.") if content_of(entry).replies else _l("Comments on this page are closed.")


def parent_in(entry: Entry | Place, parent_id: int | None) -> Comment | None:
    """The comment that is answered: one that everybody can read, on the same page."""
    if parent_id is None:
        return None
    parent = db.session.get(Comment, parent_id)
    if parent is None or parent.entry_id != entry.id or not parent.visible:
        raise parent_is_gone()
    return parent


def parent_is_gone() -> Refused:
    words = _l("The comment you answer is no longer here. Your text is kept: send it as a comment of its own.")
    return Refused(words, field="parent")


# ---- the parts --------------------------------------------------------------------------------------------------------------


class _OfAuthor(NamedTuple):
    id: int
    role: str
    disabled_at: datetime | None
    erased_at: datetime | None
    joined_at: datetime
    approved_comments: int
    refused_comments: int
    standing_lost_at: datetime | None


class Author(_OfAuthor):
    """Of an account, what rules and checks ask about who writes."""

    active: Any = Account.active
    keeps_order: Any = Account.keeps_order
    stands: Any = Account.stands


def _who_and_where(author_id: int, entry_id: int, nonce: str | None) -> tuple[Author, Place, int | None]:
    """Both locked; and the comment that came with the same nonce."""
    found = db.session.execute(_WHO_AND_WHERE, {"author": author_id, "entry": entry_id, "nonce": nonce}).one_or_none()
    if found is None:
        raise NotFound()
    *facts, known = found
    who = len(Author._fields)
    return Author._make(facts[:who]), Place._make(facts[who:]), known


def _require_company(entry: Place, by: Account) -> None:
    starter = db.session.get(Account, entry.author_id) if entry.author_id in ties_of(by).apart else None
    if not policy.answer_starter(entry, starter, ties_of(by)):
        raise Refused(NOT_TO_STARTER, field="body")


def _publish_or_hold(
    author: Author, entry: Place, parent: Comment | None, text: Rendered, nonce: str | None, verdict: checks.Verdict
) -> Comment:
    text = naming.as_author_stands(text, author.stands)
    comment = Comment(
        id=new_ids(1)[0],
        entry_id=entry.id,
        parent_id=parent.id if parent is not None else None,
        author_id=author.id,
        status="pending",
        nonce=nonce,
        posted_at=now(),
    )
    comment.take(text)
    comment.place(parent)
    stand(comment, verdict.status)
    insert(comment)
    record("comment.published" if comment.visible else "comment.held", comment)
    if text.named:
        naming.note(comment, text)
        naming.tell(comment)
    _tell_moderators(comment, verdict)
    return comment


def _said_by(by: Account, body: str) -> Rendered:
    text = naming.read(body, by=by)
    if not markup.says_something(markup.plain(text.html)):
        raise Refused(_l("Write something first."), field="body")
    return text


def _reword(comment: Comment, author: Account, text: Rendered) -> None:
    text = naming.as_author_stands(text, author.stands)
    naming.require_few_in_all(comment, text, author)
    db.session.add(Revision(comment_id=comment.id, body=comment.body, by_id=author.id))
    comment.take(text)
    naming.note(comment, text)
    comment.edited_at = now()


def _tell_moderators(comment: Comment, verdict: checks.Verdict) -> None:
    if comment.status == "pending":
        moderation.open_review("comment", comment.id, queue="pending", reasons=verdict.reasons)
    elif verdict.flagged:
        moderation.open_review("comment", comment.id, queue="reported", reasons=verdict.reasons)


def _keep_pace(author: Account | Author) -> None:
    """Counted under the write lock and after the search for the same words: a retry spends nothing."""
    if not author.keeps_order:
        limits.spend("comment", PACE, str(author.id))
        limits.spend("comment-hour", PACE_HOUR, str(author.id))


def _latest(author: Account | Author) -> Sequence[Any]:
    """What they wrote in the last minutes, newest first."""
    return db.session.execute(_LATEST, {"author": author.id, "since": now() - REPEAT_WITHIN}).all()


def _writing(author: Account | Author, body: str, latest: Sequence[Any], took: timedelta | None = None) -> Writing:
    earlier = [(one.body, one.posted_at) for one in latest]
    return Writing(text=without_our_links(body), author=author, at=now(), earlier=earlier, took=took)


def _sent_twice(latest: Sequence[Any], entry: Entry | Place, parent_id: int | None, body: str) -> int | None:
    """The same words at the same place a moment ago: a retry without a nonce."""
    if limits.lifted():
        return None
    said = (entry.id, parent_id, body)
    same = [
        one.id for one in latest if (one.entry_id, one.parent_id, one.body) == said and one.status in ("published", "pending")
    ]
    return min(same, default=None)


# Put together once, and of plain columns: asked under the write lock.
_ROW = Comment.__table__.c
_BY_AUTHOR = _ROW.author_id == sa.bindparam("author")
_WITH_NONCE = sa.select(_ROW.id).where(_BY_AUTHOR, _ROW.nonce == sa.bindparam("nonce")).scalar_subquery()
_ACCOUNT, _ENTRY = Account.__table__, Entry.__table__
_WHO_AND_WHERE = (
    sa.select(*(_ACCOUNT.c[name] for name in Author._fields), *(_ENTRY.c[name] for name in Place._fields), _WITH_NONCE)
    .join_from(_ACCOUNT, _ENTRY, sa.true())
    .where(_ACCOUNT.c.id == sa.bindparam("author"), _ENTRY.c.id == sa.bindparam("entry"))
    .with_for_update(of=[_ACCOUNT, _ENTRY])
)
_LATEST = (
    sa.select(_ROW.id, _ROW.entry_id, _ROW.parent_id, _ROW.status, _ROW.body, _ROW.posted_at)
    .where(_BY_AUTHOR, _ROW.posted_at > sa.bindparam("since"))
    .order_by(_ROW.posted_at.desc())
    .limit(LATEST)
)
