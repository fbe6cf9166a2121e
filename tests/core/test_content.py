"""Entries and their addresses: one hop from every old one, whatever happened since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.core import content
from fansite.core.content import (
    Entry,
    OldAddress,
    SlugHistory,
    at_old_address,
    by_slug,
    free_slug,
    moved,
    readable_in,
    translations,
)
from fansite.core.db import db, get, transaction
from fansite.core.errors import Refused
from fansite.lib import slugs
from fansite.lib.times import now
from fansite.news.models import NewsPost
from fansite.pages.models import Page
from tests.texts import news_post


def rename(entry: Entry, slug: str, **more: Any) -> None:
    entry_id = entry.id
    with transaction():
        entry = get(Entry, entry_id)
        content.change_slug(entry, slug, **more)
        entry.touch()


def claimed(slug: str, **more: Any) -> NewsPost:
    post = news_post(slug=slug, **more)
    with transaction():
        content.claim_slug(get(Entry, post.id))
    return post


def history() -> set[tuple[str, int]]:
    db.session.rollback()
    return {tuple(row) for row in db.session.execute(sa.select(SlugHistory.slug, SlugHistory.entry_id))}


def page(slug: str = "about", **more: Any) -> Page:
    at = now() - timedelta(days=1)
    with transaction() as session:
        made = Page(slug=slug, language="en", title="About", status="published", published_at=at, menu_order=1, **more)
        made.write("We are two.")
        session.add(made)
    return made


# ---- another address ----------------------------------------------------------------------------------------------------------


def test_an_old_address_leads_to_the_new_one_in_one_hop(app, stranger):
    post = news_post(slug="first")
    for slug in ("second", "third", "fourth"):
        rename(post, slug)
    for old in ("first", "second", "third"):
        assert stranger.get(f"/news/{old}", status=301).headers["Location"] == "/news/fourth"
    stranger.get("/news/fourth")


def test_back_to_an_old_address_makes_no_circle(app, stranger):
    post = news_post(slug="first")
    rename(post, "second")
    rename(post, "first")
    stranger.get("/news/first")
    assert stranger.get("/news/second", status=301).headers["Location"] == "/news/first"
    assert history() == {("second", post.id)}


def test_a_draft_leaves_no_trace_of_its_addresses(app):
    """Nobody was there: another text may have them."""
    draft = news_post(slug="first", status="draft", published_at=None)
    rename(draft, "second")
    assert history() == set()


def test_a_new_text_takes_its_address_even_from_the_past_of_another(app, stranger):
    first = news_post(slug="lisbon")
    rename(first, "lisbon-2025")
    second = claimed("lisbon", title="Lisbon again")
    assert history() == set()
    assert second.title in stranger.get("/news/lisbon").get_data(as_text=True)
    rename(second, "lisbon-2026")
    assert stranger.get("/news/lisbon", status=301).headers["Location"] == "/news/lisbon-2026"
    assert history() == {("lisbon", second.id)}


def test_a_text_may_move_to_an_address_another_once_had(app, stranger):
    first, second = news_post(slug="lisbon"), news_post(slug="porto")
    rename(first, "lisbon-2025")
    rename(second, "lisbon")
    assert history() == {("porto", second.id)}
    stranger.get("/news/lisbon")
    assert stranger.get("/news/porto", status=301).headers["Location"] == "/news/lisbon"


def test_two_texts_may_swap_addresses(app, stranger):
    first, second = news_post(slug="a"), news_post(slug="b")
    rename(first, "c")
    rename(second, "a")
    rename(first, "b")
    assert history() == {("c", first.id)}
    assert by_slug(NewsPost, "a", "en").id == second.id
    assert by_slug(NewsPost, "b", "en").id == first.id


@pytest.mark.parametrize(
    "slug", ["Lisbon", "a b", "a--b", "-a", "a-", "é", "", "x" * 81, "tag", "2026", "login", "a/b", "a\n", "fr"]
)
def test_what_cannot_be_an_address_is_refused(app, slug):
    post = news_post(slug="first")
    with pytest.raises(Refused) as refused:
        rename(post, slug)
    assert refused.value.field == "slug"
    assert get(Entry, post.id).slug == "first"


def test_an_address_another_text_has_is_refused(app):
    first = news_post(slug="first")
    news_post(slug="second")
    news_post(slug="third", language="fr")
    with pytest.raises(Refused, match="already has this address"):
        rename(first, "second")
    rename(first, "third")


def test_words_of_a_kind_may_be_reserved(app):
    with pytest.raises(Refused):
        rename(news_post(slug="first"), "press", reserved=("press",))


def test_the_same_address_again_changes_nothing(app):
    post = news_post(slug="first")
    rename(post, "first")
    assert history() == set()


def test_a_kind_and_a_language_have_addresses_of_their_own(app):
    news_post(slug="about"), news_post(slug="about", language="fr")
    page("about")
    assert by_slug(NewsPost, "about", "en").language == "en"
    assert by_slug(Page, "about", "en").kind == "page"
    assert by_slug(Page, "about", "fr") is None


def test_the_database_holds_to_it(app):
    news_post(slug="lisbon")
    with pytest.raises(sa.exc.IntegrityError):
        news_post(slug="lisbon")
    with pytest.raises(sa.exc.IntegrityError):
        news_post(slug="porto", status="published", published_at=None)
    with pytest.raises(sa.exc.IntegrityError):
        news_post(slug="porto", status="lost")


# ---- a free one ---------------------------------------------------------------------------------------------------------------


def test_the_next_free_address_is_found(app):
    news_post(slug="lisbon"), news_post(slug="lisbon-2")
    assert free_slug(NewsPost, "lisbon", "en") == "lisbon-3"
    assert free_slug(NewsPost, "lisbon", "fr") == "lisbon"
    assert free_slug(NewsPost, "login", "en") == "login-2"
    assert free_slug(NewsPost, "2026", "en") == "2026-2"
    assert free_slug(NewsPost, "press", "en", reserved=("press",)) == "press-2"


def test_ones_own_address_is_free(app):
    post = news_post(slug="lisbon")
    assert free_slug(NewsPost, "lisbon", "en", own_id=post.id) == "lisbon"


def test_a_long_address_stays_within_its_length_when_it_is_numbered(app):
    long = "x" * slugs.MAX_SLUG
    news_post(slug=long)
    found = free_slug(NewsPost, long, "en")
    assert found == "x" * (slugs.MAX_SLUG - 2) + "-2"
    assert slugs.is_slug(found)


# ---- where it went ------------------------------------------------------------------------------------------------------------


def test_a_text_of_another_language_is_found_by_its_address(app, stranger):
    news_post(slug="ete", language="fr")
    assert stranger.get("/news/ete", status=301).headers["Location"] == "/fr/news/ete"


def test_what_left_this_address_comes_before_what_has_it_in_another_language(app):
    post = news_post(slug="lisbon")
    news_post(slug="lisbon", language="fr")
    rename(post, "porto")
    assert moved("news", "lisbon", "en").id == post.id


def test_what_never_was_has_gone_nowhere(app):
    assert moved("news", "nowhere", "en") is None
    assert moved("page", "lisbon", "en") is None


@pytest.mark.parametrize(("status", "answer"), [("draft", 404), ("withdrawn", 410)])
def test_an_old_address_tells_nothing_its_text_would_not(app, stranger, status, answer):
    post = news_post(slug="secret")
    rename(post, "more-secret")
    with transaction():
        entry = get(Entry, post.id)
        entry.status, entry.withdrawn_at = status, now()
    response = stranger.get("/news/secret", status=answer)
    assert "more-secret" not in response.get_data(as_text=True) + str(response.headers)


# ---- addresses of another site --------------------------------------------------------------------------------------------------


def brought(path: str, source: str, entry: Entry) -> None:
    with transaction() as session:
        session.add(OldAddress(path=path, source=source, entry_id=entry.id))


def test_an_imported_address_leads_to_what_came_from_it(app, stranger):
    post = news_post(slug="lisbon")
    brought("/2019/05/lisbon/", "https://old.example", post)
    assert stranger.get("/2019/05/lisbon/", status=301).headers["Location"] == "/news/lisbon"


def test_a_number_two_imports_own_leads_nowhere(app):
    first, second = news_post(slug="a"), news_post(slug="b")
    brought("/?p=12", "https://old.example", first)
    assert at_old_address("/", "p=12").id == first.id
    brought("/?p=12", "https://older.example", second)
    assert at_old_address("/", "p=12") is None
    assert at_old_address("/", "p=13") is None


def test_one_text_from_two_sites_is_still_one(app):
    post = news_post(slug="a")
    brought("/lisbon/", "https://old.example", post)
    brought("/lisbon/", "https://www.old.example", post)
    assert at_old_address("/lisbon/", "").id == post.id


def test_what_is_not_public_is_not_led_to(app, stranger):
    draft = news_post(slug="secret", status="draft", published_at=None)
    brought("/2019/05/secret/", "https://old.example", draft)
    stranger.get("/2019/05/secret/", status=404)


# ---- languages ----------------------------------------------------------------------------------------------------------------


def offered(language: str) -> set[str]:
    return set(db.session.scalars(sa.select(NewsPost.slug).where(content.listed(), readable_in(language))))


def test_a_reader_is_offered_ones_own_language_and_what_nobody_translated(app):
    summer = news_post(slug="summer")
    news_post(slug="ete", language="fr", translation_of_id=summer.id)
    news_post(slug="only-english"), news_post(slug="seulement-francais", language="fr")
    assert offered("en") == {"summer", "only-english", "seulement-francais"}
    assert offered("fr") == {"ete", "only-english", "seulement-francais"}


@pytest.mark.parametrize("more", [{"status": "draft"}, {"status": "withdrawn"}, {"status": "scheduled"}, {"visibility": "press"}])
def test_a_translation_nobody_may_read_yet_hides_nothing(app, more):
    summer = news_post(slug="summer")
    news_post(slug="ete", language="fr", translation_of_id=summer.id, **more)
    assert offered("fr") == {"summer"}
    assert [entry.slug for entry in translations(summer)] == ["summer"]


def test_a_translation_of_what_was_taken_down_stands_for_itself(app):
    summer = news_post(slug="summer", status="withdrawn")
    news_post(slug="ete", language="fr", translation_of_id=summer.id)
    assert offered("en") == offered("fr") == {"ete"}


def test_versions_know_each_other_from_both_ends(app):
    summer = news_post(slug="summer")
    ete = news_post(slug="ete", language="fr", translation_of_id=summer.id)
    assert summer.group_id == ete.group_id
    assert [entry.slug for entry in translations(ete)] == [entry.slug for entry in translations(summer)] == ["summer", "ete"]
