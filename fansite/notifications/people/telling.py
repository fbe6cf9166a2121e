"""What is said of people: the truth of the moment it is said, once for each reader and thing, however many did it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from fansite.core import markup
from fansite.core.notices import Piece, Waiting
from fansite.core.web import entry_path, path_for
from fansite.core.web.paths import current_language
from fansite.lib.times import now
from fansite.notifications.people.facts import Facts, Someone, Text, facts_of
from fansite.notifications.people.words import headline

EXCERPT = 240


@dataclass(frozen=True)
class Told:
    """What one reader is told of one thing. `news`: answer, thread, mention, reaction, followed, wrote, news, published, refused."""

    news: str
    # The last who did it first.
    who: tuple[Someone, ...] = ()
    # The title of what it is about; of a text itself its versions, to be told in the reader's language.
    title: str = ""
    versions: tuple[Text, ...] = ()
    # A few of the words, as everybody may read them; of a decision, the moderator's.
    words: str = ""
    subject_kind: str = ""
    path: Callable[[], str] | None = None
    at: datetime | None = None

    @property
    def text(self) -> Text | None:
        """The version the reader understands, else the first."""
        own = [one for one in self.versions if one.language == current_language()]
        return own[0] if own else min(self.versions, default=None, key=lambda one: one.id)

    def address(self) -> str:
        if self.text is not None:
            return entry_path(self.text)
        return self.path() if self.path is not None else path_for("accounts.show")


def tell(waiting: Sequence[Waiting]) -> tuple[list[Piece], dict[int, str]]:
    facts = facts_of(waiting)
    untold = {notice.id: why for notice in waiting if (why := _moot(notice, facts))}
    things: dict[tuple[int, str, str], list[Waiting]] = {}
    for notice in waiting:
        if notice.id not in untold:
            things.setdefault((notice.account_id, *_thing(notice, facts)), []).append(notice)
    for reader, news, subject in [one for one in things if one[1] == "mention"]:
        _with_its_text(things, reader, news, subject)
        _with_its_answer(things, reader, news, subject)
    pieces = [_piece(news, notices, facts) for (_reader, news, _subject), notices in things.items()]
    return pieces, untold


# ---- what still holds -------------------------------------------------------------------------------------------------------


def _moot(notice: Waiting, facts: Facts) -> str:
    """Why this one need not be told any more; empty while it does."""
    by = notice.facts.get("by")
    if "review" in notice.facts:
        return _undecided(notice, facts)
    if by is not None and notice.kind != "news.published":  # news are the band's, whoever signs them
        if by not in facts.people:
            return "gone"
        if (notice.account_id, by) in facts.deaf:
            return "unheard"
    if notice.subject.startswith("comment:") and _number(notice) not in facts.comments:
        return "withdrawn"
    if notice.subject.startswith("entry:") and _number(notice) not in facts.texts:
        return "withdrawn"
    return "undone" if _undone(notice, facts) else ""


def _undone(notice: Waiting, facts: Facts) -> bool:
    by = notice.facts.get("by")
    if notice.kind == "fan.followed":
        return (by, notice.account_id) not in facts.following
    if notice.kind == "people.wrote":
        return (notice.account_id, by) not in facts.following
    return notice.kind == "comment.reaction" and (notice.subject, by) not in facts.reactions


def _undecided(notice: Waiting, facts: Facts) -> str:
    """A decision that was taken back, or is another by now: of that one another notice tells."""
    review = facts.reviews.get(notice.facts["review"])
    if review is None or review.decision is None:
        return "undone"
    gone = review.subject_kind == "comment" and review.decision == "approve" and review.subject_id not in facts.comments
    return "withdrawn" if gone else ""


# ---- what goes together -----------------------------------------------------------------------------------------------------


def _thing(notice: Waiting, facts: Facts) -> tuple[str, str]:
    """What kind of news it is, and about what: all of the same is told at once."""
    if notice.kind == "comment.reply":
        comment = facts.comments[_number(notice)]
        own = comment.parent is not None and comment.parent.author_id == notice.account_id
        return ("answer", f"comment:{comment.parent_id}") if own else ("thread", f"entry:{comment.entry_id}")
    if notice.kind == "moderation.decided":
        approved = facts.reviews[notice.facts["review"]].decision == "approve"
        return ("published" if approved else "refused"), notice.subject
    if notice.kind in ("people.wrote", "news.published"):
        return "text", notice.subject
    return {"comment.mention": "mention", "comment.reaction": "reaction", "fan.followed": "followed"}[notice.kind], notice.subject


def _with_its_text(things: dict[tuple[int, str, str], list[Waiting]], reader: int, news: str, subject: str) -> None:
    """Who is named by somebody they follow hears of it once."""
    things[reader, news, subject].extend(things.pop((reader, "text", subject), []))


def _with_its_answer(things: dict[tuple[int, str, str], list[Waiting]], reader: int, news: str, subject: str) -> None:
    """Who is answered by name hears of it once."""
    for (account, other, _about), notices in things.items():
        if account == reader and other in ("answer", "thread") and any(notice.subject == subject for notice in notices):
            notices.extend(things.pop((reader, news, subject)))
            return


def _piece(news: str, notices: Sequence[Waiting], facts: Facts) -> Piece:
    told = TELLERS[news](news, notices, facts)
    return Piece(
        account_id=notices[0].account_id,
        notices=tuple(notice.id for notice in notices),
        kinds=tuple(dict.fromkeys(notice.kind for notice in notices)),
        title=partial(headline, told),
        template="_person",
        values={"told": told},
        at=told.at or now(),
        address=told.address,
        by=tuple(one.id for one in told.who),
    )


# ---- what is said -----------------------------------------------------------------------------------------------------------


def _said(news: str, notices: Sequence[Waiting], facts: Facts) -> Told:
    """Answers or a name: the words of the last, the title of what it stands below."""
    last = facts.comments[max(_number(notice) for notice in notices)]
    return Told(
        news,
        who=_who(notices, facts),
        title=last.entry.title,
        words=markup.summary_of(last.html, length=EXCERPT),
        path=partial(path_for, "comments.permalink", comment_id=last.id),
        at=last.posted_at,
    )


def _named(news: str, notices: Sequence[Waiting], facts: Facts) -> Told:
    """In a comment, or in what a discussion begins with."""
    return _of_text(news, notices, facts) if notices[0].subject.startswith("entry:") else _said(news, notices, facts)


def _reacted(news: str, notices: Sequence[Waiting], facts: Facts) -> Told:
    if notices[0].subject.startswith("entry:"):
        return _of_text(news, notices, facts)
    own = facts.comments[_number(notices[0])]
    words = markup.summary_of(own.html, length=EXCERPT)
    return Told(
        news, _who(notices, facts), own.entry.title, words=words, path=partial(path_for, "comments.permalink", comment_id=own.id)
    )


def _of_text(news: str, notices: Sequence[Waiting], facts: Facts) -> Told:
    return Told(news, _who(notices, facts), versions=tuple(facts.texts[_number(notices[0])]))


def _followed(news: str, notices: Sequence[Waiting], facts: Facts) -> Told:
    who = _who(notices, facts)
    return Told(news, who, path=partial(path_for, "fans.show", username=who[0].username_key))


def _wrote(_news: str, notices: Sequence[Waiting], facts: Facts) -> Told:
    """Who follows somebody hears it of them; of the band's news, as news."""
    of_them = any(notice.kind == "people.wrote" for notice in notices)
    return Told(
        "wrote" if of_them else "news",
        who=_who(notices, facts) if of_them else (),
        versions=tuple(facts.texts[_number(notices[0])]),
    )


