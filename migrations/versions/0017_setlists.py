"""Songs, what was played on an evening, and what others wrote about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "song",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("likeness", sa.String(length=260), nullable=False),
        sa.Column("artist", sa.String(length=120), server_default="", nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["merged_into_id"], ["song.id"], name=op.f("fk_song_merged_into_id_song")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_song")),
        sa.UniqueConstraint("likeness", name=op.f("uq_song_likeness")),
        sa.UniqueConstraint("slug", name=op.f("uq_song_slug")),
    )
    op.create_index(op.f("ix_song_merged_into_id"), "song", ["merged_into_id"])
    op.create_table(
        "setlist_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gig_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), server_default="0", nullable=False),
        sa.Column("song_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=120), server_default="", nullable=False),
        sa.Column("tape", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("guests", sa.String(length=200), server_default="", nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_setlist_line_gig_id_gig"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["song_id"], ["song.id"], name=op.f("fk_setlist_line_song_id_song")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setlist_line")),
        sa.UniqueConstraint("gig_id", "position", name=op.f("uq_setlist_line_gig_id_position")),
    )
    op.create_index(op.f("ix_setlist_line_song_id"), "setlist_line", ["song_id"])
    op.create_table(
        "gig_press",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gig_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("outlet", sa.String(length=80), server_default="", nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("language", sa.String(length=8), server_default="", nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_gig_press_gig_id_gig"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gig_press")),
        sa.UniqueConstraint("gig_id", "url", name=op.f("uq_gig_press_gig_id_url")),
    )


def downgrade() -> None:
    op.drop_table("gig_press")
    op.drop_table("setlist_line")
    op.drop_table("song")
