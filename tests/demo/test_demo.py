"""The demo band: as much of everything as promised, told the same way each time, and as the operations themselves would have left it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.bonds.models import Bond
from fansite.comments.models import Comment
from fansite.core import kept
from fansite.core.content import Entry
from fansite.core.db import Base, db, get
from fansite.core.errors import Refused
from fansite.core.kept import site_name
from fansite.core.outbox.models import Delivery
from fansite.demo import material
from fansite.demo import operations as demo
from fansite.fans.models import Profile, Wording
from fansite.lib.times import now
from fansite.moderation.models import LogLine, Report, Review
from fansite.news.models import NewsPost
from fansite.notifications.models import Notice
from fansite.pages.models import Page
from fansite.reactions.models import Reaction
from fansite.talk.models import Discussion
from fansite.talk.polls import queries as polls
from fansite.talk.polls.models import Poll, Vote
from fansite.tour.going.models import WORDS, Attendance, FanPlace
from fansite.tour.models import Gig
from tests.cast import PASSWORD
from tests.texts import news_post


@pytest.fixture
def band(app: Any, clock: Any, database: Any) -> Iterator[SimpleNamespace]:
    """The loaded demo, and its people by name. Loaded once; every test has a copy of its own."""
    if database.kept("demo"):
        let_go()
        database.back_to("demo")
    else:
        demo.load()
        let_go()
        database.keep("demo")
    people = {account.origin.removeprefix("demo:"): account for account in everyone()}
    yield SimpleNamespace(**{name.replace("-", "_"): account for name, account in people.items()})
    app.extensions["fansite"].search.close()


def let_go() -> None:
    db.session.remove()
    db.engine.dispose()


def everyone() -> list[Account]:
    return list(db.session.scalars(sa.select(Account).where(Account.origin.like("demo:%"))))


def count(model: Any, *where: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0


# ---- how much -----------------------------------------------------------------------------------------------------------------


def test_there_is_as_much_as_promised(band):
    assert count(NewsPost, NewsPost.language == "en", NewsPost.status == "published") >= 30
    assert count(NewsPost, NewsPost.language == "fr", NewsPost.translation_of_id.is_not(None)) >= 10
    assert count(Page, Page.language == "en", Page.status == "published") >= 5
    assert count(Account, Account.role == "fan") >= 200
    assert count(Comment) >= 600
    assert count(Comment, Comment.parent_id.is_not(None)) >= 150
    assert count(Review, Review.decided_at.is_(None), Review.queue == "pending") >= 20
    assert count(Review, Review.decided_at.is_(None), Review.queue == "reported") >= 5
    assert count(Report) >= 10
    assert site_name() == "The Paper Marmots"


def test_every_state_can_be_looked_at(band):
    assert set(db.session.scalars(sa.select(Comment.status).distinct())) == {
        "published",
        "pending",
        "rejected",
        "removed",
        "withdrawn",
    }
    assert {"draft", "scheduled", "published"} <= set(db.session.scalars(sa.select(Entry.status).distinct()))
    assert set(db.session.scalars(sa.select(Account.role).distinct())) == {"fan", "moderator", "editor", "owner"}
    assert count(Account, Account.disabled_at.is_not(None)) >= 1


def test_three_years_lie_behind_and_nothing_ahead_but_what_is_planned(band):
    published = Entry.status == "published"
    first, last = db.session.execute(
        sa.select(sa.func.min(Entry.published_at), sa.func.max(Entry.published_at)).where(published)
    ).one()
    assert last <= now() and last - first > timedelta(days=900)
    assert all(at > now() for at in db.session.scalars(sa.select(Entry.published_at).where(Entry.status == "scheduled")))
    for moment in (Comment.posted_at, Account.joined_at, Review.opened_at, Report.at, LogLine.at):
        assert db.session.scalar(sa.select(sa.func.max(moment))) <= now()


def test_the_people_shown_can_sign_in(band):
    lines = demo.accounts_lines()
    assert len(lines) == 1 + len(demo.SHOWN)
    for name, _what in demo.SHOWN:
        account = getattr(band, name)
        assert any(account.email in line and demo.PASSWORD in line for line in lines)
        accounts.sign_in(account.email, demo.PASSWORD)


# ---- as the operations would have left it -----------------------------------------------------------------------------------------


def test_every_counter_is_what_counting_gives(band):
    comments = list(db.session.scalars(sa.select(Comment)))
    visible = [comment for comment in comments if comment.status == "published"]
    of_entry = Counter(comment.entry_id for comment in visible)
    threads: dict[int, int] = defaultdict(int)
    for comment in comments:
        threads[comment.entry_id] = max(threads[comment.entry_id], comment.thread or 0)
    for entry in db.session.scalars(sa.select(Entry)):
        assert (entry.comments_count, entry.threads_count) == (of_entry[entry.id], threads[entry.id]), entry.slug
    answers = Counter(comment.root_id for comment in visible if comment.parent_id is not None)
    for comment in comments:
        assert comment.replies_count == (answers[comment.id] if comment.parent_id is None else 0)
    approved, refused = Counter(), Counter()
    for comment in comments:
        approved[comment.author_id] += comment.counts_as == "approved"
        refused[comment.author_id] += comment.counts_as == "refused"
    for account in everyone():
        assert (account.approved_comments, account.refused_comments) == (approved[account.id], refused[account.id]), (
            account.username
        )


def test_every_comment_stands_in_its_place(band):
    comments = {comment.id: comment for comment in db.session.scalars(sa.select(Comment))}
    for comment in comments.values():
        path, depth, thread = comment.path, comment.depth, comment.thread
        parent = comments.get(comment.parent_id)
        assert (comment.parent_id is None) == (parent is None)
        if parent is not None:
            assert parent.entry_id == comment.entry_id and parent.posted_at <= comment.posted_at
            assert thread == comments[comment.root_id].thread
        comment.place(parent)
        assert (comment.path, comment.depth) == (path, depth)
    db.session.rollback()


def test_threads_are_numbered_in_the_order_they_began_without_a_gap(band):
    roots = (
        sa.select(Comment).where(Comment.parent_id.is_(None), Comment.thread.is_not(None)).order_by(Comment.posted_at, Comment.id)
    )
    numbers: dict[int, list[int]] = defaultdict(list)
    for root in db.session.scalars(roots):
        numbers[root.entry_id].append(root.thread)
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    unseen = count(Comment, Comment.parent_id.is_(None), Comment.thread.is_(None), Comment.status == "published")
    assert unseen == 0


def test_nobody_spoke_before_there_was_something_to_speak_about(band):
    early = sa.select(Comment.id).join(Entry, Entry.id == Comment.entry_id).where(Comment.posted_at < Entry.published_at)
    assert db.session.scalars(early).all() == []


def test_the_queue_holds_what_waits_and_nothing_else(band):
    waiting = set(db.session.scalars(sa.select(Comment.id).where(Comment.status == "pending")))
    open_reviews = db.session.execute(
        sa.select(Review.subject_id, Review.queue, Review.reasons).where(
            Review.decided_at.is_(None), Review.subject_kind == "comment"
        )
    ).all()
    assert {review.subject_id for review in open_reviews if review.queue == "pending"} == waiting
    reported = {review.subject_id for review in open_reviews if review.queue == "reported"}
    assert reported <= set(db.session.scalars(sa.select(Report.subject_id)))
    assert all(review.reasons for review in open_reviews)
    decided = {
        f"comment:{number}"
        for number in db.session.scalars(sa.select(Comment.id).where(Comment.status.in_(["rejected", "removed"])))
    }
    assert decided == set(db.session.scalars(sa.select(LogLine.subject)))


def test_a_decision_in_the_demo_can_be_taken(band, browser_as):
    milo = browser_as(band.milo)
    milo.get("/moderation/")
    review = milo.page.xpath("//article[@data-subject]")[0]
    comment_id = int(review.get("data-subject").removeprefix("comment:"))
    before = get(Entry, get(Comment, comment_id).entry_id).comments_count
    milo.submit("decision", {"decision": "approve"})
    db.session.rollback()
    comment = get(Comment, comment_id)
    assert comment.status == "published"
    assert get(Entry, comment.entry_id).comments_count == before + 1


# ---- the same each time -----------------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_loaded_again_elsewhere_it_is_the_same(band, database, app):
    first = contents()
    let_go()
    database.fresh()
    demo.load()
    assert contents() == first


def contents() -> dict[str, list[Any]]:
    """Every row of every table; passwords are salted, and calendars' names drawn by lot."""
    db.session.rollback()
    left_out = {"password_hash", "uid"}
    tables = Base.metadata.sorted_tables
    return {
        table.name: db.session.execute(
            sa.select(*[column for column in table.c if column.name not in left_out]).order_by(*table.primary_key)
        ).all()
        for table in tables
    }


