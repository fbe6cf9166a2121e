"""What a comment writes with itself, and what is read before it stands."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    op.drop_index("ix_comment_entry_thread_path", "comment")
    op.create_index("ix_comment_entry_thread_path", "comment", ["entry_id", "thread", "path", "status"])


def downgrade() -> None:
    op.drop_index("ix_comment_entry_thread_path", "comment")
    op.create_index("ix_comment_entry_thread_path", "comment", ["entry_id", "thread", "path"])
