"""What fans said of gigs, and the place each of them asked about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gig_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=10), nullable=False),
        sa.Column("said_at", Moment(), nullable=False),
        sa.CheckConstraint(sa.column("word").in_(("going", "interested", "there")), name=op.f("ck_attendance_word")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_attendance_account_id_account"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_attendance_gig_id_gig"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("gig_id", "account_id", name=op.f("uq_attendance_gig_id_account_id")),
    )
    op.create_index(op.f("ix_attendance_account_id"), "attendance", ["account_id"])
    op.create_table(
        "fan_place",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("km", sa.Integer(), nullable=False),
        sa.Column("chosen_at", Moment(), nullable=False),
        sa.CheckConstraint(sa.column("km").in_((25, 50, 100, 250, 500)), name=op.f("ck_fan_place_km")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_fan_place_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_fan_place")),
    )


def downgrade() -> None:
    op.drop_table("fan_place")
    op.drop_table("attendance")
