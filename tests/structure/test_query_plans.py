"""No page reads a whole large table: SQLite's own plan of every statement is looked at, as it is made on an unmeasured database."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from fansite.comments import queries as comments
from fansite.core.db import db, transaction
from fansite.search import listeners
from fansite.search import queries as search
from fansite.tags.operations import label
from tests.texts import many_comments, news_post, say

# They grow with the site. Tags stay few; decided reviews are counted for the moderators, which reads them all.
LARGE = ("entry", "news_post", "comment", "event", "delivery", "moderation_log", "slug_history", "mail")
PUBLIC = (
    "/", "/fr/", "/news/", "/news/?page=2", "/news/lisbon", "/news/lisbon?page=2", "/news/nowhere", "/news/tag/tour", "/news/2026/", "/nowhere",
    "/search?q=lisbon", "/search?q=word", "/fans/fay", "/comments/1", "/comments/1/thread", "/sitemap.xml", "/sitemaps/news-1.xml", "/feed.xml",
    "/news/tag/tour/feed.xml", "/news/lisbon/feed.xml", "/comments/feed.xml", "/comments/1/feed.xml",
)  # fmt: skip
DESK = ("/moderation/", "/moderation/reported", "/moderation/recent", "/staff/", "/staff/news/", "/staff/news/?status=draft")
OWN = ("/account/comments", "/news/lisbon")
# "SCAN comment", "SCAN entry AS entry_1", but not what is read in the order of an index or is only a subquery's few rows.
WHOLE = re.compile(rf"SCAN ({'|'.join(LARGE)})(_\d+)?$")
# A state has no say in which rows are wanted: nearly all are published.
BY_STATE_ALONE = re.compile(r"INDEX \S+ \(status=\?\)$")


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
    search.index().rebuild(listeners.all_documents())
    return cast


@pytest.mark.parametrize(
    ("who", "path"), [(None, path) for path in PUBLIC] + [("ada", path) for path in DESK] + [("fay", path) for path in OWN]
)
def test_no_page_reads_a_whole_large_table(app, site, browser_as, who, path):
    client = app.test_client() if who is None else browser_as(getattr(site, who)).client
    client.get(path)  # what a process keeps until it changes is asked for once
    app.extensions["fansite"].pages.store.clear()
    statements = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if statement.startswith("SELECT"):
            statements.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code in (200, 302, 404)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert statements
    bad = {statement: _plan(statement, parameters) for statement, parameters in statements if _reads_all(statement, parameters)}
    assert not bad


def _plan(statement, parameters):
    connection = db.session.connection().connection.driver_connection
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def _reads_all(statement, parameters):
    steps = _plan(statement, parameters)
    stops_early = "LIMIT" in statement and not any("TEMP B-TREE FOR ORDER BY" in step for step in steps)
    return any(WHOLE.search(step) for step in steps) or (not stops_early and any(BY_STATE_ALONE.search(step) for step in steps))


def test_the_look_at_plans_sees_what_it_looks_for(app):
    assert _reads_all("SELECT * FROM entry WHERE title = ?", ("x",))
    assert _reads_all("SELECT * FROM comment WHERE status = ? AND body = ?", ("published", "x"))
    assert not _reads_all("SELECT * FROM comment WHERE status = ? ORDER BY posted_at DESC LIMIT 5", ("published",))
    assert not _reads_all("SELECT * FROM entry WHERE id = ?", (1,))


def _as_sent(statement):
    """Its text, and as many parameters: which values they have does not matter for a plan."""
    compiled = statement.compile(db.engine, compile_kwargs={"render_postcompile": True})
    return str(compiled), [1] * len(compiled.positiontup)


def test_comments_before_the_page_of_a_long_thread_are_passed_over_unread(app):
    """A thread of two thousand has them by the hundred; reading each to look at its status took ten times as long as the page."""
    (step,) = _plan(*_as_sent(comments._ON_PAGE))
    assert "USING COVERING INDEX ix_comment_entry_thread_path (entry_id=? AND thread=?)" in step


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("shared", [False, True])
def test_a_page_of_comments_reads_no_others(app, shared, signed_in):
    """Those of an entry with too many for a page too, of which the other pages here have none."""
    steps = _plan(*_as_sent(comments._page(shared, signed_in, signed_in)))
    assert not [step for step in steps if WHOLE.search(step) or BY_STATE_ALONE.search(step)]


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


@pytest.mark.parametrize("routine", ["core.texts", "comments.texts"])
def test_texts_of_an_older_renderer_are_found_without_reading_the_others(app, site, routine):
    plans = {}

    def note(_connection, _cursor, statement, parameters, *_rest):
        if "renderer <" in statement:
            plans[statement] = parameters

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        app.extensions["fansite"].outbox.routines[routine].run()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert plans
    assert not any("SCAN" in step for statement, parameters in plans.items() for step in _plan(statement, parameters))
