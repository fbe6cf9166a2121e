"""Words that nobody sees, and signs that turn or cover the words of others (SECURITY §4.30): refused, or kept without them."""

from __future__ import annotations

from typing import Any

import pytest

from fansite.comments import operations as comments
from fansite.core import markup
from fansite.core.errors import Refused
from fansite.fans import operations as fans
from fansite.fans.operations import Wanted
from fansite.talk import operations as talk
from fansite.tour.photos.operations import fit as fit_caption
from tests.texts import news_post

pytestmark = pytest.mark.once

NOTHING = ["\u200b", "\u2800 \u3164", "\u00ad\u200d\ufe0f", "\u202e\u202c", "\u2066\u2069", "\u0301"]
TURNED = "\u202egnihtyna\u202c Zo\u200be" + "\u0301" * 90
AS_KEPT = "gnihtyna Zoe" + "\u0301" * 4


@pytest.mark.parametrize("words", NOTHING)
def test_what_nobody_sees_is_nothing(cast: Any, words: str) -> None:
    for title, body in ((words, "Six seats"), ("A van", words)):
        with pytest.raises(Refused):
            talk.fit(title, body)
    with pytest.raises(Refused):
        talk.fit("A van", "Six seats", options=f"Noon\n{words}")
    with pytest.raises(Refused):
        talk.fit("A van", "Six seats", words)
    with pytest.raises(Refused):
        fit_caption(words)
    assert fans.save(Wanted(songs=[words, "Hay"]), by=cast.fay).songs == ["Hay"]


@pytest.mark.parametrize("body", [*NOTHING, "[]()", "[hats]: http://hats.example", "&#8203;"])
def test_nor_is_a_comment_of_which_nothing_is_left(cast: Any, body: str) -> None:
    post = news_post(cast.eli)
    with pytest.raises(Refused, match="Write something first"):
        comments.post(post.id, by=cast.fay, body=body)
    said = comments.post(post.id, by=cast.fay, body="\U0001f525")
    with pytest.raises(Refused, match="Write something first"):
        comments.edit(said.id, by=cast.fay, body=body)


def test_what_stands_in_a_line_turns_and_covers_nothing_around_it(cast: Any) -> None:
    words = talk.fit(TURNED, "Six seats", TURNED, question=TURNED, options=f"{TURNED}\nNoon\nNo\u200bon\nNight")
    assert (words.title, words.tags) == (AS_KEPT, (AS_KEPT,))
    assert words.poll is not None
    assert (words.poll.question, words.poll.options) == (AS_KEPT, (AS_KEPT, "Noon", "Night"))
    assert fans.save(Wanted(songs=[TURNED]), by=cast.fay).songs == [AS_KEPT]
    assert fit_caption(TURNED) == AS_KEPT


@pytest.mark.parametrize("words", ["Zoe\u0301", "👩‍🚀", "سلام", "می‌خواهم", "ก็", "!", "日"])
def test_what_is_written_anywhere_stays(words: str) -> None:
    assert markup.says_something(words) and markup.one_line(words) == words
