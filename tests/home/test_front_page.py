"""The front page: what is new and who said what, for everybody alike; and what machines ask the site itself."""

from __future__ import annotations

import gzip

import pytest

from fansite.accounts import operations as accounts
from fansite.bonds import operations as bonds
from fansite.comments import operations as comments
from fansite.core.db import get, transaction
from fansite.core.feature import HomeSection
from fansite.home.sections import LATEST_COMMENTS, LATEST_NEWS
from fansite.moderation import operations as moderation
from fansite.news import operations as news
from tests.client import ORIGIN
from tests.texts import many_comments, many_posts, news_post, say


@pytest.fixture
def post(cast, clock):
    return news_post(cast.eli)


def cards(visitor) -> list[str]:
    """The posts it leads to, in reading order."""
    return list(
        dict.fromkeys(link for link in visitor.page.xpath("//main//a/@href") if "/news/" in link and link.strip("/fr") != "news")
    )


def river(visitor) -> list[str]:
    return [" ".join(words.text_content().split()) for words in visitor.page.xpath('//*[@class="river__words"]')]


# ---- works ------------------------------------------------------------------------------------------------------------------


def test_it_shows_the_news_newest_first(app, stranger):
    many_posts(LATEST_NEWS + 5)
    stranger.get("/")
    assert cards(stranger) == [f"/news/post-{number}" for number in range(LATEST_NEWS + 5, 5, -1)]
    assert stranger.page.xpath('//main//a[@href="/news/"]')
    assert stranger.page.findtext(".//title") == "The Paper Marmots"


def test_it_shows_what_was_said_last(cast, post, stranger):
    for number in range(LATEST_COMMENTS + 2):
        comment = comments.post(post.id, by=cast.milo, body=f"Word **{number}** <b>")
    stranger.get("/")
    assert river(stranger) == [f"Word {number} <b>" for number in range(LATEST_COMMENTS + 1, 1, -1)]
    assert stranger.page.xpath('//*[@class="river"]//a/@href')[0] == f"/comments/{comment.id}"


def test_it_stands_there_in_both_languages(cast, clock, post, stranger):
    french = news.draft(by=cast.eli, title="On joue à Lisbonne", body="Enfin.", language="fr", translation_of=post.id)
    news.publish(french.id, by=cast.eli)
    say(post, cast.fay, "See you in Lisbon")
    stranger.get("/fr/")
    assert stranger.page.get("lang") == "fr"
    assert cards(stranger) == ["/fr/news/on-joue-a-lisbonne"]
    assert stranger.page.xpath('//*[@class="river__words"]/@lang') == ["en"]
    stranger.get("/")
    assert cards(stranger) == ["/news/lisbon"]
    assert stranger.page.xpath('//*[@class="river__words"][not(@lang)]')


# ---- empty ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/fr/"])
def test_an_empty_site_says_so_to_its_visitors_and_to_its_staff_what_to_do(cast, browser_as, path):
    for who, desk in ((None, False), (cast.fay, False), (cast.milo, False), (cast.eli, True), (cast.ada, True)):
        visitor = browser_as(who)
        visitor.get(path)
        words = (
            ("Nothing to read yet", "The first word is free")
            if path == "/"
            else ("Rien à lire encore", "Le premier mot est libre")
        )
        assert all(word in visitor.text for word in words)
        assert bool(visitor.page.xpath(f'//main//a[@href="{path}staff/"]')) is desk


# ---- not for everyone -------------------------------------------------------------------------------------------------------


def test_what_not_everyone_may_read_is_not_there_whoever_looks(cast, post, browser_as):
    news.draft(by=cast.eli, title="A draft")
    gone, for_members = news_post(cast.eli, slug="gone", title="Gone"), news_post(cast.eli, slug="members", title="For members")
    say(post, cast.fay, "Public words")
    for entry in (gone, for_members):
        say(entry, cast.fay, f"Words on {entry.slug}")
    news.withdraw(gone.id, by=cast.eli)
    with transaction():
        get(type(for_members), for_members.id).visibility = "members"
    say(post, cast.nora, "Waiting words")
    hidden, withdrawn = say(post, cast.fay, "Hidden words"), say(post, cast.fay, "Withdrawn words")
    moderation.decide(moderation.take_up("comment", hidden.id, by=cast.milo), "remove", by=cast.milo)
    comments.withdraw(withdrawn.id, by=cast.fay)
    for who in (None, cast.nora, cast.fay, cast.milo, cast.ada):
        visitor = browser_as(who)
        visitor.get("/")
        assert cards(visitor) == ["/news/lisbon"]
        assert river(visitor) == ["Public words"]


def test_who_is_gone_stands_there_as_deleted(cast, post, stranger):
    say(post, cast.fay, "See you in Lisbon")
    accounts.erase(cast.fay.id)
    stranger.get("/")
    assert river(stranger) == ["See you in Lisbon"]
    assert "[deleted]" in stranger.text and "Fay" not in stranger.text


def test_a_part_made_for_one_reader_is_shown_to_no_other(cast, post, stranger, browser_as):
    """Most see the same, which is made once for them; who does not hear somebody, or may write, is another matter."""
    say(post, cast.milo, "See you in Lisbon")
    bonds.tie("mute", cast.milo.id, by=cast.fay)
    fay, nora = browser_as(cast.fay), browser_as(cast.nora)
    for visitor, sees in ((fay, []), (stranger, ["See you in Lisbon"]), (nora, ["See you in Lisbon"]), (fay, [])):
        visitor.get("/")
        assert river(visitor) == sees


def test_who_may_write_is_told_where_and_nobody_else(cast, stranger, browser_as):
    for visitor, told in ((browser_as(cast.eli), True), (stranger, False), (browser_as(cast.fay), False)):
        assert ("Write the first news" in visitor.get("/").text) is told


