"""Who is told of what others do: each kind, whom it concerns, what is said, and what is dropped since it holds no more."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.bonds import operations as bonds
from fansite.comments import operations as comments
from fansite.core.db import db
from fansite.core.outbox import Event
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.notifications import operations as notices
from fansite.notifications import planning, queries
from fansite.notifications.models import Line, Notice, Occasion
from fansite.notifications.people import telling
from fansite.notifications.people.happening import HOLD
from fansite.talk import operations as talk
from tests.notifications.conftest import text_of
from tests.talk.cast import discussion
from tests.texts import news_post, say

pytestmark = pytest.mark.once


# As long as nobody chose: by which ways.
DEFAULTS = {
    "comment.reply": "site mail push",
    "comment.mention": "site mail push",
    "comment.reaction": "site",
    "fan.followed": "site",
    "people.wrote": "site",
    "news.published": "",
    "moderation.decided": "site mail push",
}


@pytest.fixture
def post(cast, clock, worker):
    made = news_post(cast.eli, title="Lisbon")
    worker()
    return made


@pytest.fixture(autouse=True)
def all_wanted(cast):
    """What comes by mail only to those who want it."""
    for who in (cast.fay, cast.nora, cast.milo, cast.eli, cast.ada):
        notices.choose({(kind, "mail"): True for kind in DEFAULTS}, by=who)


def reasons() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(sa.select(Notice.why).where(Notice.state == "dropped")))


def review_of(comment_id: int) -> int:
    return db.session.scalar(sa.select(Review.id).where(Review.subject_kind == "comment", Review.subject_id == comment_id))


# ---- kinds, people ----------------------------------------------------------------------------------------------------------

# fay spoke first and is followed by milo, nora follows eli.
TABLE = """
                       fay   nora  milo  eli   ada
