"""Clean-ups, and whose a review is, where its text links, and which other is the same."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0029"
down_revision = "0028"

# What waits or was decided before gets its author; where older texts link is not looked up.
AUTHORS = (("comment", "author_id"), ("face", "account_id"), ("fan_photo", "account_id"))
KINDS = {"comment": "comment", "face": "face", "fan_photo": "photo"}


def upgrade() -> None:
    op.create_table(
        "cleanup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("closes", sa.Boolean(), nullable=False),
        sa.Column("everything", sa.Boolean(), nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undo_asked_at", Moment(), nullable=True),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_cleanup_by_id_account"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["account.id"], name=op.f("fk_cleanup_undone_by_id_account"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cleanup")),
        sa.UniqueConstraint("nonce", name=op.f("uq_cleanup_nonce")),
    )
    op.create_index("ix_cleanup_by_id", "cleanup", ["by_id"])
    op.create_index("ix_cleanup_undone_by_id", "cleanup", ["undone_by_id"])
    op.create_table(
        "cleanup_account",
        sa.Column("cleanup_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done', 'undone')", name=op.f("ck_cleanup_account_state")),
        sa.ForeignKeyConstraint(
            ["cleanup_id"], ["cleanup.id"], name=op.f("fk_cleanup_account_cleanup_id_cleanup"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_cleanup_account_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cleanup_id", "account_id", name=op.f("pk_cleanup_account")),
    )
    op.create_index("ix_cleanup_account_account_id", "cleanup_account", ["account_id"])
    op.create_index("ix_cleanup_account_state", "cleanup_account", ["cleanup_id", "state"])
    op.create_table(
        "cleanup_item",
        sa.Column("cleanup_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'done', 'left', 'undone')", name=op.f("ck_cleanup_item_state")),
        sa.ForeignKeyConstraint(
            ["cleanup_id"], ["cleanup.id"], name=op.f("fk_cleanup_item_cleanup_id_cleanup"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_cleanup_item_review_id_review"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("cleanup_id", "kind", "subject_id", name=op.f("pk_cleanup_item")),
    )
    op.create_index("ix_cleanup_item_state", "cleanup_item", ["cleanup_id", "state"])
    op.create_index("ix_cleanup_item_review_id", "cleanup_item", ["review_id"])
    for column in ("author_id", "cleanup_id"):
        op.add_column("review", sa.Column(column, sa.Integer(), nullable=True))
    op.add_column("review", sa.Column("likeness", sa.String(length=32), nullable=True))
    op.create_index("ix_review_author_id", "review", ["author_id"])
    waits = sa.text("decided_at IS NULL")
    op.create_index("ix_review_likeness", "review", ["likeness", "queue"], sqlite_where=waits, postgresql_where=waits)
    op.create_index("ix_review_cleanup_id", "review", ["cleanup_id"])
    op.create_table(
        "review_link",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_link_review_id_review"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("review_id", "host", name=op.f("pk_review_link")),
    )
    op.create_index("ix_review_link_host", "review_link", ["host"])
    for table, column in AUTHORS:
        op.execute(
            f"UPDATE review SET author_id = (SELECT {table}.{column} FROM {table} WHERE {table}.id = review.subject_id)"
            f" WHERE subject_kind = '{KINDS[table]}'"
        )


def downgrade() -> None:
    op.drop_table("review_link")
    for name in ("cleanup_id", "likeness", "author_id"):
        op.drop_index(f"ix_review_{name}", "review")
        op.drop_column("review", name)
    for table in ("cleanup_item", "cleanup_account", "cleanup"):
        op.drop_table(table)
