"""Pictures of posts for shared links."""

from __future__ import annotations

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Filled by the feature that needs it."""


def downgrade() -> None:
    """As above."""