def test_loaded_twice_it_adds_nothing(band):
    before = contents()
    assert set(demo.load().values()) == {0}
    assert contents() == before


def test_more_of_it_adds_up_to_the_totals_asked_for(band):
    made = demo.load(posts=60, comments=1100, fans=230)
    assert (count(NewsPost), count(Comment)) == (60, 1100)
    assert count(Account) == 230
    assert made == {"account": 230 - 209, "news": 60 - 43, "page": 0, "comment": 1100 - 966, "gig": 0}
    test_every_comment_stands_in_its_place(band)
    assert set(demo.load(posts=60, comments=1100, fans=230).values()) == {0}


def test_counters_hold_for_more_of_it_too(band):
    demo.load(comments=800)
    visible = sa.select(Comment.entry_id, sa.func.count()).where(Comment.status == "published").group_by(Comment.entry_id)
    published = dict(db.session.execute(visible).all())
    for entry in db.session.scalars(sa.select(Entry)):
        assert entry.comments_count == published.get(entry.id, 0)
        numbers = sorted(
            db.session.scalars(
                sa.select(Comment.thread).where(
                    Comment.entry_id == entry.id, Comment.parent_id.is_(None), Comment.thread.is_not(None)
                )
            )
        )
        assert numbers == list(range(1, entry.threads_count + 1))


