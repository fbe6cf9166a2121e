"""Posters of tours, with all their evenings: drawn by the worker, to be printed, sent around and stuck on doors."""

from datetime import timedelta

from fansite.core.feature import Aside, Feature
from fansite.core.outbox import Listener, Routine
from fansite.posters.listeners import CHANGES, catch_up, draw
from fansite.posters.queries import beside_tour, subject_of
from fansite.posters.views import bp

# Some seconds each on a small machine, renewed between them.
SOME_POSTERS = timedelta(minutes=2)

feature = Feature(
    blueprints=[bp],
    listeners=[Listener("posters.draw", draw, CHANGES, lease=SOME_POSTERS)],
    routines=[Routine("posters.draw", catch_up, timedelta(minutes=20))],
    asides=[
        Aside("tour", "posters/_aside.html", beside_tour, lambda tour: (f"poster:{subject_of(tour)}",), order=20),
    ],
)
