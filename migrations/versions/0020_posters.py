"""Drawn posters of tours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "poster",
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("stem", sa.String(length=60), server_default="", nullable=False),
        sa.Column("drawing", sa.String(length=60), server_default="", nullable=False),
        sa.Column("drawn_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("subject", "language", name=op.f("pk_poster")),
    )
    op.create_index(op.f("ix_poster_stem"), "poster", ["stem"])


def downgrade() -> None:
    op.drop_table("poster")
