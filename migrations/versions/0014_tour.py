"""Venues, tours, gigs, and what changed about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0014"
down_revision = "0013"

STATES = ("planned", "postponed", "rescheduled", "moved", "cancelled")
TICKETS = ("", "later", "on_sale", "sold_out")


def upgrade() -> None:
    op.create_table(
        "venue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=200), server_default="", nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("website", sa.String(length=500), server_default="", nullable=False),
        sa.Column("likeness", sa.String(length=260), nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_venue_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_venue_longitude")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["venue.id"], name=op.f("fk_venue_merged_into_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("likeness", name=op.f("uq_venue_likeness")),
    )
    op.create_index(op.f("ix_venue_merged_into_id"), "venue", ["merged_into_id"])
    op.create_table(
        "tour",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tour")),
        sa.UniqueConstraint("slug", name=op.f("uq_tour_slug")),
    )
    op.create_table(
        "gig",
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("tour_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("doors", sa.Time(), nullable=True),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("over_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="planned", nullable=False),
        sa.Column("tickets", sa.String(length=10), server_default="", nullable=False),
        sa.Column("ticket_url", sa.String(length=500), server_default="", nullable=False),
        sa.Column("on_sale_at", Moment(), nullable=True),
        sa.Column("price", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("support", sa.String(length=300), server_default="", nullable=False),
        sa.Column("age", sa.String(length=80), server_default="", nullable=False),
        sa.Column("press_contact", sa.String(length=300), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("former", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.CheckConstraint(sa.column("state").in_(STATES), name=op.f("ck_gig_state")),
        sa.CheckConstraint(sa.column("tickets").in_(TICKETS), name=op.f("ck_gig_tickets")),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_gig_id_entry"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tour_id"], ["tour.id"], name=op.f("fk_gig_tour_id_tour"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_gig_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gig")),
        sa.UniqueConstraint("uid", name=op.f("uq_gig_uid")),
    )
    for column in ("venue_id", "tour_id", "day", "over_at", "renderer"):
        op.create_index(op.f(f"ix_gig_{column}"), "gig", [column])
    op.create_table(
        "gig_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gig_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("to", sa.String(length=12), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_gig_change_by_id_account"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["gig_id"], ["gig.id"], name=op.f("fk_gig_change_gig_id_gig"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gig_change")),
    )
    for column in ("gig_id", "by_id"):
        op.create_index(op.f(f"ix_gig_change_{column}"), "gig_change", [column])


def downgrade() -> None:
    for table in ("gig_change", "gig", "tour", "venue"):
        op.drop_table(table)
