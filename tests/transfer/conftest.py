"""Typing `fansite import gigs …` with a file of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from fansite.core.db import db
from fansite.tour import queries
from fansite.tour.models import Gig
from fansite.transfer.commands import import_


@pytest.fixture
def importing(app, cast, clock, tmp_path: Path):
    """Types `fansite import gigs …` with this file."""

    def run(text: str | bytes, *words: str, status: int = 0, name: str = "tour.csv"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        result = CliRunner().invoke(import_, ["gigs", str(file), *words], obj={"app": lambda: app})
        db.session.rollback()
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def told(importing):
    return lambda text, *words, **more: json.loads(importing(text, *words, "--json", **more).stdout)


def gigs() -> list[Gig]:
    db.session.expire_all()
    return [queries.opened(id) for id in db.session.scalars(sa.select(Gig.id).order_by(Gig.day))]
