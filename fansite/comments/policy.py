"""Who may do what with a comment."""

from __future__ import annotations

from typing import Any

from fansite.comments.models import REFUSED, Comment
from fansite.core.content import Entry, content_of
from fansite.core.policy import Rule, keeps_order
from fansite.lib.times import now
from fansite.reactions import policy as reactions


def post(person: Any, entry: Entry) -> bool:
    return person is not None and person.active and entry.public


def answer_starter(entry: Any, starter: Any, ties: Any) -> bool:
    """What is said first below a discussion is said to who began it. Whoever keeps order begins one for everybody."""
    return not (content_of(entry).replies and starter is not None and starter.id in ties.apart and not starter.keeps_order)


def read(person: Any, comment: Comment) -> bool:
    """Everyone reads what is published; what waits is its author's and the moderators'."""
    return comment.visible or keeps_order(person) or (person is not None and comment.author_id == person.id)


def reply(person: Any, comment: Comment) -> bool:
    """Strangers too: they write first and sign in after."""
    return comment.visible and (person is None or person.active)


def edit(person: Any, comment: Comment) -> bool:
    return _own(person, comment) and comment.still_editable(now())


def resend(person: Any, comment: Comment) -> bool:
    return _own(person, comment) and comment.status in REFUSED


def withdraw(person: Any, comment: Comment) -> bool:
    """What was refused is seen by nobody, and stays in its author's record."""
    return _own(person, comment) and comment.status in ("published", "pending")


def react(person: Any, comment: Comment) -> bool:
    """Strangers too: they are asked in first."""
    return comment.visible and (person is None or reactions.react(person, comment))


def react_to_entry(person: Any, entry: Any) -> bool:
    return entry.public and (person is None or reactions.react(person, entry))


def report(person: Any, comment: Comment) -> bool:
    return comment.visible and (person is None or comment.author_id != person.id)


def moderate(person: Any, _comment: Comment | None = None) -> bool:
    return keeps_order(person)


def _own(person: Any, comment: Comment) -> bool:
    return person is not None and person.active and comment.author_id == person.id


# What anybody may do with what anybody else said; and what nobody may with whom they have nothing to do.
STRANGERS = frozenset({"reply", "react", "report"})
TOGETHER = frozenset({"reply", "react"})
VERBS: dict[str, Rule] = {
    "reply": reply,
    "react": react,
    "edit": edit,
    "withdraw": withdraw,
    "report": report,
    "moderate": moderate,
}


def may(person: Any, comment: Any) -> frozenset[str]:
    if person is None or (
        person.active and not person.keeps_order and comment.author_id != person.id
    ):  # most readers of most comments
        return STRANGERS if comment.visible else frozenset()
    return frozenset(verb for verb, rule in VERBS.items() if rule(person, comment))
