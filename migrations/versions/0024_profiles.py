"""What fans say of themselves, and who sees what of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0024"
down_revision = "0023"

VISIBILITIES = "'everyone', 'members', 'me'"
FIELDS = ("bio_to", "songs_to", "badges_to")


def upgrade() -> None:
    op.create_table(
        "fan_profile",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("songs", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.String(length=8), nullable=False) for name in FIELDS),
        sa.Column("changed_at", Moment(), nullable=False),
        *(sa.CheckConstraint(f"{name} IN ({VISIBILITIES})", name=op.f(f"ck_fan_profile_{name}")) for name in FIELDS),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_fan_profile_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_fan_profile")),
    )
    op.create_table(
        "fan_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.Column("songs", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("written_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status IN ('published', 'pending', 'rejected', 'removed', 'replaced', 'withdrawn')", name=op.f("ck_fan_wording_status")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_fan_wording_account_id_account"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["fan_wording.id"], name=op.f("fk_fan_wording_replaced_by_id_fan_wording"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fan_wording")),
    )
    op.create_index("ix_fan_wording_account_status", "fan_wording", ["account_id", "status"])
    op.create_index(op.f("ix_fan_wording_renderer"), "fan_wording", ["renderer"])
    op.create_index(op.f("ix_fan_wording_replaced_by_id"), "fan_wording", ["replaced_by_id"])
    op.create_index("ix_fan_wording_status_changed", "fan_wording", ["status", "changed_at"])
    op.create_table(
        "discretion",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("shown_to", sa.String(length=8), nullable=False),
        sa.CheckConstraint("shown_to IN ('members', 'me')", name=op.f("ck_discretion_shown_to")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_discretion_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_discretion")),
    )
    # With its rule in the column itself: SQLite adds none to a table that is there. Until now a place was for its owner's eyes.
    op.execute(
        "ALTER TABLE fan_place ADD COLUMN shown_to VARCHAR(8) DEFAULT 'me' NOT NULL "
        f"CONSTRAINT ck_fan_place_shown_to CHECK (shown_to IN ({VISIBILITIES}))"
    )
    op.create_index("ix_fan_place_city", "fan_place", ["shown_to", "country", "name", "account_id"])


def downgrade() -> None:
    op.drop_index("ix_fan_place_city", "fan_place")
    op.drop_column("fan_place", "shown_to")
    op.drop_table("discretion")
    op.drop_table("fan_wording")
    op.drop_table("fan_profile")
