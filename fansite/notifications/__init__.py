"""Who is told of what: kinds of notices by ways of telling, as everybody chose."""

from datetime import timedelta

from fansite.core.feature import Check, Feature
from fansite.core.outbox import Listener, Routine
from fansite.notifications import operations, push, queries
from fansite.notifications.checks import in_time
from fansite.notifications.gigs.happening import note_tomorrow
from fansite.notifications.gigs.kinds import KINDS as GIG_KINDS
from fansite.notifications.gigs.words import headline
from fansite.notifications.listeners import carry_pushes, hear, note_failures, read_by_answering
from fansite.notifications.people.kinds import KINDS as PEOPLE_KINDS
from fansite.notifications.personal import personal
from fansite.notifications.sending import EVERY, send_due
from fansite.notifications.views import bp

feature = Feature(
    blueprints=[bp],
    notices=[*GIG_KINDS, *PEOPLE_KINDS],
    listeners=[
        Listener("notifications.failed", note_failures, ("mail.failed",)),
        Listener("notifications.read", read_by_answering, ("comment.published", "comment.held", "reaction.given")),
        Listener("notifications.left", push.forget_where_they_left, push.LEFT),
        Listener("notifications.push", push.send_queued, ("push.queued",), batch=1, lease=push.LEASE),
    ],
    routines=[
        Routine("notifications.send", send_due, EVERY),
        Routine("notifications.tomorrow", note_tomorrow, timedelta(minutes=10)),
        Routine("notifications.seen", operations.note_who_was_here, timedelta(days=1)),
        Routine("notifications.sweep", operations.sweep, timedelta(days=1)),
    ],
    checks=[Check("notices", in_time)],
    personal=personal,
    template_globals={"evening_headline": headline, "unread_notices": queries.unread},
    open=carry_pushes,
    ready=hear,
)
