"""What a shared link shows of a text, and the last texts under a tag."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("entry", sa.Column("card", sa.String(length=80), server_default="", nullable=False))
    op.drop_index("ix_entry_tag_tag_id", "entry_tag")
    op.create_index("ix_entry_tag_tag_entry", "entry_tag", ["tag_id", "entry_id"])


def downgrade() -> None:
    op.drop_index("ix_entry_tag_tag_entry", "entry_tag")
    op.create_index("ix_entry_tag_tag_id", "entry_tag", ["tag_id"])
    op.drop_column("entry", "card")
