"""Notices on the site, by mail and to devices: what was read, how soon somebody wants to hear, at whose clocks, and by which browsers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0027"
down_revision = "0026"

WAITING = sa.text("state = 'waiting'")
UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    _lists()
    op.create_table(
        "notice_setting",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=True),
        sa.Column("quiet_from", sa.Integer(), server_default="22", nullable=False),
        sa.Column("quiet_until", sa.Integer(), server_default="8", nullable=False),
        sa.Column("seen_at", Moment(), nullable=True),
        _account("notice_setting"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_notice_setting")),
    )
    op.create_table(
        "notice_told",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _account("notice_told"),
        sa.PrimaryKeyConstraint("account_id", "channel", name=op.f("pk_notice_told")),
    )
    _devices()
    op.add_column("notice_choice", sa.Column("pace", sa.String(length=6), server_default="now", nullable=False))
    op.add_column("notice_occasion", sa.Column("needed_by", Moment(), nullable=True))
    op.create_index("ix_notice_occasion_kind_id", "notice_occasion", ["kind", "id"])
    op.add_column("notice", sa.Column("pace", sa.String(length=6), server_default="now", nullable=False))
    op.execute("ALTER TABLE notice ADD COLUMN line_id INTEGER CONSTRAINT fk_notice_line_id_notice_line REFERENCES notice_line (id)")
    op.create_index("ix_notice_line_id", "notice", ["line_id"])
    op.drop_index("ix_notice_waiting", "notice")
    _of_waiting("ix_notice_waiting", ["channel", "account_id", "due_at", "at_latest", "pace"])
    _of_waiting("ix_notice_due", ["channel", "due_at", "account_id"])


def downgrade() -> None:
    # What waits to be seen on the site or on a device would be told by nobody.
    op.execute("DELETE FROM notice WHERE channel <> 'mail'")
    for name in ("ix_notice_due", "ix_notice_waiting", "ix_notice_line_id"):
        op.drop_index(name, "notice")
    _of_waiting("ix_notice_waiting", ["channel", "account_id", "due_at", "at_latest"])
    op.drop_column("notice", "line_id")
    op.drop_column("notice", "pace")
    op.drop_index("ix_notice_occasion_kind_id", "notice_occasion")
    op.drop_column("notice_occasion", "needed_by")
    op.drop_column("notice_choice", "pace")
    for table in ("push", "push_device", "notice_told", "notice_setting", "notice_line"):
        op.drop_table(table)


def _lists() -> None:
    op.create_table(
        "notice_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("family", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        _account("notice_line"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_line")),
        sa.UniqueConstraint("account_id", "subject", "family", name="uq_notice_line_account_id_subject_family"),
    )
    op.create_index("ix_notice_line_account_id_newest", "notice_line", ["account_id", "newest"])
    op.create_index("ix_notice_line_at", "notice_line", ["at"])
    op.create_index("ix_notice_line_unread", "notice_line", ["account_id"], sqlite_where=UNREAD, postgresql_where=UNREAD)


def _devices() -> None:
    op.create_table(
        "push_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=800), nullable=False),
        sa.Column("p256dh", sa.String(length=100), nullable=False),
        sa.Column("auth", sa.String(length=40), nullable=False),
        sa.Column("agent", sa.String(length=200), server_default="", nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("failed_at", Moment(), nullable=True),
        _account("push_device"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_device")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_device_endpoint")),
    )
    op.create_index("ix_push_device_account_id", "push_device", ["account_id"])
    op.create_table(
        "push",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("not_after", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["push_device.id"], name=op.f("fk_push_device_id_push_device"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push")),
    )
    op.create_index("ix_push_device_id", "push", ["device_id"])


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id_account"), ondelete="CASCADE")


def _of_waiting(name: str, columns: list[str]) -> None:
    op.create_index(name, "notice", columns, sqlite_where=WAITING, postgresql_where=WAITING)
