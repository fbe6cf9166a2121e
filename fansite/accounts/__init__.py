"""People and their ways in."""

from datetime import timedelta

from fansite.accounts.commands import user
from fansite.accounts.listeners import mail_resets, make_parcels
from fansite.accounts.operations import erase_due, sweep
from fansite.accounts.personal import personal
from fansite.accounts.sessions import open_sessions
from fansite.accounts.views import bp
from fansite.core.feature import Feature
from fansite.core.outbox import Listener, Routine

feature = Feature(
    blueprints=[bp],
    listeners=[
        Listener("accounts.mail_resets", mail_resets, ("reset.asked",), batch=1),
        Listener("accounts.make_parcels", make_parcels, ("parcel.asked",), batch=1, lease=timedelta(minutes=5)),
    ],
    routines=[
        Routine("accounts.sweep", sweep, timedelta(hours=1)),
        Routine("accounts.erase_due", erase_due, timedelta(minutes=1)),
    ],
    personal=personal,
    commands=[user],
    open=open_sessions,
)
