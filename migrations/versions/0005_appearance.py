"""How the band's site looks: the draft, what is shown, and what was before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from fansite.core.db import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stored", sa.JSON(), nullable=False),
        sa.Column("saved_at", Moment(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["saved_by_id"], ["account.id"], name=op.f("fk_look_saved_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
    )
    for name in ("published_at", "saved_by_id"):
        op.create_index(op.f(f"ix_look_{name}"), "look", [name], unique=False)


def downgrade() -> None:
    op.drop_table("look")
