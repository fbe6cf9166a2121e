"""What fans say of themselves: where it is judged, what stays meanwhile, and what a moderator decides."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.core.db import db, transaction
from fansite.core.errors import Conflict, Refused, TooMany
from fansite.core.outbox import record
from fansite.fans import operations as fans
from fansite.fans.models import MAX_BIO, Profile, Wording
from fansite.fans.operations import Wanted
from fansite.fans.personal import export
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.moderation.operations import reviewable
from fansite.tour.going.models import FanPlace

BIO = "I keep the *setlists*."


def say(who, bio: str = BIO, **more) -> None:
    fans.save(Wanted(bio=bio, **more), by=who)


def words(who) -> list[tuple[str, str]]:
    """Text and state of all wordings, the first one first."""
    db.session.rollback()
    rows = sa.select(Wording.body, Wording.status).where(Wording.account_id == who.id).order_by(Wording.id)
    return [tuple(row) for row in db.session.execute(rows)]


def waiting() -> list[tuple[str, str, list[str]]]:
    """(queue, subject, reasons) of what is open."""
    db.session.rollback()
    return [
        (one.queue, one.subject, one.reasons) for one in db.session.scalars(sa.select(Review).where(Review.decided_at.is_(None)))
    ]


def decide(decision: str, by) -> int:
    review = db.session.scalar(sa.select(Review.id).where(Review.decided_at.is_(None)).order_by(Review.id.desc()))
    moderation.decide(review, decision, by=by, reason="Because")
    return review


# ---- judging ----------------------------------------------------------------------------------------------------------------


def test_who_is_known_is_shown_at_once_and_who_is_new_waits(app, cast):
    say(cast.fay)
    assert words(cast.fay) == [(BIO, "published")] and waiting() == []
    say(cast.nora, "Cheap hats at https://hats.example")
    assert words(cast.nora) == [("Cheap hats at https://hats.example", "pending")]
    [(queue, _subject, reasons)] = waiting()
    assert (queue, reasons) == ("pending", ["link in a first comment", "new profile"])


def test_songs_are_words_too(app, cast):
    say(cast.fay, "", songs=["Hay", "You absolute cunt"])
    assert words(cast.fay) == [("", "pending")]
    assert waiting()[0][2] == ["banned word: cunt"]


def test_what_is_suspect_is_shown_and_looked_at(app, cast):
    say(cast.fay, "I won at the casino")
    assert words(cast.fay)[0][1] == "published"
    assert waiting()[0][0] == "reported"


def test_what_is_for_oneself_alone_is_judged_when_it_is_to_be_shown(app, cast):
    say(cast.nora, bio_to="me")
    assert words(cast.nora) == [] and waiting() == []
    say(cast.nora, bio_to="members")
    assert words(cast.nora) == [(BIO, "pending")]
    say(cast.nora, bio_to="me")
    assert words(cast.nora) == [(BIO, "withdrawn")] and waiting() == []
    assert db.session.get(Profile, cast.nora.id).bio == BIO, "nothing is lost"


def test_the_same_once_more_changes_nothing(app, cast):
    for _ in range(3):
        say(cast.nora, songs=["Hay"])
    assert words(cast.nora) == [(BIO, "pending")] and len(waiting()) == 1


def test_what_stood_there_stays_until_the_new_is_let_in(app, cast):
    say(cast.fay)
    say(cast.fay, "fuck nobody, said the retard")
    assert [state for _text, state in words(cast.fay)] == ["published", "pending"]
    decide("approve", cast.milo)
    assert [state for _text, state in words(cast.fay)] == ["replaced", "published"]


def test_another_wording_takes_the_place_of_one_that_waits(app, cast):
    say(cast.nora)
    say(cast.nora, "I keep the tickets")
    assert [state for _text, state in words(cast.nora)] == ["withdrawn", "pending"]
    assert len(waiting()) == 1


def test_a_part_of_what_is_shown_needs_no_judging_and_a_report_goes_with_it(app, cast):
    say(cast.nora, songs=["Hay", "Puy"])
    decide("approve", cast.milo)
    shown = db.session.scalar(sa.select(Wording.id).where(Wording.status == "published"))
    moderation.report("profile", shown, category="abuse", note="", by=cast.fay, address="192.0.2.1")
    say(cast.nora, songs=["Puy"])
    assert [state for _text, state in words(cast.nora)] == ["replaced", "published"]
    [(queue, subject, reasons)] = waiting()
    assert (queue, reasons) == ("reported", ["reported: abuse"])
    assert subject != f"profile:{shown}"


def test_emptied_it_is_gone_at_once(app, cast):
    say(cast.fay)
    say(cast.fay, "")
    assert words(cast.fay) == [(BIO, "withdrawn")]


def test_what_was_refused_comes_back_only_by_a_moderator(app, cast):
    say(cast.fay, "I hate the retard")
    decide("reject", cast.milo)
    say(cast.fay, "I hate the retard")
    assert [state for _text, state in words(cast.fay)] == ["rejected"]
    say(cast.fay, "")
    say(cast.fay, "I hate nobody")
    assert [state for _text, state in words(cast.fay)] == ["rejected", "pending"]
    assert waiting()[0][2][0] == "sent again after: Because"
    decide("approve", cast.milo)
    say(cast.fay, "I like everybody")
    assert words(cast.fay)[-1] == ("I like everybody", "published")


# ---- deciding ---------------------------------------------------------------------------------------------------------------


def test_a_decision_taken_back_brings_back_what_stood_there(app, cast):
    say(cast.fay)
    say(cast.fay, "A retard wrote this")
    review = decide("approve", cast.milo)
    moderation.undo(review, by=cast.milo)
    assert [state for _text, state in words(cast.fay)] == ["published", "pending"]
    decide("reject", cast.milo)
    assert [state for _text, state in words(cast.fay)] == ["published", "rejected"]


def test_what_is_taken_down_can_be_put_back(app, cast):
    say(cast.fay)
    shown = db.session.scalar(sa.select(Wording.id))
    review = moderation.take_up("profile", shown, by=cast.milo)
    moderation.decide(review, "remove", by=cast.milo)
    assert words(cast.fay) == [(BIO, "removed")]
    moderation.undo(review, by=cast.milo)
    assert words(cast.fay) == [(BIO, "published")]


def test_what_was_changed_meanwhile_is_not_decided_on(app, cast):
    say(cast.nora)
    old = db.session.scalar(sa.select(Review.id))
    say(cast.nora, "Other words")
    with pytest.raises((Refused, Conflict)):
        moderation.decide(old, "approve", by=cast.milo)
    assert [state for _text, state in words(cast.nora)] == ["withdrawn", "pending"]


def test_an_old_refusal_is_not_taken_back_over_newer_words(app, cast):
    say(cast.nora)
    review = decide("reject", cast.milo)
    say(cast.nora, "Better words")
    with pytest.raises(Refused):
        moderation.undo(review, by=cast.milo)


def test_the_card_shows_what_was_asked_and_never_what_is_private(app, cast):
    say(cast.nora, "My secret", bio_to="me", songs=["Hay"])
    wording = db.session.scalar(sa.select(Wording))
    card = reviewable("profile").cards([wording.id])[wording.id]
    assert "Hay" in card.html and "secret" not in card.html
    assert (card.author_name, card.status) == ("nora", "pending")


# ---- limits -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"bio": "x" * (MAX_BIO + 1)}, "bio"),
        ({"bio": "[" * 1500}, "bio"),
        ({"songs": [f"Song {n}" for n in range(6)]}, "songs"),
        ({"songs": ["x" * 121]}, "songs"),
        ({"city": "Trifouilly"}, "city"),
        ({"bio_to": "nobody"}, "bio_to"),
        ({"city": "Lyon", "city_to": ""}, "city_to"),
        ({"evenings_to": "friends"}, "evenings_to"),
    ],
)
def test_what_is_wrong_is_refused_whole(app, cast, wrong, field):
    with pytest.raises(Refused) as problem:
        fans.save(Wanted(**{"songs": ["Hay"], **wrong}), by=cast.fay)
    db.session.rollback()
    assert problem.value.field == field
    assert db.session.get(Profile, cast.fay.id) is None and words(cast.fay) == []


def test_nobody_changes_it_all_the_time(app, cast, clock):
    for number in range(30):
        say(cast.fay, f"Number {number}")
    with pytest.raises(TooMany):
        say(cast.fay, "One more")


def test_ten_browsers_at_once_leave_one_that_is_shown(app, cast):
    fay, problems = cast.fay, []
    db.session.expunge_all()

    def press(number: int) -> None:
        with app.app_context():
            try:
                fans.save(Wanted(bio=f"Words {number}"), by=fay)
            except Exception as problem:
                problems.append(problem)
            finally:
                db.session.remove()

    presses = [threading.Thread(target=press, args=(number,)) for number in range(10)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert problems == []
    assert sorted(state for _text, state in words(fay)) == ["published", *["replaced"] * 9]


def test_a_city_is_the_one_the_tour_knows(app, cast):
    say(cast.fay, city="Lyon", city_to="everyone")
    place = db.session.get(FanPlace, cast.fay.id)
    assert (place.name, place.shown_to) == ("Lyon", "everyone")
    say(cast.fay, city="lyon", city_to="me")
    assert db.session.get(FanPlace, cast.fay.id).shown_to == "me"
    say(cast.fay, city="")
    assert db.session.get(FanPlace, cast.fay.id) is None


# ---- standing, leaving ------------------------------------------------------------------------------------------------------


def test_links_count_as_long_as_their_author_stands(app, cast, worker):
    say(cast.fay, "See https://ukulele.example")
    assert "nofollow" not in db.session.scalar(sa.select(Wording.html))
    with transaction() as session:
        session.execute(sa.update(Account).where(Account.id == cast.fay.id).values(approved_comments=0))
        record("standing.changed", f"account:{cast.fay.id}")
    worker()
    db.session.rollback()
    assert 'rel="ugc nofollow' in db.session.scalar(sa.select(Wording.html))


def test_who_leaves_takes_it_all_along(app, cast):
    say(cast.nora, songs=["Hay"], city="Lyon", city_to="everyone", evenings_to="me")
    chapters = {chapter.key: chapter.rows for chapter in export(cast.nora.id)}
    assert chapters["profile"][0]["bio"] == BIO
    assert chapters["profile_wordings"][0]["state"] == "pending"
    accounts.erase(cast.nora.id)
    db.session.rollback()
    assert [db.session.scalar(sa.select(sa.func.count()).select_from(one)) for one in (Profile, Wording, FanPlace)] == [0, 0, 0]
    assert waiting() == []


def test_what_others_took_the_place_of_goes_in_time(app, cast, clock):
    say(cast.fay)
    say(cast.fay, "Other words")
    fans.sweep()
    assert len(words(cast.fay)) == 2
    clock.shift(31 * 24 * 3600)
    fans.sweep()
    assert words(cast.fay) == [("Other words", "published")]
