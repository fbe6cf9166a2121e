"""What pages tell search engines and whoever shares a link: one address each, versions, structure, and what is not to be indexed."""

from __future__ import annotations

import json

import pytest

from fansite.comments import operations as comments
from fansite.core.db import get
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.pages import operations as pages
from tests.client import ORIGIN
from tests.texts import many_comments, many_posts, news_post, say

EVIL = "</script><script>alert(1)</script><!-- & \u2028 \"' ]]>"


def canonical(visitor) -> list[str]:
    return visitor.page.xpath('//link[@rel="canonical"]/@href')


def robots(visitor) -> list[str]:
    return visitor.page.xpath('//meta[@name="robots"]/@content')


def versions(visitor) -> dict[str, str]:
    links = visitor.page.xpath('//head/link[@rel="alternate" and @hreflang]')
    found = {link.get("hreflang"): link.get("href") for link in links}
    assert len(found) == len(links)
    return found


def graph(visitor) -> list[dict]:
    blocks = visitor.page.xpath('//script[@type="application/ld+json"]/text()')
    assert len(blocks) <= 1
    return json.loads(blocks[0])["@graph"] if blocks else []


def open_graph(visitor) -> dict[str, str]:
    tags = visitor.page.xpath('//meta[starts-with(@property, "og:") or starts-with(@property, "article:")]')
    return {tag.get("property"): tag.get("content") for tag in tags}


@pytest.fixture
def two(cast, clock):
    """A post in both languages."""
    english = news.draft(by=cast.eli, title="The rain", body="It rained.", tags=["studio"])
    french = news.draft(by=cast.eli, title="La pluie", body="Il a plu.", language="fr", translation_of=english.id)
    for post in (english.id, french.id):
        news.publish(post, by=cast.eli)
    return english.id, french.id


# ---- one address ------------------------------------------------------------------------------------------------------------


def test_every_page_names_its_one_address_whatever_it_was_called_by(cast, two, stranger):
    many_posts(45)
    say(news_post(cast.eli), cast.fay)
    about = pages.draft(by=cast.eli, title="About the band", body="Two of us.")
    pages.publish(about.id, by=cast.eli)
    paths = ["/", "/fr/", "/news/", "/news/?page=2", "/fr/news/", "/news/lisbon", "/fr/news/la-pluie", "/news/tag/studio", "/fans/", "/fr/fans/",
             "/fans/fay", "/about-the-band"]  # fmt: skip
    titles = set()
    for path in paths:
        for noise in ("utm_source=x&fbclid=y", "replytocom=5", "nojs=1"):
            stranger.get(f"{path}{'&' if '?' in path else '?'}{noise}")
            assert canonical(stranger) == [ORIGIN + path]
            assert open_graph(stranger)["og:url"] == ORIGIN + path
            assert robots(stranger) == []
        titles.add(stranger.page.findtext(".//title"))
        assert stranger.page.xpath('//meta[@name="description"]/@content')
    assert len(titles) >= len(paths) - 4


def test_the_first_page_has_no_number_in_its_address(cast, stranger):
    many_comments(news_post(cast.eli).id, cast.fay.id, 60)
    for path in ("/news/lisbon", "/news/", "/fans/", "/fans/fay"):
        for first in ("?page=1", "?page=01", "?page=001"):
            stranger.get(path + first)
            assert canonical(stranger) == [ORIGIN + path]
    stranger.get("/news/lisbon?page=2")
    assert canonical(stranger) == [f"{ORIGIN}/news/lisbon?page=2"]
    assert f"{ORIGIN}/news/lisbon" not in canonical(stranger)


@pytest.mark.parametrize(
    ("spelling", "address"),
    [
        ("/NEWS/", "/news/"),
        ("/news", "/news/"),
        ("/news//lisbon", "/news/lisbon"),
        ("/News/Lisbon/", "/news/lisbon"),
        ("/fans", "/fans/"),
        ("/Fans/FAY", "/fans/fay"),
        ("/fans/fay/", "/fans/fay"),
        ("/search/", "/search"),
        ("/feed.xml/", "/feed.xml"),
        ("/fr", "/fr/"),
        ("/fr/NEWS/", "/fr/news/"),
        ("/fr/fans", "/fr/fans/"),
        ("/en/", "/"),
        ("/en/news/lisbon", "/news/lisbon"),
    ],
)
def test_other_spellings_lead_there_and_keep_the_question(cast, stranger, spelling, address):
    say(news_post(cast.eli), cast.fay)
    assert stranger.get(spelling, status=301).headers["Location"] == address
    assert stranger.get(f"{spelling}?page=2", status=301).headers["Location"].endswith("?page=2")