a comment              -     -     -     -     -
an answer to fay       told  -     -     -     -
an answer by fay       -     -     -     -     -
names nora             -     told  -     -     -
names her in talk      -     told  told  -     -
a warm word            told  -     -     -     -
a warm word for news   -     -     -     told  -
follows fay            told  -     -     -     -
blocks fay             -     -     -     -     -
news                   -     told  -     -     -
held, let through      -     told  -     -     -
held, refused          -     told  -     -     -
removed                told  -     -     -     -
complained in vain     -     -     -     -     -
"""
HEAD, *ROWS = [line for line in TABLE.splitlines() if line.strip()]


def held(cast, post, decision: str) -> None:
    waiting = say(post, cast.nora, "I am new here")
    moderation.decide(review_of(waiting.id), decision, by=cast.milo, reason="Not here.")


ACTS = {
    "a comment": lambda cast, post, first: say(post, cast.milo, "Me too"),
    "an answer to fay": lambda cast, post, first: say(post, cast.milo, "You too?", parent_id=first.id),
    "an answer by fay": lambda cast, post, first: say(post, cast.fay, "And more", parent_id=first.id),
    "names nora": lambda cast, post, first: say(post, cast.milo, "Ask @nora"),
    "names her in talk": lambda cast, post, first: discussion(cast.fay, body="Ask @nora or @milo"),
    "a warm word": lambda cast, post, first: comments.react_to_comment(first.id, by=cast.milo, given=True),
    "a warm word for news": lambda cast, post, first: comments.react_to_entry(post.id, by=cast.fay, given=True),
    "follows fay": lambda cast, post, first: bonds.tie("follow", cast.fay.id, by=cast.ada),
    "blocks fay": lambda cast, post, first: bonds.tie("block", cast.fay.id, by=cast.ada),
    "news": lambda cast, post, first: publish(cast.eli, "Porto"),
    "held, let through": lambda cast, post, first: held(cast, post, "approve"),
    "held, refused": lambda cast, post, first: held(cast, post, "reject"),
    "removed": lambda cast, post, first: moderation.decide(
        moderation.take_up("comment", first.id, by=cast.milo), "remove", by=cast.milo, reason="Too loud."
    ),
    "complained in vain": lambda cast, post, first: moderation.decide(
        moderation.take_up("comment", first.id, by=cast.milo), "approve", by=cast.milo
    ),
}


def publish(by, title: str, **more) -> NewsPost:
    made = news.draft(by=by, title=title, body="We play.", language=more.pop("language", "en"), **more)
    news.publish(made.id, by=by)
    return made


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[:22].strip())
def test_each_kind_is_told_to_whom_the_table_says(cast, post, later, mails, row):
    act, answers = row[:22].strip(), dict(zip(HEAD.split(), row[22:].split(), strict=True))
    notices.choose({("news.published", "mail"): False}, by=cast.fay)
    for who in (cast.fay, cast.nora, cast.milo, cast.eli, cast.ada):
        notices.choose({("news.published", "mail"): False}, by=who)
    first = say(post, cast.fay, "First")
    bonds.tie("follow", cast.fay.id, by=cast.milo), bonds.tie("follow", cast.eli.id, by=cast.nora)
    later()
    before = {name: len(theirs) for name, theirs in mails().items()}
    ACTS[act](cast, post, first)
    later()
    told = {name: len(mails().get(name, ())) - before.get(name, 0) for name in answers}
    assert told == {name: int(answer == "told") for name, answer in answers.items()}


@pytest.mark.parametrize(("kind", "ways"), DEFAULTS.items())
def test_what_is_told_as_long_as_nobody_chose(app, kind, ways):
    known = queries.kinds()[kind]
    assert [way for way in ("site", "mail", "push") if known.pace_by_default(way) == "now"] == ways.split()


# ---- read ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["answers", "reacts", "answers at once", "reacts elsewhere"])
def test_who_answers_or_reacts_has_read_it(cast, post, later, worker, mails, act):
    answer = say(post, cast.milo, "You too?", parent_id=say(post, cast.fay, "First").id)
    other = say(post, cast.milo, "And another thing")
    worker() if act == "answers at once" else later()
    if act.startswith("answers"):
        say(post, cast.fay, "Me too", parent_id=answer.id)
    else:
        comments.react_to_comment((answer if act == "reacts" else other).id, by=cast.fay, given=True)
    worker()
    later()
    read = db.session.scalar(sa.select(Line.read_at).where(Line.account_id == cast.fay.id))
    if act == "answers at once":
        assert read is None and "fay" not in mails() and set(reasons()) == {"read"}, "she is told of it by no way"
    else:
        assert (read is not None) is (act != "reacts elsewhere")


# ---- no longer true ---------------------------------------------------------------------------------------------------------


def _answer(cast, post):
    first = say(post, cast.fay, "First")
    return say(post, cast.milo, "You too?", parent_id=first.id)


def _answer_withdrawn(cast, post):
    answer = _answer(cast, post)
    return lambda: comments.withdraw(answer.id, by=cast.milo)


def _answer_where_nobody_reads(cast, post):
    _answer(cast, post)
    return lambda: news.withdraw(post.id, by=cast.eli)


def _name_in_talk_taken_back(cast, post):
    made = discussion(cast.milo, body="Ask @fay")
    return lambda: talk.withdraw(made.id, by=cast.milo)


def _name_in_talk_of_who_is_muted(cast, post):
    discussion(cast.milo, body="Ask @fay")
    return lambda: bonds.tie("mute", cast.milo.id, by=cast.fay)


def _answer_of_who_is_muted(cast, post):
    _answer(cast, post)
    return lambda: bonds.tie("mute", cast.milo.id, by=cast.fay)


def _answer_of_who_blocks(cast, post):
    first = say(post, cast.fay, "First")
    say(post, cast.ada, "You too?", parent_id=first.id)
    return lambda: bonds.tie("block", cast.fay.id, by=cast.ada)


def _answer_of_who_is_banned(cast, post):
    _answer(cast, post)
    return lambda: accounts.disable(cast.milo.id, by=cast.ada)


def _name(cast, post):
    said = say(post, cast.milo, "Ask @fay")
    return lambda: comments.withdraw(said.id, by=cast.milo)


def _warm_word(cast, post):
    first = say(post, cast.fay, "First")
    comments.react_to_comment(first.id, by=cast.milo, given=True)
    return lambda: comments.react_to_comment(first.id, by=cast.milo, given=False)


def _follower(cast, post):
    bonds.tie("follow", cast.fay.id, by=cast.milo)
    return lambda: bonds.untie("follow", cast.fay.id, by=cast.milo)


def _follower_who_is_erased(cast, post):
    bonds.tie("follow", cast.fay.id, by=cast.milo)
    return lambda: accounts.erase(cast.milo.id)


def _news_taken_down(cast, post):
    bonds.tie("follow", cast.eli.id, by=cast.fay)
    made = publish(cast.eli, "Porto")
    return lambda: news.withdraw(made.id, by=cast.eli)


def _news_of_who_is_followed_no_more(cast, post):
    notices.choose({("news.published", "mail"): False}, by=cast.fay)
    bonds.tie("follow", cast.eli.id, by=cast.fay)
    publish(cast.eli, "Porto")
    return lambda: bonds.untie("follow", cast.eli.id, by=cast.fay)


def _decision(cast, post):
    said = say(post, cast.fay, "Rude")
    review = moderation.take_up("comment", said.id, by=cast.milo)
    moderation.decide(review, "remove", by=cast.milo)
    return lambda: moderation.undo(review, by=cast.milo)


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (_answer_withdrawn, "withdrawn"),
        (_answer_where_nobody_reads, "withdrawn"),
        (_answer_of_who_is_muted, "unheard"),
        (_answer_of_who_blocks, "unheard"),
        (_answer_of_who_is_banned, "gone"),
        (_name, "withdrawn"),
        (_name_in_talk_taken_back, "withdrawn"),
        (_name_in_talk_of_who_is_muted, "unheard"),
        (_warm_word, "undone"),
        (_follower, "undone"),
        (_follower_who_is_erased, "gone"),
        (_news_taken_down, "withdrawn"),
        (_news_of_who_is_followed_no_more, "undone"),
        (_decision, "undone"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_holds_no_more_when_it_is_told_is_told_to_nobody(cast, post, later, mails, worker, act, why):
    undo = act(cast, post)
    worker()
    undo()
    later()
    assert "fay" not in mails() and why in reasons()


# ---- what is said -----------------------------------------------------------------------------------------------------------


def test_many_answers_are_one_piece_with_the_last_words_and_all_faces(cast, post, later, mails, clock):
    first = say(post, cast.fay, "First")
    for who, body in ((cast.milo, "One"), (cast.eli, "Two"), (cast.ada, "Three, and *loud*")):
        clock.shift(1)
        last = say(post, who, body, parent_id=first.id)
    later()
    (mail,) = mails()["fay"]
    assert mail["Subject"] == "ada and 2 others answered you: Lisbon"
    assert "“Three, and loud”" in text_of(mail) and f"/comments/{last.id}" in text_of(mail)
    assert "One" not in text_of(mail)


def test_who_is_answered_by_name_hears_of_it_once(cast, post, later, mails):
    first = say(post, cast.fay, "First")
    answer = say(post, cast.milo, "You, @fay?", parent_id=first.id)
    later()
    (mail,) = mails()["fay"]
    assert mail["Subject"] == "milo answered you: Lisbon" and text_of(mail).count(f"/comments/{answer.id}") == 1
    assert list(db.session.scalars(sa.select(Notice.state).where(Notice.channel == "mail"))) == ["sent", "sent"]


def test_who_is_named_by_somebody_they_follow_hears_of_it_once(cast, later, mails):
    for who in (cast.nora, cast.ada):
        bonds.tie("follow", cast.fay.id, by=who)
    discussion(cast.fay, body="A seat for @nora and @milo.")
    later()
    told = mails()
    assert [mail["Subject"] for who in ("nora", "milo", "ada") for mail in told[who]] == [
        "Fay named you: A car to Brussels",
        "Fay named you: A car to Brussels",
        "Fay wrote: A car to Brussels",
    ]
    assert "A seat for @nora and @milo." in text_of(told["milo"][0]) and "/talk/a-car-to-brussels" in text_of(told["milo"][0])


def test_followers_are_told_of_together(cast, post, later, mails):
    for who in (cast.milo, cast.ada):
        bonds.tie("follow", cast.fay.id, by=who)
    later()
    (mail,) = mails()["fay"]
    assert mail["Subject"] == "ada and milo follow you now" and "/fans/ada" in text_of(mail)


def test_a_text_is_told_in_the_readers_language_and_once_with_its_translation(cast, later, mails, clock):
    for who, language in ((cast.fay, "fr"), (cast.nora, "en")):
        bonds.tie("follow", cast.eli.id, by=who)
        accounts.change_language(who.id, language)
    made = publish(cast.eli, "We play Porto")
    publish(cast.eli, "On joue à Porto", language="fr", translation_of=made.id)
    later()
    assert [mail["Subject"].endswith("On joue à Porto") for mail in mails()["fay"]] == [True]
    assert [mail["Subject"] for mail in mails()["nora"]] == ["eli wrote: We play Porto"]
    assert [mail["Subject"] for mail in mails()["ada"]] == ["News: We play Porto"]
    assert [mail["Subject"] for mail in mails()["eli"]] == ["nora and Fay follow you now"]


@pytest.mark.parametrize(
    ("decision", "subject", "reason"),
    [("approve", "Your comment is published: Lisbon", False), ("reject", "A moderator did not let your comment stand", True)],
)
def test_who_waited_learns_what_was_decided_and_why(cast, post, later, mails, decision, subject, reason):
    held(cast, post, decision)
    later()
    (mail,) = mails()["nora"]
    assert mail["Subject"] == subject
    assert ("The reason: Not here." in text_of(mail)) is reason
    assert "I am new here" not in text_of(mail) and "milo" not in text_of(mail)


def test_all_there_is_comes_in_one_mail(cast, post, later, mails):
    first = say(post, cast.fay, "First")
    say(post, cast.milo, "You too?", parent_id=first.id), bonds.tie("follow", cast.fay.id, by=cast.milo)
    later()
    (mail,) = mails()["fay"]
    assert "* milo answered you: Lisbon" in text_of(mail) and "* milo follows you now" in text_of(mail)


# ---- many -------------------------------------------------------------------------------------------------------------------


def test_telling_asks_the_same_few_questions_however_many_there_are(cast, post, worker, elsewhere, count_queries, clock):
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 1060) "
    columns = (
        "id, username, username_key, likeness, email, email_key, role, language, joined_at, approved_comments, refused_comments"
    )
    values = (
        "i, 'fan' || i, 'fan' || i, 'fan' || i, 'fan' || i || '@e.org', 'fan' || i || '@e.org', 'fan', 'en', '2026-01-01', 0, 0"
    )
    elsewhere(f"INSERT INTO account ({columns}) {numbers} SELECT {values} FROM n")
    elsewhere(
        f"INSERT INTO bond (account_id, kind, other_id, since) {numbers} SELECT i, 'follow', :eli, '2026-01-01' FROM n",
        eli=cast.eli.id,
    )
    elsewhere(
        "INSERT INTO notice_choice (account_id, kind, channel, wanted, pace, chosen_at)"
        f" {numbers} SELECT i, 'people.wrote', 'mail', true, 'now', '2026-01-01' FROM n"
    )
    publish(cast.eli, "Porto")
    worker()
    clock.shift(HOLD.total_seconds())
    asked = []
    for most in (2, 60):
        waiting = [one.notice for one in queries.due("mail", range(1001, 1001 + most))]
        with count_queries() as counted:
            pieces, untold = telling.tell(waiting)
        assert (len(pieces), untold) == (most, {})
        asked.append(len(counted))
    assert asked[0] == asked[1] <= 5


def test_planning_once_more_adds_nobody(cast, post, worker):
    bonds.tie("follow", cast.eli.id, by=cast.fay)
    publish(cast.eli, "Porto")
    worker()
    db.session.rollback()
    event = db.session.scalars(sa.select(Event).where(Event.name == "news.published").order_by(Event.id.desc())).first()
    planning.plan(event)
    db.session.rollback()
    of_it = sa.select(Notice.account_id).join(Notice.occasion).where(Occasion.kind == "people.wrote", Notice.channel == "mail")
    assert list(db.session.scalars(of_it)) == [cast.fay.id]
