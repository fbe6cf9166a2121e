"""`make screenshots`: the demo band's pages in Chromium, phone and wide, by day and night, in both languages.

All go to `build/screenshots`; those the README and the handbook show are kept in `docs/pictures`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from tests.browser.scenes import all_scenes, go
from tests.browser.site import QUIET, Site, browser_program, served_demo, signed_in
from tests.conftest import ROOT

ALL = ROOT / "build" / "screenshots"
KEPT = ROOT / "docs" / "pictures"
WIDTHS = {"phone": (390, 844), "wide": (1280, 860)}
SCHEMES = ("light", "dark")
LANGUAGES = {"en": "en-GB", "fr": "fr-FR"}

SCENES = ("home", "news", "post with thread", "search that finds", "join", "queue", "desk", "editor", "404", "410", "403")
# Shown in the README and the handbook.
SHOWN = {
    "home-wide-light-en": "home",
    "home-phone-dark-en": "home-phone",
    "post-with-thread-phone-light-en": "post-phone",
    "queue-wide-light-en": "queue",
    "editor-wide-light-en": "editor",
    "home-wide-dark-fr": "accueil",
}


def main() -> int:
    program = browser_program()
    if program is None:
        print("Chromium is not here: apt-get install chromium")
        return 1
    from playwright.sync_api import sync_playwright

    for folder in (ALL, KEPT):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served_demo(Path(folder)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        for name, page in _pages(browser, site):
            _keep(name, page.screenshot())
        browser.close()
    print(f"{len(list(ALL.glob('*.png')))} pictures in {ALL.relative_to(ROOT)}, {len(SHOWN)} of them in {KEPT.relative_to(ROOT)}")
    return 0


def _pages(browser: Any, site: Site) -> Iterator[tuple[str, Any]]:
    states: dict[str, Any] = {}
    for scene, width, scheme, language in product(SCENES, WIDTHS, SCHEMES, LANGUAGES):
        who, way = all_scenes()[scene]
        if who is not None and who not in states:
            states[who] = signed_in(browser, site, who)
        high = WIDTHS[width]
        context = browser.new_context(
            base_url=site.address,
            viewport={"width": high[0], "height": high[1]},
            color_scheme=scheme,
            locale=LANGUAGES[language],
            reduced_motion="reduce",
            storage_state=states.get(who) if who else None,
        )
        page = context.new_page()
        go(page, site, way)
        if language != "en":
            _in_french(page)
        page.wait_for_load_state("networkidle")
        yield f"{scene.replace(' ', '-')}-{width}-{scheme}-{language}", page
        context.close()


def _in_french(page: Any) -> None:
    """By the page's own switch: the text in that language where there is one. What was not found has no switch."""
    switch = page.locator("footer a[hreflang='fr'], footer a[lang='fr']")
    page.goto(switch.first.get_attribute("href") if switch.count() else f"/fr{urlsplit(page.url).path}")


def _keep(name: str, data: bytes) -> None:
    (ALL / f"{name}.png").write_bytes(data)
    if name in SHOWN:
        with Image.open(BytesIO(data)) as image:
            image.convert("RGB").quantize(128).save(KEPT / f"{SHOWN[name]}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
