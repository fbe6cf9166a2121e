"""What is being written and is not saved yet, who is at which text, and which translations nobody needs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from fansite.core.db import Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "working_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("sitting", sa.String(length=32), nullable=False),
        sa.Column("tab", sa.String(length=32), server_default="", nullable=False),
        sa.Column("turn", sa.Integer(), server_default="1", nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("base_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("title", sa.String(length=200), server_default="", nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", Moment(), nullable=False),
        sa.Column("dropped_at", Moment(), nullable=True),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_working_copy_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_working_copy_entry_id_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_copy")),
        sa.UniqueConstraint("account_id", "sitting", name=op.f("uq_working_copy_account_id_sitting")),
    )
    op.create_index("ix_working_copy_account_saved", "working_copy", ["account_id", "saved_at"], unique=False)
    op.create_index(op.f("ix_working_copy_entry_id"), "working_copy", ["entry_id"], unique=False)
    op.create_table(
        "editor_presence",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_editor_presence_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_editor_presence_entry_id_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", "account_id", name=op.f("pk_editor_presence")),
    )
    op.create_index(op.f("ix_editor_presence_account_id"), "editor_presence", ["account_id"], unique=False)
    op.create_table(
        "translation_waiver",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_translation_waiver_by_id_account"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_translation_waiver_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", "language", name=op.f("pk_translation_waiver")),
    )
    op.create_index(op.f("ix_translation_waiver_by_id"), "translation_waiver", ["by_id"], unique=False)


def downgrade() -> None:
    op.drop_table("translation_waiver")
    op.drop_table("editor_presence")
    op.drop_table("working_copy")
