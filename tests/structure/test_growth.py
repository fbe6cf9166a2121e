"""No page takes more steps of the database when the site has grown: SQLite's own count of its virtual machine's instructions, which no
neighbour on the machine can blur."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fansite.contact import queries as letters
from fansite.core.db import db, touch, transaction
from fansite.staff import queries as staff
from fansite.tags.operations import label
from tests.structure.test_query_plans import PATHS
from tests.talk.cast import discussion
from tests.texts import many_comments, many_posts, news_post, say
from tests.tour.cast import gig

pytestmark = pytest.mark.sqlite

EVERY = 10  # instructions
# What a page may take more, by its measure and by a little, since an index twenty times as long is deeper.
MORE, A_LITTLE = 1.2, 300
SMALL, LARGE = 150, 3000
# It lists all there is, up to fifty thousand.
A_WHOLE_FILE = "/sitemaps/news-1.xml"
DEEP = (
    "/news/?page={last}", "/news/tag/tour?page={tagged}", "/fans/?page={fans}", "/staff/news/?status=published&page={desk}",
    "/staff/news/?status=draft&page={desk}", "/staff/translations?page={desk}", "/staff/letters?page={letters}", "/moderation/?page={queue}",
    "/moderation/reported?page={queue}", "/moderation/recent?page={queue}", "/talk/?page={talked}", "/talk/tag/lifts?page={talked_of}",
)  # fmt: skip
ROWS = """
INSERT INTO entry (kind, scope, slug, language, title, status, created_at, updated_at, version)
    SELECT 'news', '', 'draft-' || i, 'en', 'Of draft', 'draft', {at}, {at}, 1 FROM n;
INSERT INTO news_post (id, body, html, renderer) SELECT id, 'x', 'x', 1 FROM entry WHERE kind = 'news' AND id NOT IN (SELECT id FROM news_post);
INSERT OR IGNORE INTO entry_tag SELECT id, (SELECT id FROM tag WHERE slug = 'tour') FROM entry WHERE kind = 'news' AND id % 2;
INSERT INTO entry (kind, scope, slug, language, title, status, created_at, updated_at, published_at, version)
    SELECT 'talk', '', 'talk-' || i, 'en', 'Of talk', 'published', {at}, {at}, {at}, 1 FROM n;
INSERT INTO discussion (id, body, html, renderer, state, author_stands, last_said_at)
    SELECT id, 'x', 'x', 9, 'published', 0, published_at FROM entry WHERE kind = 'talk' AND id NOT IN (SELECT id FROM discussion);
INSERT OR IGNORE INTO entry_tag SELECT id, (SELECT id FROM tag WHERE slug = 'lifts') FROM entry WHERE kind = 'talk' AND id % 2;
INSERT INTO account (username, username_key, likeness, role, language, joined_at, approved_comments)
    SELECT 'fan' || i, 'fan' || i, 'fan' || i, 'fan', 'en', {at}, 1 FROM n;
INSERT OR IGNORE INTO attendance (gig_id, account_id, word, said_at) SELECT gig.id, account.id, 'going', account.joined_at FROM gig, account;
INSERT INTO letter (name, email, email_key, subject, body, language, received_at, reasons, state)
    SELECT 'Ann', 'a@example.org', 'a@example.org', 'A letter', 'x', 'en', {at}, '[]', iif(i % 2, 'new', 'spam') FROM n;
INSERT INTO mail (kind, "to", language, subject, text, html, created_at, failed_at, tries)
    SELECT 'x', 'a@example.org', 'en', 'A mail', '', '', {at}, iif(i % 2, {at}, NULL), 0 FROM n;
INSERT INTO picture (name, width, height, bytes, alt, created_at) SELECT 'picture' || i || '.jpg', 9, 9, 9, '', {at} FROM n;
INSERT INTO review (subject_kind, subject_id, queue, reasons, opened_at, version)
    SELECT 'comment', 1000000 + i, iif(i % 2, 'pending', 'reported'), '[]', {at}, 1 FROM n;
