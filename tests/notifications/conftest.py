"""Fans with plans and places, and the ten minutes after which they are told."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from fansite.core.db import transaction
from fansite.core.outbox.listening import outbox
from fansite.notifications.gigs.moments import HOLD
from fansite.tour.going import places
from fansite.tour.going.models import Attendance, FanPlace
from tests.tour.cast import gig


@pytest.fixture
def evening(cast: SimpleNamespace, clock: Any, worker: Callable[[], int]) -> Any:
    """In Brussels in 17 days, announced long enough ago to be no news."""
    made = gig(cast.eli)
    worker()
    return made


def says(account: Any, made: Any, word: str = "going") -> None:
    with transaction() as session:
        session.add(Attendance(gig_id=made.id, account_id=account.id, word=word))


def lives(account: Any, town: str = "Brussels", km: int = 100) -> FanPlace:
    return places.choose(town, km, by=account)


@pytest.fixture
def later(clock: Any, worker: Callable[[], int]) -> Callable[..., None]:
    """`later()` is after the time for which news is held back; whatever is due by then is done."""

    def go_on(seconds: float = HOLD.total_seconds()) -> None:
        worker()
        clock.shift(seconds)
        for routine in ("notifications.tomorrow", "notifications.send"):
            outbox().routines[routine].run()
            worker()

    return go_on


@pytest.fixture
def mails(outbox_mails: Callable[[], list[Any]]) -> Callable[[], dict[str, list[Any]]]:
    """By whom they are to, of notices only, in the order they were written."""

    def read() -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for message in sorted(outbox_mails(), key=lambda one: int(one["Message-ID"].strip("<>").partition(".")[0])):
            if message["List-Unsubscribe"]:
                found.setdefault(message["To"].split("@")[0], []).append(message)
        return found

    return read


def text_of(message: Any) -> str:
    return " ".join(str(message.get_body(("plain",)).get_content()).split())
