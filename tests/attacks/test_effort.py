"""What the desk's helpers read may come from anywhere: none of it holds up the site (SECURITY §4.18; P14)."""

from __future__ import annotations

from typing import Any

import pytest

from fansite.appearance import inks
from fansite.core.wording import MAX_BODY
from fansite.staff.comparing import compare
from fansite.staff.views.aids import MAX_PASTE, MOST_MARKS
from tests.attacks.ground import FROM_HERE
from tests.effort import takes_at_most

pytestmark = pytest.mark.once

PASTED = (
    "<div>", "<b>x", "<table><tr><td>", "<ul><li>x", "<style>", "<!--", "<title></", "&", "<", "<a href=x>", "<p>x", "<br>", "<blockquote>x",
    "<span style='font-weight:bold'>x", "<img src=x alt=y>",
)  # fmt: skip
LINES = {
    "short lines": ("a\nb\n", "c\nd\n"),
    "lines of other numbers": ("a\n", "a\n\n"),
    "long lines": ("a b b a " * 60 + "\n", "b a b b " * 60 + "\n"),
    "one line": ("a b ", "b b a "),
}


@pytest.mark.parametrize("piece", PASTED)
def test_a_pasted_page_is_read_quickly_or_comes_as_plain_words(ground: Any, without_limits: None, piece: str) -> None:
    client, token = ground.browser("eli")
    most = MOST_MARKS // (piece.count("<") + piece.count("&"))
    for times, status in ((most, 200), (most + 1, 413)):
        data = {"html": piece * times, "csrf_token": token}
        answer = takes_at_most(4, lambda data=data: client.post("/staff/writing/markdown", data=data, headers=FROM_HERE))
        assert answer.status_code == status
    assert client.post("/staff/writing/markdown", data={"html": "x" * (MAX_PASTE + 1)}, headers=FROM_HERE).status_code in (
        413,
        422,
    )


@pytest.mark.parametrize("name", LINES)
def test_two_texts_of_any_length_are_compared_quickly(name: str) -> None:
    theirs, mine = (words * (MAX_BODY // len(words)) for words in LINES[name])
    assert takes_at_most(2, lambda: compare(theirs, mine))


@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#808080", "#ff00ff"])
def test_inks_nobody_could_read_are_answered_quickly(app: Any, colour: str) -> None:
    wanted = {ink.name: colour for ink in inks.INKS}
    assert takes_at_most(1, lambda: inks.faults({}, wanted))
