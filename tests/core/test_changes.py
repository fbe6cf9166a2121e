"""A kept list follows what the database writes down: whatever happens, it is what reading all of it anew would find."""

from __future__ import annotations

import random
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa

from fansite.core import changes, publishing
from fansite.core.changes import ListChange
from fansite.core.content import Entry
from fansite.core.db import db, get, touch, transaction
from fansite.core.listing import Order
from fansite.core.sitemap import _dates
from fansite.fans import queries as fans
from fansite.lib.times import now
from fansite.news import queries
from fansite.news.models import NewsPost
from fansite.tags.operations import label
from tests.core.broken import broken_off
from tests.core.forks import together
from tests.texts import many_posts, news_post

TAGS = ("Rain", "Studio", "Lisbon")


@pytest.fixture
def site(app):
    return app.extensions["fansite"]


@pytest.fixture
def posts(cast):
    many_posts(30)
    with transaction() as session:
        for id in range(1, 31, 2):
            label(session.get(NewsPost, id), [TAGS[id % 3]])
    db.session.rollback()


def lists():
    return [
        *(queries._offered(language) for language in ("en", "fr")),
        *(_dates("news", block, (), ("entry",)) for block in (4, 1000)),
    ]


def facts(known):
    return list(known.order.places()), {tag: list(order.places()) for tag, order in known.parts.items()}


def in_a_thread(app, task):
    def run():
        with app.app_context():
            task()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


class Chance:
    """Does one thing after the other to the posts, by any way there is."""

    def __init__(self, seed, by):
        self.random, self.by, self.made = random.Random(seed), by, 0

    def step(self):
        getattr(self, self.random.choice([name for name in vars(Chance) if name.startswith("do_")]))()

    def one(self):
        return self.random.choice(list(db.session.scalars(sa.select(Entry.id))))

    def set(self, **columns):
        """As no operation would: the database notes it all the same."""
        with transaction() as session:
            session.execute(sa.update(Entry.__table__).where(Entry.__table__.c.id == self.one()).values(**columns))
            touch("list:news")

    def do_publish(self):
        self.made += 1
        news_post(self.by, slug=f"fresh-{self.made}", published_at=self.moment())

    def do_translate(self):
        self.made += 1
        original = db.session.get(Entry, self.one()).group_id
        news_post(self.by, slug=f"traduit-{self.made}", language="fr", translation_of_id=original)

    def do_withdraw(self):
        id = self.one()
        if get(Entry, id).status == "published":
            publishing.withdraw(id, by=self.by)

    def do_bring_back(self):
        publishing.publish(self.one(), by=self.by)

    def do_back_date(self):
        self.set(published_at=self.moment())

    def do_belong_to_others(self):
        self.set(translation_of_id=self.one())

    def do_belong_to_nobody(self):
        self.set(translation_of_id=None)

    def do_hide(self):
        self.set(visibility=self.random.choice(("public", "members")))

    def do_change_the_language(self):
        self.set(language=self.random.choice(("en", "fr")), slug=f"moved-{self.random.random()}")

    def do_label(self):
        with transaction() as session:
            label(session.get(NewsPost, self.one()), self.random.sample(TAGS, self.random.randrange(3)))
            touch("list:news")

    def do_delete(self):
        with transaction() as session:
            session.execute(sa.delete(Entry.__table__).where(Entry.__table__.c.id == self.one()))
            touch("list:news")

    def moment(self):
        return now() - timedelta(days=self.random.randrange(400), seconds=self.random.randrange(3))


# Each by its own way through what can happen; the other database goes two of them.
SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.once) for seed in range(2, 8))]


@pytest.mark.parametrize("seed", SEEDS)
def test_it_follows_whatever_happens(site, cast, posts, seed):
    chance, often, seldom = Chance(seed, cast.eli), {}, {}
    read_anew = 0
    for step in range(60):
        chance.step()
        db.session.rollback()
        # Two processes: one looks after each change, the other has several to make up for.
        for memory in (often, seldom) if step % 7 == 6 else (often,):
            site.kept = memory
            for one in lists():
                read_anew += one.name not in memory
                assert facts(one.known()) == facts(one.read()), f"after step {step}"
                db.session.rollback()
    assert read_anew == 2 * len(lists())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_change_is_followed_without_reading_the_others(cast, posts, count_queries, seed):
    for one in lists():
        one.known()
    Chance(seed, cast.eli).step()
    db.session.rollback()
    with count_queries() as counted:
        for one in lists():
            one.known()
    assert len(counted) <= 1 + 4 * len(lists())
    assert all(" IN (" in one or "list_change" in one or "entry.id BETWEEN" in one for one in counted)


