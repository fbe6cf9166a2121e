"""Roles and closed accounts. The last owner is safe: a site nobody can run helps nobody."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from fansite.accounts import policy, queries
from fansite.accounts.models import Account
from fansite.accounts.operations.entering import end_keys, end_sessions
from fansite.accounts.policy import OPERATOR
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import Refused
from fansite.core.outbox import record
from fansite.core.policy import ROLES, require
from fansite.lib.times import now

MAX_REASON = 500


def has_owner() -> bool:
    return db.session.scalar(queries.owners().limit(1)) is not None


def set_role(account_id: int, role: str, *, by: Any = OPERATOR) -> None:
    if role not in ROLES:
        raise Refused(_l("A role is one of %(roles)s.", roles=", ".join(ROLES)), field="role")
    with transaction():
        account = allowed(policy.set_role, by, account_id)
        if role != "owner":
            require_other_owner(account)
        if account.role == role:
            return
        before, stood, account.role = account.role, account.stands, role
        touch(*account.page_tags)
        record("account.role_changed", account, before=before, role=role)
        if account.stands != stood:
            record("standing.changed", account)


def disable(account_id: int, *, reason: str = "", by: Any = OPERATOR) -> None:
    """A ban: every session ends at once, and the reason is told to who comes with the right password."""
    with transaction():
        account = allowed(policy.disable, by, account_id)
        require_other_owner(account)
        account.disabled_at = account.disabled_at or now()
        account.disabled_reason = reason.strip()[:MAX_REASON] or account.disabled_reason
        end_sessions(account.id)
        end_keys(account.id)
        touch(*account.page_tags)
        record("account.disabled", account, by=_id_of(by))


def enable(account_id: int, *, by: Any = OPERATOR) -> None:
    with transaction():
        account = allowed(policy.enable, by, account_id)
        if account.erased_at is not None:
            raise Refused(_l("An erased account stays erased."))
        if account.disabled_at is None:
            return
        account.disabled_at = account.disabled_reason = None
        end_sessions(account.id)
        touch(*account.page_tags)
        record("account.enabled", account, by=_id_of(by))


# ---- for the other operations ------------------------------------------------------------------------------------------------


def allowed(rule: Any, by: Any, account_id: int) -> Account:
    """The account, when this person may; asked of today's row, not of the one the page was made from."""
    person = by if by is OPERATOR or by is None else get(Account, by.id, lock=False)
    account = get(Account, account_id)
    require(rule, person, account)
    return account


def require_other_owner(account: Account) -> None:
    """The owners' rows are locked: two who close each other's account at once do not both succeed."""
    owners = set(db.session.scalars(queries.owners().with_for_update()))
    if owners == {account.id}:
        raise Refused(_l("%(name)s is the last owner. Make somebody else an owner first.", name=account.username))


def _id_of(by: Any) -> int | None:
    return by.id if by is not None else None