def _decided(news: str, notices: Sequence[Waiting], facts: Facts) -> Told:
    review = facts.reviews[notices[-1].facts["review"]]
    comment = facts.comments.get(review.subject_id) if review.subject_kind == "comment" else None
    own_place = {"comment": "comments.mine", "photo": "tour.own_photos"}.get(review.subject_kind, "accounts.show")
    path = partial(path_for, "comments.permalink", comment_id=comment.id) if comment is not None else partial(path_for, own_place)
    return Told(
        news,
        title=comment.entry.title if comment is not None else "",
        words=(review.reason or "") if news == "refused" else "",
        subject_kind=review.subject_kind,
        path=path,
        at=review.decided_at,
    )


TELLERS: dict[str, Callable[[str, Sequence[Waiting], Facts], Told]] = {
    "answer": _said,
    "thread": _said,
    "mention": _named,
    "reaction": _reacted,
    "followed": _followed,
    "text": _wrote,
    "published": _decided,
    "refused": _decided,
}


def _who(notices: Sequence[Waiting], facts: Facts) -> tuple[Someone, ...]:
    doers = dict.fromkeys(notice.facts["by"] for notice in reversed(notices))
    return tuple(facts.people[one] for one in doers)


def _number(notice: Waiting) -> int:
    return int(notice.subject.partition(":")[2])
