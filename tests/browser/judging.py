"""What no page may get wrong: axe finds nothing, nothing sticks out sideways, nothing is too small for a thumb."""

from __future__ import annotations

import os
from typing import Any

from axe_playwright_python.sync_playwright import Axe

Rules = dict[str, Any]

ALL: Rules = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
COLOURS: Rules = {"runOnly": ["color-contrast", "link-in-text-block"]}
# What may differ: size with the width, colours with the hour. `EVERY_LOOK=1` asks for everything in all four.
LOOKS: tuple[tuple[int, str, Rules], ...] = ((320, "light", ALL), (1280, "dark", COLOURS))
if "EVERY_LOOK" in os.environ:
    LOOKS = tuple((width, scheme, ALL) for width in (320, 1280) for scheme in ("light", "dark"))
AXE_SCRIPT = Axe().axe_script


# What a thumb presses; links within sentences excepted, and the time of a comment, which stands in the row of its name.
SMALL = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary, .choice')]
  .filter((one) => one.matches(':not([type=hidden], [type=radio], [type=checkbox], .comment__when, .unseen, [aria-hidden=true] *)') && getComputedStyle(one).display !== 'inline')
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().height < 43.5)
  .map((one) => one.outerHTML.slice(0, 120))"""


def is_for_everyone(page: Any, looks: Any) -> None:
    page.evaluate(AXE_SCRIPT)
    for width, scheme, rules in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("async (rules) => (await axe.run(document, rules)).violations", rules)
        problems = "; ".join(in_words(finding) for finding in found)
        assert problems == "", f"{width} px, {scheme}: {problems}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"wider than {width} px"
        assert page.evaluate(SMALL) == [], f"too small for a thumb at {width} px"


def in_words(finding: Any) -> str:
    places = finding["nodes"]
    return f"{finding['id']}: {places[0]['html'][:160]} ({len(places)} places)"
