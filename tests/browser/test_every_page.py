"""What no page may get wrong, on a phone and at a desk, by day and by night: axe finds nothing, nothing sticks out sideways.

That the console stays empty and nothing is asked of other hosts is held by the fixture `visit`.
"""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.scenes import all_scenes, go

pytestmark = pytest.mark.browser

ALL, COLOURS = {"resultTypes": ["violations"]}, {"runOnly": ["color-contrast", "link-in-text-block"]}
# What may differ: order and size with the width, colours with the hour.
LOOKS = ((320, "light", ALL), (320, "dark", COLOURS), (1280, "light", COLOURS), (1280, "dark", ALL))
AXE_SCRIPT = Axe().axe_script


@pytest.mark.parametrize("name", all_scenes())
def test_a_page_is_for_everyone(visit: Any, site: Any, name: str) -> None:
    who, way = all_scenes()[name]
    page = visit(who)
    go(page, site, way)
    page.evaluate(AXE_SCRIPT)
    for width, scheme, rules in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("async (rules) => (await axe.run(document, rules)).violations", rules)
        assert [in_words(finding) for finding in found] == [], f"{name}, {width} px, {scheme}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width} px"


def in_words(finding: Any) -> str:
    places = finding["nodes"]
    return f"{finding['id']}: {places[0]['html'][:160]} ({len(places)} places)"
