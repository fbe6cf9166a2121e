"""Everything can be reached and seen without a mouse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.site import POST, comment_with

pytestmark = pytest.mark.browser

# Where the focus is, and whether one sees it: a ring (its own or that of the card around it), inside the window, not covered.
FOCUS = """() => {
  const here = document.activeElement, box = here.getBoundingClientRect(), ringed = here.closest('.card') ?? here;
  const ring = (element) => getComputedStyle(element).outlineStyle !== 'none' && parseFloat(getComputedStyle(element).outlineWidth) >= 2;
  const middle = document.elementFromPoint(box.x + Math.min(box.width, innerWidth) / 2, box.y + Math.min(box.height, innerHeight) / 2);
  return {
    name: here.outerHTML.slice(0, 90), tag: here.tagName, text: here.textContent.trim(),
    ring: ring(here) || ring(ringed),
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0,
    covered: middle !== null && !here.contains(middle) && !middle.contains(here) && !middle.closest('label'),
  };
}"""


def tab(page: Any) -> Any:
    page.keyboard.press("Tab")
    return page.evaluate(FOCUS)


def test_the_first_key_skips_to_the_content(visit):
    page = visit()
    page.goto(POST)
    skip = tab(page)
    assert skip["text"] == "Skip to the content"
    assert skip["ring"]
    assert skip["inside"]
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    after = tab(page)
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)"), after["name"]


@pytest.mark.parametrize(
    ("who", "path", "width"),
    [(None, POST, 1280), (None, POST, 360), ("fay", "/account/comments", 360), ("eli", "/staff/news/new", 1280), ("milo", "/moderation/", 1280), (None, "/", 360), (None, "/search?q=piano", 1280)],
)  # fmt: skip
def test_the_focus_is_seen_wherever_it_goes(visit, who, path, width):
    page = visit(who, width=width)
    page.goto(path)
    seen = []
    for _step in range(160):
        where = tab(page)
        if where["tag"] == "BODY":
            break
        seen.append(where["name"])
        assert where["ring"], f"no ring: {where}"
        assert where["inside"], f"out of sight: {where}"
        assert not where["covered"], f"covered: {where}"
    assert len(seen) > 10


def test_a_comment_is_written_and_sent_by_keys_alone(visit):
    page = visit("fay")
    page.goto(POST)
    for _step in range(400):
        if tab(page)["tag"] == "TEXTAREA":
            break
    page.keyboard.type("Typed with both paws")
    assert tab(page)["text"] == "Send it"
    page.keyboard.press("Enter")
    article = comment_with(page, "Typed with both paws")
    article.wait_for()
    assert page.evaluate("document.activeElement.id") == article.get_attribute("id")
    assert tab(page)["inside"]
    assert page.evaluate("(id) => document.getElementById(id).contains(document.activeElement)", article.get_attribute("id"))


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "no-scripts"])
def test_the_menu_opens_and_leads_on_by_keys(visit, js):
    page = visit("milo", js=js, width=360)
    page.goto("/")
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    page.locator(".menu__list").wait_for(state="visible")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Your account"
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/")


def test_answering_and_taking_it_back_keeps_the_focus_near(visit):
    page = visit("fay")
    page.goto(POST)
    page.locator("[data-reply]").nth(1).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    assert page.evaluate(FOCUS)["inside"]


def test_the_menu_closes_by_escape_and_when_one_goes_on(visit):
    page = visit("fay")
    page.goto("/news/")
    menu = page.locator("details.menu")
    menu.locator("summary").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert page.evaluate("document.activeElement.localName") == "summary"
    page.keyboard.press("Enter")
    assert menu.get_attribute("open") is not None
    page.locator("h1").click()
    assert menu.get_attribute("open") is None
