"""What the site knows of a picture beyond its file: sizes, credit, covers, avatars."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Filled by the feature that needs it."""


def downgrade() -> None:
    """As above."""
