"""Who reacted to what, and whom a comment names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "reaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("counted", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.CheckConstraint("(entry_id IS NULL) <> (comment_id IS NULL)", name=op.f("ck_reaction_one_subject")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reaction_account_id_account"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_reaction_entry_id_entry"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_reaction_comment_id_comment"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction")),
        sa.UniqueConstraint("account_id", "entry_id", name=op.f("uq_reaction_account_id_entry_id")),
        sa.UniqueConstraint("account_id", "comment_id", name=op.f("uq_reaction_account_id_comment_id")),
    )
    op.create_index("ix_reaction_entry", "reaction", ["entry_id", "id", "counted", "account_id"])
    op.create_index("ix_reaction_comment", "reaction", ["comment_id", "id", "counted", "account_id"])
    op.create_table(
        "mention",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_mention_comment_id_comment"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mention_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("comment_id", "account_id", name=op.f("pk_mention")),
    )
    op.create_index("ix_mention_account_id", "mention", ["account_id"])
    for table in ("entry", "comment"):
        op.add_column(table, sa.Column("reactions_count", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    for table in ("comment", "entry"):
        op.drop_column(table, "reactions_count")
    op.drop_table("mention")
    op.drop_table("reaction")
