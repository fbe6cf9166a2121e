"""The way of one comment through the site in a real browser, with and without scripts, on a phone and at a desk."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.site import POST, comment_with, send, write
from tests.serve.served import until

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("js", [True, False], ids=["scripts", "no-scripts"])
def test_the_whole_way_of_a_comment(visit: Any, site: Any, width: int, js: bool) -> None:
    name = f"{'with' if js else 'without'}-scripts-{width}"
    words = f"Wir{name.replace('-', '')} sing along"
    fan, other, moderator = visit(width=width, js=js), visit(width=width, js=js), visit("milo", width=width, js=js)

    write_first(fan, words)
    join(fan, site, name)
    comment = waits_in_place(fan, words)
    unseen_by(other, words, comment, status=404)

    decide(moderator, "/moderation/", comment, "approve")
    seen_by(other, words, comment)
    found_by(other, words, comment)

    remove(moderator, comment)
    unseen_by(other, words, comment, status=410)
    assert finds(other, words) == []
    told_why(fan, comment)

    undo(moderator)
    seen_by(other, words, comment)
    found_by(other, words, comment)


def write_first(fan: Any, words: str) -> None:
    fan.goto(POST)
    write(fan, words)
    send(fan)
    fan.wait_for_url("**/login?draft=*")
    assert words in fan.locator(".draft").inner_text()


def join(fan: Any, site: Any, name: str) -> None:
    form = fan.locator('form[data-form="join"]')
    form.locator('[name="email"]').fill(f"{name}@example.com")
    form.locator('[name="username"]').fill(name)
    form.locator('[name="password"]').fill("seven hills of hay")
    form.locator("button").click()
    fan.wait_for_url("**/join/sent")
    fan.goto(site.letter_link(f"{name}@example.com"))
    fan.click('form[data-form="confirm"] button')
    fan.wait_for_url(f"**{POST}**")


def waits_in_place(fan: Any, words: str) -> str:
    article = comment_with(fan, words)
    assert article.get_attribute("data-status") == "pending"
    assert "Waiting for a moderator" in article.inner_text()
    return str(article.get_attribute("id")).removeprefix("comment-")


def unseen_by(other: Any, words: str, comment: str, *, status: int) -> None:
    for path in ("/", POST):
        other.goto(path)
        assert words not in other.content()
    assert other.goto(f"/comments/{comment}").status == status


def seen_by(other: Any, words: str, comment: str) -> None:
    other.goto(f"/comments/{comment}")
    assert other.url.endswith(f"#comment-{comment}")
    article = comment_with(other, words)
    assert article.get_attribute("data-status") == "published"
    assert article.bounding_box()["y"] < 900, "the browser went to it"


def found_by(other: Any, words: str, comment: str) -> None:
    """The worker needs a moment; on a site that has just begun it still draws its posters and cards."""
    until(lambda: finds(other, words), 60)
    assert finds(other, words)[0].endswith(f"#comment-{comment}")


def finds(other: Any, words: str) -> list[str]:
    other.goto(f"/search?q={words.split()[0]}")
    return [str(link.get_attribute("href")) for link in other.locator("#results li a").all()]


def decide(moderator: Any, queue: str, comment: str, decision: str) -> None:
    """The oldest stand first, so ours is on the last page."""
    moderator.goto(queue)
    card = moderator.locator(f'.review[data-subject="comment:{comment}"]')
    while card.count() == 0:
        moderator.click('.pager [rel="next"]')
    card.locator(f'button[value="{decision}"]').click()
    moderator.wait_for_selector(".toast")


def remove(moderator: Any, comment: str) -> None:
    """From under the comment itself."""
    moderator.goto(f"/comments/{comment}")
    moderator.locator(f"#comment-{comment} a", has_text="Moderate").click()
    moderator.fill('.review [name="reason"]', "Off the subject")
    moderator.click('.review button[value="remove"]')
    moderator.wait_for_selector(".toast")


def told_why(fan: Any, comment: str) -> None:
    fan.goto("/account/comments")
    mine = fan.locator(f"#mine-{comment}")
    assert mine.get_attribute("data-status") == "removed"
    assert "Off the subject" in mine.inner_text()


def undo(moderator: Any) -> None:
    moderator.click(".toast [data-undo]")
    moderator.wait_for_selector(".toast:has-text('waits again')")


def test_each_paragraph_runs_in_the_direction_of_its_own_script(visit):
    page = visit("fay", width=360)
    page.goto(POST)
    write(page, "See you in Brussels!\n\nשלום לכולם!")
    send(page)
    written = comment_with(page, "שלום לכולם").first
    written.wait_for()
    begins_at_the_right = """paragraph => {
      const letter = document.createRange(), box = paragraph.getBoundingClientRect();
      letter.setStart(paragraph.firstChild, 0);
      letter.setEnd(paragraph.firstChild, 1);
      return letter.getBoundingClientRect().x > box.x + box.width / 2;
    }"""
    paragraphs = written.locator(".comment__body p")
    assert [paragraph.evaluate(begins_at_the_right) for paragraph in paragraphs.all()] == [False, True]
