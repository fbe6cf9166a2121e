"""When a comment was first public; what authors' records are counted from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from fansite.core.db import Moment

revision = "0003"
down_revision = "0002"

APPROVED = "shown_at IS NOT NULL AND status NOT IN ('rejected', 'removed')"
REFUSED = "status IN ('rejected', 'removed')"


def upgrade() -> None:
    op.add_column("comment", sa.Column("shown_at", Moment(), nullable=True))
    op.execute("UPDATE comment SET shown_at = posted_at WHERE status IN ('published', 'removed', 'withdrawn')")
    for column, counted in (("approved_comments", APPROVED), ("refused_comments", REFUSED)):
        op.execute(
            f"UPDATE account SET {column} = (SELECT count(*) FROM comment WHERE comment.author_id = account.id AND {counted})"
        )


def downgrade() -> None:
    op.drop_column("comment", "shown_at")
