"""`/news/` as readers, crawlers and the staff meet it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest

from fansite.core.db import get, transaction
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.news.queries import LAST_OF_TAG, around
from fansite.tags.operations import label
from tests.conftest import NOON
from tests.texts import many_comments, many_posts, news_post, say


@pytest.fixture
def post(cast, clock):
    draft = news.draft(by=cast.eli, title="We recorded the rain", body="On the **third** day it rained.", tags=["studio"])
    news.publish(draft.id, by=cast.eli)
    return get(NewsPost, draft.id)


def titles(visitor):
    return [" ".join(link.text_content().split()) for link in visitor.page.xpath('//*[contains(@class, "card__title")]/a')]


def canonical(visitor):
    return visitor.page.xpath('//link[@rel="canonical"]/@href')


def markup_of(visitor, kind):
    graph = json.loads(visitor.page.xpath('//script[@type="application/ld+json"]/text()')[0])["@graph"]
    return next(node for node in graph if node["@type"] == kind)


# ---- the list ---------------------------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do_next(cast, browser_as, stranger):
    stranger.get("/news/")
    assert "Nothing to read yet" in stranger.text
    assert not stranger.page.xpath('//a[@href="/staff/news/new"]')
    eli = browser_as(cast.eli)
    eli.get("/news/")
    assert eli.page.xpath('//a[@href="/staff/news/new"]')


def test_the_newest_stands_first_and_drafts_nowhere(cast, clock, post, stranger):
    clock.shift(60)
    later = news.draft(by=cast.eli, title="Lisbon", body="Soon.")
    news.publish(later.id, by=cast.eli)
    news.draft(by=cast.eli, title="A secret")
    planned = news.draft(by=cast.eli, title="Tomorrow")
    news.publish(planned.id, by=cast.eli, at=NOON + timedelta(days=1))
    stranger.get("/news/")
    assert titles(stranger) == ["Lisbon", "We recorded the rain"]


def test_every_page_of_the_list_has_its_own_address(app, stranger):
    many_posts(45)
    stranger.get("/news/")
    assert canonical(stranger) == ["http://127.0.0.1:8000/news/"]
    assert len(titles(stranger)) == 20
    stranger.get("/news/?page=1&utm_source=x")
    assert canonical(stranger) == ["http://127.0.0.1:8000/news/"]
    stranger.get("/news/?page=3")
    assert canonical(stranger) == ["http://127.0.0.1:8000/news/?page=3"]
    assert titles(stranger) == ["Post 5", "Post 4", "Post 3", "Post 2", "Post 1"]
    for nowhere in ("4", "0", "-1", "x", "1e3", "99999999"):
        stranger.get(f"/news/?page={nowhere}", status=404)


def test_other_spellings_lead_to_the_one(app, post, stranger):
    assert stranger.get("/news", status=301).headers["Location"] == "/news/"
    assert stranger.get("/News/We-Recorded-The-Rain", status=301).headers["Location"] == "/news/we-recorded-the-rain"
    assert stranger.get("/news/we-recorded-the-rain/", status=301).headers["Location"] == "/news/we-recorded-the-rain"
    assert stranger.get("/news/2026", status=301).headers["Location"] == "/news/2026/"
    assert stranger.get("/en/news/", status=301).headers["Location"] == "/news/"


def test_a_reader_of_french_is_offered_french_and_what_nobody_translated(cast, post, stranger):
    lisbon = news_post(cast.eli)
    french = news.draft(by=cast.eli, title="Nous avons enregistré la pluie", language="fr", translation_of=post.id)
    news.publish(french.id, by=cast.eli)
    stranger.get("/fr/news/")
    assert titles(stranger) == ["Nous avons enregistré la pluie", "We play Lisbon"]
    assert stranger.page.xpath('//a[@href="/news/lisbon"]/@hreflang') == ["en"]
    stranger.get("/news/")
    assert titles(stranger) == ["We recorded the rain", "We play Lisbon"]
    assert lisbon.id


def test_the_archive_of_a_year_has_the_year_of_the_sites_zone(cast, stranger):
    for slug, at in (("before", datetime(2025, 12, 31, 23, 59, tzinfo=UTC)), ("after", datetime(2026, 1, 1, tzinfo=UTC))):
        news_post(cast.eli, slug=slug, title=slug, published_at=at)
    stranger.get("/news/2025/")
    assert titles(stranger) == ["before"]
    assert [link.text_content() for link in stranger.page.xpath('//aside//a[contains(@href, "/news/20")]')] == ["2026", "2025"]
    for nowhere in ("2024", "0001", "9999"):
        stranger.get(f"/news/{nowhere}/", status=404)


@pytest.mark.parametrize("title", ["7", "13", "100000"])
def test_a_title_of_digits_is_no_year_unless_there_are_four(cast, stranger, title):
    news.publish(news.draft(by=cast.eli, title=title, body="Songs").id, by=cast.eli)
    assert stranger.get(f"/news/{title}").status_code == 200
    stranger.get("/news/8", status=404)


def test_years_follow_the_zone(app, cast, monkeypatch):
    from dataclasses import replace
    from zoneinfo import ZoneInfo

    from fansite.news import queries

    site = app.extensions["fansite"]
    monkeypatch.setattr(site, "settings", replace(site.settings, timezone=ZoneInfo("Europe/Paris")))
    news_post(cast.eli, published_at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    assert queries.years("en") == [2026]
    assert queries.page_of_year("en", 2026, 1)[0]
    assert not queries.page_of_year("en", 2025, 1)[0]


def test_a_tag_lists_its_posts_and_is_no_page_without_any(cast, post, stranger):
    news.draft(by=cast.eli, title="A secret", tags=["secret"])
    stranger.get("/news/tag/studio")
    assert titles(stranger) == ["We recorded the rain"]
    assert canonical(stranger) == ["http://127.0.0.1:8000/news/tag/studio"]
    for nowhere in ("secret", "nothing"):
        stranger.get(f"/news/tag/{nowhere}", status=404)
    news.withdraw(post.id, by=cast.eli)
    stranger.get("/news/tag/studio", status=404)


# ---- one post ---------------------------------------------------------------------------------------------------------------


def test_a_post_says_who_when_what_and_what_about(cast, post, stranger):
    stranger.get("/news/we-recorded-the-rain")
    page = stranger.page
    assert page.findtext(".//h1") == "We recorded the rain"
    assert page.xpath('//a[@href="/fans/eli"]')
    assert page.xpath("//article//time/@datetime")[0] == "2026-11-24T12:00:00+00:00"
    assert page.xpath('//a[@href="/news/tag/studio"]')
    assert "<strong>third</strong>" in stranger.response.get_data(as_text=True)
    assert "one minute" in stranger.text
    assert page.xpath('//meta[@property="og:type"]/@content') == ["article"]
    assert page.xpath('//meta[@name="description"]/@content') == ["On the third day it rained."]


def test_its_markup_is_an_article_with_its_comments_inside(cast, post, stranger):
    first = say(post, cast.fay, "It rained here too")
    say(post, cast.eli, "We heard", parent_id=first.id)
    say(post, cast.nora, "I wait for a moderator")
    stranger.get("/news/we-recorded-the-rain")
    node = markup_of(stranger, "NewsArticle")
    assert node["headline"] == "We recorded the rain"
    assert node["author"] == {"@type": "Person", "name": "eli", "url": "http://127.0.0.1:8000/fans/eli"}
    assert node["datePublished"] == "2026-11-24T12:00:00+00:00"
    assert node["commentCount"] == 2
    assert [comment["text"] for comment in node["comment"]] == ["It rained here too"]
    assert [comment["text"] for comment in node["comment"][0]["comment"]] == ["We heard"]
    crumbs = markup_of(stranger, "BreadcrumbList")["itemListElement"]
    assert [crumb["name"] for crumb in crumbs] == ["News", "We recorded the rain"]


def test_a_post_without_author_is_the_bands(cast, stranger):
    news_post(None)
    stranger.get("/news/lisbon")
    assert markup_of(stranger, "NewsArticle")["author"]["@type"] == "MusicGroup"
    assert "The Paper Marmots" in stranger.text


def test_a_later_page_of_comments_has_its_own_canonical(cast, stranger):
    post = news_post(cast.eli)
    many_comments(post.id, cast.fay.id, 120)
    stranger.get("/news/lisbon?page=2")
    assert canonical(stranger) == ["http://127.0.0.1:8000/news/lisbon?page=2"]
    assert len(markup_of(stranger, "NewsArticle")["comment"]) == 50
    stranger.get("/news/lisbon?page=4", status=404)


def test_the_way_on_leads_to_the_neighbours_in_time(cast, clock, stranger):
    for number in (1, 2, 3):
        news_post(cast.eli, slug=f"post-{number}", title=f"Post {number}", published_at=NOON - timedelta(days=number))
    stranger.get("/news/post-2")
    assert stranger.page.xpath('//a[@rel="prev"]/@href') == ["/news/post-3"]
    assert stranger.page.xpath('//a[@rel="next"]/@href') == ["/news/post-1"]
    stranger.get("/news/post-3")
    assert not stranger.page.xpath('//a[@rel="prev"]')
    assert stranger.page.xpath('//a[@rel="next"]/@href') == ["/news/post-2"]


def test_neighbours_of_the_same_moment_are_told_apart_by_number(cast, clock, stranger):
    for number in (1, 2, 3):
        news_post(cast.eli, slug=f"post-{number}", title=f"Post {number}", published_at=NOON)
    stranger.get("/news/post-2")
    assert stranger.page.xpath('//a[@rel="prev"]/@href') == ["/news/post-1"]
    assert stranger.page.xpath('//a[@rel="next"]/@href') == ["/news/post-3"]


def test_versions_name_each_other(cast, post, stranger):
    stranger.get("/news/we-recorded-the-rain")
    assert not stranger.page.xpath('//link[@rel="alternate" and @hreflang]')
    french = news.draft(by=cast.eli, title="La pluie", language="fr", translation_of=post.id)
    news.publish(french.id, by=cast.eli)
    sets = []
    for address in ("/news/we-recorded-the-rain", "/fr/news/la-pluie"):
        stranger.get(address)
        sets.append(
            [(link.get("hreflang"), link.get("href")) for link in stranger.page.xpath('//link[@rel="alternate" and @hreflang]')]
        )
    base = "http://127.0.0.1:8000"
    assert sets[0] == sets[1]
    assert sets[0] == [
        ("en", f"{base}/news/we-recorded-the-rain"),
        ("fr", f"{base}/fr/news/la-pluie"),
        ("x-default", f"{base}/news/we-recorded-the-rain"),
    ]


def test_a_text_asked_for_in_the_wrong_language_is_found(cast, post, stranger):
    assert stranger.get("/fr/news/we-recorded-the-rain", status=301).headers["Location"] == "/news/we-recorded-the-rain"


# ---- not public -------------------------------------------------------------------------------------------------------------


def test_a_draft_is_not_there_but_for_the_staff(cast, stranger, browser_as):
    draft = news.draft(by=cast.eli, title="A secret", body="Hush.")
    planned = news.draft(by=cast.eli, title="Tomorrow", body="Soon.")
    news.publish(planned.id, by=cast.eli, at=datetime(2099, 1, 1, tzinfo=UTC))
    for address in ("/news/a-secret", "/news/tomorrow"):
        stranger.get(address, status=404)
        browser_as(cast.fay).get(address, status=404)
        browser_as(cast.milo).get(address, status=404)
        eli = browser_as(cast.eli)
        eli.get(address)
        assert "Only the staff" in eli.text or "only the staff" in eli.text
        assert eli.page.xpath('//meta[@name="robots"]/@content') == ["noindex"]
        assert not canonical(eli)
        assert not eli.page.xpath('//script[@type="application/ld+json"]')
    assert eli.page.xpath(f'//a[@href="/staff/news/{planned.id}"]')
    assert draft.id


def test_what_was_withdrawn_says_so_with_its_date(cast, post, stranger, browser_as):
    news.withdraw(post.id, by=cast.eli)
    stranger.get("/news/we-recorded-the-rain", status=410)
    assert "24 November 2026" in stranger.text
    stranger.get("/news/")
    assert not titles(stranger)
    eli = browser_as(cast.eli)
    eli.get("/news/we-recorded-the-rain")
    assert "Withdrawn" in eli.text
    news.publish(post.id, by=cast.eli)
    stranger.get("/news/we-recorded-the-rain")


def test_what_was_said_below_it_is_gone_with_it_and_comes_back(cast, post, stranger):
    comment = say(post, cast.fay).id
    news.withdraw(post.id, by=cast.eli)
    for path in (f"/comments/{comment}", f"/comments/{comment}/thread", f"/comments/{comment}/report"):
        stranger.get(path, status=410)
    news.publish(post.id, by=cast.eli)
    stranger.get(f"/comments/{comment}", status=302)


def test_the_old_address_of_what_was_withdrawn_is_gone_too(cast, post, stranger):
    news.revise(post.id, by=cast.eli, version=1, slug="rain")
    news.withdraw(post.id, by=cast.eli)
    stranger.get("/news/we-recorded-the-rain", status=410)


def test_the_old_address_of_a_draft_is_not_there(cast, post, stranger):
    news.revise(post.id, by=cast.eli, version=1, slug="rain")
    news.recall(post.id, by=cast.eli)
    stranger.get("/news/we-recorded-the-rain", status=404)


@pytest.mark.parametrize("slug", ["nothing", "tag", "..%2f..", "%00", "a" * 500, "%F0%9F%8E%B9"])
def test_what_never_was_is_not_found(app, stranger, slug):
    stranger.get(f"/news/{slug}", status=404)


@pytest.mark.parametrize("address", ["/news/", "/news/we-recorded-the-rain", "/news/tag/studio", "/news/2026/"])
def test_pages_are_only_read(post, stranger, address):
    for method in ("post", "put", "delete"):
        response = stranger.client.open(address, method=method.upper(), headers={"Origin": "http://127.0.0.1:8000"})
        assert response.status_code == 405


def test_public_pages_may_be_kept_and_asked_about(post, stranger, cast, browser_as):
    response = stranger.get("/news/we-recorded-the-rain")
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Set-Cookie" not in response.headers
    again = stranger.client.get("/news/we-recorded-the-rain", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    assert "no-store" in browser_as(cast.fay).get("/news/we-recorded-the-rain").headers["Cache-Control"]


# ---- cost -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [30, 3000])
def test_pages_need_few_queries_whatever_the_amount(cast, stranger, browser_as, count_queries, amount):
    many_posts(amount)
    post = news_post(cast.eli, slug="rain", title="Rain")
    with transaction():
        label(get(NewsPost, post.id), ["studio", "rain"])
    many_comments(post.id, cast.fay.id, 50)
    fay = browser_as(cast.fay)
    for address, most in (("/news/rain", 6), ("/news/", 2), ("/news/?page=2", 2), ("/news/tag/rain", 3)):
        for visitor in (stranger, fay):
            visitor.get(address)  # the menu and the site's name are kept from now on
            with count_queries() as counted:
                visitor.get(address)
            unread = 1 if visitor is fay else 0  # counted beside her face
            assert len(counted) <= most + unread, f"{address}: {len(counted)}\n" + "\n".join(counted)


def test_every_way_through_the_news_leads_somewhere(cast, stranger):
    """Tags and years of translations are offered only to those who read them."""
    english = news.draft(by=cast.eli, title="Brussels", tags=["tour"])
    french = news.draft(by=cast.eli, title="Bruxelles", tags=["tournée"], language="fr", translation_of=english.id)
    news.publish(english.id, by=cast.eli, at=NOON - timedelta(days=400))
    news.publish(french.id, by=cast.eli, at=NOON)
    for start in ("/news/", "/fr/news/"):
        stranger.get(start)
        ways = stranger.page.xpath("//main//aside//a/@href")
        assert len(ways) == 2
        for way in ways:
            stranger.get(way)
            assert len(titles(stranger)) == 1


# ---- about the same ---------------------------------------------------------------------------------------------------------


def related(visitor):
    return visitor.page.xpath('//*[@class="post__related"]//a/text()')


def labelled(author, slug, tags, **more):
    made = news_post(author, slug=slug, title=slug.title(), **more)
    with transaction() as session:
        label(session.merge(made), tags)
    return made


def test_beside_a_post_stand_those_that_share_most_of_its_tags(cast, stranger):
    labelled(cast.eli, "rain", ["studio", "tour", "piano"])
    labelled(cast.eli, "one", ["studio"])
    labelled(cast.eli, "two", ["studio", "piano"])
    labelled(cast.eli, "three", ["studio", "piano", "tour"])
    labelled(cast.eli, "four", ["tour"])
    labelled(cast.eli, "none", ["cheese"])
    stranger.get("/news/rain")
    assert related(stranger) == ["Three", "Two", "Four"]
    stranger.get("/news/none")
    assert related(stranger) == []


def test_what_not_everyone_may_read_is_beside_nothing(cast, stranger):
    labelled(cast.eli, "rain", ["studio"])
    labelled(cast.eli, "members", ["studio"], visibility="members")
    labelled(cast.eli, "pluie", ["studio"], language="fr", translation_of_id=labelled(cast.eli, "open", ["studio"]).id)
    taken = labelled(cast.eli, "taken", ["studio"])
    stranger.get("/news/rain")
    assert related(stranger) == ["Taken", "Open"]
    news.withdraw(taken.id, by=cast.eli)
    stranger.get("/news/rain")
    assert related(stranger) == ["Open"]


def test_a_post_is_not_beside_its_own_translation(cast, stranger):
    first = labelled(cast.eli, "rain", ["studio"])
    labelled(cast.eli, "pluie", ["studio"], language="fr", translation_of_id=first.id)
    for path in ("/news/rain", "/fr/news/pluie"):
        stranger.get(path)
        assert related(stranger) == []


def test_of_a_tag_on_many_posts_the_last_are_looked_at(cast, stranger):
    """What shares two tags with it is first, as long as it is among the last that carry each of them."""
    labelled(cast.eli, "twin", ["tour", "yodel"])
    rain = labelled(cast.eli, "rain", ["tour", "yodel"])
    for number, first in ((LAST_OF_TAG - 2, "Twin"), (1, "Later")):
        for _ in range(number):
            labelled(cast.eli, f"later-{token_hex(4)}", ["tour"])
        found = [other.title for other in around(rain).related]
        assert len(found) == 3
        assert found[0].startswith(first)


def test_those_about_the_same_cost_no_query_of_their_own(cast, stranger, count_queries):
    labelled(cast.eli, "alone", [])
    labelled(cast.eli, "rain", ["studio", "tour"])
    labelled(cast.eli, "sun", ["studio", "tour"])
    stranger.client.get("/news/alone")
    with count_queries() as alone:
        stranger.client.get("/news/alone")
    with count_queries() as beside:
        stranger.client.get("/news/rain")
    assert len(beside) == len(alone)


def test_a_wide_table_stands_in_a_frame_that_can_be_reached_by_key(cast, clock, stranger):
    news_post(cast.eli, slug="table", body="| Night | Town |\n| --- | --- |\n| 1 | Lyon |\n\nAfter it.")
    stranger.get("/news/table")
    (frame,) = stranger.page.xpath('//*[@class="table-box"]')
    assert (frame.get("role"), frame.get("tabindex"), frame.get("aria-label")) == ("region", "0", "Table")
    assert [child.tag for child in frame] == ["table"]
