"""Who says that they go, or were there: one word of each fan, whatever they press and however often."""

from __future__ import annotations

import io
import threading
import zipfile
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.core.db import db, transaction
from fansite.core.errors import Forbidden, Gone, NotFound, Refused, TooMany
from fansite.lib.times import now
from fansite.tour import operations as tour
from fansite.tour.going import operations as going
from fansite.tour.going import places, queries
from fansite.tour.going.models import Attendance, FanCalendar, FanPlace
from tests.tour.cast import gig

DAY_AFTER = datetime(2026, 12, 13, 12, tzinfo=UTC)


@pytest.fixture
def evening(cast, clock):
    return gig(cast.eli)


def said() -> list[tuple[int, str]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Attendance.account_id, Attendance.word).order_by(Attendance.account_id))
    return [tuple(row) for row in rows]


def counted(gig_id: int) -> dict[str, int]:
    db.session.rollback()
    return {word: number for word, number in queries.counts(gig_id).items() if number}


# ---- saying -----------------------------------------------------------------------------------------------------------------


def test_another_word_replaces_the_one_before(cast, evening):
    going.say(evening.id, "interested", by=cast.fay)
    going.say(evening.id, "going", by=cast.fay)
    going.say(evening.id, "going", by=cast.nora)
    assert said() == [(cast.fay.id, "going"), (cast.nora.id, "going")]
    assert counted(evening.id) == {"going": 2}


def test_the_same_once_more_changes_nothing_and_costs_nothing(app, cast, evening, clock):
    first = going.say(evening.id, "going", by=cast.fay).said_at
    clock.shift(5)
    before = app.extensions["fansite"].clock.seen()
    for _ in range(80):  # more than the pace would let anybody
        going.say(evening.id, "going", by=cast.fay)
    assert db.session.scalar(sa.select(Attendance.said_at)) == first
    assert not app.extensions["fansite"].clock.fresh(before, [queries.tag_of(evening.id)]), "the first answer may have been lost"


def test_who_presses_too_fast_is_slowed_down(cast, evening):
    for number in range(60):
        going.say(evening.id, ("going", "interested")[number % 2], by=cast.fay)
    with pytest.raises(TooMany):
        going.say(evening.id, "going", by=cast.fay)
    assert len(said()) == 1
    going.say(evening.id, "going", by=cast.nora)


def test_before_it_is_over_nobody_was_there_and_after_it_nobody_goes(cast, evening, clock):
    with pytest.raises(Refused, match="still to come"):
        going.say(evening.id, "there", by=cast.fay)
    going.say(evening.id, "going", by=cast.fay)
    clock.move_to(DAY_AFTER)
    for word in ("going", "interested"):
        with pytest.raises(Refused, match="is over"):
            going.say(evening.id, word, by=cast.nora)
    assert counted(evening.id) == {"going": 1}
    going.say(evening.id, "there", by=cast.fay)
    assert said() == [(cast.fay.id, "there")]


def test_it_is_over_when_it_is_over_there(cast, clock):
    """Ten at night on the Chatham Islands is a quarter past nine in the morning here."""
    made = gig(cast.eli, "chatham", day=date(2026, 11, 25), starts=time(19), ends=time(22))
    clock.move_to(datetime(2026, 11, 25, 8, 14, tzinfo=UTC))
    going.say(made.id, "going", by=cast.fay)
    clock.move_to(datetime(2026, 11, 25, 8, 16, tzinfo=UTC))
    going.say(made.id, "there", by=cast.fay)


def test_a_cancelled_evening_keeps_who_meant_to_come_and_takes_nobody_in(cast, evening, clock):
    going.say(evening.id, "going", by=cast.fay)
    tour.cancel(evening.id, by=cast.eli, reason="Flu.")
    with pytest.raises(Refused, match="cancelled"):
        going.say(evening.id, "going", by=cast.nora)
    assert said() == [(cast.fay.id, "going")]
    clock.move_to(DAY_AFTER)
    with pytest.raises(Refused, match="cancelled"):
        going.say(evening.id, "there", by=cast.fay)


def test_what_was_said_follows_the_evening_to_its_new_date(cast, evening, clock):
    going.say(evening.id, "going", by=cast.fay)
    tour.postpone(evening.id, by=cast.eli)
    clock.move_to(DAY_AFTER)
    going.say(evening.id, "interested", by=cast.nora)
    tour.reschedule(evening.id, {"day": date(2027, 2, 5)}, by=cast.eli)
    assert counted(evening.id) == {"going": 1, "interested": 1}


@pytest.mark.parametrize("word", ["", "GOING", "maybe", "none", "x" * 500])
def test_other_words_are_none(cast, evening, word):
    with pytest.raises(Refused, match="whether you go"):
        going.say(evening.id, word, by=cast.fay)
    assert said() == []


def test_what_is_not_public_takes_nobody_in(cast, evening):
    draft = gig(cast.eli, "lyon", published=False)
    tour.withdraw(evening.id, by=cast.eli)
    with pytest.raises(Exception, match="404"):
        going.say(draft.id, "going", by=cast.eli)
    with pytest.raises(Gone):
        going.say(evening.id, "going", by=cast.fay)
    with pytest.raises(NotFound):
        going.say(999, "going", by=cast.fay)
    with pytest.raises(Forbidden):
        going.say(gig(cast.eli, "london").id, "going", by=cast.ben)


def test_it_is_taken_back_once_and_for_all(cast, evening):
    going.say(evening.id, "going", by=cast.fay)
    going.say(evening.id, "going", by=cast.nora)
    for _ in range(2):
        going.take_back(evening.id, by=cast.fay)
    assert said() == [(cast.nora.id, "going")]
    tour.withdraw(evening.id, by=cast.eli)
    going.take_back(evening.id, by=cast.nora)
    assert said() == []