# ---- versions ---------------------------------------------------------------------------------------------------------------


def test_versions_name_each_other_alike(cast, two, stranger):
    pairs = [("/news/the-rain", "/fr/news/la-pluie"), ("/", "/fr/"), ("/fans/", "/fr/fans/")]
    for english, french in pairs:
        expected = {"en": ORIGIN + english, "fr": ORIGIN + french, "x-default": ORIGIN + english}
        for path in (english, french):
            stranger.get(path)
            assert versions(stranger) == expected
            assert stranger.page.get("lang") == ("fr" if path.startswith("/fr") else "en")


def test_a_text_without_translation_names_none(cast, two, stranger):
    news_post(cast.eli)
    for path in ("/news/lisbon", "/news/?page=1", "/search?q=lisbon"):
        stranger.get(path)
        assert versions(stranger) == {}
    news.withdraw(two[1], by=cast.eli)
    stranger.get("/news/the-rain")
    assert versions(stranger) == {}


def test_later_pages_of_comments_have_no_translation(cast, two, stranger):
    many_comments(two[0], cast.fay.id, 60)
    stranger.get("/news/the-rain?page=2")
    assert versions(stranger) == {}


def test_the_switch_leads_to_pages_that_are_there_and_to_no_detour(cast, two, stranger):
    many_comments(two[0], cast.fay.id, 60)
    alone = news_post(cast.eli).id
    replied = say(get(NewsPost, alone), cast.fay).id
    say(get(NewsPost, alone), cast.fay, "An answer", parent_id=replied)
    about = pages.draft(by=cast.eli, title="About the band", body="Two of us.")
    pages.publish(about.id, by=cast.eli)
    expected = {
        "/": "/fr/",
        "/news/the-rain": "/fr/news/la-pluie",
        "/news/the-rain?page=2": "/fr/news/la-pluie",
        "/news/lisbon": "/fr/news/",
        "/news/tag/studio": "/fr/news/",
        "/about-the-band": "/fr/",
        f"/comments/{replied}/thread": "/fr/",
        "/fans/fay": "/fr/fans/fay",
        "/login": "/fr/login",
        "/search": "/fr/search",
    }
    for path, other in expected.items():
        stranger.get(path)
        assert stranger.page.xpath('//footer//a[@hreflang="fr"]/@href') == [other]
        stranger.get(other)


# ---- not to be indexed ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/search", "/join", "/fr/search", "/fr/join"])
def test_a_door_can_be_found_and_says_what_is_behind(cast, stranger, path):
    stranger.get(path)
    assert robots(stranger) == []
    assert canonical(stranger) == [ORIGIN + path]
    assert "The Paper Marmots" in stranger.page.xpath('string(//meta[@name="description"]/@content)')
    assert {"en", "fr", "x-default"} == set(versions(stranger))


def test_what_is_of_no_use_in_an_index_says_so(cast, stranger, browser_as):
    """FEATURES 5.3: search, account, moderation, empty profiles, forms, errors; what says noindex names no canonical."""
    comment = say(news_post(cast.eli), cast.fay).id
    waiting = news.draft(by=cast.eli, title="A secret")
    for visitor, path, status in (
        (stranger, "/search?q=lisbon", 200),
        (stranger, "/search?utm_source=x", 200),
        (stranger, "/login", 200),
        (stranger, "/join?draft=x", 200),
        (stranger, "/join/sent", 200),
        (stranger, "/reset", 200),
        (stranger, "/fans/nora", 200),
        (stranger, f"/comments/{comment}/report", 200),
        (stranger, f"/comments/{comment}/report/thanks", 200),
        (stranger, "/nothing-here", 404),
        (stranger, "/news/a-secret", 404),
        (browser_as(cast.fay), "/account/", 200),
        (browser_as(cast.fay), "/account/comments", 200),
        (browser_as(cast.milo), "/moderation/", 200),
        (browser_as(cast.milo), "/moderation/words", 200),
        (browser_as(cast.eli), "/staff/", 200),
        (browser_as(cast.eli), f"/staff/news/{waiting.id}", 200),
        (browser_as(cast.eli), "/news/a-secret", 200),
    ):
        visitor.get(path, status=status)
        assert robots(visitor) == ["noindex"], path
        assert canonical(visitor) == [], path
        assert versions(visitor) == {}, path
        assert open_graph(visitor) == {}, path
        assert graph(visitor) == [], path


