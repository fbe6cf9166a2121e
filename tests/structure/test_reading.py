"""The test browser sees what is wrong with a page."""

from __future__ import annotations

import pytest

from tests.client import check_page

PAGE = """<!doctype html>
<html lang="en"><head><title>Lisbon</title></head>
<body><main id="main"><h1>Lisbon</h1><form><label for="name">Name</label><input id="name" name="name"></form></main></body></html>
"""


def test_a_page_in_order_is_taken():
    check_page(PAGE, "/")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<!doctype html>", ""),
        ("</main>", ""),
        ("</h1>", "</h2>"),
        ("<h1>", "<p><div></div></p><h1>"),
        ("<h1>", "<a href=x><a href=y></a></a><h1>"),
        ("<h1>", "<div/><h1>"),
        ("<h1>", "<table><div></div></table><h1>"),
        ("<form>", "<form><form></form>"),
        ("<h1>", "&nosuch; <h1>"),
        ('id="name"', 'id="name"class="x"'),
        ('id="name"', 'id="name" id="other"'),
        ("Lisbon</h1>", "Lis\0bon</h1>"),
        ("<h1>", "<h1>A</h1><h1>"),
        ("main", "div"),
        ("<title>Lisbon", "<title>"),
        (' lang="en"', ""),
        ("<h1>", '<h1 id="name">'),
        ("<h1>", '<h1 style="color: red">'),
        ("<h1>", '<h1 onclick="x()">'),
        ("</h1>", "</h1><script>x()</script>"),
        ('for="name"', 'for="other"'),
        ("</h1>", '</h1><img src="https://example.org/x.png" alt="">'),
        ("</h1>", '</h1><a href="javascript:x()">x</a>'),
    ],
)
def test_what_no_page_may_get_wrong_is_seen(right, wrong):
    assert right in PAGE
    with pytest.raises(AssertionError):
        check_page(PAGE.replace(right, wrong), "/")
