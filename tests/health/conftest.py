"""The sites of these tests are in good order to begin with: the pages the law asks for are public."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest


@pytest.fixture(autouse=True)
def lawful(request: pytest.FixtureRequest) -> None:
    if "app" not in request.fixturenames:
        return
    from fansite.core.db import transaction
    from fansite.pages import duties

    request.getfixturevalue("app")
    with transaction():
        for duty in duties.SLUGS:
            duties.add(duty, {"en": "Whole.", "fr": "Entier."}, author_id=None, at=datetime(2026, 1, 1, tzinfo=UTC))
