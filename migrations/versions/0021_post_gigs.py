"""The evenings a post is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "post_gig",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("gig_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_post_gig_gig_id_gig"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["news_post.id"], name=op.f("fk_post_gig_post_id_news_post"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "gig_id", name=op.f("pk_post_gig")),
    )
    op.create_index("ix_post_gig_gig_post", "post_gig", ["gig_id", "post_id"])


def downgrade() -> None:
    op.drop_table("post_gig")
