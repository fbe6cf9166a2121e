from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.attacks.ground import Ground, begun_anew
from tests.cast import make_cast
from tests.databases import ON_POSTGRESQL


@pytest.fixture
def ground(app: Any, database: Any) -> Ground:
    """On a server building it is no slower than copying a database."""
    return Ground(app, make_cast()) if ON_POSTGRESQL else begun_anew(app, database)


@pytest.fixture
def without_limits(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    site = app.extensions["fansite"]
    monkeypatch.setattr(site, "settings", replace(site.settings, limits=False))
