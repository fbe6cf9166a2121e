"""Who may do what with a discussion."""

from __future__ import annotations

from typing import Any

from fansite.core.policy import Rule, keeps_order, signed_in
from fansite.lib.times import now
from fansite.talk.models import REFUSED, STANDING, Discussion


def start(person: Any, _discussion: Discussion | None = None) -> bool:
    return signed_in(person)


def read(person: Any, discussion: Discussion) -> bool:
    """Everyone reads what is published; what waits is its author's and the moderators'."""
    return discussion.public or keeps_order(person) or (_own(person, discussion) and discussion.state == "pending")


def edit(person: Any, discussion: Discussion) -> bool:
    return _own(person, discussion) and discussion.still_editable(now())


def resend(person: Any, discussion: Discussion) -> bool:
    return _own(person, discussion) and discussion.state in REFUSED


def withdraw(person: Any, discussion: Discussion) -> bool:
    """What was refused is seen by nobody, and stays in its author's record."""
    return _own(person, discussion) and discussion.state in STANDING


def solve(person: Any, discussion: Discussion) -> bool:
    """Who asked knows what answered it."""
    return discussion.public and (_own(person, discussion) or keeps_order(person))


def report(person: Any, discussion: Discussion) -> bool:
    return discussion.public and not _own(person, discussion)


def moderate(person: Any, _discussion: Discussion | None = None) -> bool:
    return keeps_order(person)


# By their publishing the desk and imports know every kind of entry.
publish = moderate


def vote(person: Any, discussion: Discussion) -> bool:
    return signed_in(person) and discussion.public


def _own(person: Any, discussion: Discussion) -> bool:
    return signed_in(person) and discussion.author_id == person.id


VERBS: dict[str, Rule] = {"edit": edit, "withdraw": withdraw, "solve": solve, "report": report, "moderate": moderate}


def may(person: Any, discussion: Discussion) -> frozenset[str]:
    return frozenset(verb for verb, rule in VERBS.items() if rule(person, discussion))