# ---- where it may stand -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def lived_in(app: Any, clock: Any, database: Any) -> None:
    """A site that had an owner, a fan, a name and a text of its own when the demo came. Loaded once, as the band is."""
    if database.kept("lived in"):
        let_go()
        database.back_to("lived in")
        return
    accounts.create(email="ada@example.org", username="ada", password=PASSWORD, role="owner")
    accounts.create(email="someone@example.org", username="milo", password=PASSWORD, role="fan")
    assert not demo.is_empty()
    kept.say("site_name", "Lava Lullaby")
    news_post(slug="we-have-a-website", title="Ours")
    demo.load()
    let_go()
    database.keep("lived in")


@pytest.mark.once
def test_it_works_beside_an_owner_who_has_one_of_its_names(lived_in):
    names = {account.origin: account.username for account in everyone()}
    assert names["demo:ada"] == "ada-2" and names["demo:milo"] == "milo-2" and names["demo:eli"] == "eli"
    accounts.sign_in("ada", PASSWORD)
    accounts.sign_in("ada-2@example.org", demo.PASSWORD)
    with pytest.raises(Refused):
        accounts.sign_in("ada", demo.PASSWORD)
    assert any("ada-2@example.org" in line for line in demo.accounts_lines())


@pytest.mark.once
def test_it_keeps_a_name_the_band_already_has(lived_in):
    assert site_name() == "Lava Lullaby"


@pytest.mark.once
def test_it_takes_no_address_that_is_in_use(lived_in):
    slugs = set(db.session.scalars(sa.select(Entry.slug).where(Entry.slug.like("we-have-a-website%"))))
    assert slugs == {"we-have-a-website", "we-have-a-website-2"}


def test_a_site_on_a_public_address_has_no_demo(app, monkeypatch):
    site = app.extensions["fansite"]
    monkeypatch.setattr(site, "settings", replace(site.settings, base_url="https://band.example"))
    with pytest.raises(Refused, match="loopback"):
        demo.load()
    assert count(Account) == count(Entry) == 0


