"""How an index that stands in the site's own database comes to it: through whoever keeps that database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import sqlalchemy as sa

# All tables of an index begin so. They follow from the others: no migration makes them, no backup carries them.
TABLES = "search_"


class Door(Protocol):
    def reading(self) -> AbstractContextManager[sa.Connection]:
        """One view of the tables, whatever is written meanwhile."""

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """All or nothing, and nobody else writes to the index meanwhile. Never inside another transaction of the same thread."""
