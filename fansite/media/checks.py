"""Whether every picture is where its row says."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from fansite.core.db import db
from fansite.core.feature import Finding
from fansite.media import operations
from fansite.media.models import Face, Picture

MOST_SHOWN = 3


def files() -> Iterator[Finding]:
    """Walks all that is stored."""
    there = set(operations.storage().keys())
    wanted = [*db.session.scalars(sa.select(Picture.name)), *db.session.scalars(sa.select(Face.name))]
    lacking = sorted(name for name in wanted if name not in there)
    if lacking:
        more = f" and {len(lacking) - MOST_SHOWN} more" if len(lacking) > MOST_SHOWN else ""
        yield Finding(
            "problem",
            f"The file of {', '.join(lacking[:MOST_SHOWN])}{more} is gone.",
            "Bring the folder of pictures back from a backup.",
        )
    else:
        yield Finding("ok", f"Every picture has its file: {len(wanted)} pictures, {len(there)} files with all their sizes.")