@pytest.mark.parametrize("words", [("going",), ("going", "interested")], ids=["the same", "this and that"])
def test_fifty_presses_of_one_fan_at_once_count_once(app, cast, evening, words):
    fay_id, gig_id, done, problems = cast.fay.id, evening.id, [], []
    db.session.rollback()
    gate = threading.Barrier(10)

    def press(number):
        with app.app_context():
            gate.wait()
            for turn in range(5):
                try:
                    done.append(
                        going.say(gig_id, words[(number + turn) % len(words)], by=db.session.get(Account, fay_id)).account_id
                    )
                except Exception as problem:
                    problems.append(problem)

    pressers = [threading.Thread(target=press, args=(number,)) for number in range(10)]
    for presser in pressers:
        presser.start()
    for presser in pressers:
        presser.join()
    assert (problems, done) == ([], [fay_id] * 50)
    assert len(said()) == 1
    assert sum(counted(gig_id).values()) == 1


def test_pressing_and_taking_back_at_once_leave_one_word_or_none(app, cast, evening):
    fay_id, gig_id, problems = cast.fay.id, evening.id, []
    db.session.rollback()

    def press(number):
        with app.app_context():
            try:
                fay = db.session.get(Account, fay_id)
                going.take_back(gig_id, by=fay) if number % 2 else going.say(gig_id, "going", by=fay)
            except Exception as problem:
                problems.append(problem)

    pressers = [threading.Thread(target=press, args=(number,)) for number in range(12)]
    for presser in pressers:
        presser.start()
    for presser in pressers:
        presser.join()
    assert not problems
    assert sum(counted(gig_id).values()) == len(said()) <= 1


# ---- who leaves -------------------------------------------------------------------------------------------------------------


def test_whose_account_is_closed_is_not_counted_and_comes_back_with_it(cast, evening):
    for who in (cast.fay, cast.nora):
        going.say(evening.id, "going", by=who)
    assert counted(evening.id) == {"going": 2}
    accounts.disable(cast.nora.id)
    assert counted(evening.id) == {"going": 1}
    assert [one.username_key for one in queries.people(evening.id, "going", 9)] == ["fay"]
    accounts.enable(cast.nora.id)
    assert counted(evening.id) == {"going": 2}


def test_who_is_erased_leaves_nothing_behind(cast, evening):
    going.say(evening.id, "going", by=cast.fay)
    going.make_calendar(by=cast.fay)
    places.choose("Lyon", 50, by=cast.fay)
    accounts.erase(cast.fay.id)
    assert counted(evening.id) == {}
    for model in (Attendance, FanCalendar, FanPlace):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 0


def test_what_they_said_is_in_what_they_are_handed(app, cast, evening, browser_as, worker):
    going.say(evening.id, "going", by=cast.fay)
    address = queries.calendar_address(going.make_calendar(by=cast.fay).secret)
    places.choose("Genf", 50, by=cast.fay)
    accounts.ask_for_data(cast.fay.id)
    worker()
    visitor = browser_as(cast.fay)
    visitor.get("/account/data")
    (link,) = visitor.page.xpath('//a[contains(@href, ".zip")]/@href')
    told = zipfile.ZipFile(io.BytesIO(visitor.client.get(link).get_data()))
    text = "".join(told.read(name).decode() for name in told.namelist() if name.endswith(".json"))
    for words in (evening.title, "going", address, "Geneva"):
        assert words in text


# ---- how it grows -----------------------------------------------------------------------------------------------------------


def test_those_who_said_it_last_come_first_by_pages(cast, evening, clock):
    crowd(evening.id, 7)
    names = [one.username for one in queries.people(evening.id, "going", 3)]
    assert names == ["fan6", "fan5", "fan4"]
    assert [one.username for one in queries.people(evening.id, "going", 3, after=6)] == ["fan0"]


@pytest.mark.sqlite
def test_fifty_thousand_are_counted_and_shown_off_an_index(cast, evening):
    from tests.plans import plan
    from tests.structure.test_query_plans import _as_sent

    counting, *_ = plan(*_as_sent(queries._COUNTS))
    told = "\n".join(plan(*_as_sent(queries._COUNTS)) + plan(*_as_sent(queries._PEOPLE)))
    assert "USING COVERING INDEX ix_attendance_gig_word_said (gig_id=?)" in told, counting
    assert "USING COVERING INDEX ix_attendance_gig_word_said (gig_id=? AND word=?)" in told
    assert "SCAN account USING INDEX ix_account_disabled" in told or "COVERING INDEX ix_account_disabled" in told
    assert "SEARCH account USING INTEGER PRIMARY KEY" in told
    assert "SEARCH discretion USING INTEGER PRIMARY KEY" in told
    assert "SCAN attendance" not in told


def crowd(gig_id: int, number: int, word: str = "going") -> None:
    with transaction() as session:
        rows = [
            {
                "username": f"fan{n}",
                "username_key": f"fan{n}",
                "likeness": f"fan{n}",
                "role": "fan",
                "language": "en",
                "joined_at": now(),
            }
            for n in range(number)
        ]
        session.execute(sa.insert(Account), rows)
        ids = session.scalars(sa.select(Account.id).where(Account.username.like("fan%")).order_by(Account.id)).all()
        session.execute(
            sa.insert(Attendance),
            [
                {"gig_id": gig_id, "account_id": id, "word": word, "said_at": now() + timedelta(seconds=n)}
                for n, id in enumerate(ids)
            ],
        )
