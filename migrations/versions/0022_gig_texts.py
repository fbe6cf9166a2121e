"""What is said of gigs in the other languages of the site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "gig_text",
        sa.Column("gig_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("html", sa.Text(), server_default="", nullable=False),
        sa.Column("renderer", sa.Integer(), server_default="0", nullable=False),
        sa.Column("support", sa.String(length=300), server_default="", nullable=False),
        sa.Column("age", sa.String(length=80), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_gig_text_gig_id_gig"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("gig_id", "language", name=op.f("pk_gig_text")),
    )
    op.create_index(op.f("ix_gig_text_renderer"), "gig_text", ["renderer"])


def downgrade() -> None:
    op.drop_table("gig_text")
