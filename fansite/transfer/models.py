"""What imports remember of the entries they brought."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model


class Imported(Model):
    """How an import last left an entry: the same item again is passed over, and what was changed here since then stays as it is."""

    __tablename__ = "imported"
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True)
    # The address of the old site, or `entries`.
    source: Mapped[str] = mapped_column(sa.String(200), index=True)
    # Of all that the item said.
    digest: Mapped[str] = mapped_column(sa.String(40))
    # The entry's own at that moment.
    version: Mapped[int]
    status: Mapped[str] = mapped_column(sa.String(12))
    # It links to something of the old site that was not here yet; it may come with the next file.
    links_open: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
