"""Comments of the old site below the entries they came with: added once, never changed by a later import."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from fansite.comments import bulk
from fansite.comments.models import Comment as Said
from fansite.core import markup
from fansite.core.db import db, touch, transaction
from fansite.core.web.language import speaking
from fansite.lib.times import now
from fansite.lib.wordpress import to_markdown
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.transfer.blog import Comment
from fansite.transfer.operations.people import People
from fansite.transfer.report import Report

# Written together; a discussion of twenty thousand takes several transactions.
AT_ONCE = 500
LETTERS_AT_ONCE = 500_000
MAX_NAME = 80
WAITING = "imported, waiting"
# What the fans' dialect has no sign for; the words stay, lines as paragraphs and cells side by side.
_ADORNMENT = re.compile(
    r"<(?P<end>/?)(?:(?P<line>caption|dd|dt|summary|tr)|(?P<cell>td|th)|abbr|acronym|big|center|cite|details|div|dl|font|ins|kbd|mark|q"
    r"|samp|small|span|sub|sup|table|tbody|tfoot|thead|tt|u|var)\b[^<>]{0,1000}>",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment with the entry it stands below; None for an entry that a dry run did not make."""

    entry_id: int | None
    entry_kind: str
    entry_origin: str
    # For comments without a date.
    entry_at: datetime
    comment: Comment

    @property
    def origin(self) -> str:
        return f"{self.entry_origin}#{self.comment.key}"

    @property
    def answered(self) -> str | None:
        return f"{self.entry_origin}#{self.comment.parent}" if self.comment.parent else None


class Talk:
    def __init__(self, people: People, language: str, report: Report, *, dry: bool) -> None:
        self._people = people
        self._report = report
        self._dry = dry
        with speaking(language):
            self._nameless = _("Anonymous")

    def put(self, remarks: Iterable[Remark]) -> None:
        """Those that are not here yet. Parents stand before their answers."""
        for batch in _batches(remarks):
            here = _said({origin for remark in batch for origin in (remark.origin, remark.answered) if origin})
            missing = [remark for remark in batch if remark.origin not in here]
            self._report.skipped["comment"] += len(batch) - len(missing)
            self._report.created["comment"] += len(missing)
            if missing and not self._dry:
                self._write(missing, here)

    def _write(self, missing: Sequence[Remark], here: dict[str, Said]) -> None:
        # What answers a comment that is still waiting here begins a thread of its own.
        standing = {origin: said for origin, said in here.items() if said.thread is not None}
        sayings = [self._saying(remark) for remark in missing]
        with transaction() as session:
            made = bulk.add(sayings, standing=standing)
            session.add_all(_review(row) for row in made if row.saying.status == "pending")
            touch("list:comments", *{f"list:{remark.entry_kind}" for remark in missing})
            touch(*(f"entry:{row.saying.entry_id}" for row in made))
            touch(*(f"account:{row.saying.author_id}" for row in made if row.saying.author_id))

    def _saying(self, remark: Remark) -> bulk.Saying:
        comment = remark.comment
        body = _markdown(comment)
        assert remark.entry_id is not None
        return bulk.Saying(
            number=remark.origin,
            entry_id=remark.entry_id,
            author_id=self._people.commenter(comment),
            parent=remark.answered,
            at=min(comment.date or remark.entry_at, now()),
            body=body,
            html=markup.render(body, trust="fan"),
            status="published" if comment.is_public else "pending",
            author_name=markup.tidy(comment.author).strip()[:MAX_NAME] or self._nameless,
            kind=comment.type if comment.is_ping else "comment",
            origin=remark.origin,
        )


def _said(origins: set[str]) -> dict[str, Said]:
    """Comments that are here, by origin; enough of each to hang an answer below, whatever transaction comes."""
    columns = sa.orm.load_only(Said.id, Said.origin, Said.path, Said.depth, Said.thread)
    found = list(db.session.scalars(sa.select(Said).options(columns).where(Said.origin.in_(origins))))
    for said in found:
        db.session.expunge(said)
    return {str(said.origin): said for said in found}


def _review(row: bulk.Row) -> Review:
    review = Review(subject_kind="comment", subject_id=row.id, queue="pending", reasons=[WAITING], opened_at=now())
    moderation.note_whose(review, row.saying.author_id, row.saying.body)
    return review


def _markdown(comment: Comment) -> str:
    """A ping is worth nothing without the page it came from; of other commenters we show no address."""
    body = to_markdown(_ADORNMENT.sub(_plainer, comment.content))
    if comment.is_ping and comment.url and comment.url not in body:
        return f"{body}\n\n<{comment.url}>".strip()
    return body


def _plainer(tag: re.Match[str]) -> str:
    if tag["line"]:
        return f"<{tag['end']}p>"
    return " " if tag["cell"] else ""


def _batches(remarks: Iterable[Remark]) -> Iterator[list[Remark]]:
    batch: list[Remark] = []
    letters = 0
    for remark in remarks:
        batch.append(remark)
        letters += len(remark.comment.content)
        if len(batch) == AT_ONCE or letters > LETTERS_AT_ONCE:
            yield batch
            batch, letters = [], 0
    if batch:
        yield batch