# ---- costs ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/fr/"])
@pytest.mark.parametrize("amount", [0, 30, 3000])
def test_it_needs_few_questions_whatever_the_amount(cast, clock, stranger, browser_as, count_queries, path, amount):
    if amount:
        many_posts(amount)
        many_comments(1, cast.fay.id, amount)
    for visitor, most in ((stranger, 1), (browser_as(cast.ada), 9)):
        with count_queries() as first:
            visitor.get(path)
        with count_queries() as again:
            visitor.get(path)
        assert len(first) <= 11
        assert len(again) <= most


# ---- addresses --------------------------------------------------------------------------------------------------------------


def test_it_is_only_read(app, stranger):
    stranger.post("/", status=405)


@pytest.mark.parametrize(
    "query",
    ["page=2", "p=", "p=x", "page_id=999", "p=%00", "p=" + "9" * 30, "q=%3Cscript%3Ealert(1)%3C/script%3E", "utm_source=x"],
)
def test_what_is_added_to_the_address_changes_nothing_and_is_not_repeated(app, stranger, query):
    plain = stranger.get("/").get_data()
    assert stranger.get(f"/?{query}").get_data() == plain
    assert stranger.page.xpath('//link[@rel="canonical"]/@href') == [f"{ORIGIN}/"]


# ---- files and probes -------------------------------------------------------------------------------------------------------


def test_files_of_this_version_are_kept_for_a_year_and_others_for_a_minute(app, stranger):
    version = app.extensions["fansite"].assets.version
    for asked, kept in ((version, "public, max-age=31536000, immutable"), ("older", "public, max-age=60")):
        with stranger.client.get(f"/static/{asked}/css/base.css") as response:
            assert (response.status_code, response.mimetype) == (200, "text/css")
            assert response.headers["Cache-Control"] == kept
            assert "Set-Cookie" not in response.headers and "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.parametrize(
    "name", ["css/nothing.css", "", "css", "css/", "../wsgi.py", "%2e%2e/wsgi.py", "css/..%2f..%2fwsgi.py", "%00", "/etc/passwd"]
)
def test_files_that_are_none_are_not_found(app, stranger, name):
    version = app.extensions["fansite"].assets.version
    assert stranger.client.get(f"/static/{version}/{name}", follow_redirects=True).status_code == 404


# ---- the parts of the page --------------------------------------------------------------------------------------------------


def headings(visitor) -> list[str]:
    return [" ".join(heading.text_content().split()) for heading in visitor.page.xpath("//main//section/div/h2")]


def test_a_part_with_nothing_in_it_leaves_no_trace(app, stranger):
    stranger.get("/")
    assert headings(stranger) == ["new!", "just said"]


def test_what_another_feature_brings_stands_beside_the_news_as_soon_as_there_is_something(app, post, stranger, monkeypatch):
    """As the gigs come to the first screen."""
    nights: list[str] = []
    coming = HomeSection(
        "nights",
        "Nights",
        "next nights",
        "home/_said.html",
        lambda: {"said": []} if nights else {"tags": ["going:1"]},
        tags=("list:gig",),
        more="news.index",
    )
    site = app.extensions["fansite"]
    monkeypatch.setattr(site, "home_sections", [*site.home_sections, coming])
    many_posts(5)
    stranger.get("/")
    assert headings(stranger) == ["new!", "just said", "Before that", "New here"]
    nights.append("Lyon")
    app.extensions["fansite"].clock.bump(["going:1"])
    stranger.get("/")
    assert headings(stranger) == ["new!", "next nights", "Just said", "Before that", "New here"]


def test_new_fans_stand_there_by_name_and_since_when_once_they_were_heard(cast, post, stranger):
    say(post, cast.fay, "See you in Lisbon")
    moderation.decide(moderation.take_up("comment", say(post, cast.nora, "Me too").id, by=cast.milo), "approve", by=cast.milo)
    stranger.get("/")
    newcomers = [" ".join(link.text_content().split()) for link in stranger.page.xpath('//*[@class="newcomer"]')]
    assert any(line.startswith(f"{cast.nora.username} since ") for line in newcomers)
    assert not any(cast.ben.username in line for line in newcomers)


def test_words_in_the_sites_hand_are_there_for_readers_too(cast, post, stranger):
    stranger.get("/")
    label = stranger.page.xpath('//h2[@id="new"]')[0]
    assert label.xpath('span[@class="unseen"]/text()') == ["new!"]
    assert label.xpath("*[local-name()='svg']/@aria-hidden") == ["true"]


# ---- what it weighs ---------------------------------------------------------------------------------------------------------

# For a phone on a train: the pages of a festival crowd share one mast.
MOST_BYTES = 60_000
MOST_REQUESTS = 12


def test_it_is_light_and_asks_for_little_and_for_nothing_from_elsewhere(cast, clock, stranger):
    many_posts(LATEST_NEWS)
    post = news_post(cast.eli)
    for number in range(LATEST_COMMENTS):
        comments.post(post.id, by=cast.milo, body=f"Word {number}")
    page = stranger.get("/").get_data()
    asked = [
        *stranger.page.xpath('//link[@rel="stylesheet" or @rel="icon"][not(@sizes)]/@href'),
        *stranger.page.xpath("//script/@src"),
        *(f"/static/x/js/elements/{name}.js" for name in ("scheme-switch", "local-time")),
    ]
    files = []
    for address in asked:
        with stranger.client.get(address) as answer:
            files.append(answer.get_data())
    assert all(address.startswith("/static/") for address in asked)
    assert 1 + len(asked) <= MOST_REQUESTS
    assert sum(len(gzip.compress(data, 6)) for data in (page, *files)) <= MOST_BYTES * 0.8
