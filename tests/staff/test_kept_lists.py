"""Lists of staff and moderators are kept by each process and follow what happens: they are always what reading all rows anew would find."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from fansite.contact import operations as letters
from fansite.contact import queries as contact
from fansite.contact.models import Letter
from fansite.core import mail
from fansite.core.db import db, transaction
from fansite.fans import queries as fans
from fansite.lib.times import now
from fansite.media import queries as media
from fansite.media.models import Picture
from fansite.moderation import operations as moderation
from fansite.moderation import queries as queues
from fansite.moderation.models import Review
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.search import listeners
from fansite.search import queries as search
from fansite.staff import queries
from fansite.staff.operations import translating
from fansite.tags import queries as tags
from tests.texts import many_posts, news_post, say

STATUSES = (None, "draft", "scheduled", "published", "withdrawn")


def lists():
    return [
        *(queries._entries("news", status) for status in STATUSES),
        queries._all_lacking(("news", "page"), ("en", "fr")),
        queries._all_lacking(("news",), ("fr",)),
        *queues._QUEUES.values(),
        *contact._LISTS.values(),
        media._LIBRARY,
        media._UNDESCRIBED,
        mail._FAILED,
        tags._USES,
        fans._EVERYBODY,
    ]


def facts(known):
    return list(known.order.places()), {tag: list(order.places()) for tag, order in known.parts.items() if order}


class Week:
    """What may happen on a site, in any order."""

    def __init__(self, seed, cast, post):
        self.random, self.cast, self.post, self.made = random.Random(seed), cast, post, 0

    def step(self):
        getattr(self, self.random.choice([name for name in vars(Week) if name.startswith("do_")]))()

    def any(self, model, *wanted):
        ids = list(db.session.scalars(sa.select(model.id).where(*wanted)))
        return self.random.choice(ids) if ids else None

    def new(self):
        self.made += 1
        return self.made

    def run(self, statement, **facts):
        with transaction() as session:
            session.execute(sa.text(statement), facts)

    def do_comment(self):
        say(self.post, self.random.choice((self.cast.nora, self.cast.fay)), f"Word {self.new()}")

    def do_report(self):
        say(self.post, self.cast.fay, f"Loud word {self.new()}")
        comment = db.session.scalar(sa.text("SELECT max(id) FROM comment WHERE status = 'published'"))
        moderation.report("comment", comment, category="abuse", note="", by=self.cast.nora, address="")

    def do_decide(self):
        if (id := self.any(Review, Review.decided_at.is_(None))) is not None:
            moderation.decide(id, self.random.choice(("approve", "reject")), by=self.cast.milo)

    def do_undo(self):
        decided = sa.select(sa.func.max(Review.id)).group_by(Review.subject_kind, Review.subject_id)
        if (id := self.any(Review, Review.decision.is_not(None), Review.id.in_(decided))) is not None:
            moderation.undo(id, by=self.cast.milo)

    def do_write_to_the_band(self):
        with transaction() as session:
            word = f"{self.new()}"
            session.add(
                Letter(name="Ann", email="ann@example.org", email_key="ann@example.org", subject=word, body=word, language="en")
            )

    def do_mark_a_letter(self):
        if (id := self.any(Letter)) is not None:
            letters.mark(id, self.random.choice(("read", "answered", "spam", "undo")), by=self.cast.eli)

    def do_forget_a_letter(self):
        self.run("DELETE FROM letter WHERE id = :id", id=self.any(Letter))

    def do_draft(self):
        news.draft(by=self.cast.eli, title=f"Draft {self.new()}", tags=[self.random.choice(("Rain", "Studio"))])

    def do_revise(self):
        id = self.any(NewsPost)
        version = db.session.get(NewsPost, id).version
        news.revise(
            id, by=self.cast.eli, version=version, title=f"Words {self.new()}", tags=self.random.sample(("Rain", "Studio"), 1)
        )

    def do_publish(self):
        if (id := self.any(NewsPost, NewsPost.status == "draft")) is not None:
            news.publish(id, by=self.cast.eli, at=self.random.choice((None, now() + timedelta(days=2))))

    def do_recall(self):
        news.recall(self.any(NewsPost, NewsPost.id != self.post.id) or self.post.id, by=self.cast.eli)
        news.publish(self.post.id, by=self.cast.eli)

    def do_translate(self):
        group = db.session.get(NewsPost, self.any(NewsPost)).group_id
        news_post(self.cast.eli, slug=f"traduit-{self.new()}", language=self.random.choice(("en", "fr")), translation_of_id=group)

    def do_waive(self):
        act = self.random.choice((translating.waive, translating.need_again))
        first = db.session.get(NewsPost, self.any(NewsPost)).group_id
        other = "fr" if db.session.get(NewsPost, first).language == "en" else "en"
        act(first, other, by=self.cast.eli)

    def do_bring_a_picture(self):
        with transaction() as session:
            session.add(Picture(name=f"{self.new()}.jpg", width=9, height=9, bytes=9, alt=self.random.choice(("", "Us"))))

    def do_change_a_picture(self):
        what = self.random.choice(
            ("alt = 'Lisbon'", "decorative = true", "removed_at = '2026-01-01 00:00:00.000000'", "removed_at = NULL")
        )
        self.run(f"UPDATE picture SET {what} WHERE id = :id", id=self.any(Picture))

    def do_mail(self):
        state = self.random.choice(("failed_at", "sent_at", "created_at"))
        with transaction() as session:
            session.add(mail.Mail(kind="x", to="a@example.org", language="en", subject="s", text="", html="", **{state: now()}))

    def do_fail_or_mend_a_mail(self):
        when = self.random.choice(("'2026-01-01 00:00:00.000000'", "NULL"))
        self.run(f"UPDATE mail SET failed_at = {when} WHERE id = :id", id=self.any(mail.Mail))

    def do_ban(self):
        when = self.random.choice(("'2026-01-01 00:00:00.000000'", "NULL"))
        said = self.random.randrange(3)
        self.run(f"UPDATE account SET disabled_at = {when}, approved_comments = {said} WHERE id = :id", id=self.cast.ben.id)


# Each by its own way through what can happen; the other database goes two of them.
SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.once) for seed in range(2, 6))]


@pytest.mark.parametrize("seed", SEEDS)
def test_they_follow_whatever_happens(app, cast, seed):
    site = app.extensions["fansite"]
    week, often, seldom = Week(seed, cast, news_post(cast.eli)), {}, {}
    for step in range(50):
        week.step()
        site.clock.bump(["list:fans"])
        db.session.rollback()
        for memory in (often, seldom) if step % 6 == 5 else (often,):
            site.kept = memory
            for one in lists():
                assert facts(one.known()) == facts(one.read()), f"{one.name} after step {step}"
                db.session.rollback()


def test_nothing_new_costs_one_short_question(app, cast, count_queries):
    news_post(cast.eli)
    one = queries._entries("news", "published")
    assert len(one.order) == 1
    db.session.rollback()
    with count_queries() as counted:
        for _ in range(3):
            assert len(one.order) == 1
    assert len(counted) == 1 and "max(list_change.id)" in counted[0]


@pytest.mark.parametrize(("path", "most"), [("/staff/news/", 3), ("/staff/news/?page=4", 3), ("/staff/translations?page=3", 3)])
def test_pages_of_the_desk_count_and_pass_over_nothing(cast, browser_as, count_queries, path, most):
    many_posts(170)
    ada = browser_as(cast.ada)
    ada.get(path)
    with count_queries() as counted:
        ada.get(path)
    assert len(counted) <= most
    # What is unread is counted as far as a badge goes.
    of_the_list = [statement for statement in counted if "notice_line" not in statement]
    assert not [statement for statement in of_the_list if "count(" in statement or "OFFSET" in statement]


def test_titles_older_than_the_last_few_are_found_by_search(cast, browser_as, monkeypatch):
    monkeypatch.setattr(queries, "LATELY", 1)
    news_post(cast.eli, slug="old", title="Marmots in Lisbon", updated_at=now() - timedelta(days=9))
    news_post(cast.eli, slug="older", title="Elsewhere", body="Marmots, Lisbon.", updated_at=now() - timedelta(days=9))
    news_post(cast.eli, slug="newest", title="Rain", updated_at=now())
    search.index().rebuild(listeners.all_documents())
    assert [one.title for one in queries.titled("rai", ("news", "page"))] == ["Rain"]
    found = queries.titled("marmots lisbon", ("news", "page"))
    assert [(one.title, one.address, one.note) for one in found] == [("Marmots in Lisbon", "/news/old", "EN")]


def test_mail_that_failed_stands_before_what_waits_and_that_before_what_went(cast):
    with transaction() as session:
        for subject, times in (
            ("went", {"sent_at": now()}),
            ("failed", {"failed_at": now()}),
            ("waits", {}),
            ("went too", {"sent_at": now()}),
        ):
            session.add(mail.Mail(kind="x", to="a@example.org", language="en", subject=subject, text="", html="", **times))
    assert [one.subject for one in mail.recent()] == ["failed", "waits", "went too", "went"]
    assert [one.subject for one in mail.recent(3)] == ["failed", "waits", "went too"]
    assert mail.count_failed() == 1
