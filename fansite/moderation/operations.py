"""What can happen in the queue. Deciding claims the row: two moderators cannot both win, and everything can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload

from fansite.accounts.models import Account
from fansite.core import limits
from fansite.core.db import db, get, transaction
from fansite.core.errors import Conflict, NotFound, Refused
from fansite.core.feature import Reviewable
from fansite.core.outbox import record
from fansite.core.policy import require
from fansite.lib.times import now
from fansite.moderation import checks, policy
from fansite.moderation.models import CATEGORIES, LogLine, Report, Review, ReviewLink
from fansite.rules import queries as rules

REPORTS_BY_ADDRESS = "20 per 10 minutes"


def reviewable(kind: str) -> Reviewable:
    found: Reviewable | None = current_app.extensions["fansite"].reviewables.get(kind)
    if found is None:
        raise NotFound()
    return found


def open_review(kind: str, subject_id: int, *, queue: str, reasons: Sequence[str]) -> Review:
    """Puts something before the moderators; what waits already gets the new reasons. Inside the caller's transaction."""
    with transaction() as session:
        review = _open(kind, subject_id)
        if review is None:
            review = Review(subject_kind=kind, subject_id=subject_id, queue=queue, reasons=list(reasons), links=[])
            session.add(review)
            session.flush()
            record("review.opened", f"{kind}:{subject_id}", review=review.id)
        else:
            review.reasons = list(dict.fromkeys([*review.reasons, *reasons]))
            review.queue = "pending" if "pending" in (queue, review.queue) else "reported"
        subject = current_app.extensions["fansite"].reviewables.get(kind)
        if subject is not None:
            note_whose(review, subject.author(subject_id), subject.text(subject_id))
        return review


def note_whose(review: Review, author_id: int | None, text: str) -> None:
    """By what many are chosen at once: whose it is, where its words link, and which others say the same."""
    review.author_id, review.likeness = author_id, checks.likeness_of(text)
    known = {link.host: link for link in review.links}
    review.links = [known.get(host) or ReviewLink(host=host) for host in checks.hosts_of(text)]


def close_review(kind: str, subject_id: int) -> None:
    """The question went away by itself: the author took the text back."""
    with transaction():
        review = _open(kind, subject_id)
        if review is not None:
            review.decided_at, review.version = now(), review.version + 1


def report(kind: str, subject_id: int, *, category: str, note: str, by: Any, address: str) -> None:
    """Somebody, signed in or not, says that something is wrong. What was judged fine since its last change is not opened again."""
    limits.spend("report", REPORTS_BY_ADDRESS, address)
    by_id = by.id if by is not None else None
    if category not in CATEGORIES:
        raise Refused(_l("Please choose what is wrong."), field="category")
    subject = reviewable(kind)
    with transaction() as session:
        state = subject.state(subject_id)
        if state is None or not subject.visible(subject_id):
            raise NotFound()
        if by_id is not None and by_id == subject.author(subject_id):
            raise Refused(_l("You wrote this yourself. You need no moderator to take it back."))
        said = _report_of(kind, subject_id, by_id)
        if said is None or not get(Review, said.review_id).open:
            review = _judged_fine(kind, subject_id, since=state[1]) or open_review(
                kind, subject_id, queue="reported", reasons=[f"reported: {category}"]
            )
            said = said or Report(subject_kind=kind, subject_id=subject_id, reporter_id=by_id)
            # Who reports once more speaks of the text as it is now: their report goes with it to the moderators.
            said.review_id, said.at = review.id, now()
        said.category, said.note = category, note
        session.add(said)
        record("report.made", f"{kind}:{subject_id}", category=category)


def take_up(kind: str, subject_id: int, *, by: Any) -> int:
    """A moderator looks at something nobody complained about; returns the review's id."""
    by_id = by.id
    with transaction():
        from_db = _moderator(by_id)
        require(policy.decide, from_db)
        if reviewable(kind).state(subject_id) is None:
            raise NotFound()
        return open_review(kind, subject_id, queue="reported", reasons=["taken up"]).id


