"""Discussions of fans, and polls below them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fansite.core.db import Moment

revision = "0025"
down_revision = "0024"

STATES = ("published", "pending", "rejected", "removed", "withdrawn")
PINNED = sa.text("pinned_at IS NOT NULL")
# What moves a discussion in its lists, beside what is true of any entry: see migration 0013.
MOVES = "last_said_at, last_comment_id, pinned_at, author_stands"


def upgrade() -> None:
    op.create_table(
        "discussion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("author_stands", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("edited_at", Moment(), nullable=True),
        sa.Column("pinned_at", Moment(), nullable=True),
        sa.Column("solved_comment_id", sa.Integer(), nullable=True),
        sa.Column("last_comment_id", sa.Integer(), nullable=True),
        sa.Column("last_said_at", Moment(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.CheckConstraint(sa.column("state").in_(STATES), name=op.f("ck_discussion_state")),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_discussion_id_entry"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["solved_comment_id"], ["comment.id"], name=op.f("fk_discussion_solved_comment_id_comment"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["last_comment_id"], ["comment.id"], name=op.f("fk_discussion_last_comment_id_comment"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussion")),
        sa.UniqueConstraint("nonce", name=op.f("uq_discussion_nonce")),
    )
    for column in ("renderer", "solved_comment_id", "last_comment_id"):
        op.create_index(op.f(f"ix_discussion_{column}"), "discussion", [column])
    op.create_index("ix_discussion_last_said", "discussion", ["last_said_at"])
    op.create_index("ix_discussion_pinned", "discussion", ["pinned_at"], sqlite_where=PINNED, postgresql_where=PINNED)
    _watch()
    op.create_table(
        "discussion_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("discussion_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_discussion_revision_by_id_account"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["discussion_id"], ["discussion.id"], name=op.f("fk_discussion_revision_discussion_id_discussion"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussion_revision")),
    )
    for column in ("discussion_id", "by_id"):
        op.create_index(op.f(f"ix_discussion_revision_{column}"), "discussion_revision", [column])
    op.create_table(
        "discussion_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("more", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("discussion_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["discussion_id"], ["discussion.id"], name=op.f("fk_discussion_draft_discussion_id_discussion"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussion_draft")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_discussion_draft_token_hash")),
    )
    for column in ("created_at", "discussion_id"):
        op.create_index(op.f(f"ix_discussion_draft_{column}"), "discussion_draft", [column])
    _polls()


def _polls() -> None:
    op.create_table(
        "poll",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=160), nullable=False),
        sa.Column("ends_at", Moment(), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_poll_entry_id_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_poll_entry_id")),
    )
    op.create_table(
        "poll_option",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_option_poll_id_poll"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_option")),
        sa.UniqueConstraint("poll_id", "position", name=op.f("uq_poll_option_poll_id_position")),
    )
    op.create_table(
        "poll_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_poll_vote_account_id_account"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["option_id"], ["poll_option.id"], name=op.f("fk_poll_vote_option_id_poll_option"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_vote_poll_id_poll"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_vote")),
        sa.UniqueConstraint("poll_id", "account_id", name=op.f("uq_poll_vote_poll_id_account_id")),
    )
    op.create_index(op.f("ix_poll_vote_option_id"), "poll_vote", ["option_id"])
    op.create_index(op.f("ix_poll_vote_account_id"), "poll_vote", ["account_id"])
    op.create_index("ix_poll_vote_poll_option", "poll_vote", ["poll_id", "option_id"])


def _watch() -> None:
    """What is said in a discussion moves it, and what goes leaves its lists."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    note = "INSERT INTO list_change (topic, row_id, first) VALUES ('talk', OLD.id, OLD.last_said_at);"
    act = "EXECUTE FUNCTION note_list_change('talk', 'id', '', 'last_said_at', '')" if postgresql else f"BEGIN {note} END"
    for event in ("UPDATE", "DELETE"):
        of = f"UPDATE OF {MOVES}" if event == "UPDATE" else event
        op.execute(f"CREATE TRIGGER discussion_list_{event.lower()} AFTER {of} ON discussion FOR EACH ROW {act}")


def downgrade() -> None:
    for table in ("poll_vote", "poll_option", "poll", "discussion_draft", "discussion_revision"):
        op.drop_table(table)
    for event in ("update", "delete"):
        on = " ON discussion" if op.get_bind().dialect.name == "postgresql" else ""
        op.execute(f"DROP TRIGGER discussion_list_{event}{on}")
    op.drop_table("discussion")
    op.execute("DELETE FROM entry WHERE kind = 'talk'")
