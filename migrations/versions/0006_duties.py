"""Rules in versions, letters to the band, accounts that leave."""

from __future__ import annotations

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Filled by the feature that needs it."""


def downgrade() -> None:
    """As above."""
