"""Who of several processes runs which tests, and when: files stay together, what takes long begins first, and one process has the browser.

Left to themselves files are dealt out by the number of their tests, and a file of one test that takes a minute comes last, while the other
process has nothing left to do.
"""

from __future__ import annotations

from collections import Counter

import pytest
from xdist.scheduler import LoadScopeScheduling

# Together for one browser, and one demo band that is served.
BROWSER = "tests/browser/"
# A test that is marked `slow` takes as long as so many others, one in the browser as long as so many.
SLOW, IN_BROWSER = 150, 20


class Turns(LoadScopeScheduling):
    """Deals out files in the order of the collection."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)


def share_of(nodeid: str) -> str:
    """What is not torn apart: a file, or all that drives the browser."""
    return BROWSER if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]


def longest_first(items: list[pytest.Item]) -> None:
    weights: Counter[str] = Counter()
    for item in items:
        slow, browser = item.get_closest_marker("slow") is not None, item.get_closest_marker("browser") is not None
        weights[share_of(item.nodeid)] += SLOW if slow else IN_BROWSER if browser else 1
    items.sort(key=lambda item: -weights[share_of(item.nodeid)])