def decide(
    review_id: int,
    decision: str,
    *,
    by: Any,
    reason: str = "",
    rule: int | None = None,
    version: int | None = None,
    cleanup: int | None = None,
) -> Review:
    """approve, reject or remove; `rule` is the point of the house rules that was broken. Raises `Conflict` when somebody decided otherwise since this moderator looked."""
    by_id = by.id
    with transaction():
        moderator = _moderator(by_id)
        review = get(Review, review_id)
        require(policy.decide, moderator, review)
        if _same_again(review, decision, by_id):
            reviewable(review.subject_kind).touch(review.subject_id)
            return review
        _claim(review, decision, version)
        subject = reviewable(review.subject_kind)
        state = subject.state(review.subject_id)
        if state is None:
            raise NotFound()
        review.before = state[0]
        if decision == "approve":
            subject.approve(review.subject_id, by=moderator, reason=reason)
        else:
            subject.hide(review.subject_id, by=moderator, reason=reason)
        review.decision, review.decided_at, review.decided_by_id, review.reason = decision, now(), by_id, reason or None
        review.rules_id = rules.current_number()
        review.rule = rule if decision != "approve" else None
        review.cleanup_id = cleanup
        review.version += 1
        _log(decision, review, by_id, reason)
        record("review.decided", review.subject, review=review.id, decision=decision)
        return review


def undo(review_id: int, *, by: Any, version: int | None = None) -> Review:
    """Takes a decision back: the subject stands as before, the review is open again."""
    by_id = by.id
    with transaction():
        moderator = _moderator(by_id)
        review = get(Review, review_id)
        require(policy.decide, moderator, review)
        if version is not None and version != review.version:
            raise Conflict()
        if review.decision is None:
            if review.open:  # pressed twice
                reviewable(review.subject_kind).touch(review.subject_id)
                return review
            raise _withdrawn()
        _require_latest(review)
        subject = reviewable(review.subject_kind)
        subject.restore(review.subject_id, by=moderator, status=review.before)
        if subject.visible(review.subject_id):
            review.queue = "reported"  # what is public again is not held back
        review.decision = review.decided_at = review.decided_by_id = review.reason = review.rules_id = review.rule = None
        review.cleanup_id = None
        review.version += 1
        _log("undo", review, by_id, "")
        record("review.undone", review.subject, review=review.id)
        return review


def note(act: str, subject: str, *, by_id: int | None, reason: str = "") -> None:
    """Writes down what a moderator did that needs no decision. Inside the caller's transaction."""
    db.session.add(LogLine(act=act, subject=subject, by_id=by_id, reason=reason))


def _claim(review: Review, decision: str, version: int | None) -> None:
    """Only who saw the review as it stands may decide it. Without a version, only what is still open, or removing what was approved."""
    if not review.open and review.decision is None:
        raise _withdrawn()
    if not review.open:
        _require_latest(review)
    if version is not None and version != review.version:
        raise Conflict()
    if not review.open and version is None and not (review.decision == "approve" and decision == "remove"):
        raise Conflict()


def _require_latest(review: Review) -> None:
    """What was decided before the last review of a text is history: taking it back would undo what came after."""
    newer = sa.exists().where(
        Review.subject_kind == review.subject_kind, Review.subject_id == review.subject_id, Review.id > review.id
    )
    if db.session.scalar(sa.select(newer)):
        raise Refused(_l("There is a newer review of the same text. Decide that one."))


def _withdrawn() -> Refused:
    return Refused(_l("Nothing was decided here: the author took the text back."))


def _same_again(review: Review, decision: str, by_id: int) -> bool:
    """A double click."""
    return review.decision == decision and review.decided_by_id == by_id


def _moderator(account_id: int) -> Account:
    return get(Account, account_id, lock=False)


def _open(kind: str, subject_id: int) -> Review | None:
    of_it = (Review.subject_kind == kind, Review.subject_id == subject_id, Review.decided_at.is_(None))
    statement = sa.select(Review).where(*of_it).options(selectinload(Review.links))
    return db.session.execute(statement).scalar_one_or_none()


def _judged_fine(kind: str, subject_id: int, *, since: datetime) -> Review | None:
    """The mark falls when the text is edited."""
    statement = (
        sa.select(Review)
        .where(Review.subject_kind == kind, Review.subject_id == subject_id, Review.queue == "reported")
        .order_by(Review.id.desc())
        .limit(1)
    )
    last = db.session.execute(statement).scalar_one_or_none()
    if last is None or last.decision != "approve" or last.decided_at is None or last.decided_at < since:
        return None
    return last


def _report_of(kind: str, subject_id: int, by_id: int | None) -> Report | None:
    if by_id is None:
        return None
    return db.session.execute(
        sa.select(Report).where(Report.subject_kind == kind, Report.subject_id == subject_id, Report.reporter_id == by_id)
    ).scalar_one_or_none()


def _log(act: str, review: Review, by_id: int | None, reason: str) -> None:
    note(act, review.subject, by_id=by_id, reason=reason)
