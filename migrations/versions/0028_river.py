"""Who did what, a line each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0028"
down_revision = "0027"

VERBS = "'said', 'wrote', 'goes', 'was', 'showed', 'follows', 'came'"


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=10), nullable=False),
        sa.Column("subject_kind", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("hidden_at", Moment(), nullable=True),
        sa.CheckConstraint(f"verb IN ({VERBS})", name=op.f("ck_activity_verb")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_activity_account_id_account"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_activity_entry_id_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint(
            "account_id", "verb", "subject_kind", "subject_id", name="uq_activity_account_id_verb_subject_kind_subject_id"
        ),
    )
    op.create_index(op.f("ix_activity_entry_id"), "activity", ["entry_id"])
    op.create_index("ix_activity_verb_at", "activity", ["verb", "at", "id"])
    op.create_index("ix_activity_account_at", "activity", ["account_id", "at", "id"])
    op.create_index("ix_activity_subject", "activity", ["subject_kind", "subject_id"])


def downgrade() -> None:
    op.drop_table("activity")
