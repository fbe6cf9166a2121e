"""What a discussion begins with names people too: a mention stands in a comment or in an entry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    _keep_what_was("SELECT comment_id, account_id, told_at FROM mention")
    op.create_table(
        "mention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("told_at", Moment(), nullable=True),
        sa.CheckConstraint("(entry_id IS NULL) <> (comment_id IS NULL)", name=op.f("ck_mention_one_subject")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mention_account_id_account"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_mention_entry_id_entry"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_mention_comment_id_comment"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mention")),
        sa.UniqueConstraint("entry_id", "account_id", name=op.f("uq_mention_entry_id_account_id")),
        sa.UniqueConstraint("comment_id", "account_id", name=op.f("uq_mention_comment_id_account_id")),
    )
    _put_back()


def downgrade() -> None:
    """Names in discussions go: there is no place for them."""
    _keep_what_was("SELECT comment_id, account_id, told_at FROM mention WHERE comment_id IS NOT NULL")
    op.create_table(
        "mention",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_mention_comment_id_comment"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mention_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("comment_id", "account_id", name=op.f("pk_mention")),
    )
    _put_back()


def _keep_what_was(rows: str) -> None:
    op.execute(f"CREATE TABLE mention_before AS {rows}")
    op.drop_table("mention")


def _put_back() -> None:
    """The index last: its name was the old table's."""
    op.execute(
        "INSERT INTO mention (comment_id, account_id, told_at)"
        " SELECT comment_id, account_id, told_at FROM mention_before ORDER BY comment_id, account_id"
    )
    op.execute("DROP TABLE mention_before")
    op.create_index("ix_mention_account_id", "mention", ["account_id"])
