"""What people do with discussions of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fansite.accounts.models import Account
from fansite.comments.models import Rendered
from fansite.comments.operations import naming
from fansite.core import limits, markup, nonces
from fansite.core.content import MAX_SUMMARY, free_slug
from fansite.core.db import db, get, transaction
from fansite.core.outbox import record
from fansite.core.policy import require
from fansite.core.wording import reserved
from fansite.lib import slugs
from fansite.lib.times import now
from fansite.moderation import checks
from fansite.moderation import limits as newcomers
from fansite.moderation import operations as moderation
from fansite.moderation.checks import REPEAT_WITHIN, Writing
from fansite.tags.operations import label
from fansite.talk import policy, queries
from fansite.talk.models import STANDING, Discussion, Revision
from fansite.talk.operations.fitting import Words, fit_body, fit_title, text_in
from fansite.talk.operations.standing import stand, touch_pages
from fansite.talk.polls import operations as polls

# Nobody has as much to ask in a day.
PACE = "20 per day"
# Of corrections.
PACE_EDIT = "6 per minute"
# Where lists and forms stand below `/talk/`.
OWN_PLACES = ("new", "newest", "unanswered")


def start(words: Words, *, by: Account, language: str, nonce: str = "") -> Discussion:
    """A new discussion, once. It is published, or waits for a moderator; `state` says which."""
    author_id, text = by.id, naming.read(words.body, by=by)
    with transaction():
        author = get(Account, author_id)
        require(policy.start, author)
        latest = queries.latest_of(author.id, since=now() - REPEAT_WITHIN)
        known = _sent_twice(latest, words, nonce_of(author.id, nonce))
        if known is not None:
            return _once_more(known)
        _keep_pace(author)
        who = _as_judged(author)
        newcomers.require_few(who, words.text)
        newcomers.spend(who, "discussions")
        verdict = checks.judge(_writing(who, words.text, latest, words.body, took=nonces.age_of(nonce)))
        discussion = _made(words, text, author, language, nonce_of(author.id, nonce))
        stand(discussion, verdict.status)
        record("talk.published" if discussion.visible else "talk.held", discussion)
        naming.tell(discussion)
        _tell_moderators(discussion, verdict)
        return discussion


def revise(discussion_id: int, *, by: Account, title: str, body: str) -> Discussion:
    """The author changes the words; the checks run again, and the earlier wording is kept. Its poll and tags stay."""
    title, body, author_id = fit_title(title), fit_body(body), by.id
    text = naming.read(body, by=by)
    with transaction():
        author, discussion = get(Account, author_id), get(Discussion, discussion_id)
        require(policy.edit, author, discussion)
        if (title, body) == (discussion.title, discussion.body):
            return _once_more(discussion.id)
        _keep_pace_of_edits(author)
        _reword(discussion, author, title, text)
        who = _as_judged(author)
        newcomers.require_few(who, text_in(discussion))
        verdict = checks.judge(_writing(who, text_in(discussion)))
        if discussion.visible:
            stand(discussion, verdict.status)
        touch_pages(discussion)
        record("talk.revised", discussion)
        naming.tell(discussion)
        _tell_moderators(discussion, verdict)
        return discussion


def resend(discussion_id: int, *, by: Account, title: str, body: str) -> Discussion:
    """A refused one, corrected, goes back to the moderators."""
    title, body, author_id = fit_title(title), fit_body(body), by.id
    text = naming.read(body, by=by)
    with transaction():
        author, discussion = get(Account, author_id), get(Discussion, discussion_id)
        require(policy.resend, author, discussion)
        _keep_pace_of_edits(author)
        _reword(discussion, author, title, text)
        newcomers.require_few(_as_judged(author), text_in(discussion))
        again = f"sent again after: {discussion.reason}" if discussion.reason else "sent again"
        discussion.reason = None
        stand(discussion, "pending")
        record("talk.held", discussion)
        moderation.open_review("talk", discussion.id, queue="pending", reasons=[again[:200]])
        return discussion


def withdraw(discussion_id: int, *, by: Account) -> Discussion:
    """The author takes it back: it leaves every page, with what was said below it."""
    author_id = by.id
    with transaction():
        author, discussion = get(Account, author_id), get(Discussion, discussion_id)
        if discussion.state == "withdrawn" and discussion.author_id == author.id:
            return _once_more(discussion.id)
        require(policy.withdraw, author, discussion)
        stand(discussion, "withdrawn")
        record("talk.withdrawn", discussion)
        moderation.close_review("talk", discussion.id)
        return discussion


def write_anew(discussion: Discussion) -> None:
    """The same words, as they lead today to those they name, and as their author stands."""
    discussion.write(discussion.body, known=naming.known_in(discussion.body))


# ---- the parts --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Author:
    """Of an account, what checks and limits ask: discussions count like what was said."""

    account: Account
    approved_comments: int
    refused_comments: int

    @property
    def stands(self) -> bool:
        """Whoever had a discussion approved is no newcomer to the next, as long as no moderator took that back."""
        return self.account.stands or (self.approved_comments > 0 and self.account.standing_lost_at is None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.account, name)


def nonce_of(author_id: int, nonce: str) -> str | None:
    """What tells a double click or a retry: nobody else's is the same."""
    return hashlib.sha256(f"{author_id}:{nonce}".encode()).hexdigest() if nonce else None


