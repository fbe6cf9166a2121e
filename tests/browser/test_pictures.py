"""A picture goes into the library over a connection that is lost on the way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.media.hostile import SVG, photograph

pytestmark = pytest.mark.browser


@pytest.fixture
def library(visit: Any) -> Any:
    page = visit("eli")
    page.goto("/staff/pictures")
    page.wait_for_selector("picture-drop:defined")
    return page


def choose(page: Any, data: bytes, name: str = "us.png") -> None:
    page.set_input_files("#file", {"name": name, "mimeType": "image/png", "buffer": data})


def test_an_upload_goes_on_by_itself_when_the_connection_is_back(library):
    data = photograph((1200, 900), "PNG", compress_level=0)
    offsets = []

    def cut(route: Any) -> None:
        if route.request.method == "PATCH":
            offsets.append(int(route.request.headers["upload-offset"]))
            library.context.set_offline(len(offsets) == 3)
        route.continue_()

    library.route("**/media/uploads/*", cut)
    library.fill("#alt", "Two on a stage")
    choose(library, data)
    library.get_by_text("No connection. It goes on by itself").wait_for()
    library.context.set_offline(False)
    library.wait_for_url("**/staff/pictures/*")
    assert library.inner_text("h1") == "Two on a stage"
    # The piece that was lost came again; none of those before did.
    assert offsets[:4] == [0, 256 * 1024, 512 * 1024, 512 * 1024]
    assert offsets[3:] == sorted(set(offsets))[2:]


def test_what_is_refused_says_why_beside_the_box_and_nothing_is_lost(library):
    library.fill("#alt", "Two on a stage")
    choose(library, SVG, "us.svg")
    library.locator(".drop__said.field__problem", has_text="no picture we can read").wait_for()
    assert library.input_value("#alt") == "Two on a stage"
