"""Rules in versions, letters to the band, accounts that leave, what is handed over of a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from fansite.core.db import Moment

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_rules_by_id_account"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
    )
    op.create_index(op.f("ix_rules_by_id"), "rules", ["by_id"], unique=False)
    op.create_table(
        "rules_text",
        sa.Column("rules_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("short", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("changed", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["rules_id"], ["rules.id"], name=op.f("fk_rules_text_rules_id_rules"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("rules_id", "language", name=op.f("pk_rules_text")),
    )
    op.create_table(
        "rules_acceptance",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("rules_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_rules_acceptance_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["rules_id"], ["rules.id"], name=op.f("fk_rules_acceptance_rules_id_rules"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "rules_id", name=op.f("pk_rules_acceptance")),
    )
    op.create_index(op.f("ix_rules_acceptance_rules_id"), "rules_acceptance", ["rules_id"], unique=False)

    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=150), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('new', 'read', 'answered', 'spam')", name=op.f("ck_letter_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_letter_account_id_account"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_letter_decided_by_id_account"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_account_id"), "letter", ["account_id"], unique=False)
    op.create_index(op.f("ix_letter_decided_by_id"), "letter", ["decided_by_id"], unique=False)
    op.create_index(op.f("ix_letter_email_key"), "letter", ["email_key"], unique=False)
    op.create_index(op.f("ix_letter_received_at"), "letter", ["received_at"], unique=False)

    op.create_table(
        "leaving",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("keep_words", sa.Boolean(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_leaving_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_leaving")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_leaving_token_hash")),
    )
    op.create_index(op.f("ix_leaving_due_at"), "leaving", ["due_at"], unique=False)
    op.create_table(
        "parcel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("ready_at", Moment(), nullable=True),
        sa.Column("file", sa.String(length=80), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_parcel_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
    )
    op.create_index(op.f("ix_parcel_account_id"), "parcel", ["account_id"], unique=False)
    op.create_index(op.f("ix_parcel_asked_at"), "parcel", ["asked_at"], unique=False)

    op.add_column("mail", sa.Column("account_id", sa.Integer(), nullable=True))
    op.add_column("mail", sa.Column("reply_to", sa.String(length=254), nullable=True))
    op.create_index(op.f("ix_mail_account_id"), "mail", ["account_id"], unique=False)
    failed = sa.text("failed_at IS NOT NULL")
    op.create_index("ix_mail_failed", "mail", ["failed_at"], unique=False, sqlite_where=failed, postgresql_where=failed)
    op.add_column("review", sa.Column("rules_id", sa.Integer(), nullable=True))
    op.add_column("review", sa.Column("rule", sa.SmallInteger(), nullable=True))
    op.add_column("comment", sa.Column("refused_at", Moment(), nullable=True))
    op.execute("UPDATE comment SET refused_at = posted_at WHERE status IN ('rejected', 'removed')")


def downgrade() -> None:
    op.drop_column("comment", "refused_at")
    op.drop_column("review", "rule")
    op.drop_column("review", "rules_id")
    op.drop_index("ix_mail_failed", table_name="mail")
    op.drop_index(op.f("ix_mail_account_id"), table_name="mail")
    op.drop_column("mail", "reply_to")
    op.drop_column("mail", "account_id")
    for table in ("parcel", "leaving", "letter", "rules_acceptance", "rules_text", "rules"):
        op.drop_table(table)
