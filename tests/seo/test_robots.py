"""`robots.txt` says what we mean, to strict readers and to simple ones."""

from __future__ import annotations

import re
from urllib.robotparser import RobotFileParser

import pytest

pytestmark = pytest.mark.once

OPEN = [
    "/", "/news/", "/news/lisbon", "/news/lisbon?page=2", "/news/tag/tour", "/news/2026/", "/fans/", "/fans/fay", "/about", "/fr/", "/fr/news/",
    "/fr/fans/fay", "/feed.xml", "/sitemap.xml", "/sitemaps/news-1.xml", "/comments/12", "/comments/12/thread?page=2", "/media/cat.jpg",
    "/static/abc/css/base.css", "/accounting", "/staffing", "/search", "/join", "/fr/search", "/fr/join",
]  # fmt: skip
CLOSED = [
    "/search?q=fado", "/login", "/login?next=/", "/join?draft=x", "/join/sent", "/reset", "/reset/token", "/confirm/token",
    "/account/", "/account/comments", "/staff/", "/staff/news/1", "/moderation/", "/moderation/recent", "/comments/on/1", "/fr/search?q=fado",
    "/fr/login", "/fr/account/", "/fr/staff/", "/fr/moderation/",
]  # fmt: skip
# Names a free page may have; a rule that is only a beginning would close them.
LOOKALIKES = ["/joint-statement", "/search-party", "/login-trouble", "/reset-2026", "/fr/joint-statement"]


@pytest.fixture
def text(app, stranger):
    response = stranger.client.get("/robots.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    return response.get_data(as_text=True)


def allowed(text: str, path: str) -> bool:
    """As RFC 9309 has it: `*` is anything, `$` the end, the longest rule wins."""
    rules = [line.partition(": ")[2] for line in text.splitlines() if line.startswith("Disallow: ")]
    return not any(re.match(re.escape(rule).replace(r"\*", ".*").replace(r"\$", "$"), path) for rule in rules)


@pytest.mark.parametrize("path", OPEN + LOOKALIKES)
def test_what_is_public_may_be_read(text, path):
    assert allowed(text, path)


@pytest.mark.parametrize("path", CLOSED)
def test_what_leads_nowhere_is_closed(text, path):
    assert not allowed(text, path)


@pytest.mark.parametrize(("paths", "may"), [(OPEN, True), (CLOSED, False)])
def test_simple_readers_understand_it_too(text, paths, may):
    parser = RobotFileParser()
    parser.parse(text.splitlines())
    for path in paths:
        assert parser.can_fetch("AnyBot", f"http://127.0.0.1:8000{path}") is may, path
    assert parser.site_maps() == ["http://127.0.0.1:8000/sitemap.xml"]
