"""People and their ways in."""

from datetime import timedelta

from fansite.accounts.commands import user
from fansite.accounts.listeners import mail_resets
from fansite.accounts.operations import sweep
from fansite.accounts.sessions import open_sessions
from fansite.accounts.views import bp
from fansite.core.feature import Feature
from fansite.core.outbox import Listener, Routine

feature = Feature(
    blueprints=[bp],
    listeners=[Listener("accounts.mail_resets", mail_resets, ("reset.asked",), batch=1)],
    routines=[Routine("accounts.sweep", sweep, timedelta(hours=1))],
    commands=[user],
    open=open_sessions,
)
