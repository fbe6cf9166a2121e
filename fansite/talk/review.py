"""Discussions before moderators: what the card shows, and what a decision does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from fansite.comments import author_path
from fansite.core.db import db
from fansite.core.entries import author_name
from fansite.core.feature import Reviewable
from fansite.core.web import entry_path
from fansite.moderation.queries import Card, Record, known_of
from fansite.talk import operations, queries
from fansite.talk.models import Discussion, Revision
from fansite.talk.polls import queries as polls


def cards(ids: Sequence[int]) -> dict[int, Card]:
    found = queries.many(ids)
    earlier, asked = queries.earlier_wordings(ids), polls.texts_of(ids)
    records = queries.records_of([one.author_id for one in found if one.author_id is not None])
    return {
        one.id: _card(one, earlier.get(one.id, []), asked.get(one.id, []), records.get(one.author_id or 0, Record()))
        for one in found
    }


def state(discussion_id: int) -> tuple[str, datetime] | None:
    discussion = db.session.get(Discussion, discussion_id)
    return (discussion.state, discussion.edited_at or discussion.created_at) if discussion is not None else None


def visible(discussion_id: int) -> bool:
    discussion = db.session.get(Discussion, discussion_id)
    return discussion is not None and discussion.public


def author(discussion_id: int) -> int | None:
    discussion = db.session.get(Discussion, discussion_id)
    return discussion.author_id if discussion is not None else None


def text(discussion_id: int) -> str:
    discussion = db.session.get(Discussion, discussion_id)
    return operations.text_in(discussion) if discussion is not None else ""


def _card(discussion: Discussion, earlier: Sequence[Revision], asked: Sequence[str], record: Record) -> Card:
    return Card(
        html=words_of(discussion, asked),
        author_name=author_name(discussion) or "[deleted]",
        author_path=author_path(discussion),
        **known_of(discussion.author, record),
        entry_title=discussion.title,
        entry_path=entry_path(discussion),
        posted_at=discussion.created_at,
        status=discussion.state,
        earlier=[(f"{one.title}\n\n{one.body}", one.until) for one in earlier],
    )


def words_of(discussion: Discussion, asked: Sequence[str]) -> Markup:
    """All that its author wrote: text, tags, and what the poll asks."""
    html = Markup("<p><strong>{}</strong></p>").format(discussion.title) + Markup(discussion.html)  # cleaned when it was stored
    if asked:
        answers = Markup("").join(Markup("<li>{}</li>").format(words) for words in asked[1:])
        html += Markup("<p><b>{}</b> {}</p><ul>{}</ul>").format(_("Poll:"), asked[0], answers)
    if discussion.tags:
        html += Markup("<p>{} {}</p>").format(_("Tags:"), ", ".join(tag.name for tag in discussion.tags))
    return html


reviewable = Reviewable(
    kind="talk",
    label=_l("Discussion"),
    cards=cards,
    state=state,
    approve=operations.approve,
    hide=operations.hide,
    restore=operations.restore,
    touch=operations.touch_again,
    visible=visible,
    author=author,
    text=text,
    of_authors=queries.of_authors,
)