def test_a_profile_comes_into_the_index_with_the_first_published_word(cast, stranger):
    post = news_post(cast.eli)
    stranger.get("/fans/fay")
    assert robots(stranger) == ["noindex"]
    mine = say(post, cast.fay).id
    stranger.get("/fans/fay")
    assert robots(stranger) == []
    comments.withdraw(mine, by=cast.fay)
    stranger.get("/fans/fay")
    assert robots(stranger) == ["noindex"]


# ---- structure --------------------------------------------------------------------------------------------------------------


def test_an_article_holds_its_comments_nested_as_they_stand(cast, two, stranger):
    root = comments.post(two[0], by=cast.milo, body="One").id
    reply = comments.post(two[0], by=cast.fay, body="Two", parent_id=root).id
    comments.post(two[0], by=cast.milo, body="Three", parent_id=reply)
    comments.post(two[0], by=cast.milo, body="Four")
    comments.post(two[0], by=cast.nora, body="Waits")
    stranger.get("/news/the-rain")
    [article] = [node for node in graph(stranger) if node["@type"] == "NewsArticle"]
    assert article["commentCount"] == 4
    one, four = article["comment"]
    assert (one["text"], four["text"]) == ("One", "Four")
    assert one["comment"][0]["text"] == "Two"
    assert one["comment"][0]["comment"][0]["text"] == "Three"
    assert "comment" not in four
    for node in (one, four, one["comment"][0]):
        assert node["@type"] == "Comment"
        assert node["url"].startswith(f"{ORIGIN}/news/the-rain#comment-")
        assert node["datePublished"] == "2026-11-24T12:00:00+00:00"
        assert node["author"]["@type"] == "Person"
    assert one["comment"][0]["author"] == {"@type": "Person", "name": "Fay", "url": f"{ORIGIN}/fans/fay"}
    for key in ("headline", "datePublished", "dateModified", "author", "publisher", "url"):
        assert article[key], key
    [crumbs] = [node for node in graph(stranger) if node["@type"] == "BreadcrumbList"]
    assert [item["position"] for item in crumbs["itemListElement"]] == [1, 2]
    assert crumbs["itemListElement"][0]["item"] == f"{ORIGIN}/news/"


def test_who_is_gone_stays_as_deleted(cast, two, stranger):
    from fansite.accounts import operations as accounts

    root = comments.post(two[0], by=cast.fay, body="Whoever I was").id
    comments.post(two[0], by=cast.milo, body="You will be missed", parent_id=root)
    accounts.erase(cast.fay.id)
    stranger.get("/news/the-rain")
    node = graph(stranger)[0]["comment"][0]
    assert node["author"] == {"@type": "Person", "name": "[deleted]"}
    assert "Fay" not in stranger.text
    comments.withdraw(comments.post(two[0], by=cast.milo, body="x", parent_id=root).id, by=cast.milo)


def test_a_hidden_comment_keeps_the_shape_and_says_nothing(cast, two, stranger):
    from fansite.moderation import operations as moderation

    root = comments.post(two[0], by=cast.fay, body="Dreadful words").id
    comments.post(two[0], by=cast.milo, body="Please", parent_id=root)
    moderation.decide(moderation.take_up("comment", root, by=cast.milo), "remove", by=cast.milo)
    stranger.get("/news/the-rain")
    node = graph(stranger)[0]["comment"][0]
    assert (node["text"], node["creativeWorkStatus"]) == ("[deleted]", "Deleted")
    assert node["comment"][0]["text"] == "Please"
    assert "Dreadful" not in stranger.response.get_data(as_text=True)
    assert "Fay" not in json.dumps(graph(stranger))


def test_a_later_page_carries_its_own_comments(cast, two, stranger):
    ids = many_comments(two[0], cast.fay.id, 60)
    stranger.get("/news/the-rain?page=2")
    [article] = [node for node in graph(stranger) if node["@type"] == "NewsArticle"]
    assert len(article["comment"]) == 10
    assert article["comment"][0]["url"] == f"{ORIGIN}/news/the-rain?page=2#comment-{ids[50]}"


def test_no_words_break_out_of_the_markup(cast, clock, stranger):
    post = news.draft(by=cast.eli, title=f"Rain {EVIL}", body=EVIL, summary=EVIL, slug="evil", tags=["</script>"])
    news.publish(post.id, by=cast.eli)
    comments.post(post.id, by=cast.milo, body=EVIL)
    for path in ("/news/evil", "/news/", "/", "/fans/eli", "/fans/milo", "/news/tag/script"):
        stranger.get(path)
        assert not [script for script in stranger.page.xpath("//script/text()") if script.strip().startswith("alert")]
        for node in graph(stranger):
            assert node["@type"]
    stranger.get("/news/evil")
    assert graph(stranger)[0]["headline"].startswith("Rain </script>")
    assert open_graph(stranger)["og:title"].startswith("Rain </script>")


