"""Who is told of what, and what each of them wants to hear of; mails that can be stopped by one press, and that are of no use later."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("mail", sa.Column("stop_url", sa.String(length=1000), nullable=True))
    op.add_column("mail", sa.Column("not_after", Moment(), nullable=True))
    op.create_table(
        "notice_occasion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("reached", sa.Integer(), server_default="0", nullable=False),
        sa.Column("planned_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_occasion")),
        sa.UniqueConstraint("subject", "kind", "key", name="uq_notice_occasion_subject_kind_key"),
    )
    op.create_index("ix_notice_occasion_created_at", "notice_occasion", ["created_at"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occasion_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("at_latest", Moment(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="waiting", nullable=False),
        sa.Column("why", sa.String(length=300), nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'dropped', 'failed')", name=op.f("ck_notice_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id_account"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_notice_mail_id_mail"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["occasion_id"], ["notice_occasion.id"], name=op.f("fk_notice_occasion_id_notice_occasion"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("occasion_id", "account_id", "channel", name="uq_notice_occasion_id_account_id_channel"),
    )
    for columns in (["account_id"], ["mail_id"], ["occasion_id", "state"]):
        op.create_index(f"ix_notice_{'_'.join(columns)}", "notice", columns)
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_notice_waiting",
        "notice",
        ["channel", "account_id", "due_at", "at_latest"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "notice_choice",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_notice_choice_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", "channel", name=op.f("pk_notice_choice")),
    )


def downgrade() -> None:
    for table in ("notice_choice", "notice", "notice_occasion"):
        op.drop_table(table)
    op.drop_column("mail", "not_after")
    op.drop_column("mail", "stop_url")
