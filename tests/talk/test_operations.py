"""Discussions: who starts them, what waits, what moderators decide, and where each stands in the lists."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.comments import operations as comments
from fansite.core.db import db, get, transaction
from fansite.core.errors import Forbidden, Refused, TooMany
from fansite.core.outbox import record
from fansite.lib.times import now
from fansite.moderation import operations as moderation
from fansite.moderation.models import LogLine, Review
from fansite.moderation.people import operations as people
from fansite.talk import operations, queries
from fansite.talk.models import MAX_BODY, Discussion, Revision
from tests.talk.cast import BODY, discussion
from tests.texts import say


def titles(page) -> list[str]:
    return [row.title for row in page[0]]


def review() -> Review:
    return db.session.scalar(sa.select(Review).order_by(Review.id.desc()).limit(1))


def as_it_is(discussion_id: int) -> Discussion:
    db.session.rollback()
    return db.session.get(Discussion, discussion_id)


# ---- starting ---------------------------------------------------------------------------------------------------------------


def test_a_known_fan_starts_a_discussion_that_everybody_reads(cast):
    made = discussion(cast.fay, tags="Brussels, lifts")
    assert (made.status, made.state, made.slug) == ("published", "published", "a-car-to-brussels")
    assert made.summary == "Four seats from Lyon to Brussels, leaving at noon."
    assert [tag.slug for tag in made.tags] == ["brussels", "lifts"]
    assert titles(queries.page_of_latest(1)) == titles(queries.page_of_unanswered(1)) == ["A car to Brussels"]


def test_the_first_of_somebody_new_waits_for_a_moderator(cast):
    made = discussion(cast.nora)
    assert (made.status, made.state, made.published_at) == ("draft", "pending", None)
    assert (review().subject, review().queue, review().reasons) == (f"talk:{made.id}", "pending", ["first discussion"])
    assert titles(queries.page_of_latest(1)) == titles(queries.page_of_newest(1)) == []


def test_what_was_approved_builds_trust_and_what_was_refused_takes_it(cast):
    made = discussion(cast.nora)
    moderation.decide(review().id, "approve", by=cast.milo)
    assert as_it_is(made.id).public
    second = discussion(cast.nora, "Another car", "From Nantes.")
    assert second.public
    moderation.decide(moderation.take_up("talk", second.id, by=cast.milo), "remove", by=cast.milo)
    assert queries.record_of(cast.nora.id) == (1, 1)


def test_the_checks_read_tags_and_the_answers_of_a_poll_too(cast):
    from fansite.moderation import words

    words.set_words("banned", ["casino"], by=cast.milo)
    held = [
        discussion(cast.fay, f"Number {n}", f"Words {n}", **more)
        for n, more in enumerate(({"tags": "Casino"}, {"options": "Casino\nNo"}))
    ]
    assert [one.state for one in held] == ["pending", "pending"]
    assert all("banned word: casino" in one.reasons for one in db.session.scalars(sa.select(Review)))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "t" * 121}, "title"),
        ({"body": " \n"}, "body"),
        ({"body": "b" * (MAX_BODY + 1)}, "body"),
        ({"tags": "a, b, c, d, e, f"}, "tags"),
        ({"tags": "…"}, "tags"),
    ],
)
def test_what_cannot_be_stored_is_refused_beside_its_box(app, typed, field):
    with pytest.raises(Refused) as problem:
        operations.fit(**{"title": "A car", "body": "Four seats", **typed})
    assert problem.value.field == field


def test_nobody_who_is_banned_starts_anything(cast):
    with pytest.raises(Forbidden):
        discussion(cast.ben)


def test_sent_twice_it_is_there_once(cast):
    words = operations.fit("A car", BODY)
    first = operations.start(words, by=cast.fay, language="en", nonce="n").id
    assert operations.start(words, by=cast.fay, language="en", nonce="n").id == first
    assert operations.start(words, by=cast.fay, language="en").id == first  # a retry without a nonce
    assert operations.start(words, by=cast.ada, language="en", nonce="n").id != first


def test_the_same_words_under_another_title_are_looked_at(cast, clock):
    discussion(cast.fay)
    again = discussion(cast.fay, "A car, once more")
    assert again.state == "pending"
    assert "repeated text" in review().reasons


def test_who_is_new_starts_three_on_the_first_day_and_who_stands_more(cast, clock):
    with transaction():
        get(Account, cast.nora.id).joined_at = now()
    for number in range(3):
        discussion(cast.nora, f"Car {number}", f"Seats: {number}")
    with pytest.raises(TooMany):
        discussion(cast.nora, "Car 3", "Seats: 3")
    for number in range(4):
        discussion(cast.fay, f"Van {number}", f"Seats: {number}")
    clock.shift(24 * 3600)
    discussion(cast.nora, "Car 3", "Seats: 3")


@pytest.mark.parametrize("more", [{"body": "https://c.example"}, {"options": "https://c.example\nNo"}, {"tags": "www.c.example"}])
def test_who_is_new_links_twice_in_all_of_it(cast, clock, more):
    with transaction():
        get(Account, cast.nora.id).joined_at = now()
    typed = {"body": "[a](/a)", **more, "title": "[b](/b)"}
    if "body" not in more:
        assert discussion(cast.nora, **typed | {"tags": "", "options": ""}).state == "pending"
    with pytest.raises(Refused, match="2 links"):
        discussion(cast.nora, **typed | {"body": f"[a](/a) {typed['body']}"})


def test_one_approved_discussion_vouches_for_the_next_until_a_moderator_takes_standing_back(cast):
    discussion(cast.nora)
    moderation.decide(review().id, "approve", by=cast.milo)
    assert discussion(cast.nora, "Look", "at https://a.example").public
    people.take_standing(cast.nora.id, by=cast.milo)
    assert discussion(cast.nora, "Again", "Look").state == "pending"
    assert review().reasons == ["standing taken back"]


def test_addresses_of_lists_and_forms_are_nobodys(cast):
    assert [discussion(cast.ada, title, title).slug for title in ("New", "Unanswered", "Tag")] == [
        "new-2",
        "unanswered-2",
        "tag-2",
    ]


# ---- changing one's own -----------------------------------------------------------------------------------------------------


def test_its_author_corrects_it_for_half_an_hour_and_the_earlier_wording_is_kept(cast, clock):
    made = discussion(cast.fay).id
    operations.revise(made, by=cast.fay, title="A van to Brussels", body="Six seats.")
    assert (as_it_is(made).title, as_it_is(made).slug) == ("A van to Brussels", "a-car-to-brussels")
    assert [(one.title, one.body) for one in db.session.scalars(sa.select(Revision))] == [("A car to Brussels", BODY)]
    with pytest.raises(Forbidden):
        operations.revise(made, by=cast.nora, title="Mine", body="Now.")
    clock.shift(1801)
    with pytest.raises(Forbidden):
        operations.revise(made, by=cast.fay, title="Too late", body="Now.")


def test_a_correction_goes_through_the_checks_again(cast):
    made = discussion(cast.fay).id
    links = " ".join(f"https://hats.example/{n}" for n in range(3))
    operations.revise(made, by=cast.fay, title="Hats", body=links)
    assert (as_it_is(made).state, as_it_is(made).public) == ("pending", False)
    assert review().reasons == ["many links"]


def test_what_was_refused_is_corrected_and_sent_again(cast):
    made = discussion(cast.nora).id
    moderation.decide(review().id, "reject", by=cast.milo, reason="Say where from")
    assert (as_it_is(made).state, as_it_is(made).reason) == ("rejected", "Say where from")
    operations.resend(made, by=cast.nora, title="A car from Lyon", body="Four seats.")
    assert as_it_is(made).state == "pending"
    assert review().reasons == ["sent again after: Say where from"]


def test_taken_back_it_leaves_the_lists_and_the_queue(cast):
    public, waiting = discussion(cast.fay).id, discussion(cast.nora, "Mine", "Waits").id
    operations.withdraw(public, by=cast.fay)
    operations.withdraw(public, by=cast.fay)
    operations.withdraw(waiting, by=cast.nora)
    assert [as_it_is(one).status for one in (public, waiting)] == ["withdrawn", "draft"]
    assert titles(queries.page_of_latest(1)) == []
    assert not review().open
    with pytest.raises(Forbidden):
        operations.withdraw(public, by=cast.nora)


# ---- deciding ---------------------------------------------------------------------------------------------------------------


def test_a_decision_can_be_taken_back(cast):
    made = discussion(cast.nora).id
    held = review().id
    moderation.decide(held, "approve", by=cast.milo)
    assert as_it_is(made).public
    moderation.undo(held, by=cast.milo)
    assert (as_it_is(made).state, as_it_is(made).published_at) == ("pending", None)
    assert queries.record_of(cast.nora.id).approved == 0
    moderation.decide(held, "approve", by=cast.milo)
    removed = moderation.take_up("talk", made, by=cast.milo)
    moderation.decide(removed, "remove", by=cast.milo)
    assert (as_it_is(made).status, titles(queries.page_of_latest(1))) == ("withdrawn", [])
    moderation.undo(removed, by=cast.milo)
    assert titles(queries.page_of_latest(1)) == ["A car to Brussels"]


# ---- order ------------------------------------------------------------------------------------------------------------------


def test_what_was_said_last_stands_first(cast, worker, clock):
    old = discussion(cast.fay).id
    clock.shift(60)
    discussion(cast.fay, "A van", "Six seats.")
    assert titles(queries.page_of_latest(1)) == ["A van", "A car to Brussels"]
    clock.shift(60)
    reply = say(as_it_is(old), cast.ada, "I come along").id
    worker()
    assert titles(queries.page_of_latest(1)) == ["A car to Brussels", "A van"]
    assert titles(queries.page_of_newest(1)) == ["A van", "A car to Brussels"]
    assert titles(queries.page_of_unanswered(1)) == ["A van"]
    assert queries.page_of_latest(1)[0][0].speaker.username == "ada"
    comments.withdraw(reply, by=cast.ada)
    worker()
    assert titles(queries.page_of_latest(1)) == titles(queries.page_of_unanswered(1)) == ["A van", "A car to Brussels"]


def test_a_list_that_is_kept_follows_every_change(cast, worker, clock):
    """As if it was read anew each time."""
    made = []
    for number in range(6):
        clock.shift(60)
        made.append(discussion(cast.ada, f"Number {number}", f"Words {number}", tags="odd" if number % 2 else "even").id)
        queries.page_of_latest(1)
    clock.shift(60)
    say(as_it_is(made[1]), cast.ada, "A word")
    operations.pin(made[0], True, by=cast.milo)
    operations.withdraw(made[5], by=cast.ada)
    operations.move_tags(made[2], "odd", by=cast.milo)
    worker()
    listings = (queries._BY_ACTIVITY, queries._BY_BEGINNING, queries._UNANSWERED)
    followed = [
        (list(one.order.places()), {tag: list(part.places()) for tag, part in one.known().parts.items()}) for one in listings
    ]
    assert followed == [
        (list(anew.order.places()), {tag: list(part.places()) for tag, part in anew.parts.items()})
        for anew in (one.read() for one in listings)
    ]
    assert titles(queries.page_of_latest(1)) == ["Number 0", "Number 1", "Number 4", "Number 3", "Number 2"]


def test_pinned_ones_stand_first_and_are_few(cast, clock):
    made = []
    for number in range(6):
        clock.shift(1)
        made.append(discussion(cast.ada, f"Number {number}", f"Words {number}").id)
    for one in made[:5]:
        operations.pin(one, True, by=cast.milo)
    with pytest.raises(Refused):
        operations.pin(made[5], True, by=cast.milo)
    operations.pin(made[0], False, by=cast.milo)
    assert titles(queries.page_of_latest(1))[-2:] == ["Number 5", "Number 0"]
    with pytest.raises(Forbidden):
        operations.pin(made[0], True, by=cast.fay)


def test_what_moderators_do_with_a_discussion_stands_in_the_log(cast, browser_as):
    made = discussion(cast.fay).id
    moderation.decide(moderation.take_up("talk", made, by=cast.milo), "approve", by=cast.milo)
    for _twice in range(2):
        operations.pin(made, True, by=cast.milo)
        operations.set_open(made, False, by=cast.milo)
        operations.move_tags(made, "lifts", by=cast.ada)
    operations.pin(made, False, by=cast.ada)
    milo = browser_as(cast.milo)
    milo.get("/moderation/log")
    lines = [" ".join(line.text_content().split()) for line in milo.page.xpath("//li[@data-act]")]
    assert [(line.split(" Discussion · Fay")[0], "by milo" in line) for line in lines] == [
        ("no longer pinned", False),
        ("filed under other tags", False),
        ("closed", True),
        ("pinned", True),
        ("approved", True),
    ]
    assert "Tags: lifts" in lines[1]
    assert [line for line in lines if "Can be taken back" in line] == lines[-1:]


def test_who_asked_says_what_solved_it_and_the_log_is_silent(cast):
    made = discussion(cast.fay)
    reply = say(made, cast.milo, "Platform two.")
    operations.solve(made.id, reply.id, by=cast.fay)
    assert db.session.scalars(sa.select(LogLine)).all() == []
    operations.solve(made.id, None, by=cast.milo)
    assert [line.act for line in db.session.scalars(sa.select(LogLine))] == ["talk_unsolved"]


def test_a_closed_one_is_read_and_nobody_answers(cast):
    made = discussion(cast.fay)
    operations.set_open(made.id, False, by=cast.milo)
    with pytest.raises(Refused, match="This discussion is closed"):
        say(made, cast.ada, "One more word")
    operations.set_open(made.id, True, by=cast.milo)
    assert say(made, cast.ada, "One more word").visible
    with pytest.raises(Forbidden):
        operations.set_open(made.id, False, by=cast.fay)


def test_who_asked_or_a_moderator_says_what_answered_it(cast):
    made, other = discussion(cast.fay), discussion(cast.ada, "Elsewhere", "Words")
    reply, elsewhere, waiting = say(made, cast.ada, "At noon"), say(other, cast.ada, "Not here"), say(made, cast.nora, "Me too")
    operations.solve(made.id, reply.id, by=cast.fay)
    assert queries.solution_of(as_it_is(made.id)).excerpt == "At noon"
    for wrong in (elsewhere, waiting):
        with pytest.raises(Refused):
            operations.solve(made.id, wrong.id, by=cast.fay)
    with pytest.raises(Forbidden):
        operations.solve(made.id, reply.id, by=cast.nora)
    comments.withdraw(reply.id, by=cast.ada)
    assert queries.solution_of(as_it_is(made.id)) is None  # nobody reads it any more
    operations.solve(made.id, None, by=cast.milo)
    assert as_it_is(made.id).solved_comment_id is None


# ---- who wrote it -----------------------------------------------------------------------------------------------------------


def test_links_count_once_the_author_stands(cast, worker):
    moderation.decide(
        moderation.take_up("talk", discussion(cast.nora, "Look", "[here](https://hats.example)").id, by=cast.milo),
        "approve",
        by=cast.milo,
    )
    made = db.session.scalar(sa.select(Discussion.id))
    assert 'rel="ugc nofollow' in as_it_is(made).html
    with transaction():
        get(Account, cast.nora.id).approved_comments = 1
        record("standing.changed", f"account:{cast.nora.id}")
    worker()
    assert as_it_is(made).author_stands
    assert "nofollow" not in as_it_is(made).html


def test_of_who_leaves_the_words_stay_without_a_name(cast):
    made = discussion(cast.fay).id
    hidden = discussion(cast.fay, "Hidden", "Words")
    moderation.decide(moderation.take_up("talk", hidden.id, by=cast.milo), "remove", by=cast.milo)
    accounts.erase(cast.fay.id)
    assert (as_it_is(made).title, as_it_is(made).author_id, as_it_is(made).public) == ("A car to Brussels", None, True)
    assert (as_it_is(hidden.id).title, as_it_is(hidden.id).body, as_it_is(hidden.id).slug) == (
        "[deleted]",
        "",
        f"left-{hidden.id}",
    )


def test_of_who_takes_their_words_along_the_answers_of_others_stay(cast):
    answered, alone = discussion(cast.fay, tags="lifts"), discussion(cast.fay, "Alone", "Nobody said a word")
    operations.revise(answered.id, by=cast.fay, title="A van", body="Six seats")
    say(answered, cast.ada, "I come along")
    accounts.erase(cast.fay.id, keep_words=False)
    left, gone = as_it_is(answered.id), as_it_is(alone.id)
    assert (left.title, left.body, left.public, left.comments_count, left.tags) == ("[deleted]", "", True, 1, [])
    assert (gone.title, gone.body, gone.public) == ("[deleted]", "", False)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Revision)) == 0


def test_whoever_asks_is_handed_what_they_started(cast):
    from fansite.talk.personal import export

    discussion(cast.fay, options="Yes\nNo")
    (started,) = export(cast.fay.id)
    assert (started.key, started.rows[0]["title"], started.rows[0]["state"]) == ("talk", "A car to Brussels", "published")
    assert started.rows[0]["poll"] == ["A car to Brussels", "Yes", "No"]
    assert export(cast.nora.id) == []


def test_of_what_a_stranger_typed_no_more_is_kept_than_a_discussion_holds(cast):
    more = {"tags": "lifts," * 9000, "question": "When?" + " " * 90_000, "options": "Noon\n" * 90_000 + "Night", "ends_on": ""}
    draft = operations.find_draft(operations.keep_draft(title="A car", body=BODY, more=more, language="en", address="192.0.2.7"))
    assert draft.more == {"tags": "lifts", "question": "When?", "options": "Noon\nNight", "ends_on": ""}


def test_a_stranger_writes_first(cast, clock):
    more = {"tags": "lifts", "question": "", "options": "Yes\nNo", "ends_on": "2026-12-24"}
    token = operations.keep_draft(title="A car", body=BODY, more=more, language="fr", address="192.0.2.7")
    started = operations.post_draft(token, by=cast.fay)
    assert (started.language, started.title, [tag.slug for tag in started.tags]) == ("fr", "A car", ["lifts"])
    assert operations.post_draft(token, by=cast.fay).id == started.id
    clock.shift(timedelta(days=8))
    assert operations.find_draft(token) is None
    operations.sweep_drafts()
