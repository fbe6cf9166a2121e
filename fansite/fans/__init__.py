"""The pages of the people here: what they say of themselves and did, and by which cities they are found."""

from datetime import timedelta

from fansite.core import renewal
from fansite.core.feature import Feature
from fansite.core.outbox import Listener, Routine
from fansite.fans import operations
from fansite.fans.personal import personal
from fansite.fans.review import reviewable
from fansite.fans.views import bp

feature = Feature(
    blueprints=[bp],
    reviewables=[reviewable],
    personal=personal,
    listeners=[Listener("fans.standing", operations.follow_standing, ("standing.changed",))],
    routines=[
        Routine("fans.wordings", operations.sweep, timedelta(hours=6)),
        Routine("fans.texts", operations.render_older, renewal.EVERY),
    ],
)
