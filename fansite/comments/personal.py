"""What comments know of a person: their words, what became of them, and why."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.comments import queries
from fansite.comments.models import Comment, Mention
from fansite.comments.operations.forgetting import forget_name_in_quotes, forget_words
from fansite.comments.operations.naming import lead_anew
from fansite.core.content import Entry
from fansite.core.db import db
from fansite.core.feature import Chapter, Leaver, Personal
from fansite.core.web import entry_path, path_for, public_url
from fansite.moderation.queries import rules_named

LABELS = {
    "on": _l("On"),
    "text": _l("Text"),
    "earlier": _l("Earlier wordings"),
    "state": _l("State"),
    "reason": _l("The moderator wrote"),
    "rule": _l("House rule"),
    "posted_at": _l("When"),
    "edited_at": _l("Changed"),
    "shown_at": _l("First shown"),
    "address": _l("Address"),
}


def export(account_id: int) -> list[Chapter]:
    """Every one, hidden ones too, with the reason that was told. Who decided, and what others said of it, is not theirs to know."""
    statement = sa.select(Comment).options(sa.orm.joinedload(Comment.entry)).where(Comment.author_id == account_id)
    comments = db.session.scalars(statement.order_by(Comment.id)).all()
    ids = [comment.id for comment in comments]
    earlier, named = queries.earlier_wordings(ids), rules_named("comment", ids)
    rows = []
    for comment in comments:
        rules, rule = named.get(comment.id, (None, None))
        rows.append(
            {
                "on": comment.entry.title,
                "text": comment.body,
                "earlier": [revision.body for revision in earlier.get(comment.id, [])],
                "state": comment.status,
                "reason": comment.reason,
                "rule": f"{rules.number}.{rule}" if rules is not None and rule else None,
                "posted_at": comment.posted_at,
                "edited_at": comment.edited_at,
                "shown_at": comment.shown_at,
                "address": public_url(path_for("comments.permalink", comment_id=comment.id)) if comment.visible else None,
            }
        )
    return [Chapter("comments", _l("Your comments"), LABELS, rows), *_named(account_id)]


def _named(account_id: int) -> list[Chapter]:
    """In what everybody can read: what is hidden is its author's."""
    mine = Mention.account_id == account_id
    below = (
        sa.select(Comment).join(Mention, Mention.comment_id == Comment.id).where(mine).options(sa.orm.joinedload(Comment.entry))
    )
    entries = sa.select(Entry).join(Mention, Mention.entry_id == Entry.id).where(mine)
    rows = [
        {
            "on": comment.entry.title,
            "posted_at": comment.posted_at,
            "address": public_url(path_for("comments.permalink", comment_id=comment.id)),
        }
        for comment in db.session.scalars(below.order_by(Comment.id))
        if comment.visible and comment.entry.public
    ] + [
        {"on": entry.title, "posted_at": entry.published_at, "address": public_url(entry_path(entry))}
        for entry in db.session.scalars(entries.order_by(Entry.id))
        if entry.public
    ]
    return [Chapter("mentions", _l("Where you are named"), LABELS, rows)] if rows else []


def erase(leaver: Leaver) -> None:
    lead_anew(leaver.id)
    db.session.execute(sa.delete(Mention).where(Mention.account_id == leaver.id))
    forget_name_in_quotes(leaver.id)
    forget_words(leaver.id, keep=leaver.keep_words)


personal = Personal(
    covers=("comment.author_id", "mention.account_id"),
    export=export,
    erase=erase,
    exempt={"comment_revision.by_id": "earlier wordings of a leaver are deleted; those of others name an account that is nobody"},
)
