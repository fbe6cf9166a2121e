"""Putting many things away in one act, and taking all of it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.comments import operations as comments
from fansite.comments.models import Comment
from fansite.core.db import db, get, transaction
from fansite.core.errors import Forbidden, Refused
from fansite.fans import operations as fans
from fansite.fans.models import Wording
from fansite.fans.operations import Wanted
from fansite.media import faces
from fansite.media.models import Face
from fansite.moderation import operations
from fansite.moderation.cleanups import operations as cleanups
from fansite.moderation.cleanups import queries
from fansite.moderation.cleanups.queries import Choice
from fansite.moderation.models import Cleanup, CleanupItem, LogLine, Review, ReviewLink
from fansite.talk.models import Discussion
from tests.media.hostile import photograph
from tests.talk.cast import discussion, with_poll
from tests.texts import many_comments, news_post, say

HATS = "Cheap hats at https://hats.example/now"


@pytest.fixture
def post(cast):
    return news_post(cast.eli)


@pytest.fixture
def milo(cast, browser_as):
    return browser_as(cast.milo)


def review_of(comment):
    """The last one; of a kind of thing, its number."""
    if isinstance(comment, str):
        return db.session.scalar(sa.select(sa.func.max(Review.id)).where(Review.subject_kind == comment))
    return db.session.scalar(sa.select(Review).where(Review.subject_id == comment.id).order_by(Review.id.desc()).limit(1))


def statuses() -> dict[str, list[str]]:
    db.session.expire_all()
    return {
        "comments": list(db.session.scalars(sa.select(Comment.status).order_by(Comment.id))),
        "faces": list(db.session.scalars(sa.select(Face.status).order_by(Face.id))),
        "open": sorted(
            f"{review.queue} {review.subject}"
            for review in db.session.scalars(sa.select(Review).where(Review.decided_at.is_(None)))
        ),
        "records": [
            f"{one.username} {one.approved_comments} {one.refused_comments} {one.active} {one.face is not None}"
            for one in db.session.scalars(sa.select(Account).order_by(Account.id))
        ],
    }


def choice(**facts) -> Choice:
    return Choice.of(MultiDict({"queue": "pending", **facts}))


def clean(chosen: Choice, by, **more) -> Cleanup:
    cleanup = cleanups.ask(chosen, by=by, **more)
    finish(cleanup)
    return get(Cleanup, cleanup.id)


def finish(cleanup) -> None:
    while cleanups.go_on(cleanup.id):
        pass


def test_everything_of_one_person_goes_and_comes_back_as_it_was(cast, post):
    said = [say(post, cast.nora, f"{HATS} {n}") for n in range(2)]
    operations.decide(review_of(said[0]).id, "approve", by=cast.milo)
    say(post, cast.nora, "Known by now", parent_id=said[0].id)
    operations.report("comment", said[0].id, category="spam", note="", by=cast.fay, address="192.0.2.7")
    worn = faces.send(photograph(), by=cast.nora)
    operations.decide(db.session.scalar(sa.select(Review.id).where(Review.subject_kind == "face")), "approve", by=cast.milo)
    faces.send(photograph((40, 40)), by=cast.nora)
    before = statuses()
    assert before["comments"] == ["published", "pending", "published"] and before["faces"] == ["published", "pending"]

    cleanup = clean(choice(scope="person", person=cast.nora.id), cast.milo, closes=True, reason="Hats")

    assert statuses()["comments"] == ["removed", "rejected", "removed"]
    assert (statuses()["faces"], statuses()["open"]) == (["removed", "rejected"], [])
    nora = get(Account, cast.nora.id)
    assert not nora.active and nora.disabled_reason == "Hats" and not nora.stands and nora.face is None
    assert {review.cleanup_id for review in db.session.scalars(sa.select(Review).where(Review.decision != "approve"))} == {
        cleanup.id
    }

    cleanups.undo(cleanup.id, by=cast.ada)
    finish(cleanup)

    assert statuses() == before
    assert get(Account, cast.nora.id).face == worn.name
    assert get(Cleanup, cleanup.id).undone_at is not None
    acts = db.session.scalars(sa.select(LogLine.act).where(LogLine.subject.in_([f"cleanup:{cleanup.id}", f"account:{nora.id}"])))
    assert sorted(acts) == ["cleanup", "cleanup_undo", "close", "reopen"]


def test_what_they_say_of_themselves_and_their_discussions_go_and_come_back_whole(cast, browser_as, stranger, worker):
    """A bio with the one that waits to take its place; a discussion with its poll and what others answered, and one that waits."""
    nora = get(Account, cast.nora.id)
    for number, bio in enumerate(["I carry amps", "I carry amps and sell [hats](https://hats.example)"]):
        fans.save(Wanted(bio=bio), by=nora)
        if not number:
            operations.decide(review_of("profile"), "approve", by=cast.milo)
    shown = with_poll(cast.nora)
    operations.decide(review_of("talk"), "approve", by=cast.milo)
    waits = discussion(cast.nora, "Hats", " ".join(f"https://hats.example/{n}" for n in range(3)))
    answer = say(get(Discussion, shown.id), cast.fay, "Hay, always")
    worker()
    before = of_nora(stranger)
    assert before == ("published pending", "published pending", "I carry amps", True, ["Which song first?"], 200)
    hosts = sa.select(Review.subject_kind, ReviewLink.host).join(ReviewLink, ReviewLink.review_id == Review.id)
    assert {tuple(row) for row in db.session.execute(hosts)} == {("profile", "hats.example"), ("talk", "hats.example")}
    milo = browser_as(cast.milo)
    milo.get("/moderation/people/nora")
    assert all(words in milo.text for words in ("I carry amps", "hats.example", "Which song first?", "Salt Road"))

    cleanup = clean(choice(scope="person", person=nora.id), cast.milo, reason="Hats")
    worker()
    assert of_nora(stranger) == ("removed rejected", "removed rejected", "", False, [], 410)
    stranger.get(f"/comments/{answer.id}", status=410)

    cleanups.undo(cleanup.id, by=cast.milo)
    finish(cleanup)
    worker()
    assert of_nora(stranger) == before
    stranger.get("/talk/which-song-first")
    assert "Hay, always" in stranger.text and "Salt Road" in stranger.text
    assert statuses()["open"] == [f"pending profile:{last_wording()}", f"pending talk:{waits.id}"]
    operations.decide(
        db.session.scalar(
            sa.select(Review.id).where(Review.queue == "pending", Review.subject_kind == "profile", Review.decided_at.is_(None))
        ),
        "approve",
        by=cast.milo,
    )
    assert of_nora(stranger)[2] == "I carry amps and sell hats", "and then it takes its place"


def of_nora(stranger) -> tuple[str, str, str, bool, list[str], int]:
    """How it all stands, and what a stranger sees: the bio, whether their page tells of the discussion, the list, and its own page."""
    db.session.expire_all()
    wordings = " ".join(db.session.scalars(sa.select(Wording.status).where(Wording.status != "replaced").order_by(Wording.id)))
    talked = " ".join(db.session.scalars(sa.select(Discussion.state).order_by(Discussion.id)))
    stranger.get("/fans/nora")
    bio = " ".join(stranger.page.xpath('string(//*[@class="fan-about"]//p)').split())
    tells = bool(stranger.page.xpath('//main//a[contains(@href, "/talk/which-song-first")]'))
    stranger.get("/talk/")
    listed = [" ".join(one.text_content().split()) for one in stranger.page.xpath('//ul[@class="talk-rows"]/li//h2')]
    status = stranger.client.get("/talk/which-song-first").status_code
    return wordings, talked, bio, tells, listed, status


def last_wording() -> int:
    return db.session.scalar(sa.select(sa.func.max(Wording.id)))


def test_who_stands_and_who_works_here_are_left_alone_unless_ticked(cast, post):
    new, known = say(post, cast.nora, HATS), say(post, cast.fay, "Hats at https://a.example https://b.example https://c.example")
    team = operations.take_up("comment", say(post, cast.milo, "Look: https://hats.example").id, by=cast.ada)
    with transaction() as session:
        session.get(Review, team).queue = "pending"
    wanted = choice(scope="all", links=1)
    seen = queries.preview(wanted)
    assert (seen.total, seen.accounts, seen.left_out, [one.username for one in seen.names]) == (1, 1, 2, ["nora"])
    clean(wanted, cast.milo, closes=True)
    assert [get(Comment, one.id).status for one in (new, known)] == ["rejected", "pending"]

    ticked = Choice("ticked", (review_of(known).id, team))
    clean(ticked, cast.milo, closes=True, everything=True)
    assert get(Comment, known.id).status == "rejected"
    assert not get(Account, cast.fay.id).active
    assert get(Account, cast.milo.id).active, "of who works here no account is ever closed"


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, 4),
        ({"kind": "face"}, 1),
        ({"links": 1}, 2),
        ({"host": "HATS.example"}, 1),
        ({"newcomers": 1}, 3),
        ({"newcomers": 1, "links": 1, "host": "shoes.example"}, 0),
        ({"by": "fay"}, 1),
    ],
)
def test_a_queue_is_sifted(cast, post, milo, facts, found):
    say(post, cast.nora, HATS)
    say(post, cast.nora, "I am new")
    say(post, cast.fay, "[a](https://www.shoes.example) https://b.example https://c.example")
    faces.send(photograph(), by=cast.nora)
    facts = {**facts, "by": cast.fay.id} if "by" in facts else facts
    milo.get("/moderation/", query_string=facts)
    assert len(milo.page.xpath("//article[@data-subject]")) == found
    assert queries.preview(choice(scope="all", **facts)).total + queries.preview(choice(scope="all", **facts)).left_out == found


def test_the_same_text_by_many_is_one_heap(cast, post, milo):
    one = say(post, cast.nora, "Buy HATS, now!")
    with transaction() as session:
        session.get(Account, cast.fay.id).standing_lost_at = one.posted_at
    say(post, get(Account, cast.fay.id), "buy hats now")
    say(post, cast.nora, "Quite another thing")
    milo.get("/moderation/")
    (alike,) = set(milo.page.xpath('//a[contains(., "say the same")]/@href'))
    milo.get(alike)
    assert len(milo.page.xpath("//article[@data-subject]")) == 2


def test_what_came_after_the_moderator_looked_is_not_touched(cast, post):
    early = say(post, cast.nora, HATS)
    upto = review_of(early).id
    late = say(post, cast.nora, "I play the ukulele")
    clean(choice(scope="all", newcomers=1, upto=upto), cast.milo)
    assert [get(Comment, one.id).status for one in (early, late)] == ["rejected", "pending"]


def test_what_somebody_decided_meanwhile_stays_so_on_both_ways(cast, post):
    first, second, third = (say(post, cast.nora, f"{HATS} {n}") for n in range(3))
    cleanup = cleanups.ask(choice(scope="all", newcomers=1), by=cast.milo)
    operations.decide(review_of(first).id, "approve", by=cast.ada)
    comments.withdraw(second.id, by=cast.nora)
    finish(cleanup)
    assert [get(Comment, one.id).status for one in (first, second, third)] == ["published", "withdrawn", "rejected"]
    assert sorted(db.session.scalars(sa.select(CleanupItem.state))) == ["done", "left", "left"]

    operations.undo(review_of(third).id, by=cast.ada)
    operations.decide(review_of(third).id, "reject", by=cast.ada, reason="Looked at")
    cleanups.undo(cleanup.id, by=cast.milo)
    finish(cleanup)
    assert get(Comment, third.id).status == "rejected", "what was decided one by one since is no affair of the clean-up's"


def test_whose_account_was_closed_already_or_again_stays_out(cast, post):
    say(post, cast.nora, HATS)
    cleanup = clean(choice(scope="person", person=cast.nora.id), cast.milo, closes=True)
    accounts.enable(cast.nora.id, by=cast.ada)
    accounts.disable(cast.nora.id, by=cast.ada, reason="Threats")
    ben = clean(choice(scope="person", person=cast.ben.id), cast.milo, closes=True)
    for one in (cleanup, ben):
        cleanups.undo(one.id, by=cast.milo)
        finish(one)
    assert [get(Account, person.id).active for person in (cast.nora, cast.ben)] == [False, False]


def test_it_goes_on_where_it_was_broken_off(cast, post, monkeypatch):
    """Each slice is a transaction of its own: who is killed in one has done nothing of it, and all before."""
    many = many_comments(post.id, cast.nora.id, 60)
    cleanup = cleanups.ask(choice(scope="person", person=cast.nora.id), by=cast.milo)
    assert cleanups.go_on(cleanup.id) and cleanups.go_on(cleanup.id)
    seen, put_away = [], cleanups._put_away

    def killed(item, *rest):
        seen.append(item)
        if len(seen) == 5:
            raise KeyboardInterrupt
        put_away(item, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(cleanups, "_put_away", killed)
        with pytest.raises(KeyboardInterrupt):
            cleanups.go_on(cleanup.id)
    counted = sa.select(sa.func.count()).where(Comment.status == "removed")
    assert db.session.scalar(counted) == cleanups.ITEMS
    finish(cleanup)
    assert db.session.scalar(counted) == len(many)
    assert get(Account, cast.nora.id).refused_comments == len(many), "each once"


def test_the_worker_does_what_is_too_much_for_a_request(cast, post, milo, worker):
    ids = many_comments(post.id, cast.nora.id, 70)
    milo.get("/moderation/people/nora")
    milo.get(milo.page.xpath('//a[contains(@href, "scope=person")]/@href')[0])
    milo.submit("clean-up", {"reason": "Hats"}, follow=True)
    assert "At work" in milo.text and milo.page.xpath("//progress/@value")
    worker()
    milo.get(milo.address)
    assert "70 things put away" in milo.text and "1 account is closed" in milo.text
    milo.submit("undo-clean-up", follow=True)
    worker()
    milo.get(milo.address)
    assert "Taken back" in milo.text
    db.session.expire_all()
    assert {get(Comment, id).status for id in ids} == {"published"} and get(Account, cast.nora.id).active


def test_ticks_lead_to_a_look_and_then_it_is_done_once(cast, post, milo):
    kept, gone = say(post, cast.nora, "I am new"), say(post, cast.nora, HATS)
    milo.get("/moderation/")
    milo.submit("clean-up", {"scope": "ticked", "id": str(review_of(gone).id)}, status=200)
    assert "1 thing goes" in milo.text and HATS.split()[0] in milo.text
    form = dict(milo.page.xpath('//form[@data-form="clean-up"]')[0].form_values())
    for _press in range(2):
        milo.post("/moderation/cleanups/new", form)
    assert db.session.scalar(sa.select(sa.func.count(Cleanup.id))) == 1
    assert [get(Comment, one.id).status for one in (kept, gone)] == ["pending", "rejected"]
    assert get(Account, cast.nora.id).active
    milo.get("/moderation/log")
    (address,) = milo.page.xpath('//li[@data-act="cleanup"]//a/@href')
    milo.get(address)
    milo.submit("undo-clean-up", follow=True)
    assert get(Comment, gone.id).status == "pending" and "Taken back" in milo.text
    milo.get("/moderation/cleanups/")
    assert "taken back" in milo.text


def test_of_many_people_some_are_named_and_the_others_counted(cast, post, milo, monkeypatch):
    monkeypatch.setattr(queries, "NAMES", 1)
    said = [say(post, cast.nora, HATS), say(post, cast.fay, "Connard !")]
    ids = MultiDict([("queue", "pending"), *(("id", str(review_of(one).id)) for one in said)])
    made = clean(Choice.of(ids), cast.milo, closes=True)
    milo.get(f"/moderation/cleanups/{made.id}")
    assert len(milo.page.xpath('//ul[@class="clean-up__names"]/li/a')) == 1 and "and 1 more" in milo.text


def test_a_page_is_chosen_without_scripts(cast, post, milo):
    say(post, cast.nora, "I am new")
    say(post, cast.nora, HATS)
    milo.get("/moderation/")
    milo.submit("clean-up", {"scope": "page"}, status=200)
    assert "2 things go" in milo.text
    milo.submit("clean-up", follow=True)
    assert statuses()["comments"] == ["rejected", "rejected"]


def test_nothing_chosen_is_told_and_changes_nothing(cast, post, milo):
    milo.get("/moderation/cleanups/new?scope=ticked")
    assert "Nothing is chosen" in milo.text
    comment = say(post, cast.nora, HATS)
    milo.get(f"/moderation/cleanups/new?scope=ticked&id={review_of(comment).id}")
    operations.decide(review_of(comment).id, "approve", by=cast.ada)
    milo.submit("clean-up", status=422)
    assert "somebody was quicker" in milo.text
    assert not db.session.scalar(sa.select(sa.func.count(Cleanup.id)))


@pytest.mark.parametrize(
    "query", ["id=x&id=-1", "scope=person&person=999", "scope=page&shown=1,x", "scope=all&by=x&kind=" + "k" * 99]
)
def test_a_choice_of_another_shape_is_nothing(milo, query):
    milo.get(f"/moderation/cleanups/new?{query}", status=404 if "person" in query else 200)


def test_only_who_keeps_order_cleans_up_and_only_as_long_as_they_do(cast, post):
    comment = say(post, cast.nora, HATS)
    with pytest.raises(Forbidden):
        cleanups.ask(choice(scope="all"), by=cast.fay)
    cleanup = cleanups.ask(choice(scope="all"), by=cast.milo)
    with pytest.raises(Refused):
        cleanups.ask(choice(scope="all", host="nowhere.example"), by=cast.milo)
    accounts.set_role(cast.milo.id, "fan")
    finish(cleanup)
    assert get(Comment, comment.id).status == "pending" and get(Cleanup, cleanup.id).done_at is not None


def test_a_look_costs_the_same_however_much_goes(cast, post, milo, count_queries):
    costs = []
    for number in (2, 40):
        many_comments(post.id, cast.nora.id, number)
        for comment_id in db.session.scalars(sa.select(Comment.id)).all():
            operations.open_review("comment", comment_id, queue="pending", reasons=["taken up"])
        with transaction() as session:
            session.get(Account, cast.nora.id).standing_lost_at = post.published_at - timedelta(days=1)
        for path in (
            "/moderation/cleanups/new?scope=all&queue=pending&newcomers=1",
            "/moderation/people/nora",
            "/moderation/?newcomers=1",
        ):
            milo.get(path)
            with count_queries() as counted:
                milo.get(path)
            costs.append(len(counted))
    assert costs[:3] == costs[3:] and max(costs) <= 22, costs
