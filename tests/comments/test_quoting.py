"""Words of one comment in another."""

from __future__ import annotations

import pytest

from fansite.accounts import operations as accounts
from fansite.comments import operations as comments
from fansite.comments.models import Comment
from fansite.comments.quoting import MOST, quoted
from fansite.core.db import db, get
from fansite.moderation import words as words_of_the_site
from tests.comments.test_pages import typed
from tests.texts import news_post, say

LISBON = "/news/lisbon"


@pytest.fixture
def post(cast):
    return news_post(cast.eli)


@pytest.mark.parametrize(
    ("body", "quote"),
    [
        ("Soup\nand *bread*", "> Soup\n> and *bread*"),
        ("One\n\n\nTwo", "> One\n>\n> Two"),
        ("> [ada](/comments/1)\n> Soup?\n\nYes", "> Yes"),
    ],
)
def test_a_quote_is_what_somebody_said_themselves(body, quote):
    assert quoted("fay", "/comments/7", body) == f"> [fay](/comments/7)\n{quote}\n\n"


def test_a_name_is_no_markdown():
    assert quoted("[deleted]", "/comments/7", "Soup").startswith(r"> [\[deleted\]](/comments/7)")


def test_a_long_text_is_quoted_to_the_end_of_a_paragraph_or_of_a_word():
    assert quoted("fay", "/comments/7", "a" * (MOST - 5) + "\n\n" + "b" * 50).split("\n")[1:] == [f"> {'a' * (MOST - 5)}", "", ""]
    words = quoted("fay", "/comments/7", "soup " * 400).split("\n")[1]
    assert words.endswith("soup …") and len(words) < MOST + 10


def test_without_a_script_the_box_comes_with_the_quote(cast, post, stranger, browser_as):
    comment = say(post, cast.fay, "Soup & <bread>")
    stranger.get(LISBON)
    (link,) = stranger.page.xpath(f'//a[@data-quote="{comment.id}"]/@href')
    assert link == f"{LISBON}?reply={comment.id}&quote=1#reply"
    for visitor in (stranger, browser_as(cast.nora)):
        visitor.get(link)
        assert typed(visitor) == f"> [Fay](/comments/{comment.id})\n> Soup & <bread>\n\n"
        assert visitor.page.xpath('//input[@name="parent"]/@value') == [str(comment.id)]
        assert not visitor.page.xpath("//*[@data-problems]")
    stranger.get(f"{LISBON}?quote=1")
    assert typed(stranger) == ""


def test_who_a_quote_names_is_told_over_it_and_its_link_holds_nobody_up(cast, post):
    others = [say(post, cast.milo, f"Word {number}").id for number in range(4)]
    quotes = "\n".join(f"> [milo](/comments/{id})\n> Word\n\nYes\n" for id in others)
    answer = say(post, cast.fay, quotes)
    assert answer.visible
    assert answer.html.count("<blockquote>") == 4
    assert f'<blockquote>\n<p><a href="/comments/{others[0]}" rel="ugc noopener">milo</a>' in answer.html
    assert not say(post, cast.fay, "> [a](https://one.example)\n> [b](https://two.example)\n> [c](https://three.example)").visible


@pytest.mark.parametrize("words", ["Play in our casino", "Hats at www.hats.example www.caps.example www.coats.example"])
def test_nothing_is_hidden_from_the_checks_in_the_line_over_a_quote(cast, post, words):
    words_of_the_site.set_words("banned", ["casino"], by=cast.milo)
    quoted_id = say(post, cast.milo, "Soup").id
    assert not say(post, cast.fay, f"> [{words}](/comments/{quoted_id})\n> Soup\n\nYes").visible


@pytest.mark.parametrize("keep_words", [True, False])
def test_over_a_quote_of_who_left_stands_no_name(cast, post, keep_words):
    fays, milos = say(post, cast.fay, "Soup").id, say(post, cast.milo, "Bread").id
    others = f"> [milo](/comments/{milos})\n> Bread\n\nYes\n\n"
    answer = say(post, cast.ada, others + f"> [Fay](/comments/{fays})\n> Soup\n\nNo", parent_id=fays)
    accounts.erase(cast.fay.id, keep_words=keep_words)
    comments.render_older()
    db.session.expire_all()
    answer = get(Comment, answer.id)
    assert answer.body == others + rf"> [\[deleted\]](/comments/{fays})" + "\n> Soup\n\nNo"
    assert "Fay" not in answer.html and "[deleted]</a>" in answer.html
