"""Comments in threads. A comment's place is its path; what a person wrote is never destroyed by a moderator's act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.core import markup
from fansite.core.content import Entry
from fansite.core.db import Model, index_of_some
from fansite.lib.times import now

MAX_BODY = 10_000
# Deeper would not fit a phone: replies below stand beside their parent and name whom they answer.
MAX_DEPTH = 5
# Long enough to fix a typo, too short to rewrite what others answered.
EDIT_WINDOW = timedelta(minutes=30)
DRAFT_LIFE = timedelta(days=7)
THREADS_A_PAGE = 50
COMMENTS_A_PAGE = 200
# A page of one thread begins with those above its first comment, which stand on the page before.
COMMENTS_A_THREAD_PAGE = COMMENTS_A_PAGE - (MAX_DEPTH - 1)
STATUSES = ("published", "pending", "rejected", "removed", "withdrawn")
REFUSED = ("rejected", "removed")


@dataclass(frozen=True)
class Rendered:
    """A text as it is stored. Links of who stands count for search engines."""

    body: str
    standing: bool
    html: str
    # The accounts it names.
    named: frozenset[int] = frozenset()


# A name in small letters → number and address of whose it is.
Known = Mapping[str, tuple[int, str]]
NOBODY: Known = {}


def rendered(body: str, *, standing: bool, known: Known = NOBODY) -> Rendered:
    names = markup.Names({name: address for name, (_id, address) in known.items()})
    html = markup.render(body, trust="fan", standing=standing, names=names)
    return Rendered(body, standing, html, frozenset(known[name][0] for name in names.met))


class _OfPlace(NamedTuple):
    id: int
    kind: str
    language: str
    slug: str
    status: str
    visibility: str
    author_id: int | None
    comments_open: bool
    comments_count: int
    threads_count: int


class Place(_OfPlace):
    """Of an entry, what rules and addresses ask about where a comment stands."""

    public: Any = Entry.public


class Comment(Model):
    __tablename__ = "comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    # The number of its thread within the entry, given when the thread is first published; None while it waits.
    thread: Mapped[int | None]
    # Ids as %010d joined by "/": order by path is reading order.
    path: Mapped[str] = mapped_column(sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql"), default="")
    depth: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    # For those who came with an import and have no account.
    author_name: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    kind: Mapped[str] = mapped_column(sa.String(10), default="comment", server_default="comment")
    status: Mapped[str] = mapped_column(sa.String(10))
    body: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    renderer: Mapped[int] = mapped_column(index=True)
    posted_at: Mapped[datetime] = mapped_column(default=now)
    edited_at: Mapped[datetime | None]
    # When everybody could read it for the first time.
    shown_at: Mapped[datetime | None]
    # A moderator's no, until one of them says yes: what its author does since does not clear it.
    refused_at: Mapped[datetime | None]
    # Told to the author when it was refused.
    reason: Mapped[str | None] = mapped_column(sa.String(1000))
    # Published replies below a thread's first comment.
    replies_count: Mapped[int] = mapped_column(default=0, server_default="0")
    # Kept by the operations of `reactions`.
    reactions_count: Mapped[int] = mapped_column(default=0, server_default="0")
    # A double click or a retry brings the same nonce.
    nonce: Mapped[str | None] = mapped_column(sa.String(64))
    origin: Mapped[str | None] = mapped_column(sa.String(300), unique=True)

    author = relationship("Account", lazy="raise_on_sql")
    entry = relationship("Entry", lazy="raise_on_sql")
    parent: Mapped[Comment | None] = relationship(remote_side=[id], lazy="raise_on_sql")

    __table_args__ = (
        sa.CheckConstraint(sa.column("status").in_(STATUSES), name="status"),
        sa.UniqueConstraint("author_id", "nonce"),
        # With the status, so that the published ones before a page of a long thread are passed over without being read.
        sa.Index("ix_comment_entry_thread_path", "entry_id", "thread", "path", "status"),
        sa.Index("ix_comment_author_posted", "author_id", "posted_at", "id", "status", "entry_id"),
        sa.Index("ix_comment_status_posted", "status", "posted_at"),
        # What was said last below a text, or in one of its threads.
        sa.Index("ix_comment_entry_posted", "entry_id", "posted_at", "id", "status", "thread"),
        index_of_some("uq_comment_thread", "entry_id", "thread", unique=True, where="parent_id IS NULL"),
    )

    @property
    def subject_kind(self) -> str:
        return "comment"

    @property
    def page_tags(self) -> tuple[str, ...]:
        """Not its author's account: what a page shows of them is the same whatever they say; but what shows all they say."""
        by = (f"by:{self.author_id}",) if self.author_id else ()
        return (f"entry:{self.entry_id}", f"comment:{self.id}", "list:comments", *by)

    @property
    def shown_tags(self) -> tuple[str, ...]:
        """What a page depends on that shows it, and who wrote it."""
        return (f"entry:{self.entry_id}", f"comment:{self.id}", *((f"account:{self.author_id}",) if self.author_id else ()))

    @property
    def visible(self) -> bool:
        return self.status == "published"

    @property
    def counts_as(self) -> str | None:
        """What it is in its author's record: refused while a moderator's no stands, else approved once it was public."""
        if self.status in REFUSED or self.refused_at is not None:
            return "refused"
        return "approved" if self.shown_at is not None else None

    @property
    def root_id(self) -> int:
        """The first comment of its thread."""
        return int(self.path.partition("/")[0])

    def still_editable(self, at: datetime) -> bool:
        return self.status in ("published", "pending") and at - self.posted_at < EDIT_WINDOW

    def write(self, body: str, *, standing: bool = False, known: Known = NOBODY) -> None:
        self.take(rendered(body, standing=standing, known=known))

    def take(self, text: Rendered) -> None:
        self.body, self.html, self.renderer = text.body, text.html, markup.RENDERER_VERSION

    def place(self, parent: Comment | None) -> None:
        """Sets path and depth; the comment's id must be known. Below the deepest level the path hangs on the ancestor above it."""
        own = f"{self.id:010d}"
        if parent is None:
            self.path, self.depth = own, 1
            return
        above = parent.path.split("/")[: MAX_DEPTH - 1]
        self.path, self.depth = "/".join([*above, own]), len(above) + 1
        self.thread = parent.thread

    def page_of_thread(self) -> int:
        """The page of the entry its thread stands on."""
        return 1 + ((self.thread or 1) - 1) // THREADS_A_PAGE


class Mention(Model):
    """Whom a comment, or what a discussion begins with, names by "@". Each is told once: when everybody can read it for the first time, or
    when an edit adds the name."""

    __tablename__ = "mention"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entry.id", ondelete="CASCADE"))
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id", ondelete="CASCADE"))
    told_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("entry_id", "account_id"),
        sa.UniqueConstraint("comment_id", "account_id"),
        sa.CheckConstraint("(entry_id IS NULL) <> (comment_id IS NULL)", name="one_subject"),
    )


class Revision(Model):
    """An earlier wording of a comment."""

    __tablename__ = "comment_revision"
    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(sa.ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    body: Mapped[str] = mapped_column(sa.Text)
    until: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"), index=True)


class Draft(Model):
    """What a stranger wrote, kept until they signed in. The token is the key; the row holds its hash."""

    __tablename__ = "comment_draft"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id", ondelete="SET NULL"))
    body: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    # The comment it became: sending it again leads there.
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id", ondelete="SET NULL"))

    entry: Mapped[Any] = relationship("Entry", lazy="raise_on_sql")

    def alive(self, at: datetime) -> bool:
        return at - self.created_at < DRAFT_LIFE
