"""E-mail addresses: how they are written down, and how two are found to be one."""

from __future__ import annotations

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l

from fansite.core.errors import Refused

# A band may well try its site at home, with addresses like ada@band.test; mail that cannot be delivered shows as failed.
SPECIAL_USE_DOMAIN_NAMES.clear()


def normal(typed: str, *, field: str = "email") -> str:
    """The address as mail is sent to it; refuses what cannot be one. Nobody is asked over the network."""
    try:
        found = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise Refused(_l("That is not an e-mail address: one looks like name@example.org."), field=field) from None
    return str(found.ascii_email)


def key(typed: str) -> str:
    """What makes two addresses the same one. Never refuses: what is no address is nobody's."""
    try:
        return normal(typed).lower()
    except Refused:
        return typed.strip().lower()
