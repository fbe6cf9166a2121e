"""What the site knows of a picture beyond its file: description, credit, sizes; covers of entries, faces of fans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from fansite.core.db import Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _pictures()
    _covers()
    _faces()
    # Texts show pictures otherwise from now on: the worker finds those of an older renderer by these.
    for table in ("news_post", "page", "comment"):
        op.create_index(op.f(f"ix_{table}_renderer"), table, ["renderer"])


def _pictures() -> None:
    for column in (
        sa.Column("transparent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("blur", sa.String(length=2000), server_default="", nullable=False),
        sa.Column("decorative", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("credit", sa.String(length=200), server_default="", nullable=False),
        sa.Column("origin_path", sa.String(length=500), nullable=True),
        sa.Column("removed_at", Moment(), nullable=True),
    ):
        op.add_column("picture", column)
    # Said in SQL, which both databases read alike: SQLite takes a constraint with its column only.
    op.execute(
        "ALTER TABLE picture ADD COLUMN focus VARCHAR(10) DEFAULT '' NOT NULL"
        " CONSTRAINT ck_picture_focus CHECK (focus IN ('', 'top', 'bottom', 'left', 'right'))"
    )
    op.execute("ALTER TABLE picture ADD COLUMN uploaded_by_id INTEGER CONSTRAINT fk_picture_uploaded_by_id_account REFERENCES account (id)")
    for name in ("uploaded_by_id", "origin_path", "removed_at"):
        op.create_index(op.f(f"ix_picture_{name}"), "picture", [name], unique=False)


def _covers() -> None:
    op.execute("ALTER TABLE entry ADD COLUMN cover_id INTEGER CONSTRAINT fk_entry_cover_id_picture REFERENCES picture (id)")
    op.create_index(op.f("ix_entry_cover_id"), "entry", ["cover_id"], unique=False)
    op.add_column("entry", sa.Column("cover_seed", sa.Integer(), server_default="0", nullable=False))
    op.add_column("entry", sa.Column("cover_motif", sa.String(length=20), server_default="", nullable=False))


def _faces() -> None:
    op.add_column("account", sa.Column("face", sa.String(length=80), nullable=True))
    op.create_table(
        "face",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.CheckConstraint("status IN ('pending', 'published', 'rejected', 'removed', 'withdrawn')", name=op.f("ck_face_status")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_face_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face")),
        sa.UniqueConstraint("name", name=op.f("uq_face_name")),
    )
    for name in ("account_id", "changed_at"):
        op.create_index(op.f(f"ix_face_{name}"), "face", [name], unique=False)


def downgrade() -> None:
    raise NotImplementedError("SQLite cannot drop a column others refer to: the way back is a backup")
