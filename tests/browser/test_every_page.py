"""Every page and state, on a phone by day; every second of them at a desk by night as well, and with `EVERY_LOOK=1` all in all looks.

That the console stays empty and nothing is asked of other hosts is held by the fixture `look`.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.browser.judging import LOOKS, is_for_everyone
from tests.browser.scenes import all_scenes, go

pytestmark = pytest.mark.browser


# What a page is made of stands on others too: what is too pale at night on one is so on the next.
AT_NIGHT = list(all_scenes())[::2]


@pytest.mark.parametrize("name", all_scenes())
def test_a_page_is_for_everyone(look: Any, site: Any, name: str) -> None:
    who, way = all_scenes()[name]
    page = look(who)
    go(page, site, way)
    is_for_everyone(page, LOOKS if name in AT_NIGHT or "EVERY_LOOK" in os.environ else LOOKS[:1])
