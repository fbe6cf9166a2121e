"""Who is at a gig is counted and listed off an index, those whose account is closed left out; and each fan may have a calendar."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0016"
down_revision = "0015"

DISABLED = sa.text("disabled_at IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_attendance_gig_word_said", "attendance", ["gig_id", "word", "said_at", "account_id"])
    op.create_index("ix_account_disabled", "account", ["id"], sqlite_where=DISABLED, postgresql_where=DISABLED)
    op.create_table(
        "fan_calendar",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_fan_calendar_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_fan_calendar")),
        sa.UniqueConstraint("secret", name=op.f("uq_fan_calendar_secret")),
    )


def downgrade() -> None:
    op.drop_table("fan_calendar")
    op.drop_index("ix_account_disabled", "account")
    op.drop_index("ix_attendance_gig_word_said", "attendance")