def test_what_another_process_publishes_stands_in_ours_at_once(cast, posts):
    queries.page_of_all("en", 1)
    db.session.rollback()
    together(lambda: news_post(slug="theirs"), lambda: news_post(slug="also-theirs"))
    assert {"theirs", "also-theirs"} <= {post.slug for post in queries.page_of_all("en", 1)[0]}


def test_what_is_taken_back_was_never_in_a_list(cast, posts):
    before = queries.page_of_all("en", 1)[0][0].id
    with broken_off() as session:
        get(Entry, before).status = "draft"
        touch("list:news")
        session.flush()
        assert queries.page_of_all("en", 1)[0][0].id != before
    assert queries.page_of_all("en", 1)[0][0].id == before


@pytest.mark.parametrize("lost", ["too much", "swept"])
def test_who_missed_too_much_reads_it_anew(site, cast, posts, monkeypatch, lost):
    one = lists()[0]
    one.known()
    for number in range(5):
        news_post(cast.eli, slug=f"fresh-{number}")
    if lost == "too much":
        monkeypatch.setattr(changes, "MOST", 4)
    else:
        monkeypatch.setattr(changes, "KEPT", 2)
        changes.sweep()
    before = site.kept[one.name][1]
    assert changes.since(before.number, one.topics) is None
    assert len(one.known().order) == len(before.order) + 5


def test_the_oldest_changes_are_swept_and_the_last_stays(cast, posts, monkeypatch):
    monkeypatch.setattr(changes, "KEPT", 3)
    monkeypatch.setattr(changes, "AT_ONCE", 5)
    last = changes.newest()
    changes.sweep()
    assert list(db.session.scalars(sa.select(ListChange.id).order_by(ListChange.id))) == list(range(last - 3, last + 1))
    monkeypatch.setattr(changes, "KEPT", 0)
    changes.sweep()
    assert list(db.session.scalars(sa.select(ListChange.id))) == [last]
    news_post(cast.eli, slug="fresh")
    assert changes.newest() > last


@pytest.mark.sqlite
def test_a_view_older_than_the_list_takes_the_list_as_it_is(app, site, posts):
    """Two requests at once: one began before a publication and asks after the other has followed it."""
    one = lists()[0]
    one.known()
    db.session.rollback()
    db.session.scalar(sa.select(sa.func.count()).select_from(Entry))
    with closing(sqlite3.connect(site.settings.instance_path / "fansite.db")) as other, other:
        other.execute("UPDATE entry SET published_at = '2001-01-01 00:00:00.000000' WHERE id = 30")
    site.clock.bump(["list:news"])
    in_a_thread(app, one.known)
    newer = site.kept[one.name][1]
    site.clock.bump(["list:news"])
    assert one.order is newer.order
    assert newer.order.upwards(1, 1) == [30]


def test_a_comment_moves_nobody_in_the_list_of_fans_but_the_first(cast, count_queries):
    before = changes.newest()
    with transaction() as session:
        for approved in (1, 2, 3):
            session.execute(
                sa.text("UPDATE account SET approved_comments = :n WHERE id = :id"), {"n": approved, "id": cast.nora.id}
            )
            touch("list:fans")
    assert changes.newest() == before + 1
    assert cast.nora.id in [person.id for person in fans.page_of_heard(1)[0]]


def test_an_order_knows_its_pages_from_both_ends_and_what_lies_between():
    order = Order([(30, 1), (10, 9), (20, 4), (20, 2)])
    assert [order.downwards(number, 3) for number in (1, 2, 3)] == [[1, 4, 2], [9], []]
    assert [order.upwards(number, 3) for number in (1, 2, 3)] == [[9, 2, 4], [1], []]
    assert list(order.between(10, 30).places()) == [(10, 9), (20, 2), (20, 4)]
    assert (order.last_key(), order.last_key(before=20), order.last_key(before=10)) == (30, 10, None)
    other = order.changed(gone=[(20, 2), (20, 3), (99, 1)], come=[(20, 3), (20, 3), (30, 1)])
    assert list(other.places()) == [(10, 9), (20, 3), (20, 4), (30, 1)]
    assert len(order) == 4
