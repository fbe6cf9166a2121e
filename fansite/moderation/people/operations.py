"""What moderators do about a person: their standing, and their account. All of it stands in the log, and can be taken back."""

from __future__ import annotations

from typing import Any

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.core.db import get, touch, transaction
from fansite.core.outbox import record
from fansite.core.policy import require
from fansite.lib.times import now
from fansite.moderation import policy
from fansite.moderation.operations import note


def take_standing(account_id: int, *, by: Any, reason: str = "") -> None:
    """What approved comments gave is taken back until a moderator gives it again: everything they write waits, and their links do not count."""
    _change_standing(account_id, by=by, lost=True, reason=reason)


def give_standing(account_id: int, *, by: Any, reason: str = "") -> None:
    """Whether they stand is for their approved comments to say again."""
    _change_standing(account_id, by=by, lost=False, reason=reason)


def close(account_id: int, *, by: Any, reason: str = "") -> None:
    by_id = by.id
    with transaction():
        was_open = get(Account, account_id).disabled_at is None
        accounts.disable(account_id, reason=reason, by=by)
        if was_open:
            _log("close", account_id, by_id, reason)


def reopen(account_id: int, *, by: Any, reason: str = "") -> None:
    by_id = by.id
    with transaction():
        was_closed = get(Account, account_id).disabled_at is not None
        accounts.enable(account_id, by=by)
        if was_closed:
            _log("reopen", account_id, by_id, reason)


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _change_standing(account_id: int, *, by: Any, lost: bool, reason: str) -> None:
    by_id = by.id
    with transaction():
        moderator, account = get(Account, by_id, lock=False), get(Account, account_id)
        require(policy.change_standing, moderator, account)
        touch(*account.page_tags)  # pressed twice, the first answer may have died before it did so
        if (account.standing_lost_at is not None) == lost:
            return
        stood, account.standing_lost_at = account.stands, now() if lost else None
        _log("standing_taken" if lost else "standing_given", account_id, by_id, reason)
        if account.stands != stood:
            record("standing.changed", account)


def _log(act: str, account_id: int, by_id: int | None, reason: str) -> None:
    note(act, f"account:{account_id}", by_id=by_id, reason=reason)
