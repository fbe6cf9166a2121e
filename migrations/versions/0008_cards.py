"""What a shared link shows of a post, and the last posts under a tag."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.drop_index("ix_entry_tag_tag_id", "entry_tag")
    op.create_index("ix_entry_tag_tag_entry", "entry_tag", ["tag_id", "entry_id"])


def downgrade() -> None:
    op.drop_index("ix_entry_tag_tag_entry", "entry_tag")
    op.create_index("ix_entry_tag_tag_id", "entry_tag", ["tag_id"])
