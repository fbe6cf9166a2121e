"""What people do here, as it happens: a line for each act, many of the same as one, each to be taken away by who is on it."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from fansite.bonds.queries import strangers
from fansite.core.feature import Aside, Feature, HomeSection
from fansite.core.outbox import Listener, Routine
from fansite.river import operations
from fansite.river.home import beside_people, lately
from fansite.river.listeners import catch_up, keep
from fansite.river.personal import personal
from fansite.river.queries import TAG
from fansite.river.sources import EVENTS
from fansite.river.views import bp

feature = Feature(
    blueprints=[bp],
    listeners=[
        Listener("river.keep", keep, EVENTS),
        Listener("river.loaded", catch_up, ("content.loaded",), batch=1, lease=timedelta(minutes=5)),
    ],
    routines=[Routine("river.sweep", operations.sweep, timedelta(days=1))],
    personal=personal,
    asides=[Aside("fans", "river/_aside.html", beside_people, lambda _people: (TAG,), order=20)],
    home_sections=[
        HomeSection(
            "lately",
            _l("What people did lately"),
            _l("lately here"),
            "river/_home.html",
            lately,
            tags=(TAG, "list:fans"),
            more="river.index",
            more_label=_l("All of it"),
            order=32,
            alike=strangers,
        )
    ],
)
