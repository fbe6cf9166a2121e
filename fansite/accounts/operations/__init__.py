"""What can happen to an account: one verb, one transaction. Other features find all of it here."""

from fansite.accounts.operations.credentials import ask_reset, change_email, change_password, confirm_email, reset, set_password
from fansite.accounts.operations.entering import Entered, close_all_sessions, close_session, open_session, sign_in
from fansite.accounts.operations.joining import confirm, confirm_by_hand, create, join, objections
from fansite.accounts.operations.settling import change_language, change_username, renamable_from
from fansite.accounts.operations.standing import disable, enable, erase, has_owner, leave, set_role
from fansite.accounts.operations.sweeping import sweep

__all__ = [
    "Entered",
    "ask_reset",
    "change_email",
    "change_language",
    "change_password",
    "change_username",
    "close_all_sessions",
    "close_session",
    "confirm",
    "confirm_by_hand",
    "confirm_email",
    "create",
    "disable",
    "enable",
    "erase",
    "has_owner",
    "join",
    "leave",
    "objections",
    "open_session",
    "renamable_from",
    "reset",
    "set_password",
    "set_role",
    "sign_in",
    "sweep",
]
