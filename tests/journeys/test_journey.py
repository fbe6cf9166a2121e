"""The way of one comment through the whole site: nobody's, then somebody's, waiting, public, found, taken down, and back."""

from __future__ import annotations

import json
import re
from typing import Any

from fansite.search.listeners import mend_index
from tests.client import ORIGIN, Visitor
from tests.texts import news_post

POST = "/news/lisbon"
EMAIL, NAME, PASSWORD = "rosa@example.org", "rosa", "four pianos in a barn"
WORDS = "We bring the pastéis de nata"
REASON = "Cakes are a matter for the venue"


def test_a_comment_from_the_first_visit_to_the_last_decision(cast, browser_as, worker, outbox_mails):
    news_post(cast.eli)
    mend_index()
    fan, other, moderator = browser_as(None), browser_as(None), browser_as(cast.milo)

    join(fan, worker, outbox_mails)
    write_first_sign_in_after(fan, other)
    comment = waits_where_it_stands(fan, other)
    decide(moderator, "/moderation/", comment, "approve")
    everywhere(comment, fan, other, worker)
    decide(moderator, "/moderation/recent", comment, "remove", reason=REASON)
    nowhere(comment, fan, other)
    assert worker() > 0  # the index learns of it later; the readers never saw the difference
    nowhere(comment, fan, other)
    decide(moderator, "/moderation/recent", comment, "undo")
    everywhere(comment, fan, other, worker)


# ---- the steps, in order ----------------------------------------------------------------------------------------------------


def join(fan: Visitor, worker: Any, outbox_mails: Any) -> None:
    """The letter's link does nothing when it is opened, which programs do; its button lets in."""
    fan.get("/join")
    fan.submit("join", {"email": EMAIL, "username": NAME, "password": PASSWORD}, follow=True)
    worker()
    (letter,) = outbox_mails()
    assert letter["To"] == EMAIL
    address = re.search(rf"{ORIGIN}(/confirm/\S+)", letter.get_body(("plain",)).get_content())[1]
    for _each in "ab":
        fan.get(address)
    fan.get(f"/fans/{NAME}", status=404)
    fan.get(address)
    fan.submit("confirm", follow=True)
    fan.get("/account/")
    fan.submit("logout", follow=True)
    fan.get("/account/", status=302)


def write_first_sign_in_after(fan: Visitor, other: Visitor) -> None:
    fan.get(POST)
    assert not fan.page.xpath('//form[@data-form="comment"]//input[@name="csrf_token"]')
    fan.submit("comment", {"body": WORDS}, follow=True)
    assert fan.address.startswith("/login?draft=")
    assert WORDS in fan.text
    other.get(POST)
    assert WORDS not in other.text
    fan.submit("login", {"email": EMAIL, "password": PASSWORD}, follow=True)
    assert fan.address == POST


def waits_where_it_stands(fan: Visitor, other: Visitor) -> int:
    """Its author sees it in place, and nobody else sees anything."""
    (article,) = with_words(fan)
    assert article.get("data-status") == "pending"
    assert "Waiting for a moderator" in article.text_content()
    comment = int(article.get("id").removeprefix("comment-"))
    fan.get("/account/comments")
    assert fan.page.xpath(f'//article[@id="mine-{comment}"]/@data-status') == ["pending"]
    other.get(POST)
    assert (with_words(other), counted(other)) == ([], 0)
    other.get(f"/comments/{comment}", status=404)
    return comment


def decide(moderator: Visitor, queue: str, comment: int, decision: str, *, reason: str = "") -> None:
    moderator.get(queue)
    cards = moderator.page.xpath("//article[@data-subject]/@data-subject")
    nth = cards.index(f"comment:{comment}")
    moderator.submit("decision", {"decision": decision, "reason": reason}, nth=nth, follow=True)


def everywhere(comment: int, fan: Visitor, other: Visitor, worker: Any) -> None:
    """For all, from the decision on; the search knows it as soon as the worker went by."""
    for reader in (fan, other):
        reader.get(POST)
        (article,) = with_words(reader)
        assert article.get("data-status") == "published"
        assert counted(reader) == 1
        if reader is other:  # a page made for one person says nothing to machines
            (node,) = json_ld(reader)["comment"]
            assert (node["text"], node["url"]) == (WORDS, f"{ORIGIN}{POST}#comment-{comment}")
            assert json_ld(reader)["commentCount"] == 1
        reader.get(f"/comments/{comment}", status=302)
        assert reader.location == f"{POST}#comment-{comment}"
    for listed in ("/", "/news/"):
        other.get(listed)
        assert "One comment" in other.text
    other.get(f"/fans/{NAME}")
    assert WORDS in other.text
    worker()
    assert finds(other) == [f"{POST}#comment-{comment}"]


def nowhere(comment: int, fan: Visitor, other: Visitor) -> None:
    for reader in (fan, other):
        reader.get(POST)
        assert (with_words(reader), counted(reader)) == ([], 0)
        assert WORDS not in reader.response.get_data(as_text=True)
        if reader is other:
            assert "comment" not in json_ld(reader)
            assert json_ld(reader)["commentCount"] == 0
        reader.get(f"/comments/{comment}", status=410)
        assert finds(reader) == []
    for listed in ("/", "/news/", f"/fans/{NAME}"):
        other.get(listed)
        assert "One comment" not in other.text
        assert WORDS not in other.text
    fan.get("/account/comments")
    (mine,) = fan.page.xpath(f'//article[@id="mine-{comment}"]')
    assert mine.get("data-status") == "removed"
    assert REASON in mine.text_content()


# ---- what is read off a page ------------------------------------------------------------------------------------------------


def with_words(reader: Visitor) -> list[Any]:
    return [
        article for article in reader.page.xpath('//article[starts-with(@id, "comment-")]') if WORDS in article.text_content()
    ]


def counted(reader: Visitor) -> int:
    return int(reader.page.xpath('string(//*[@class="comments__number"])'))


def json_ld(reader: Visitor) -> dict[str, Any]:
    found = json.loads(reader.page.xpath('string(//script[@type="application/ld+json"])'))
    nodes = found.get("@graph", [found]) if isinstance(found, dict) else found
    (article,) = (node for node in nodes if node["@type"] == "NewsArticle")
    return dict(article)


def finds(reader: Visitor) -> list[str]:
    reader.get("/search", query_string={"q": "pastéis"})
    return [str(link) for link in reader.page.xpath('//ol[@id="results"]/li//a[1]/@href')]
