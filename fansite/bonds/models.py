"""One row for each thing somebody decided about somebody else."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model
from fansite.lib.times import now

# `follow`: hears of what they write. `mute`: does not read them, which nobody learns. `block`: neither hears anything of the other.
KINDS = ("follow", "mute", "block")
# Of each kind, for one person: more than anybody can keep up with, and few enough to be read with each of their pages.
MOST = 2000


class Bond(Model):
    __tablename__ = "bond"
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(6), primary_key=True)
    other_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (
        sa.CheckConstraint(sa.column("kind").in_(KINDS), name="kind"),
        sa.CheckConstraint("account_id <> other_id", name="not_oneself"),
        # Followers of one person, upwards, without reading the table.
        sa.Index("ix_bond_other_kind_account", "other_id", "kind", "account_id"),
    )
