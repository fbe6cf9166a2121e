"""Every page and state, on a phone and at a desk, by day and by night.

That the console stays empty and nothing is asked of other hosts is held by the fixture `look`.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.judging import LOOKS, is_for_everyone
from tests.browser.scenes import all_scenes, go

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", all_scenes())
def test_a_page_is_for_everyone(look: Any, site: Any, name: str) -> None:
    who, way = all_scenes()[name]
    page = look(who)
    go(page, site, way)
    is_for_everyone(page, LOOKS)
