"""What becomes a line, what many of them become, and what is a line no more."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.bonds import operations as bonds
from fansite.comments import operations as comments
from fansite.core.db import db, transaction
from fansite.core.errors import Forbidden, NotFound
from fansite.core.outbox.models import Event
from fansite.lib.times import now
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.news import operations as news
from fansite.river import operations, queries
from fansite.river.models import KEEP, VERBS, Activity
from fansite.river.personal import export
from fansite.river.showing import Line, river
from fansite.river.sources import EVENTS
from fansite.tour import operations as tour
from fansite.tour.going import operations as going
from fansite.tour.photos import operations as photos
from tests.media.hostile import photograph
from tests.texts import news_post, say
from tests.tour.cast import gig

PAST = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _at_noon(clock):
    """The same day for all that is said."""


@pytest.fixture
def post(cast, worker):
    made = news.draft(by=cast.ada, title="A post", body="We play.", language="en")
    news.publish(made.id, by=cast.ada)
    return made


def stand(*people) -> None:
    """They are known here."""
    with transaction() as session:
        for one in people:
            session.merge(one).approved_comments = 1


def lines(person=None, verbs=VERBS) -> list[Line]:
    db.session.rollback()
    return river(queries.acts(verbs), person).lines


def told(person=None, verbs=VERBS) -> list[str]:
    """Who, what, and about what, the newest first."""
    return [
        f"{' & '.join(one.username for one in line.who)} {line.verb} {' & '.join(one.username for one in line.whom) or line.told.title}".strip()
        for line in lines(person, verbs)
    ]


def rows() -> list[tuple[int, str, str, int]]:
    db.session.rollback()
    columns = (Activity.account_id, Activity.verb, Activity.subject_kind, Activity.subject_id)
    return sorted(tuple(row) for row in db.session.execute(sa.select(*columns)))


# ---- each act: how it is done, the line, how it is undone -----------------------------------------------------------------------


def _comment(cast, post):
    made = say(post, cast.fay)
    return lambda: comments.withdraw(made.id, by=cast.fay)


def _comment_removed(cast, post):
    made = say(post, cast.fay)
    return lambda: moderation.decide(moderation.take_up("comment", made.id, by=cast.ada), "remove", by=cast.ada)


def _below_what_goes(cast, post):
    say(post, cast.fay)
    return lambda: news.withdraw(post.id, by=cast.ada)


def _post(cast, _post):
    made = news_post(cast.eli, slug="porto", title="Porto")
    news.withdraw(made.id, by=cast.eli), news.publish(made.id, by=cast.eli)
    return lambda: news.withdraw(made.id, by=cast.eli)


def _going(cast, _post):
    made = gig(cast.eli)
    going.say(made.id, "going", by=cast.fay)
    return lambda: going.take_back(made.id, by=cast.fay)


def _going_where_it_is_off(cast, _post):
    made = gig(cast.eli)
    going.say(made.id, "going", by=cast.fay)
    return lambda: tour.cancel(made.id, by=cast.eli)


def _going_or_not(cast, _post):
    made = gig(cast.eli)
    going.say(made.id, "going", by=cast.fay)
    return lambda: going.say(made.id, "interested", by=cast.fay)


def _there(cast, _post):
    made = gig(cast.eli, "london", day=PAST)
    going.say(made.id, "there", by=cast.fay)
    return lambda: tour.withdraw(made.id, by=cast.eli)


def _photo(cast, _post):
    made = photos.send(gig(cast.eli, "london", day=PAST).id, photograph((300, 200)), caption="Us", by=cast.fay)
    return lambda: photos.withdraw(made.id, by=cast.fay)


def _follow(cast, _post):
    bonds.tie("follow", cast.eli.id, by=cast.fay)
    return lambda: bonds.untie("follow", cast.eli.id, by=cast.fay)


def _follow_who_is_banned(cast, _post):
    bonds.tie("follow", cast.milo.id, by=cast.fay)
    return lambda: accounts.disable(cast.milo.id, by=cast.ada)


ACTS = {
    "Fay said A post": (_comment, _comment_removed, _below_what_goes),
    "eli wrote Porto": (_post,),
    "Fay goes Brussels, La Vieille Brasserie": (_going, _going_where_it_is_off, _going_or_not),
    "Fay was London, The Lantern Room": (_there,),
    "Fay showed London, The Lantern Room": (_photo,),
    "Fay follows eli": (_follow,),
    "Fay follows milo": (_follow_who_is_banned,),
}
CASES = [pytest.param(act, line, id=act.__name__.strip("_")) for line, acts in ACTS.items() for act in acts]


@pytest.mark.once
@pytest.mark.parametrize(("act", "line"), CASES)
def test_it_is_a_line_as_long_as_it_is_true(cast, post, worker, act, line):
    undo = act(cast, post)
    worker()
    assert [one for one in told() if "came" not in one and "ada" not in one] == [line]
    before = rows()
    undo()
    worker()
    assert line not in told() and rows() == before


@pytest.mark.once
@pytest.mark.parametrize(("act", "line"), CASES)
def test_nobody_reads_of_who_is_banned_or_gone_or_does_not_stand(cast, post, worker, act, line):
    act(cast, post)
    worker()
    who = getattr(cast, line.partition(" ")[0].lower())
    for change in ({"approved_comments": 0, "role": "fan"}, {"standing_lost_at": now(), "role": "fan"}, {"disabled_at": now()}):
        before = {name: getattr(db.session.get(Account, who.id), name) for name in change}
        _set(who, change)
        assert line not in told(), change
        _set(who, before)
        assert line in told()
    accounts.erase(who.id)
    assert told() == [one for one in told() if not one.startswith(line.partition(" ")[0])]
    assert who.id not in {account for account, *_rest in rows()}


def _set(who, change) -> None:
    with transaction() as session:
        account = session.get(Account, who.id)
        for name, value in change.items():
            setattr(account, name, value)


def test_whoever_says_a_first_word_came(cast, post, worker):
    waiting = say(post, cast.nora, "Hello, I am new")
    worker()
    assert told() == ["ada wrote A post"]
    moderation.decide(_review(waiting.id), "approve", by=cast.milo)
    worker()
    assert "nora came" in told()
    say(post, cast.nora, "And once more")
    worker()
    assert told().count("nora came") == 1


def _review(comment_id: int) -> int:
    return db.session.scalar(sa.select(Review.id).where(Review.subject_id == comment_id))


# ---- many ---------------------------------------------------------------------------------------------------------------------


def test_many_who_do_the_same_on_one_day_are_one_line(cast, worker, clock):
    stand(cast.nora)
    evening = gig(cast.eli)
    going.say(evening.id, "going", by=cast.milo)
    clock.shift(86_400)
    for who in (cast.fay, cast.nora, cast.ada):
        clock.shift(60)
        going.say(evening.id, "going", by=who)
    worker()
    title = "Brussels, La Vieille Brasserie"
    assert told(verbs=("goes",)) == [f"ada & nora & Fay goes {title}", f"milo goes {title}"]


def test_words_below_one_text_are_one_line_that_quotes_the_last(cast, post, worker, clock):
    for who, body in ((cast.fay, "One"), (cast.milo, "Two"), (cast.fay, "Three *loud* ones")):
        clock.shift(60)
        say(post, who, body)
    worker()
    (line,) = lines(verbs=("said",))
    assert ([one.username for one in line.who], line.number, line.told.words) == (["Fay", "milo"], 3, "Three loud ones")


def test_who_follows_many_does_so_in_one_line(cast, worker, clock):
    bonds.tie("follow", cast.ada.id, by=cast.milo)
    for whom in (cast.eli, cast.milo, cast.ada):
        clock.shift(60)
        bonds.tie("follow", whom.id, by=cast.fay)
    worker()
    assert told(verbs=("follows",)) == ["Fay follows ada & milo & eli", "milo follows ada"]


# ---- whose eyes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "who", "whom"), [("mute", "fay", "milo"), ("block", "fay", "nora"), ("block", "nora", "fay")])
def test_nobody_reads_of_people_they_do_not_hear(cast, post, worker, kind, who, whom):
    stand(cast.nora)
    by, other = getattr(cast, who), getattr(cast, whom)
    bonds.tie("follow", other.id, by=cast.eli)
    say(post, other, "See you")
    bonds.tie(kind, other.id, by=by)
    worker()
    hidden = [f"{other.username} said A post", f"eli follows {other.username}"]
    assert set(hidden) <= set(told(cast.ada)) and not set(hidden) & set(told(by))
    assert (f"{by.username} said" in " ".join(told(other))) is False


def test_of_those_one_follows_no_line_of_others(cast, post, worker):
    say(post, cast.milo), say(post, cast.fay)
    bonds.tie("follow", cast.milo.id, by=cast.nora)
    worker()
    of_them = queries.acts_of({cast.milo.id})
    assert {(act.verb, act.doer.username) for act in of_them} == {("said", "milo"), ("came", "milo")}
    assert queries.acts_of(()) == []


# ---- twice, late, anew --------------------------------------------------------------------------------------------------------


def test_twice_and_in_any_order_it_is_the_same(cast, post, worker):
    evening = gig(cast.eli)
    going.say(evening.id, "going", by=cast.fay), bonds.tie("follow", cast.eli.id, by=cast.fay), say(post, cast.fay)
    worker()
    before = rows()
    db.session.rollback()
    heard = list(db.session.scalars(sa.select(Event).where(Event.name.in_(EVENTS)).order_by(Event.id.desc())))
    assert len(heard) >= 4
    for event in heard:
        db.session.expunge(event)
    operations.note(heard), operations.note(heard[::-1])
    assert rows() == before


def test_all_is_found_anew_in_the_tables(cast, post, worker, monkeypatch):
    monkeypatch.setattr(operations, "AT_ONCE", 2)
    evening = gig(cast.eli)
    going.say(evening.id, "going", by=cast.fay), bonds.tie("follow", cast.eli.id, by=cast.fay)
    for number in range(5):
        say(post, cast.fay, f"Word {number}")
    worker()
    before = rows()
    with transaction() as session:
        session.execute(sa.delete(Activity))
    operations.rebuild()
    # Who was heard before there was a river came, too.
    assert rows() == before


def test_who_does_it_once_more_is_not_on_top_again(cast, worker, clock):
    evening = gig(cast.eli)
    going.say(evening.id, "going", by=cast.fay)
    worker()
    first = db.session.scalar(sa.select(Activity.at))
    clock.shift(3600)
    going.take_back(evening.id, by=cast.fay), going.say(evening.id, "going", by=cast.fay)
    worker()
    db.session.rollback()
    assert db.session.scalars(sa.select(Activity.at).where(Activity.verb == "goes")).all() == [first]


def test_after_a_year_it_is_forgotten_and_not_found_again(cast, post, worker, clock):
    say(post, cast.fay)
    worker()
    clock.shift((KEEP + timedelta(days=1)).total_seconds())
    fresh = news_post(cast.eli, slug="porto")
    say(fresh, cast.fay)
    worker()
    operations.sweep()
    assert told(verbs=("said",)) == ["Fay said We play Lisbon"]
    before = [row for row in rows() if row[1] == "said"]
    operations.rebuild()
    assert len(before) == 1 and [row for row in rows() if row[1] == "said"] == before


# ---- taking away --------------------------------------------------------------------------------------------------------------


def test_its_author_takes_a_line_away_and_brings_it_back(cast, post, worker):
    say(post, cast.fay, "One"), say(post, cast.fay, "Two"), say(post, cast.milo, "Three")
    worker()
    (line,) = lines(cast.fay, ("said",))
    operations.hide(line.mine, by=cast.fay)
    operations.hide(line.mine, by=cast.fay)
    assert told(verbs=("said",)) == ["milo said A post"]
    say(post, cast.fay, "Four")
    operations.note([event for event in _events() if event.name == "comment.published"])
    operations.show_again(line.mine, by=cast.fay)
    (line,) = lines(cast.fay, ("said",))
    assert line.number == 4


def _events() -> list[Event]:
    db.session.rollback()
    found = list(db.session.scalars(sa.select(Event)))
    for event in found:
        db.session.expunge(event)
    return found


def test_what_was_taken_away_does_not_come_again_by_itself(cast, post, worker):
    say(post, cast.fay)
    worker()
    (line,) = lines(cast.fay, ("said",))
    operations.hide(line.mine, by=cast.fay)
    operations.note(_events()), operations.rebuild()
    assert told(verbs=("said",)) == []


def test_nobody_takes_the_line_of_another_away(cast, post, worker):
    say(post, cast.fay)
    worker()
    number = db.session.scalar(sa.select(Activity.id).where(Activity.verb == "said"))
    for who in (cast.milo, cast.ada):
        with pytest.raises(NotFound):
            operations.hide(number, by=who)
    with pytest.raises(Forbidden):
        operations.hide(number, by=cast.ben)
    assert told(verbs=("said",)) == ["Fay said A post"]


def test_who_asks_gets_their_lines(cast, post, worker):
    say(post, cast.fay)
    worker()
    (chapter,) = export(cast.fay.id)
    assert [row["what"] for row in chapter.rows] == ["you commented", "you spoke up for the first time"]
    assert export(cast.ben.id) == []


# ---- pages of it --------------------------------------------------------------------------------------------------------------


def test_every_line_is_on_one_page(cast, post, worker, clock):
    """In whatever order, and with several of one moment."""
    with transaction() as session:
        for number in range(7):
            at = now() - timedelta(hours=number // 2)
            session.add(Activity(account_id=cast.fay.id, verb="said", subject_kind="comment", subject_id=100 + number, at=at))
    found, before = [], queries.START
    while page := queries.acts(("said", "goes"), before=before, most=3):
        found += [act.subject_id for act in page]
        before = queries.place_of(str(queries.Place(page[-1].at, page[-1].id)))
    assert found == [101, 100, 103, 102, 105, 104, 106]


@pytest.mark.parametrize(
    "text", ["", "-", "1", "1-", "-1", "a-1", "1-a", "01-1", "1-1-1", "9" * 30 + "-1", "1-4294967296", "١-1"]
)
def test_no_page_begins_at_what_no_page_said(text):
    assert queries.place_of(text) is None
