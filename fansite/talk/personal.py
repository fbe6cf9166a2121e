"""What talk knows of a person: the discussions they started and what became of them, and how they voted."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.comments.models import Mention
from fansite.core.content import SlugHistory
from fansite.core.db import db, touch
from fansite.core.feature import Chapter, Leaver, Personal
from fansite.core.outbox import record
from fansite.core.web import entry_path, public_url
from fansite.moderation import operations as moderation
from fansite.talk import queries
from fansite.talk.models import WORDLESS, Discussion, Revision
from fansite.talk.operations.standing import stand, touch_pages
from fansite.talk.polls import operations as polls
from fansite.talk.polls import queries as poll_queries
from fansite.talk.polls.models import Poll

LABELS = {
    "title": _l("Title"),
    "text": _l("Text"),
    "earlier": _l("Earlier wordings"),
    "poll": _l("Poll"),
    "state": _l("State"),
    "reason": _l("The moderator wrote"),
    "at": _l("When"),
    "edited_at": _l("Changed"),
    "address": _l("Address"),
}
VOTE_LABELS = {"question": _l("Question"), "answer": _l("Answer"), "at": _l("When")}


def export(account_id: int) -> list[Chapter]:
    started = queries.all_of(account_id)
    ids = [one.id for one in started]
    earlier, asked = queries.earlier_wordings(ids), poll_queries.texts_of(ids)
    rows = [_row(one, [f"{old.title}: {old.body}" for old in earlier.get(one.id, [])], asked.get(one.id, [])) for one in started]
    votes = [{"question": question, "answer": answer, "at": at} for question, answer, at in poll_queries.votes_of(account_id)]
    chapters = [("talk", _l("Discussions you started"), LABELS, rows), ("votes", _l("How you voted"), VOTE_LABELS, votes)]
    return [Chapter(*chapter) for chapter in chapters if chapter[-1]]


def erase(leaver: Leaver) -> None:
    """What is public stays under "[deleted]" when they want it so. Else their words go: what others answered stays, and where nobody did the
    whole discussion goes. What nobody else ever read goes in any case, and so do earlier wordings."""
    polls.forget_votes(leaver.id)
    for discussion in queries.all_of(leaver.id):
        db.session.execute(sa.delete(Revision).where(Revision.discussion_id == discussion.id))
        if not (leaver.keep_words and discussion.visible):
            _forget(discussion)
        discussion.author_id = discussion.nonce = discussion.reason = None
        touch_pages(discussion)
    touch(f"by:{leaver.id}")


def _forget(discussion: Discussion) -> None:
    answered = discussion.visible and discussion.comments_count > 0
    touch_pages(discussion)
    discussion.title, discussion.summary, discussion.author_stands = WORDLESS, "", False
    discussion.write("")
    db.session.execute(sa.delete(Mention).where(Mention.entry_id == discussion.id))
    discussion.tags = []
    # Its address tells what it said.
    discussion.slug = f"left-{discussion.id}"
    db.session.execute(sa.delete(SlugHistory).where(SlugHistory.entry_id == discussion.id))
    db.session.execute(sa.delete(Poll).where(Poll.entry_id == discussion.id))
    if not answered:
        stand(discussion, "withdrawn")
        moderation.close_review("talk", discussion.id)
    record("talk.revised" if answered else "talk.withdrawn", discussion)


def _row(discussion: Discussion, earlier: list[str], asked: list[str]) -> dict[str, Any]:
    return {
        "title": discussion.title,
        "text": discussion.body,
        "earlier": earlier,
        "poll": asked,
        "state": discussion.state,
        "reason": discussion.reason,
        "at": discussion.created_at,
        "edited_at": discussion.edited_at,
        "address": public_url(entry_path(discussion)) if discussion.public else None,
    }


personal = Personal(
    covers=("poll_vote.account_id",),
    export=export,
    erase=erase,
    exempt={
        "discussion_revision.by_id": "earlier wordings of a leaver are deleted; nobody but its author rewords a discussion",
    },
)
