"""What is known of a person's reactions: to what, and when."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.content import Entry
from fansite.core.db import Base, db
from fansite.core.feature import Chapter, Leaver, Personal
from fansite.core.web import path_for, public_url
from fansite.reactions.models import Reaction
from fansite.reactions.operations import forget_those_of

LABELS = {"on": _l("On"), "address": _l("Address"), "at": _l("When")}


def export(account_id: int) -> list[Chapter]:
    """The address says whether it was to the text itself or to a comment below it."""
    comment, row = Base.metadata.tables["comment"].c, Reaction.__table__.c
    found = (
        sa.select(row.comment_id, row.entry_id, row.at, Entry.title)
        .outerjoin(Base.metadata.tables["comment"], comment.id == row.comment_id)
        .join(Entry, Entry.id == sa.func.coalesce(row.entry_id, comment.entry_id))
        .where(row.account_id == account_id)
        .order_by(row.id)
    )
    rows = [
        {"on": title, "address": public_url(_address(comment_id, entry_id)), "at": at}
        for comment_id, entry_id, at, title in db.session.execute(found)
    ]
    return [Chapter("reactions", _l("What you reacted to"), LABELS, rows)] if rows else []


def erase(leaver: Leaver) -> None:
    forget_those_of(leaver.id)


def _address(comment_id: int | None, entry_id: int | None) -> str:
    if comment_id is not None:
        return path_for("comments.permalink", comment_id=comment_id)
    return path_for("comments.entry", entry_id=entry_id)


personal = Personal(covers=("reaction.account_id",), export=export, erase=erase)
