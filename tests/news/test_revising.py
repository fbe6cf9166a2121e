"""Changing words, addresses and languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from fansite.core.content import SlugHistory
from fansite.core.db import db, get
from fansite.core.errors import Conflict, Refused
from fansite.core.outbox import Event
from fansite.lib.times import now
from fansite.news import operations as news
from fansite.news.models import NewsPost
from tests.conftest import NOON


@pytest.fixture
def post(cast, clock):
    draft = news.draft(by=cast.eli, title="Brussels is on again", body="The **same** soup.")
    news.publish(draft.id, by=cast.eli)
    clock.shift(timedelta(hours=1))
    return get(NewsPost, draft.id)


def revise(post, cast, **wording):
    news.revise(post.id, by=cast.eli, version=get(NewsPost, post.id).version, **wording)
    return get(NewsPost, post.id)


def test_new_words_are_rendered_dated_and_counted(post, cast):
    post = revise(post, cast, body="The *other* soup.")
    assert post.html == "<p>The <em>other</em> soup.</p>"
    assert (post.version, post.updated_at) == (2, now())
    assert post.published_at == NOON


def test_saving_without_a_change_changes_nothing(post, cast):
    post = revise(post, cast, title=post.title, body=post.body, summary=post.summary, slug=post.slug, tags=[])
    assert (post.version, post.updated_at) == (1, NOON)
    assert not db.session.scalars(sa.select(Event).where(Event.name == "news.revised")).all()


def test_of_two_editors_the_second_is_told(post, cast):
    news.revise(post.id, by=cast.eli, version=1, title="Mine")
    with pytest.raises(Conflict):
        news.revise(post.id, by=cast.ada, version=1, title="Yours", tags=["x"])
    post = get(NewsPost, post.id)
    assert (post.title, post.tags) == ("Mine", [])


def test_a_summary_nobody_wrote_follows_the_text(post, cast):
    assert post.summary == "The same soup."
    post = revise(post, cast, body="No soup.", summary=post.summary)
    assert post.summary == "No soup."
    post = revise(post, cast, summary="About soup.")
    post = revise(post, cast, body="Some soup.")
    assert post.summary == "About soup."
    assert revise(post, cast, summary="").summary == "Some soup."


@pytest.mark.parametrize(
    ("wording", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"summary": "x" * 501}, "summary"),
        ({"body": "x" * 300_001}, "body"),
        ({"language": "de"}, "language"),
        ({"translation_of": 999}, "translation_of"),
        ({"slug": "tag"}, "slug"),
        ({"slug": "2024"}, "slug"),
        ({"slug": "fr"}, "slug"),
        ({"tags": ["x" * 61]}, "tags"),
        ({"tags": [f"tag {n}" for n in range(21)]}, "tags"),
        ({"tags": ["…"]}, "tags"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(post, cast, wording, field):
    with pytest.raises(Refused) as refusal:
        revise(post, cast, **wording)
    assert refusal.value.field == field
    assert get(NewsPost, post.id).version == 1


# ---- addresses --------------------------------------------------------------------------------------------------------------


def test_an_old_address_leads_to_the_new_one_in_one_hop(post, cast, stranger):
    revise(post, cast, slug="brussels")
    revise(post, cast, slug="brussels-again")
    for old in ("brussels-is-on-again", "brussels"):
        assert stranger.get(f"/news/{old}", status=301).headers["Location"] == "/news/brussels-again"
    stranger.get("/news/brussels-again")


def test_an_address_taken_back_does_not_lead_to_itself(post, cast, stranger):
    revise(post, cast, slug="brussels")
    revise(post, cast, slug="brussels-is-on-again")
    stranger.get("/news/brussels-is-on-again")
    assert stranger.get("/news/brussels", status=301).headers["Location"] == "/news/brussels-is-on-again"


def test_a_new_text_may_take_an_old_address(post, cast, stranger):
    revise(post, cast, slug="brussels")
    other = news.draft(by=cast.eli, title="Brussels is on again")
    news.publish(other.id, by=cast.eli)
    assert other.slug == "brussels-is-on-again"
    stranger.get("/news/brussels-is-on-again")


def test_a_draft_takes_an_old_address_from_nobody_before_it_is_public(post, cast, stranger, browser_as):
    revise(post, cast, slug="brussels")
    stranger.get("/news/brussels-is-on-again", status=301)
    draft = news.draft(by=cast.eli, title="Brussels is on again")
    assert draft.slug == "brussels-is-on-again"
    stranger.get("/news/brussels-is-on-again", status=301)
    assert stranger.location == "/news/brussels"
    browser_as(cast.eli).get("/news/brussels-is-on-again")
    news.publish(draft.id, by=cast.eli, at=now() + timedelta(days=1))
    stranger.get("/news/brussels-is-on-again", status=301)
    news.publish(draft.id, by=cast.eli)
    stranger.get("/news/brussels-is-on-again")
    news.withdraw(draft.id, by=cast.eli)
    stranger.get("/news/brussels-is-on-again", status=410)


def test_an_address_that_is_taken_is_refused(post, cast):
    news.draft(by=cast.eli, title="Lisbon")
    with pytest.raises(Refused) as refusal:
        revise(post, cast, slug="lisbon")
    assert refusal.value.field == "slug"


def test_the_address_of_a_draft_follows_its_title_until_somebody_chose_one(cast):
    draft = news.draft(by=cast.eli, title="First thoughts")
    draft = revise(draft, cast, title="Second thoughts", slug=draft.slug)
    assert draft.slug == "second-thoughts"
    draft = revise(draft, cast, slug="thoughts")
    draft = revise(draft, cast, title="Third thoughts", slug="thoughts")
    assert draft.slug == "thoughts"
    assert not db.session.scalars(sa.select(SlugHistory)).all()


def test_the_address_of_a_public_text_stays_when_its_title_changes(post, cast):
    assert revise(post, cast, title="Brussels, at last", slug=post.slug).slug == "brussels-is-on-again"


def test_what_is_typed_as_an_address_becomes_one(post, cast):
    assert revise(post, cast, slug="Où est l’été ?").slug == "ou-est-l-ete"


# ---- languages --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def french(post, cast):
    draft = news.draft(
        by=cast.eli, title="Bruxelles, c’est reparti", body="La **même** soupe.", language="fr", translation_of=post.id
    )
    news.publish(draft.id, by=cast.eli)
    return get(NewsPost, draft.id)


def test_translations_stand_in_one_group(post, french, cast):
    assert french.translation_of_id == post.id
    with pytest.raises(Refused):
        news.draft(by=cast.eli, title="Encore", language="fr", translation_of=post.id)
    with pytest.raises(Refused):
        news.draft(by=cast.eli, title="Encore", language="fr", translation_of=french.id)
    with pytest.raises(Refused):
        revise(post, cast, translation_of=news.draft(by=cast.eli, title="Other", language="fr").id)


def test_publishing_a_translation_makes_the_original_old(app, post, cast):
    draft = news.draft(by=cast.eli, title="Bruxelles", language="fr", translation_of=post.id)
    before = app.extensions["fansite"].clock.seen()
    news.publish(draft.id, by=cast.eli)
    assert not app.extensions["fansite"].clock.fresh(before, (f"entry:{post.id}",))


def test_leaving_a_group_makes_those_left_behind_old(app, post, french, cast):
    before = app.extensions["fansite"].clock.seen()
    french = revise(french, cast, translation_of=None)
    assert french.translation_of_id is None
    assert not app.extensions["fansite"].clock.fresh(before, (f"entry:{post.id}",))


def test_a_text_that_changes_its_language_is_still_found_at_its_old_address(post, cast, stranger):
    revise(post, cast, language="fr")
    assert stranger.get("/news/brussels-is-on-again", status=301).headers["Location"] == "/fr/news/brussels-is-on-again"
    stranger.get("/fr/news/brussels-is-on-again")
