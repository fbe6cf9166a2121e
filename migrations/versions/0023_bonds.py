"""What people are to each other; and that a moderator took somebody's standing back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "bond",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.CheckConstraint("kind IN ('follow', 'mute', 'block')", name=op.f("ck_bond_kind")),
        sa.CheckConstraint("account_id <> other_id", name=op.f("ck_bond_not_oneself")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bond_account_id_account"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["account.id"], name=op.f("fk_bond_other_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "kind", "other_id", name=op.f("pk_bond")),
    )
    op.create_index("ix_bond_other_kind_account", "bond", ["other_id", "kind", "account_id"])
    op.add_column("account", sa.Column("standing_lost_at", Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("account", "standing_lost_at")
    op.drop_table("bond")
