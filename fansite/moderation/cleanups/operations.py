"""Clean-ups: asked for in one act, done slice by slice, each of them one transaction, and taken back the same way.

Each slice does what is still `waiting` (or, on the way back, still `done`): whoever is killed between two leaves nothing half done, and the
next one goes on.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from fansite.accounts import policy as account_policy
from fansite.accounts.models import Account
from fansite.core.db import db, get, transaction
from fansite.core.db.rows import upsert
from fansite.core.errors import Conflict, NotFound, Refused
from fansite.core.feature import Reviewable
from fansite.core.outbox import record
from fansite.core.policy import require
from fansite.lib.times import now
from fansite.moderation import operations as moderation
from fansite.moderation import policy
from fansite.moderation.cleanups.queries import LIVE, Choice
from fansite.moderation.models import Cleanup, CleanupAccount, CleanupItem, Review
from fansite.moderation.people import operations as people

# What nobody who writes meanwhile waits for longer than a moment.
ITEMS, ACCOUNTS = 25, 10
# Up to so many slices the moderator waits for; the rest is the worker's.
AT_ONCE = 3


def ask(
    choice: Choice, *, by: Any, reason: str = "", closes: bool = False, everything: bool = False, nonce: str | None = None
) -> Cleanup:
    """Writes down what is to go, as it is chosen now: what comes after is not touched. The same once more is the same clean-up."""
    by_id = by.id
    with transaction() as session:
        require(policy.clean_up, get(Account, by_id, lock=False))
        known = session.scalar(sa.select(Cleanup).where(Cleanup.nonce == nonce)) if nonce else None
        if known is not None:
            return known
        cleanup = Cleanup(
            nonce=nonce,
            by_id=by_id,
            chosen={"as": choice.facts},
            reason=reason.strip() or None,
            closes=closes,
            everything=everything or choice.scope == "person",
        )
        session.add(cleanup)
        session.flush()
        _write_down(cleanup, choice)
        moderation.note("cleanup", f"cleanup:{cleanup.id}", by_id=by_id, reason=reason.strip())
        record("cleanup.asked", f"cleanup:{cleanup.id}")
        return cleanup


def undo(cleanup_id: int, *, by: Any) -> None:
    """All that it did is taken back: things stand as they stood, accounts it closed are open. What was decided anew meanwhile stays so."""
    by_id = by.id
    with transaction():
        require(policy.clean_up, get(Account, by_id, lock=False))
        cleanup = get(Cleanup, cleanup_id)
        if cleanup.undo_asked_at is not None:
            return
        cleanup.undo_asked_at, cleanup.undone_by_id = now(), by_id
        moderation.note("cleanup_undo", f"cleanup:{cleanup_id}", by_id=by_id)
        record("cleanup.undo_asked", f"cleanup:{cleanup_id}")


def begin(cleanup_id: int) -> None:
    """What is small is done at once."""
    for _slice in range(AT_ONCE):
        if not go_on(cleanup_id):
            return


def go_on(cleanup_id: int) -> bool:
    """One slice; whether more is left."""
    with transaction():
        cleanup = get(Cleanup, cleanup_id)
        if not cleanup.at_work:
            return False
        back = cleanup.undo_asked_at is not None
        by = db.session.get(Account, (cleanup.undone_by_id if back else cleanup.by_id) or 0)
        # Who may no longer decide does not: what they did not get to stays as it is.
        if by is not None and policy.clean_up(by) and (_take_back_some if back else _put_away_some)(cleanup, by):
            return True
        _finish(cleanup, back)
        return False


# ---- the way there ----------------------------------------------------------------------------------------------------------


def _write_down(cleanup: Cleanup, choice: Choice) -> None:
    id = sa.literal(cleanup.id, sa.Integer)
    items = choice.of_reviews(id, Review.subject_kind, Review.subject_id, sa.literal("waiting"), sa.literal(False))
    columns = ["cleanup_id", "kind", "subject_id", "state", "opened"]
    db.session.execute(sa.insert(CleanupItem).from_select(columns, items, include_defaults=False))
    if cleanup.closes or cleanup.everything:
        accounts = choice.of_accounts(id, Account.id, sa.literal("waiting"))
        columns = ["cleanup_id", "account_id", "state"]
        db.session.execute(sa.insert(CleanupAccount).from_select(columns, accounts, include_defaults=False))
    # Asked for, since not every database tells how many rows such an insert wrote.
    written = [sa.exists().where(model.cleanup_id == cleanup.id) for model in (CleanupItem, CleanupAccount)]
    if not db.session.scalar(sa.select(sa.or_(*written))):
        raise Refused(_l("Nothing of this waits any more: somebody was quicker, or it was taken back."))


def _put_away_some(cleanup: Cleanup, by: Account) -> bool:
    """Accounts first: who writes on meanwhile would be found too late."""
    accounts = _some(CleanupAccount, cleanup, "waiting", ACCOUNTS)
    for row in accounts:
        _turn_to(row, cleanup, by)
    if accounts:
        return True
    items = _some(CleanupItem, cleanup, "waiting", ITEMS)
    for item in items:
        _put_away(item, cleanup, by)
    return bool(items)


def _turn_to(row: CleanupAccount, cleanup: Cleanup, by: Account) -> None:
    """Closes it, and looks for what else it wrote."""
    account, row.state = get(Account, row.account_id), "done"
    if account.role != "fan":
        return
    if cleanup.closes and account.active:
        people.close(account.id, by=by, reason=cleanup.reason or "")
        row.closed_at = account.disabled_at
    if cleanup.everything:
        _add_all_of(account.id, cleanup)


def _add_all_of(account_id: int, cleanup: Cleanup) -> None:
    found = [
        {"cleanup_id": cleanup.id, "kind": kind, "subject_id": id, "state": "waiting", "opened": False}
        for kind, reviewable in _kinds().items()
        if reviewable.of_authors
        for _account, id, status in reviewable.of_authors([account_id])
        if status in LIVE
    ]
    if found:
        db.session.execute(upsert(CleanupItem.__table__).on_conflict_do_nothing(), found)


def _put_away(item: CleanupItem, cleanup: Cleanup, by: Account) -> None:
    item.state = "left"
    subject = _kinds().get(item.kind)
    state = subject.state(item.subject_id) if subject is not None else None
    if state is None or state[0] not in LIVE:
        return
    review = _last_review(item)
    if review is not None and review.decision is not None and review.decided_at >= cleanup.asked_at:  # type: ignore[operator]
        return  # somebody looked at it since
    opened = review is None or not review.open
    if review is None or opened:
        review = moderation.open_review(item.kind, item.subject_id, queue="reported", reasons=["cleaned up"])
    decision = "reject" if review.queue == "pending" else "remove"
    try:
        moderation.decide(review.id, decision, by=by, reason=cleanup.reason or "", version=review.version, cleanup=cleanup.id)
    except (Refused, NotFound, Conflict):
        if opened:
            moderation.close_review(item.kind, item.subject_id)
        return
    item.state, item.review_id, item.opened = "done", review.id, opened


# ---- the way back -----------------------------------------------------------------------------------------------------------


def _take_back_some(cleanup: Cleanup, by: Account) -> bool:
    """Accounts first: nobody wears a face whose account is closed."""
    accounts = _some(CleanupAccount, cleanup, "done", ACCOUNTS)
    for row in accounts:
        _turn_back(row, by)
    if accounts:
        return True
    items = _some(CleanupItem, cleanup, "done", ITEMS)
    for item in items:
        _bring_back(item, cleanup, by)
    return bool(items)


def _turn_back(row: CleanupAccount, by: Account) -> None:
    account, row.state = get(Account, row.account_id), "undone"
    # Closed once more since, it was for another reason.
    if row.closed_at is not None and account.disabled_at == row.closed_at and account_policy.enable(by, account):
        people.reopen(account.id, by=by)


def _bring_back(item: CleanupItem, cleanup: Cleanup, by: Account) -> None:
    review = db.session.get(Review, item.review_id) if item.review_id is not None else None
    item.state = "left"
    if review is None or review.cleanup_id != cleanup.id:
        return  # decided anew, or taken back by itself
    try:
        moderation.undo(review.id, by=by)
    except (Refused, NotFound, Conflict):
        return
    if item.opened:
        moderation.close_review(item.kind, item.subject_id)
    item.state = "undone"


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _finish(cleanup: Cleanup, back: bool) -> None:
    if back:
        cleanup.undone_at = now()
        record("cleanup.undone", f"cleanup:{cleanup.id}")
    else:
        cleanup.done_at = now()
        record("cleanup.done", f"cleanup:{cleanup.id}")


def _some(model: Any, cleanup: Cleanup, state: str, most: int) -> list[Any]:
    keys = sa.inspect(model).primary_key
    statement = sa.select(model).where(model.cleanup_id == cleanup.id, model.state == state)
    return list(db.session.scalars(statement.order_by(*keys).limit(most)))


def _last_review(item: CleanupItem) -> Review | None:
    of_it = (Review.subject_kind == item.kind, Review.subject_id == item.subject_id)
    return db.session.scalar(sa.select(Review).where(*of_it).order_by(Review.id.desc()).limit(1))


def _kinds() -> dict[str, Reviewable]:
    found: dict[str, Reviewable] = current_app.extensions["fansite"].reviewables
    return found
