"""What is being written and is not saved yet."""

from __future__ import annotations

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Filled by the feature that needs it."""


def downgrade() -> None:
    """As above."""
