"""What an older renderer made of a text is made anew by the worker."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fansite.comments import operations as comments
from fansite.comments.models import Comment
from fansite.core import markup, renewal
from fansite.core.db import db, transaction
from fansite.news.models import NewsPost
from tests.texts import news_post, say


def made_by_an_older_one(model, html, **more):
    with transaction() as session:
        session.execute(sa.update(model).values(html=html, renderer=markup.RENDERER_VERSION - 1, **more))


def stored(model):
    db.session.rollback()
    return db.session.execute(sa.select(model.html, model.renderer).order_by(model.id)).all()


def test_texts_are_rendered_again_and_their_pages_with_them(cast, stranger):
    news_post(cast.eli, body="Two *encores*")
    made_by_an_older_one(NewsPost, "<p>Two *encores*</p>")
    before = db.session.execute(sa.text("SELECT updated_at, version FROM entry")).all()
    stranger.get("/news/lisbon")
    assert "Two *encores*" in stranger.text
    renewal.render_older()
    stranger.get("/news/lisbon")
    assert "Two encores" in stranger.text
    assert stored(NewsPost) == [("<p>Two <em>encores</em></p>", markup.RENDERER_VERSION)]
    assert db.session.execute(sa.text("SELECT updated_at, version FROM entry")).all() == before, "no reader is told of news"


def test_comments_are_rendered_again_with_the_standing_of_their_authors(cast, stranger):
    post = news_post(cast.eli)
    said = "Look: https://hay.example"
    say(post, cast.milo, said)
    say(post, cast.nora, said)
    good, new = [html for html, _version in stored(Comment)]
    assert "nofollow" not in good
    assert "nofollow" in new
    made_by_an_older_one(Comment, "<p>Look</p>")
    stranger.get("/news/lisbon")
    assert "hay.example" not in stranger.text
    comments.render_older()
    stranger.get("/news/lisbon")
    assert "hay.example" in stranger.text
    assert stored(Comment) == [(good, markup.RENDERER_VERSION), (new, markup.RENDERER_VERSION)]


def test_a_few_at_a_time_until_none_is_left(cast, monkeypatch):
    monkeypatch.setattr(renewal, "TEXTS", 2)
    for number in range(3):
        news_post(cast.eli, slug=f"post-{number}", body="Two *encores*")
    made_by_an_older_one(NewsPost, "")
    for left in (1, 0):
        renewal.render_older()
        assert sum(version < markup.RENDERER_VERSION for _html, version in stored(NewsPost)) == left


def test_what_comes_out_the_same_leaves_pages_as_they_are(app, cast):
    post = news_post(cast.eli, body="Words")
    made_by_an_older_one(NewsPost, post.html)
    clock = app.extensions["fansite"].clock
    seen = clock.seen()
    renewal.render_older()
    assert stored(NewsPost)[0].renderer == markup.RENDERER_VERSION
    assert clock.seen() == seen


@pytest.mark.parametrize("name", ["core.texts", "comments.texts"])
def test_the_worker_does_it_by_itself(app, name):
    assert app.extensions["fansite"].outbox.routines[name].every == renewal.EVERY
