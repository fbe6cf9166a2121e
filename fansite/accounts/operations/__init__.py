"""What can happen to an account: one verb, one transaction. Other features find all of it here."""

from fansite.accounts.operations.credentials import ask_reset, change_email, change_password, confirm_email, reset, set_password
from fansite.accounts.operations.entering import Entered, close_all_sessions, close_session, open_session, sign_in
from fansite.accounts.operations.erasing import ask_to_leave, erase, erase_due, stay, stay_by_mail
from fansite.accounts.operations.joining import confirm, confirm_by_hand, create, join, objections
from fansite.accounts.operations.parcels import ask_for_data, path_of
from fansite.accounts.operations.settling import change_language, change_username, renamable_from
from fansite.accounts.operations.standing import disable, enable, has_owner, set_role
from fansite.accounts.operations.sweeping import sweep

__all__ = [
    "Entered",
    "ask_for_data",
    "ask_reset",
    "ask_to_leave",
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
    "erase_due",
    "has_owner",
    "join",
    "objections",
    "open_session",
    "path_of",
    "renamable_from",
    "reset",
    "set_password",
    "set_role",
    "sign_in",
    "stay",
    "stay_by_mail",
    "sweep",
]
