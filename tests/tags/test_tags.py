"""Tags are known by their slugs."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fansite.core.db import db, get
from fansite.core.errors import Forbidden, Refused
from fansite.core.outbox import Event
from fansite.news import operations as news
from fansite.news import queries as posts
from fansite.news.models import NewsPost
from fansite.tags import operations, queries
from fansite.tags.models import Tag


@pytest.fixture
def post(cast):
    draft = news.draft(by=cast.eli, title="Rain", tags=["Studio", "#Été 2026"])
    news.publish(draft.id, by=cast.eli)
    return get(NewsPost, draft.id)


def test_names_are_normalised_and_each_counts_once():
    assert operations.normalise([" Live ", "live", "#LIVE", "Été  2026", "ete 2026", "Jeanne’s voice", "音楽"]) == {
        "live": "Live",
        "ete-2026": "Été 2026",
        "jeanne-s-voice": "Jeanne’s voice",
        "yinle": "音楽",
    }


@pytest.mark.parametrize("names", [["!!"], [""], ["x" * 61], [f"tag {n}" for n in range(21)]])
def test_what_is_no_tag_is_refused(app, names):
    with pytest.raises(Refused) as refusal:
        operations.normalise(names)
    assert refusal.value.field == "tags"


def test_a_tag_is_made_once_and_keeps_its_first_spelling(cast, post):
    other = news.draft(by=cast.eli, title="Sun", tags=["STUDIO"])
    assert [tag.name for tag in other.tags] == ["Studio"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Tag)) == 2


def test_tags_of_many_come_in_one_query(cast, post, count_queries):
    plain = news.draft(by=cast.eli, title="Sun")
    ids = [post.id, plain.id]
    with count_queries() as counted:
        found = queries.names_of(ids)
    assert len(counted) == 1
    assert found == {post.id: [tag.name for tag in post.tags], plain.id: []}


def test_the_cloud_counts_what_is_public(cast, post):
    news.draft(by=cast.eli, title="Secret", tags=["studio", "secret"])
    assert {slug: count for slug, _name, count in posts.cloud("en")} == {"studio": 1, "ete-2026": 1}
    assert {tag.slug: used for tag, used in queries.everything()} == {"studio": 2, "ete-2026": 1, "secret": 1}


def test_a_renamed_tag_keeps_its_address_and_shows_everywhere(app, cast, post, stranger):
    stranger.get("/news/")
    tag = queries.by_slug("studio")
    before = app.extensions["fansite"].clock.seen()
    operations.rename(tag.id, "In the studio", by=cast.eli)
    assert queries.by_slug("studio").name == "In the studio"
    assert not app.extensions["fansite"].clock.fresh(before, (f"entry:{post.id}",))
    for address in ("/news/", "/news/tag/studio", "/news/rain"):
        stranger.get(address)
        assert "In the studio" in stranger.text
    assert db.session.scalars(sa.select(Event.subject).where(Event.name == "entry.relabelled")).all() == [f"entry:{post.id}"]


def test_only_the_staff_rename(cast, post):
    with pytest.raises(Forbidden):
        operations.rename(queries.by_slug("studio").id, "Mine", by=cast.fay)


def test_tags_taken_off_make_their_pages_old(app, cast, post):
    before = app.extensions["fansite"].clock.seen()
    news.revise(post.id, by=cast.eli, version=1, tags=["Live"])
    assert [tag.slug for tag in get(NewsPost, post.id).tags] == ["live"]
    assert not app.extensions["fansite"].clock.fresh(before, ("tag:studio",))
    assert not app.extensions["fansite"].clock.fresh(before, ("tag:live",))
