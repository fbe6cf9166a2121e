"""No page reads a whole large table: the database's own plan of every statement is looked at."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from fansite.bonds import operations as bonds
from fansite.comments.queries import threads
from fansite.core.db import db, transaction
from fansite.river import operations as river
from fansite.search import listeners
from fansite.search import queries as search
from fansite.tags.operations import label
from fansite.talk.polls import operations as polls
from fansite.talk.polls.models import Option
from fansite.tour.going import operations as going
from tests.plans import plan, reads_all, sorts_many, statements_noted
from tests.structure.scene import opened
from tests.structure.test_access import ROWS, address_of
from tests.talk.cast import discussion, with_poll
from tests.texts import many_comments, news_post, say
from tests.tour.cast import gig


@pytest.fixture
def site(app, cast):
    post = news_post(cast.eli)
    with transaction() as session:
        label(session.merge(post), ["tour"])
    for number in range(25):
        news_post(cast.eli, slug=f"post-{number}")
    say(post, cast.fay)
    say(post, cast.nora)
    many_comments(post.id, cast.fay.id, 60)
    evening = gig(cast.eli)
    for who in (cast.fay, cast.nora, cast.ada):
        going.say(evening.id, "going", by=who)
    bonds.tie("follow", cast.fay.id, by=cast.ada)
    river.rebuild()
    talked = with_poll(cast.ada)
    polls.vote(talked.id, db.session.scalar(sa.select(Option.id)), by=cast.fay)
    say(discussion(cast.fay, tags="lifts"), cast.ada, "I come along")
    search.index().rebuild(listeners.all_documents())
    return cast


@pytest.fixture(scope="module")
def scene(one_app, empty_database):
    with opened(one_app, empty_database) as made:
        yield made


# Where a picture is shown is looked for in all texts: on its own page, which staff open now and then.
ALL_TEXTS = "GET /staff/pictures/{picture_id}"


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET" and str(row) != ALL_TEXTS], ids=str)
def test_no_page_reads_a_whole_large_table(scene, row):
    """Of all addresses there are, whoever asks."""
    address, bad = address_of(scene, row), {}
    for who in ("stranger", "fay", "milo", "ada"):
        scene.fresh()
        scene.ask(who, "GET", address)  # what a process keeps until it changes is asked for once
        scene.app.extensions["fansite"].pages.store.clear()
        with statements_noted() as noted:
            scene.ask(who, "GET", address)
        bad |= {statement: steps for statement, parameters in noted if (steps := reads_all(statement, parameters))}
    db.session.rollback()
    assert not bad


PATHS = (
    "/", "/fr/", "/news/", "/news/?page=2", "/news/2026/", "/news/lisbon", "/news/lisbon?page=2", "/news/tag/tour", "/feed.xml",
    "/news/tag/tour/feed.xml", "/news/lisbon/feed.xml", "/comments/feed.xml", "/comments/1", "/comments/1/thread", "/comments/1/feed.xml",
    "/fans/", "/fans/fay", "/sitemap.xml", "/sitemaps/news-1.xml", "/search?q=lisbon", "/account/comments", "/moderation/", "/moderation/reported",
    "/moderation/recent", "/moderation/log", "/moderation/comment/1", "/staff/", "/staff/news/", "/staff/news/?status=draft", "/staff/mail",
    "/staff/letters", "/staff/letters?heap=spam", "/staff/pictures", "/staff/tags", "/staff/translations", "/staff/writing/names?q=f",
    "/staff/writing/texts?q=lisbon", "/staff/health", "/tour/2026-12-11-brussels-la-vieille-brasserie",
    "/tour/2026-12-11-brussels-la-vieille-brasserie/people", "/account/evenings", "/fans/river", "/fans/river?kind=talk",
    "/fans/river?before=1795521600000000-9", "/fans/river/followed",
    "/talk/", "/talk/unanswered", "/talk/tag/lifts",
    "/talk/a-car-to-brussels", "/talk/feed.xml", "/account/talk",
)  # fmt: skip


def test_no_page_of_a_lively_site_does(app, site, browser_as):
    """With threads that are longer than a page and something of each heap; on PostgreSQL too."""
    client, bad = browser_as(site.ada).client, {}
    for path in PATHS:
        client.get(path)
        with statements_noted() as noted:
            assert client.get(path).status_code in (200, 302), path
        assert noted, path
        bad |= {(path, statement): steps for statement, parameters in noted if (steps := reads_all(statement, parameters))}
        db.session.rollback()
    assert not bad


ON_ANY = (("ix_account_role", "/staff/"),)
# PostgreSQL makes do with another.
ON_SQLITE = (
    ("ix_comment_status_posted", "/comments/feed.xml"),
    ("ix_entry_kind_status_published", "/feed.xml"),
    ("ix_entry_listed", "/sitemaps/news-1.xml"),
    ("ix_entry_translation_of_id", "/sitemaps/news-1.xml"),
    ("ix_mail_failed", "/staff/mail"),
    ("ix_moderation_log_subject", "/moderation/log"),
)


def test_without_its_index_a_page_would(app, site, browser_as):
    """The looks above see what they look for."""
    client = browser_as(site.ada).client
    for index, path in (*ON_ANY, *(ON_SQLITE if db.engine.dialect.name == "sqlite" else ())):
        client.get(path)
        with statements_noted() as noted:
            client.get(path)
        with without(index):
            assert any(reads_all(statement, parameters) for statement, parameters in noted), index


@pytest.mark.sqlite
def test_what_somebody_said_or_what_was_said_below_a_text_is_not_sorted(app, site, browser_as):
    """Thousands of rows for twenty of them."""
    client = browser_as(site.ada).client
    for index, path in (
        ("ix_comment_entry_posted", "/news/lisbon/feed.xml"),
        ("ix_comment_entry_posted", "/comments/1/feed.xml"),
        ("ix_comment_author_posted", "/fans/fay"),
        ("ix_comment_author_posted", "/fans/fay?page=4"),
    ):
        with statements_noted() as noted:
            assert client.get(path).status_code == 200
        db.session.rollback()
        told = [(statement, parameters) for statement, parameters in noted if "comment" in statement and "LIMIT" in statement]
        assert told and not [steps for one in told if (steps := sorts_many(*one))]
        with without(index):
            assert [steps for one in told if (steps := sorts_many(*one))], f"the look sees nothing on {path}"


@contextmanager
def without(index):
    """As if it had never been there, for a while."""
    db.session.rollback()
    db.session.execute(sa.text(f"DROP INDEX {index}"))
    yield
    db.session.rollback()


@pytest.mark.sqlite
def test_the_look_at_plans_sees_what_it_looks_for(app):
    assert reads_all("SELECT * FROM entry WHERE title = ?", ("x",))
    assert reads_all("SELECT count(*) FROM entry", ())
    assert reads_all("SELECT count(*) FROM review WHERE decided_at IS NULL", ())
    assert reads_all("SELECT id FROM entry WHERE kind = ? AND status = ? AND id > ?", ("news", "published", 1))
    assert reads_all("SELECT * FROM comment WHERE status = ? AND body = ?", ("published", "x"))
    assert reads_all("SELECT * FROM letter WHERE state = ? ORDER BY subject LIMIT 3", ("new",))
    assert not reads_all("SELECT * FROM comment WHERE status = ? ORDER BY posted_at DESC LIMIT 5", ("published",))
    assert not reads_all("SELECT * FROM entry WHERE id = ?", (1,))


def _as_sent(statement):
    """Its text, and as many parameters: which values they have does not matter for a plan."""
    compiled = statement.compile(db.engine, compile_kwargs={"render_postcompile": True})
    return str(compiled), [1] * len(compiled.positiontup)


@pytest.mark.sqlite
def test_comments_before_the_page_of_a_long_thread_are_passed_over_unread(app):
    """A thread of two thousand has them by the hundred; reading each to look at its status took ten times as long as the page."""
    (step,) = plan(*_as_sent(threads._ON_PAGE))
    assert "USING COVERING INDEX ix_comment_entry_thread_path (entry_id=? AND thread=?)" in step


@pytest.mark.sqlite
@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("shared", [False, True])
def test_a_page_of_comments_reads_no_others(app, shared, signed_in):
    """Those of an entry with too many for a page too, of which the other pages here have none."""
    assert not reads_all(*_as_sent(threads._page(shared, signed_in, signed_in)))


@pytest.mark.sqlite
def test_what_can_be_found_is_listed_along_its_key(site):
    """Else each batch of a rebuild reads and sorts all there is: a million comments took an hour before the first was indexed."""
    plans = {}

    def note(_connection, cursor, statement, parameters, *_rest):
        if statement.startswith("SELECT"):
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans[statement] = [row[3] for row in rows]

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        for kind in search.findables().values():
            list(kind.every(0))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert plans
    sorted_anew = {statement: plan for statement, plan in plans.items() if any("TEMP B-TREE" in step for step in plan)}
    assert not sorted_anew


def test_texts_of_an_older_renderer_are_found_without_reading_the_others(app, site):
    plans = {}

    def note(_connection, _cursor, statement, parameters, *_rest):
        if "renderer <" in statement:
            plans[statement] = parameters

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        for routine in ("core.texts", "comments.texts"):
            app.extensions["fansite"].outbox.routines[routine].run()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert len(plans) > 1
    assert not any("SCAN" in step for statement, parameters in plans.items() for step in plan(statement, parameters))