INSERT INTO review (subject_kind, subject_id, queue, reasons, opened_at, decision, decided_at, version)
    SELECT 'comment', 1000000 + i, 'pending', '[]', {at}, 'approve', {at}, 2 FROM n;
INSERT INTO moderation_log (at, act, subject, reason) SELECT {at}, 'approve', 'comment:' || (1000000 + i), '' FROM n
"""


def grow(cast, start, end):
    """As many of everything, by the shortest way."""
    many_posts(end - start)
    quiet = news_post(cast.eli, slug=f"quiet-{end}")
    many_comments(quiet.id, cast.milo.id, end - start)
    numbers = f"WITH RECURSIVE n(i) AS (SELECT {start} UNION ALL SELECT i + 1 FROM n LIMIT {end - start}) "
    with transaction() as session:
        for statement in ROWS.format(at="strftime('%Y-%m-%d %H:%M:%S.000000', '2026-01-01', '+' || i || ' minutes')").split(
            ";\n"
        ):
            insert, select = statement.split("SELECT", 1)
            session.execute(sa.text(f"{insert} {numbers} SELECT {select}" if " FROM n" in select else statement))
        touch("list:talk")
    pages = {"last": 20, "tagged": 40, "fans": 60, "desk": 50, "letters": 60, "queue": 50, "talked": 30, "talked_of": 75}
    return [
        *(path for path in PATHS if path != A_WHOLE_FILE),
        *(path.format(**{name: end // per_page - 1 for name, per_page in pages.items()}) for path in DEEP),
    ]


def steps_of(app, client, path):
    """Of a page that was looked at before: what a process keeps is known."""
    for _ in range(2):
        assert client.get(path).status_code in (200, 302), path
    app.extensions["fansite"].pages.store.clear()
    taken = []

    def watch(_connection, cursor, *_rest):
        cursor.connection.set_progress_handler(lambda: taken.append(1), EVERY)

    sa.event.listen(sa.Engine, "before_cursor_execute", watch)
    try:
        client.get(path)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", watch)
        with db.engine.connect() as connection:
            connection.connection.driver_connection.set_progress_handler(None, 0)
    return len(taken)


def test_no_page_takes_more_steps_when_the_site_has_grown(app, cast, browser_as, monkeypatch):
    monkeypatch.setattr(staff, "LATELY", 100)  # as many titles as both sizes have
    post = news_post(cast.eli)
    gig(cast.eli)
    with transaction() as session:
        label(session.merge(post), ["tour"])
    say(discussion(cast.fay, tags="lifts"), cast.ada, "I come along")
    say(post, cast.fay)
    many_comments(post.id, cast.nora.id, 400)
    client = browser_as(cast.ada).client
    before = [(path, steps_of(app, client, path)) for path in grow(cast, 0, SMALL)]
    paths = grow(cast, SMALL, LARGE)
    db.session.rollback()
    after = [(path, steps_of(app, client, path)) for path in paths]
    assert sum(steps for _path, steps in before) > 1000, "nothing was counted"
    grown = {
        path: (small, large) for (_, small), (path, large) in zip(before, after, strict=True) if large > MORE * small + A_LITTLE
    }
    assert not grown


def test_the_count_sees_a_page_that_counts(app, cast, browser_as, monkeypatch):
    monkeypatch.setattr(
        letters, "count_new", lambda: db.session.scalar(sa.text("SELECT count(*) FROM letter WHERE state = 'new'"))
    )
    monkeypatch.setitem(app.jinja_env.globals, "new_letters", letters.count_new)
    client = browser_as(cast.ada).client
    grow(cast, 0, SMALL)
    small = steps_of(app, client, "/staff/")
    grow(cast, SMALL, LARGE)
    assert steps_of(app, client, "/staff/") > MORE * small + A_LITTLE
