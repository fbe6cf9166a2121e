"""Reviews in the moderator's words, ready for `moderation/_review.html`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from fansite.accounts import names
from fansite.accounts.models import ERASED
from fansite.core import markup
from fansite.core.web import path_for
from fansite.core.web.templating import day
from fansite.moderation.models import Review
from fansite.moderation.queries import Card, Item, LogEntry
from fansite.moderation.sifting import Sieve
from fansite.rules.queries import Brief

# As much of a text as tells what it is.
EXCERPT = 220
# The checks' reasons, as they are stored; what stands after a colon is data.
REASONS = {
    "first comment": lambda: _("first comment"),
    "banned word": lambda: _("banned word"),
    "suspect word": lambda: _("suspect word"),
    "many links": lambda: _("many links"),
    "link in a first comment": lambda: _("a link, and nothing approved yet"),
    "repeated text": lambda: _("repeated text"),
    "often refused": lambda: _("often refused"),
    "reported": lambda: _("reported"),
    "new face": lambda: _("new picture"),
    "new profile": lambda: _("new profile"),
    "first photo": lambda: _("first photo"),
    "first discussion": lambda: _("first discussion"),
    "taken up": lambda: _("taken up by a moderator"),
    "cleaned up": lambda: _("put away in a clean-up"),
    "standing taken back": lambda: _("standing taken back"),
    "written at once": lambda: _("written within a moment"),
    "sent again": lambda: _("sent again"),
    "sent again after": lambda: _("sent again after"),
}
CATEGORIES = {
    "spam": lambda: _("spam"),
    "abuse": lambda: _("insult or threat"),
    "off-topic": lambda: _("off topic"),
    "private": lambda: _("private details"),
    "illegal": lambda: _("against the law"),
    "other": lambda: _("other"),
}


@dataclass(frozen=True)
class ReviewCard:
    id: int
    subject: str
    # What it is, in words.
    kind: str
    text_html: Any
    reasons: list[str]
    author_name: str
    author_url: str | None
    author_record: str
    entry_title: str
    entry_url: str
    parent_excerpt: str
    posted_at: datetime
    opened_at: datetime
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    reports: list[tuple[str, str, str]]
    acts: tuple[str, ...]
    earlier: Sequence[tuple[str, datetime]]
    version: int
    action_url: str
    # The point of the house rules that was named, in words.
    rule: str = ""
    # What is known of its author here; and what else waits of theirs.
    file_url: str = ""
    theirs_url: str = ""
    newcomer: bool = False
    # Where it links, and how many say the same: (words, address of all such).
    hosts: Sequence[tuple[str, str]] = ()
    alike: tuple[int, str] | None = None
    # Not decided yet: it can be ticked.
    open: bool = False
    cleanup_url: str = ""

    @property
    def what(self) -> str:
        return what_words(self.kind, self.author_name)

    @property
    def excerpt(self) -> Excerpt:
        return excerpt_of(self.text_html)


@dataclass(frozen=True)
class Excerpt:
    """As much of something as tells what it is: some words, or the picture it is."""

    words: str
    picture: Any


def excerpt_of(html: Any) -> Excerpt:
    return Excerpt(markup.summary_of(str(html), length=EXCERPT), html if "<img" in str(html) else "")


def review_card(item: Item, alike: int = 0, sieve: Sieve | None = None) -> ReviewCard:
    """`sieve` is what a decision leads back to."""
    review, card = item.review, item.card or gone()
    back = sieve.facts if sieve is not None else {}
    known = review.id is not None
    author = review.author if review.author_id is not None else None
    queue = "moderation.reported" if review.queue == "reported" else "moderation.queue"
    return ReviewCard(
        id=review.id or 0,
        subject=review.subject,
        kind=kind_words(review.subject_kind),
        text_html=card.html,
        reasons=[reason_words(reason) for reason in review.reasons if not (review.reports and reason.startswith("reported: "))],
        author_name=card.author_name,
        author_url=card.author_path,
        author_record=record_words(card),
        entry_title=card.entry_title,
        entry_url=card.entry_path,
        parent_excerpt=card.parent_text,
        posted_at=card.posted_at,
        opened_at=review.opened_at,
        decision=review.decision,
        decided_by=review.decided_by.username if review.decided_by is not None else None,
        decided_at=review.decided_at,
        reason=review.reason or "",
        reports=[
            (CATEGORIES[r.category](), r.note, r.reporter.username if r.reporter is not None else _("a visitor"))
            for r in review.reports
        ],
        acts=acts_of(review) if item.latest else (),
        earlier=card.earlier,
        version=review.version,
        rule=rule_words(review, item.rules),
        file_url=file_path(author) if author is not None and author.erased_at is None else "",
        theirs_url=path_for(queue, by=review.author_id) if author is not None and review.open else "",
        newcomer=author is not None and author.erased_at is None and not author.stands,
        hosts=[(link.host, path_for(queue, host=link.host)) for link in review.links] if review.open else (),
        alike=(alike, path_for(queue, likeness=review.likeness)) if alike > 1 else None,
        open=known and review.open,
        cleanup_url=path_for("moderation.cleanup", cleanup_id=review.cleanup_id) if review.cleanup_id is not None else "",
        action_url=path_for("moderation.decision", review_id=review.id, **back)
        if known
        else path_for("moderation.subject", kind=review.subject_kind, subject_id=review.subject_id),
    )


def file_path(account: Any) -> str:
    return path_for("moderation.person", username=account.username_key)


def kinds_on_offer() -> list[tuple[str, Any]]:
    """What can be before moderators: (kind, its name)."""
    return [(kind, reviewable.label) for kind, reviewable in current_app.extensions["fansite"].reviewables.items()]


def kind_words(kind: str) -> str:
    reviewable = current_app.extensions["fansite"].reviewables.get(kind)
    return str(reviewable.label) if reviewable is not None else kind


def what_words(kind: str, author: str) -> str:
    """`Discussion · nora`."""
    return f"{kind} · {author}"


def chip_words(sieve: Sieve, items: Sequence[Item]) -> list[tuple[str, str]]:
    """What is asked of a queue by links rather than by its form: (name, in words)."""
    author = next((item.card.author_name for item in items if item.card is not None), "?")
    words = {
        "by": _("by %(name)s", name=author),
        "host": _("links to %(host)s", host=sieve.host),
        "likeness": _("all that say the same"),
    }
    return [(name, str(words[name])) for name in words if name in sieve.facts]


def rule_words(review: Review, rules: Brief | None) -> str:
    """`2. Stay near the subject`, as the version that held has it."""
    if review.rule is None:
        return ""
    points = rules.points if rules is not None else ()
    return f"{review.rule}. {points[review.rule - 1]}" if review.rule <= len(points) else f"{review.rule}."


@dataclass(frozen=True)
class Line:
    """A line of the log, ready for `moderation/log.html`."""

    id: int
    at: datetime
    act: str
    kind: str
    what: str
    address: str | None
    by: str
    # What was said with it, in words.
    note: str
    reversible: bool


def log_line(entry: LogEntry) -> Line:
    line = entry.line
    kind, _colon, number = line.subject.partition(":")
    acts = {
        "approve": _("approved"),
        "reject": _("rejected"),
        "remove": _("removed"),
        "undo": _("taken back"),
        "words": _("changed"),
        "standing_taken": _("standing taken back"),
        "standing_given": _("standing given again"),
        "close": _("account closed"),
        "reopen": _("account opened again"),
        "cleanup": _("cleaned up"),
        "cleanup_undo": _("clean-up taken back"),
        "talk_pinned": _("pinned"),
        "talk_unpinned": _("no longer pinned"),
        "talk_closed": _("closed"),
        "talk_opened": _("opened again"),
        "talk_solved": _("solved"),
        "talk_unsolved": _("no longer solved"),
        "talk_tags": _("filed under other tags"),
    }
    return Line(
        id=line.id,
        at=line.at,
        act=str(acts.get(line.act, line.act)),
        kind=line.act,
        what=_what(kind, number, entry.author),
        address=_where(kind, number, entry.author),
        by=entry.by or str(_("the site itself")),
        note=_note(line.act, line.reason),
        reversible=entry.reversible,
    )


def _note(act: str, reason: str) -> str:
    if not reason or act == "words":
        return ""
    return f"{_('Tags:')} {reason}" if act == "talk_tags" else _("Reason: %(reason)s", reason=reason)


def _what(kind: str, number: str, author: str | None) -> str:
    """The subject of a line, as a moderator would call it."""
    name = author or "[deleted]"
    lists = {"banned": _("Banned words"), "suspect": _("Suspect words")}
    words = {
        "words": lists.get(number, number),
        "account": name,
        "cleanup": _("Clean-up %(number)s", number=number),
    }
    return str(words.get(kind) or what_words(kind_words(kind), name))


def _where(kind: str, number: str, author: str | None) -> str | None:
    if kind == "words":
        return path_for("moderation.watched")
    if not number.isdigit():
        return None
    if kind == "account":
        return path_for("moderation.person", username=names.key(author)) if author and author != ERASED else None
    if kind == "cleanup":
        return path_for("moderation.cleanup", cleanup_id=int(number))
    known = kind in current_app.extensions["fansite"].reviewables
    return path_for("moderation.subject", kind=kind, subject_id=int(number)) if known else None


def acts_of(review: Review) -> tuple[str, ...]:
    """What can be decided: everything can be taken back, and what was approved can still be removed."""
    if review.open:
        return ("approve", "reject") if review.queue == "pending" else ("approve", "remove")
    if review.decision is None:
        return ()
    return ("undo", "remove") if review.decision == "approve" else ("undo",)


def reason_words(reason: str) -> str:
    key, colon, detail = reason.partition(": ")
    words = REASONS[key]() if key in REASONS else key
    if key == "reported":
        detail = CATEGORIES[detail]() if detail in CATEGORIES else detail
    return f"{words}: {detail}" if colon else str(words)


def record_words(card: Card) -> str:
    """`3 approved · 1 refused · here since 4 May 2025`."""
    if card.author_since is None:
        return str(_("no account"))
    parts = [ngettext("%(num)s approved", "%(num)s approved", card.approved)] if card.approved else [_("nothing approved yet")]
    if card.refused:
        parts.append(ngettext("%(num)s refused", "%(num)s refused", card.refused))
    parts.append(_("here since %(day)s", day=day(card.author_since, "medium")))
    return " · ".join(parts)


def gone() -> Card:
    """The card of a subject that is no longer there."""
    nothing = datetime.min
    return Card(Markup(""), "[deleted]", None, 0, 0, None, "", "", nothing, "gone")
