"""Photographs fans took at gigs, and pictures that are not the library's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0019"
down_revision = "0018"

APART = sa.text("shelf <> ''")


def upgrade() -> None:
    op.add_column("picture", sa.Column("shelf", sa.String(length=10), server_default="", nullable=False))
    op.create_index("ix_picture_shelf", "picture", ["shelf"], sqlite_where=APART, postgresql_where=APART)
    op.create_table(
        "fan_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gig_id", sa.Integer(), nullable=False),
        sa.Column("picture_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("shown_at", Moment(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.CheckConstraint(
            sa.column("status").in_(("published", "pending", "rejected", "removed", "withdrawn")), name=op.f("ck_fan_photo_status")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_fan_photo_account_id_account"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_fan_photo_gig_id_gig"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["picture_id"], ["picture.id"], name=op.f("fk_fan_photo_picture_id_picture")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fan_photo")),
        sa.UniqueConstraint("picture_id", name=op.f("uq_fan_photo_picture_id")),
    )
    op.create_index(op.f("ix_fan_photo_changed_at"), "fan_photo", ["changed_at"])
    op.create_index("ix_fan_photo_gig_status", "fan_photo", ["gig_id", "status", "id"])
    op.create_index("ix_fan_photo_account_status", "fan_photo", ["account_id", "status", "id"])


def downgrade() -> None:
    op.drop_table("fan_photo")
    op.drop_index("ix_picture_shelf", "picture")
    op.drop_column("picture", "shelf")
