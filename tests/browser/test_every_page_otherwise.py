"""The pages in French, whose words are longer; the pages about failures; and the longest words a page may have to carry."""

from __future__ import annotations

import os
from typing import Any

import pytest

from fansite.core.web.failures import bare_page, failure_page
from tests.browser.judging import LOOKS, is_for_everyone
from tests.browser.scenes import IN_FRENCH, all_scenes, go
from tests.browser.site import send, write

pytestmark = pytest.mark.browser


# Every fifth of them, and all with `EVERY_LOOK=1`: its words are tested elsewhere, here only their length.
@pytest.mark.parametrize("name", IN_FRENCH if "EVERY_LOOK" in os.environ else IN_FRENCH[::5])
def test_a_page_is_for_everyone_in_french_too(look: Any, site: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    who, way = all_scenes()[name]
    page = look(who, language="fr-FR")
    english = page.goto
    with monkeypatch.context() as while_going:
        while_going.setattr(page, "goto", lambda path, **how: english(path if path.startswith("/fr/") else f"/fr{path}", **how))
        go(page, site, way)
    assert page.get_attribute("html", "lang") == "fr"
    is_for_everyone(page, LOOKS[:1])


@pytest.mark.parametrize("path", ["/news/", "/fr/news/"])
def test_a_wide_screen_has_name_menu_and_ways_in_in_one_row(look: Any, path: str) -> None:
    page = look()
    page.goto(path)
    page.wait_for_selector("scheme-switch button:visible")
    for width, pages in ((1088, False), (1279, False), (1280, True), (1440, True), (2000, True)):
        page.set_viewport_size({"width": width, "height": 900})
        tops = page.evaluate(ROW)
        assert len(set(tops)) == 1, f"{tops} at {width} px"
        assert page.is_visible(".nav a[href$='/contact']") is pages
        assert page.locator(".masthead__home .wordmark, .masthead__name").bounding_box()["width"] > 120


# The middle of all that is seen in the bar.
ROW = """() => [...document.querySelectorAll('.masthead__home, .nav__link, .masthead__tool')]
  .filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect()).map((box) => Math.round(box.top + box.height / 2))"""


FAILURES = [(failure_page, code) for code in (405, 413, 422, 429, 500, 503)] + [(bare_page, 500), (bare_page, 503)]


@pytest.mark.parametrize(("make", "code"), FAILURES)
def test_a_page_about_a_failure_is_for_everyone(app: Any, look: Any, make: Any, code: int) -> None:
    page = look()
    for language, prefix in (("en", "/"), ("fr", "/fr/")):
        with app.test_request_context(prefix, headers={"Accept-Language": language}):
            body = make(app.extensions["fansite"].settings, code).get_data(as_text=True)
        show(page, body, code)
        assert page.get_attribute("html", "lang") == language
        is_for_everyone(page, (LOOKS[0], LOOKS[-1]))
    page.unroute_all()


def show(page: Any, body: str, code: int) -> None:
    """As if the site had answered so: its files are the served site's own."""
    page.unroute_all()
    page.route("**/failing", lambda route: route.fulfill(status=code, body=body, content_type="text/html"))
    page.goto("/failing")


def test_no_word_is_too_long_for_a_page(visit: Any) -> None:
    eli = visit("eli")
    post = with_long_words(eli)
    for path in (
        post,
        "/",
        "/news/",
        "/fans/eli",
        "/search?q=Short",
        "/account/comments",
        "/staff/",
        "/staff/news/",
        "/staff/tags",
    ):
        eli.goto(path)
        for width in (320, 1280):
            eli.set_viewport_size({"width": width, "height": 900})
            assert eli.evaluate("document.documentElement.scrollWidth") <= width, f"{path} at {width} px"


def with_long_words(eli: Any) -> str:
    """The address of a post whose every part is as long as the forms allow, answered in the same manner."""
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    table = "\n".join(cell * 20 + "|" for cell in ("| wide ", "| - ", "| table "))
    eli.goto("/staff/news/new")
    eli.fill("[name='title']", f"{word} and {word}")
    eli.fill("[name='tags']", word[:40])
    eli.fill("[name='body']", f"Short.\n\n## {word}\n\n{word * 4}\n\n```\n{word * 4}\n```\n\n{table}")
    eli.click("[data-form='entry'] .button--main")
    eli.click("button[value='now']")
    eli.goto("/news/")
    eli.locator(".card__title a").first.click()
    eli.wait_for_selector("[data-form='comment']")
    for depth in range(3):
        if depth:
            eli.locator(".comment [data-reply]").last.click()
        write(eli, f"{depth} {word * 3} https://example.org/{word * 3} `{word * 3}`")
        send(eli)
        eli.wait_for_function("depth => document.querySelectorAll('.comment').length > depth", arg=depth)
    return str(eli.url.partition("#")[0])
