"""What needs a person's eye, and what was decided."""

from datetime import timedelta

from fansite.core.feature import Feature
from fansite.core.outbox import Listener
from fansite.moderation import views  # noqa: F401 - they put themselves there
from fansite.moderation.blueprint import bp
from fansite.moderation.cleanups import views as cleanup_views  # noqa: F401 - so do these
from fansite.moderation.listeners import clean_up
from fansite.moderation.people import views as people_views  # noqa: F401
from fansite.moderation.personal import personal

feature = Feature(
    blueprints=[bp],
    listeners=[
        Listener("moderation.cleanups", clean_up, ("cleanup.asked", "cleanup.undo_asked"), batch=1, lease=timedelta(minutes=1))
    ],
    personal=personal,
)
