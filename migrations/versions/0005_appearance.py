"""How the band's site looks."""

from __future__ import annotations

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Filled by the feature that needs it."""


def downgrade() -> None:
    """As above."""