def test_broken_off_it_leaves_nothing(app, clock, monkeypatch):
    monkeypatch.setattr(demo, "_reports", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        demo.load()
    assert count(Account) == count(Entry) == count(Comment) == 0
    assert demo.is_empty() and not demo.is_loaded()


# ---- to look at -------------------------------------------------------------------------------------------------------------------


def test_a_visitor_finds_every_page_in_order(band, stranger):
    """The browser of the tests checks each page it reads."""
    for path in ("/", "/fr/", "/news/", "/news/?page=2", "/fr/news/", "/fans/"):
        stranger.get(path)
    posts = db.session.execute(
        sa.select(Entry.slug, Entry.language).where(Entry.kind == "news", Entry.status == "published")
    ).all()
    for slug, language in posts[::4]:
        stranger.get(f"/fr/news/{slug}" if language == "fr" else f"/news/{slug}")
    for slug, language in db.session.execute(sa.select(Entry.slug, Entry.language).where(Entry.kind == "page")):
        stranger.get(f"/fr/{slug}" if language == "fr" else f"/{slug}")
    for path in [*links(stranger, "/news/", "/news/tag/")[:2], "/fans/fay", "/sitemap.xml", "/feed.xml"]:
        stranger.get(path)


def test_the_team_finds_every_desk_in_order(band, browser_as):
    for who, paths in (
        (band.milo, ["/moderation/", "/moderation/reported", "/moderation/recent", "/"]),
        (band.eli, ["/staff/", "/staff/news/", "/staff/page/"]),
        (band.ada, ["/staff/mail", "/account/"]),
        (band.fay, ["/account/comments", "/account/", "/fr/account/comments"]),
    ):
        visitor = browser_as(who)
        for path in paths:
            visitor.get(path)


def links(visitor: Any, page: str, beginning: str) -> list[str]:
    visitor.get(page)
    return sorted({link for link in visitor.page.xpath("//a/@href") if link.startswith(beginning)})


@pytest.mark.once
@pytest.mark.slow
def test_after_the_worker_what_a_visitor_looks_for_is_found_and_what_is_planned_appears(
    band, stranger, worker, clock, monkeypatch
):
    monkeypatch.setattr("fansite.seo.listeners.draw", lambda _card: (b"", "png"))  # a hundred and fifty, which nobody shares here
    planned = db.session.scalars(sa.select(Entry).where(Entry.status == "scheduled")).first()
    entry_id, wait = planned.id, planned.published_at - now()
    worker()
    assert get(Entry, entry_id).status == "scheduled"
    stranger.get("/search?q=piano")
    hits = stranger.page.xpath("//ol[@id='results']/li")
    assert {hit.get("data-kind") for hit in hits} >= {"news", "comment"}
    stranger.get("/fr/search?q=fromage")
    assert stranger.page.xpath("//ol[@id='results']/li")
    clock.shift(wait)
    worker()
    db.session.rollback()
    assert get(Entry, entry_id).status == "published"


@pytest.mark.once
def test_a_crowd_of_any_size_counts_as_a_recount_does(app, clock):
    demo.load(posts=400, comments=20_700, fans=500)
    seen = Comment.status == "published"
    entries = dict(db.session.execute(sa.select(Comment.entry_id, sa.func.count()).where(seen).group_by(Comment.entry_id)).all())
    threads = dict(db.session.execute(sa.select(Comment.entry_id, sa.func.max(Comment.thread)).group_by(Comment.entry_id)).all())
    for id, said, number in db.session.execute(sa.select(Entry.id, Entry.comments_count, Entry.threads_count)):
        assert (said, number) == (entries.get(id, 0), threads.get(id) or 0)
    rows = db.session.execute(
        sa.select(
            Comment.id, Comment.parent_id, Comment.path, Comment.depth, Comment.thread, Comment.status, Comment.replies_count
        )
    ).all()
    by_id = {row.id: row for row in rows}
    below = Counter(int(row.path.partition("/")[0]) for row in rows if row.parent_id and row.status == "published")
    for row in rows:
        above = by_id.get(row.parent_id)
        ends = [] if above is None else above.path.split("/")[:4]
        assert (row.path, row.depth) == ("/".join([*ends, f"{row.id:010d}"]), len(ends) + 1)
        assert above is None or row.thread == above.thread
        assert row.replies_count == (below[row.id] if above is None else 0)
    approved = Counter(
        db.session.scalars(sa.select(Comment.author_id).where(Comment.shown_at.is_not(None), Comment.status != "removed"))
    )
    assert all(account.approved_comments == approved[account.id] for account in db.session.scalars(sa.select(Account)))
    assert max(below.values()) == 1_999  # one thread of two thousand
    assert sum(1 for row in rows if row.status == "pending") == count(
        Review, Review.decided_at.is_(None), Review.queue == "pending", Review.subject_kind == "comment"
    )
    years = set(db.session.scalars(sa.select(sa.extract("year", Entry.published_at)).where(Entry.kind == "news").distinct()))
    assert len(years) >= 12
    assert set(db.session.scalars(sa.select(Entry.language))) == {"en", "fr"}


def test_what_was_played_was_written_down_on_many_evenings_and_the_papers_wrote_of_some(band, stranger):
    from fansite.tour import queries as evenings
    from fansite.tour.setlists import queries
    from fansite.tour.setlists.models import PressLink, SetlistLine

    lists = db.session.execute(sa.select(SetlistLine.gig_id, sa.func.count()).group_by(SetlistLine.gig_id)).all()
    played = queries.repertoire().begun
    assert 0.4 < played / len(evenings.past()) < 0.85 and len(lists) == played + 1
    assert all(number >= 6 for _gig, number in lists)
    lines = db.session.scalars(sa.select(SetlistLine)).all()
    assert {line.part for line in lines} >= {0, 1, 2} and any(line.tape for line in lines) and any(line.guests for line in lines)
    assert any(line.song_id is None and not line.tape for line in lines)
    found = queries.by_count(queries.statistics())
    assert len(found) > 20 and found[0].times > 3 * found[-1].times and any(one.song.artist for one in found)
    assert db.session.scalar(sa.select(sa.func.count(PressLink.id))) > 5
    stranger.get(f"/tour/songs/{found[0].song.slug}")


def test_fans_showed_what_they_saw_of_some_evenings_and_one_waits(band):
    from fansite.tour.photos.models import FanPhoto

    statuses = list(db.session.scalars(sa.select(FanPhoto.status)))
    assert statuses.count("published") >= 8 and statuses.count("pending") == 1
    assert count(Review, Review.subject_kind == "photo", Review.decided_at.is_(None)) == 1


def test_the_evenings_show_every_state_in_many_countries_the_past_and_what_is_to_come(band):
    from fansite.tour import queries
    from fansite.tour.models import STATES, TICKETS, Venue

    gigs = db.session.scalars(sa.select(Gig)).all()
    assert len(gigs) == 60
    assert {gig.state for gig in gigs} == set(STATES)
    assert {gig.tickets for gig in gigs} == set(TICKETS)
    assert len({gig.tour_id for gig in gigs} - {None}) == 2
    assert len(set(db.session.scalars(sa.select(Venue.country).join(Gig, Gig.venue_id == Venue.id)))) >= 14
    assert len(queries.upcoming()) > 10 and len(queries.past()) > 40
    assert demo.load(evenings=70)["gig"] == 10


def test_some_go_to_every_evening_and_were_at_those_that_are_over(band):
    words = db.session.execute(sa.select(Gig, Attendance).join(Attendance, Attendance.gig_id == Gig.id)).all()
    assert {gig.id for gig, _said in words} == set(db.session.scalars(sa.select(Gig.id)))
    assert {said.word for _gig, said in words} == set(WORDS)
    joined = dict(db.session.execute(sa.select(Account.id, Account.joined_at)).all())
    for gig, said in words:
        assert max(gig.published_at, joined[said.account_id]) <= said.said_at <= now()
        assert said.word != "there" or gig.over_at <= said.said_at
        assert said.word != "interested" or gig.over_at > now()
    assert band.ben.id not in {said.account_id for _gig, said in words}
    assert count(FanPlace) == len([one for one in material.profiles() if one["city"]])
    before = count(Attendance)
    demo.load(evenings=61, fans=400)
    crowded = count(Attendance) - before
    assert crowded > 30
    demo.load(evenings=61, fans=400)
    assert count(Attendance) == before + crowded


# ---- warm words ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Entry, Comment])
def test_warm_words_are_counted_as_the_operations_would_have(band, model):
    column = Reaction.entry_id if model is Entry else Reaction.comment_id
    given = dict(db.session.execute(sa.select(column, sa.func.count()).where(column.is_not(None)).group_by(column)).all())
    counted = db.session.execute(sa.select(model.id, model.reactions_count).where(model.reactions_count > 0)).all()
    assert len(given) > 10 and dict(counted) == given
    assert not count(Reaction, column == model.id, Reaction.account_id == model.author_id), "nobody warms to their own words"
    demo.load()
    assert count(Reaction, column.is_not(None)) == sum(given.values())


# ---- talk, people, and what one of them is told -------------------------------------------------------------------------------


def test_in_talk_every_counter_is_what_counting_gives(band):
    told = [row for row in material.discussions() if not row.get("waits")]
    begun = db.session.scalars(sa.select(Discussion).where(Discussion.state == "published")).all()
    assert {one.title for one in begun} == {row["title"] for row in told} and len(told) >= 40
    replies: dict[int, list[Comment]] = defaultdict(list)
    for reply in db.session.scalars(sa.select(Comment).where(Comment.entry_id.in_([one.id for one in begun]))):
        replies[reply.entry_id].append(reply)
    for one in begun:
        last = max(replies[one.id], key=lambda reply: (reply.posted_at, reply.id), default=None)
        said = (None, one.published_at) if last is None else (last.id, last.posted_at)
        assert (one.last_comment_id, one.last_said_at) == said
        assert one.solved_comment_id is None or one.solved_comment_id in {reply.id for reply in replies[one.id]}
    liked = Counter({row["body"]: row["likes"] for one in told for row in one["replies"]})
    assert {reply.body: reply.reactions_count for of_one in replies.values() for reply in of_one} == liked


def test_fans_chose_in_polls_while_they_were_here_and_it_was_open(band):
    votes = db.session.execute(sa.select(Poll, Vote, Account.joined_at).join_from(Vote, Poll).join(Account)).all()
    for poll, vote, joined in votes:
        assert max(poll.made_at, joined) <= vote.at <= min(now(), poll.ends_at or now())
        assert vote.option_id in polls.options_of(poll.id)
    of_poll = Counter(poll.id for poll, _vote, _joined in votes)
    assert len(of_poll) == count(Poll) >= 8 and min(of_poll.values()) >= 10
    assert all(sum(polls.counts(poll).values()) == number for poll, number in of_poll.items())


def test_moderators_meet_each_kind_of_what_waits(band):
    waiting = Counter(db.session.scalars(sa.select(Review.subject_kind).where(Review.decided_at.is_(None))))
    assert waiting["talk"] == count(Discussion, Discussion.state == "pending") == 3
    assert waiting["profile"] == count(Wording, Wording.status == "pending") == 3


def test_what_somebody_hides_of_themselves_is_shown_to_nobody(band):
    hidden = {row["username"]: row["bio"] for row in material.profiles() if row["bio_seen"] == "me" and row["bio"]}
    shown = set(db.session.scalars(sa.select(Wording.body)))
    assert hidden and not shown & set(hidden.values())
    assert count(Profile) == len(material.profiles()) and count(Bond) == len(material.follows())


def test_fay_is_told_of_what_holds_and_nobody_else_of_anything(band, browser_as):
    fay = browser_as(band.fay)
    fay.get("/account/notices")
    lines = fay.page.xpath("//main//li[.//a]")
    assert len(lines) >= 10 and "named you" in fay.page.text_content()
    assert set(db.session.scalars(sa.select(Notice.account_id))) == {band.fay.id}
    assert not count(Delivery, Delivery.listener == demo.NOTICES)