def _made(words: Words, text: Rendered, author: Account, language: str, nonce: str | None) -> Discussion:
    wanted = slugs.slugify(words.title, fallback="talk")
    discussion = Discussion(
        kind="talk",
        language=language,
        slug=free_slug(Discussion, wanted, language, reserved=(*reserved(), *OWN_PLACES)),
        title=words.title,
        status="draft",
        author_id=author.id,
        created_at=now(),
        updated_at=now(),
        last_said_at=now(),
        nonce=nonce,
    )
    discussion.take(naming.as_author_stands(text, author.stands))
    discussion.summary = markup.summary_of(discussion.html)[:MAX_SUMMARY]
    db.session.add(discussion)
    db.session.flush()
    naming.note(discussion, text)
    label(discussion, words.tags)
    if words.poll is not None:
        polls.attach(discussion, words.poll)
    return discussion


def _reword(discussion: Discussion, author: Account, title: str, text: Rendered) -> None:
    naming.require_few_in_all(discussion, text, author)
    db.session.add(Revision(discussion_id=discussion.id, title=discussion.title, body=discussion.body, by_id=author.id))
    discussion.title = title
    discussion.take(naming.as_author_stands(text, author.stands))
    naming.note(discussion, text)
    discussion.summary = markup.summary_of(discussion.html)[:MAX_SUMMARY]
    discussion.edited_at = discussion.updated_at = now()
    discussion.version += 1


def _tell_moderators(discussion: Discussion, verdict: checks.Verdict) -> None:
    reasons = [{"first comment": "first discussion"}.get(reason, reason) for reason in verdict.reasons]
    if discussion.state == "pending":
        moderation.open_review("talk", discussion.id, queue="pending", reasons=reasons)
    elif verdict.flagged:
        moderation.open_review("talk", discussion.id, queue="reported", reasons=reasons)


def _as_judged(author: Account) -> _Author:
    record = queries.record_of(author.id)
    return _Author(author, author.approved_comments + record.approved, author.refused_comments + record.refused)


def _writing(who: _Author, text: str, latest: Sequence[Any] = (), body: str = "", took: timedelta | None = None) -> Writing:
    """The same text under another title is the same once more."""
    earlier = [(text, one.created_at) for one in latest if one.body == body]
    return Writing(text=text, author=who, at=now(), earlier=earlier, took=took)


def _keep_pace(author: Account) -> None:
    """Counted under the write lock and after the search for the same words: a retry spends nothing."""
    if not author.keeps_order:
        limits.spend("talk", PACE, str(author.id))


def _keep_pace_of_edits(author: Account) -> None:
    if not author.keeps_order:
        limits.spend("talk-edit", PACE_EDIT, str(author.id))


def _sent_twice(latest: Sequence[Any], words: Words, nonce: str | None) -> int | None:
    """The one that came with the same nonce; or the same words a moment ago, a retry without one."""
    known = queries.with_nonce(nonce) if nonce else None
    if known is not None or limits.lifted():
        return known
    same = [one.id for one in latest if (one.title, one.body) == (words.title, words.body) and one.state in STANDING]
    return min(same, default=None)


def _once_more(discussion_id: int) -> Discussion:
    """What was done already is not done again, but its pages are made old again: the first answer may have died before it did so."""
    discussion = get(Discussion, discussion_id)
    touch_pages(discussion)
    return discussion
