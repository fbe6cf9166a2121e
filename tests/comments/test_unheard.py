"""Whoever somebody does not want to hear is folded away for them, and for nobody else."""

from __future__ import annotations

import pytest

from fansite.bonds import operations as bonds
from fansite.comments import operations as comments
from fansite.comments.models import Comment
from fansite.core.db import db
from fansite.core.errors import Refused
from tests.comments.test_pages import on_page, token_of, typed
from tests.talk.cast import discussion
from tests.texts import news_post, say

LISBON = "/news/lisbon"


@pytest.fixture
def post(cast):
    return news_post(cast.eli)


@pytest.fixture
def talk(cast, post):
    first = say(post, cast.milo, "Soup is *bad*")
    return first.id, say(post, cast.ada, "It is good", parent_id=first.id).id


def folded(visitor) -> list[int]:
    visitor.get(LISBON)
    return [int(one.removeprefix("comment-")) for one in visitor.page.xpath("//article[@data-unheard]/@id")]


def test_who_is_muted_is_folded_away_and_the_answers_stay(cast, talk, browser_as, stranger):
    fay = browser_as(cast.fay)
    fay.get(LISBON)
    bonds.tie("mute", cast.milo.id, by=cast.fay)
    assert folded(fay) == [talk[0]]
    assert on_page(fay) == list(talk)
    (details,) = fay.page.xpath("//article[@data-unheard]/details[not(@open)]")
    assert details.xpath("summary")[0].text_content().strip() == "Somebody you do not read"
    assert "Soup is bad" in details.text_content() and "It is good" not in details.text_content()
    assert details.xpath(".//a[@data-reply]"), "whom one does not read one may still answer"
    for other in (stranger, browser_as(cast.nora), browser_as(cast.milo)):
        assert folded(other) == []
    bonds.untie("mute", cast.milo.id, by=cast.fay)
    assert folded(fay) == []


def test_so_it_is_on_the_page_of_one_thread(cast, talk, browser_as):
    fay = browser_as(cast.fay)
    bonds.tie("mute", cast.ada.id, by=cast.fay)
    fay.get(f"/comments/{talk[0]}/thread")
    assert fay.page.xpath("//article[@data-unheard]/@id") == [f"comment-{talk[1]}"]


def test_a_block_folds_both_ways_and_neither_answers_the_other(cast, post, browser_as):
    fays = say(post, cast.fay, "Soup")
    bonds.tie("block", cast.nora.id, by=cast.fay)
    nora = browser_as(cast.nora)
    assert folded(nora) == [fays.id]
    assert not nora.page.xpath("//article[@data-unheard]//a[@data-reply or @data-quote]")
    assert nora.page.xpath("//article[@data-unheard]//a[contains(@href, '/report')]"), "what is wrong can still be told"
    data = {"body": "But listen", "parent": str(fays.id), "csrf_token": token_of(nora)}
    nora.post(f"/comments/on/{post.id}", data, status=422)
    assert "You cannot answer this comment." in nora.text
    assert typed(nora) == "But listen"
    assert nora.page.xpath('//input[@name="parent"]/@value') == [""]
    nora.submit("comment")
    (said,) = db.session.query(Comment).filter_by(author_id=cast.nora.id)
    assert (said.parent_id, said.body) == (None, "But listen")


def test_what_was_said_before_a_block_can_be_edited_after_it(cast, post):
    fays = say(post, cast.fay, "Soup")
    answer = say(post, cast.milo, "Bread", parent_id=fays.id)
    bonds.tie("mute", cast.milo.id, by=cast.fay)
    assert comments.edit(answer.id, by=cast.milo, body="Bread, please").body == "Bread, please"


def test_neither_answers_what_the_other_began_but_both_talk_to_everybody_else_there(cast, browser_as):
    begun = discussion(cast.fay)
    others = say(begun, cast.milo, "I come along")
    bonds.tie("block", cast.nora.id, by=cast.fay)
    nora = browser_as(cast.nora)
    nora.get(f"/talk/{begun.slug}")
    assert "You cannot answer who began this discussion." in nora.text
    nora.submit("comment", {"body": "You again"}, status=422)
    assert "You cannot answer who began this discussion." in nora.text
    assert typed(nora) == "You again"
    comments.post(begun.id, by=cast.nora, body="So do I", parent_id=others.id)
    bonds.untie("block", cast.nora.id, by=cast.fay)
    bonds.tie("block", cast.fay.id, by=cast.nora)
    with pytest.raises(Refused):
        comments.post(begun.id, by=cast.nora, body="You again")


def test_what_those_begin_who_keep_order_is_for_everybody(cast):
    begun = discussion(cast.milo)
    bonds.tie("block", cast.nora.id, by=cast.milo)
    assert comments.post(begun.id, by=cast.nora, body="I come along").status == "pending"
