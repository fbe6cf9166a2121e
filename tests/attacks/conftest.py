from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.attacks.ground import Ground, begun_anew


@pytest.fixture
def ground(app: Any, database: Any) -> Ground:
    return begun_anew(app, database)


@pytest.fixture
def without_limits(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    site = app.extensions["fansite"]
    monkeypatch.setattr(site, "settings", replace(site.settings, limits=False))
