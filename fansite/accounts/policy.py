"""Who may do what with an account."""

from __future__ import annotations

from typing import Any

from fansite.accounts.models import Account
from fansite.core.policy import keeps_order, owner, signed_in


class Operator:
    """Whoever types commands on the machine itself, and the site's own code."""

    id = None
    role = "owner"
    active = keeps_order = is_staff = is_owner = True


OPERATOR = Operator()


def set_role(person: Any, _account: Account) -> bool:
    return owner(person)


def disable(person: Any, account: Account) -> bool:
    """Moderators ban fans; only owners those who work here."""
    return owner(person) or (keeps_order(person) and account.role == "fan")


enable = disable


def erase(person: Any, account: Account) -> bool:
    return owner(person) or (signed_in(person) and person.id == account.id)
