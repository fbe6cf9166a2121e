"""Chromium, and a served site to look at: one of each for all tests of a process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.site import QUIET, Site, browser_program, served_demo, signed_in

# What the browser says by itself about an answer that is not 200: the page says the rest.
EXPECTED = ("Failed to load resource: the server responded with a status of", "net::ERR_INTERNET_DISCONNECTED")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    program = browser_program()
    if program is None:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("Chromium is not here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo band, served with its worker."""
    with served_demo(tmp_path_factory.mktemp("site")) as served:
        yield served


@pytest.fixture(scope="session")
def cookies(chromium: Any, site: Site) -> Callable[[str], Any]:
    """`cookies("milo")`: what a browser holds in which Milo signed in, once for all tests."""
    kept: dict[str, Any] = {}

    def of(name: str) -> Any:
        if name not in kept:
            kept[name] = signed_in(chromium, site, name)
        return kept[name]

    return of


@pytest.fixture
def visit(chromium: Any, site: Site, cookies: Callable[[str], Any]) -> Iterator[Callable[..., Any]]:
    """`visit("fay", width=360)` is a page in a browser of its own; what it complains of fails the test at its end."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_page(
        who: str | None = None, *, width: int = 1280, js: bool = True, scheme: str = "light", language: str = "en-GB"
    ) -> Any:
        page = new_page(
            chromium,
            site,
            complaints,
            viewport={"width": width, "height": 900},
            java_script_enabled=js,
            color_scheme=scheme,
            locale=language,
            storage_state=cookies(who) if who else None,
        )
        contexts.append(page.context)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture(scope="session")
def windows(chromium: Any, site: Site) -> Callable[[str | None, str], tuple[Any, list[str]]]:
    """A page per reader and language that stays open, and what it complained of: opening a new one costs as much as reading it."""
    kept: dict[tuple[str | None, str], tuple[Any, list[str]]] = {}

    def of(who: str | None, language: str) -> tuple[Any, list[str]]:
        if (who, language) not in kept:
            complaints: list[str] = []
            kept[who, language] = new_page(chromium, site, complaints, locale=language), complaints
        return kept[who, language]

    return of


@pytest.fixture
def look(windows: Any, cookies: Callable[[str], Any]) -> Iterator[Callable[..., Any]]:
    """`look("fay")` is the one page that shows all that Fay sees, at a desk by day: nothing is left in it of what was looked at before."""
    opened: list[tuple[Any, list[str]]] = []

    def at_a_desk(who: str | None = None, *, language: str = "en-GB") -> Any:
        page, complaints = windows(who, language)
        opened.append((page, complaints))
        page.context.clear_cookies()
        if who:
            page.context.add_cookies(cookies(who)["cookies"])
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        return page

    yield at_a_desk
    for page, complaints in opened:
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.goto("about:blank")  # whoever leaves a text half written is asked here, and not in the next test
        found, complaints[:] = list(complaints), []
        assert not found


def new_page(chromium: Any, site: Site, complaints: list[str], **settings: Any) -> Any:
    context = chromium.new_context(**{"base_url": site.address, "reduced_motion": "reduce", **settings})
    context.set_default_timeout(15000)  # a busy machine is slow, not wrong
    page = context.new_page()
    listen(page, site.address, complaints)
    return page


def listen(page: Any, address: str, complaints: list[str]) -> None:
    """Notes what the console says and whom else the page asks."""

    def said(message: Any) -> None:
        if message.type in ("error", "warning") and not any(words in message.text for words in EXPECTED):
            complaints.append(f"{page.url}: {message.text}")

    def asked(request: Any) -> None:
        if not request.url.startswith((f"{address}/", "data:", "blob:")):
            complaints.append(f"{page.url} asked {request.url}")

    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("request", asked)