# ---- shared links -----------------------------------------------------------------------------------------------------------


def test_a_shared_link_shows_what_it_is(cast, two, stranger):
    stranger.get("/news/the-rain")
    told = open_graph(stranger)
    assert told["og:title"] == "The rain"
    assert told["og:type"] == "article"
    assert told["og:url"] == f"{ORIGIN}/news/the-rain"
    assert told["og:site_name"] == "The Paper Marmots"
    assert told["og:description"] == "It rained."
    assert told["og:locale"] == "en_GB"
    assert told["article:published_time"] == "2026-11-24T12:00:00+00:00"
    assert stranger.page.xpath('//meta[@name="twitter:card"]')
    picture = told["og:image"]
    assert picture.startswith(f"{ORIGIN}/static/")
    with stranger.client.get(picture.removeprefix(ORIGIN)) as shown:
        assert (shown.status_code, shown.mimetype) == (200, "image/png")
    stranger.get("/fr/news/la-pluie")
    assert open_graph(stranger)["og:locale"] == "fr_FR"
    stranger.get("/")
    assert open_graph(stranger)["og:type"] == "website"


def test_the_front_page_says_whose_site_it_is(stranger):
    stranger.get("/fr/")
    site, band = graph(stranger)
    assert (site["@type"], site["name"], site["url"], site["inLanguage"]) == (
        "WebSite",
        "The Paper Marmots",
        f"{ORIGIN}/fr/",
        "fr",
    )
    assert (band["@type"], band["name"], band["url"]) == ("MusicGroup", "The Paper Marmots", f"{ORIGIN}/")
    assert site["publisher"]["@id"] == band["@id"] == f"{ORIGIN}/#band"
    assert band["logo"]["url"].startswith(f"{ORIGIN}/static/")


def test_a_fans_page_is_a_profile_with_what_they_did_here(cast, two, stranger):
    comments.post(two[0], by=cast.fay, body="Rain again")
    stranger.get("/fans/fay")
    (profile,) = [node for node in graph(stranger) if node["@type"] == "ProfilePage"]
    person = profile["mainEntity"]
    assert (person["name"], person["identifier"], person["url"]) == ("Fay", str(cast.fay.id), f"{ORIGIN}/fans/fay")
    assert [one["interactionType"] for one in person["agentInteractionStatistic"]] == ["https://schema.org/CommentAction"]
    assert "image" not in person
    stranger.get("/fans/eli")
    (profile,) = [node for node in graph(stranger) if node["@type"] == "ProfilePage"]
    counts = {
        one["interactionType"].rpartition("/")[2]: one["userInteractionCount"]
        for one in profile["mainEntity"]["agentInteractionStatistic"]
    }
    assert counts["WriteAction"] == len(stranger.page.xpath('//*[@class="fan-posts"]/li'))
    assert profile["mainEntity"]["memberOf"]["@id"] == f"{ORIGIN}/#band"


def test_a_page_about_who_has_said_nothing_tells_machines_nothing(cast, stranger):
    stranger.get("/fans/nora")
    assert graph(stranger) == []


# ---- asking again -----------------------------------------------------------------------------------------------------------


def test_a_page_has_another_mark_after_a_comment_and_the_same_before(cast, clock, two, stranger):
    for path in ("/news/the-rain", "/", "/news/"):
        first = stranger.client.get(path).headers["ETag"]
        clock.shift(60)
        assert stranger.client.get(path, headers={"If-None-Match": first}).status_code == 304
        comments.post(two[0], by=cast.milo, body=f"From {path}")
        again = stranger.client.get(path, headers={"If-None-Match": first})
        assert again.status_code == 200
        assert again.headers["ETag"] != first


@pytest.mark.parametrize("path", ["/", "/news/", "/news/the-rain", "/fans/"])
def test_who_asks_for_the_head_only_gets_the_head_of_that_page(cast, two, stranger, path):
    whole, head = stranger.client.get(path), stranger.client.head(path)
    assert (head.status_code, head.get_data()) == (200, b"")
    assert head.headers["ETag"] == whole.headers["ETag"]
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]


def test_a_page_made_for_one_person_carries_none_of_it(cast, stranger, browser_as):
    news_post(cast.eli)
    fay = browser_as(cast.fay)
    for path in ("/", "/news/lisbon"):
        stranger.get(path)
        fay.get(path)
        assert graph(stranger) and not graph(fay), path
