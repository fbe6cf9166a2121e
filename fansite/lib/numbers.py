"""Numbers as addresses and forms carry them."""

from __future__ import annotations

# What a row can be numbered at most; a database refuses to look for more.
HIGHEST = 2**63 - 1


def row_number(text: str) -> int:
    """`"12"` → 12; `ValueError` for what no row can be numbered."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST)) and 0 < int(text) <= HIGHEST):
        raise ValueError(f"not the number of a row: {text[:40]!r}")
    return int(text)
