"""Everything public that staff or fans publish is an `Entry`; a `Content` declares one kind of it to the whole application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, declared_attr, joinedload, mapped_column, relationship

from fansite.backends.search import Document
from fansite.core import markup
from fansite.core.db import Model, db, index_of_some, touch
from fansite.core.errors import Refused
from fansite.lib import slugs
from fansite.lib.times import now

STATUSES = ("draft", "scheduled", "published", "withdrawn")
VISIBILITIES = ("public", "members", "press")
MAX_TITLE = 200
MAX_SUMMARY = 500


# What the public does not see though something was said below it; little beside all that it does.
HIDDEN_WITH_WORDS = sa.text("(status <> 'published' OR visibility <> 'public') AND comments_count > 0")
WITHDRAWN = sa.text("withdrawn_at IS NOT NULL")


class Entry(Model):
    """What all kinds share; comments, tags, slug history, sitemap and feeds hang here by real foreign keys."""

    __tablename__ = "entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    scope: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    slug: Mapped[str] = mapped_column(sa.String(slugs.MAX_SLUG))
    language: Mapped[str] = mapped_column(sa.String(8))
    translation_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entry.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    summary: Mapped[str] = mapped_column(sa.String(MAX_SUMMARY), default="", server_default="")
    status: Mapped[str] = mapped_column(sa.String(12), default="draft")
    visibility: Mapped[str] = mapped_column(sa.String(10), default="public", server_default="public")
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    # The picture above it. Without one a cover is drawn: which of the many its number can have, and of what.
    cover_id: Mapped[int | None] = mapped_column(sa.ForeignKey("picture.id"), index=True)
    cover_seed: Mapped[int] = mapped_column(default=0, server_default="0")
    cover_motif: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    # The stored picture of a shared link, drawn by the worker; empty until then.
    card: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    # When it is or was first to be seen; in the future while `scheduled`.
    published_at: Mapped[datetime | None]
    # The last change a reader would notice: sitemaps and feeds believe it.
    updated_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]
    comments_open: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    # Published comments, and how many threads were ever given a number.
    comments_count: Mapped[int] = mapped_column(default=0, server_default="0")
    threads_count: Mapped[int] = mapped_column(default=0, server_default="0")
    # Kept by the operations of `reactions`.
    reactions_count: Mapped[int] = mapped_column(default=0, server_default="0")
    # Where an import took it from: site address and the item's number there.
    origin: Mapped[str | None] = mapped_column(sa.String(300), unique=True)
    # Rises with every save, so that two editors cannot overwrite each other in silence.
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    author = relationship("Account", lazy="raise_on_sql")
    cover = relationship("Picture", lazy="raise_on_sql")

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_abstract": True}
    __table_args__ = (
        sa.UniqueConstraint("kind", "language", "scope", "slug"),
        sa.CheckConstraint(sa.column("status").in_(STATUSES), name="status"),
        sa.CheckConstraint(sa.column("visibility").in_(VISIBILITIES), name="visibility"),
        sa.CheckConstraint("(status NOT IN ('scheduled', 'published')) OR published_at IS NOT NULL", name="published_at"),
        # With all that says who is offered it, so that a whole list is read off the index.
        sa.Index(
            "ix_entry_kind_status_published",
            "kind",
            "status",
            "published_at",
            "id",
            "visibility",
            "language",
            "translation_of_id",
        ),
        sa.Index("ix_entry_kind_status_updated", "kind", "status", "updated_at", "id"),
        sa.Index("ix_entry_kind_updated", "kind", "updated_at", "id"),
        # With the date, so that the last change of a sitemap's file is read off the index.
        sa.Index("ix_entry_listed", "kind", "status", "visibility", "id", "updated_at"),
        sa.Index("ix_entry_author_kind_status_published", "author_id", "kind", "status", "published_at", "id"),
        index_of_some("ix_entry_hidden", "id", where=HIDDEN_WITH_WORDS),
        index_of_some("ix_entry_withdrawn", "kind", "withdrawn_at", where=WITHDRAWN),
    )

    @property
    def subject_kind(self) -> str:
        return "entry"

    @property
    def public(self) -> bool:
        return self.status == "published" and self.visibility == "public"

    @property
    def was_public(self) -> bool:
        """Whether its address was ever given to the public. While it is away, `withdrawn_at` is when it went."""
        return self.status == "published" or self.withdrawn_at is not None

    @property
    def page_tags(self) -> tuple[str, ...]:
        return (f"entry:{self.id}", f"list:{self.kind}")

    @property
    def link_tags(self) -> tuple[str, ...]:
        """What else shows its title and address, whatever is said below it."""
        return ()

    @property
    def group_id(self) -> int:
        """The same for all translations of one thing."""
        return self.translation_of_id or self.id

    def changed(self, at: datetime | None = None) -> None:
        """A reader would notice: the date search engines and feeds believe moves, and the pages that show it are old."""
        self.updated_at = at or now()
        self.touch()

    def touch(self) -> None:
        touch(*self.page_tags)


class Written:
    """A kind whose text is Markdown: source and rendered text are stored together with the renderer's version."""

    body: Mapped[str] = mapped_column(sa.Text, default="")
    html: Mapped[str] = mapped_column(sa.Text, default="")
    renderer: Mapped[int] = mapped_column(default=0, index=True)

    @declared_attr
    def id(cls) -> Mapped[int]:
        return mapped_column(sa.ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True)

    def write(self, body: str) -> None:
        self.body = body
        self.html = rendered(body)
        self.renderer = markup.RENDERER_VERSION


def rendered(body: str) -> str:
    """The staff's Markdown as pages show it, the site's own pictures in all their sizes."""
    site = current_app.extensions["fansite"]
    return markup.render(body, trust="staff", home=site.settings.base_url, pictures=site.pictures)


class SlugHistory(Model):
    """Every slug an entry ever answered to; points at the entry, so a redirect is always one hop."""

    __tablename__ = "slug_history"
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    language: Mapped[str] = mapped_column(sa.String(8))
    scope: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    slug: Mapped[str] = mapped_column(sa.String(slugs.MAX_SLUG))
    at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (sa.UniqueConstraint("kind", "language", "scope", "slug"),)


class OldAddress(Model):
    """A path of a site that was imported; answers 301 to the entry that came from it."""

    __tablename__ = "old_address"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(sa.String(500))
    # The site it came from: `/?p=12` is answered only while one import owns the number.
    source: Mapped[str] = mapped_column(sa.String(200))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id", ondelete="CASCADE"), index=True)

    __table_args__ = (sa.UniqueConstraint("path", "source"),)


@dataclass(frozen=True)
class Content:
    """One kind of entry, as the rest of the application needs to know it."""

    model: type[Any]
    # Endpoints whose addresses are `/…/<slug>` and the list it stands in ("" for none).
    endpoint: str
    list_endpoint: str
    policy: ModuleType
    label: Any
    plural: Any
    document: Callable[[Any], Document]
    # The schema.org node of its page, without comments and breadcrumbs.
    json_ld: Callable[[Any], dict[str, Any]]
    # Written by a scheduled publication, by staff pages and by imports.
    publish: Callable[..., Any]
    # Pages have no author line and no feed; news have.
    in_feeds: bool = True
    edit_endpoint: str = ""
    # One row for readers of all languages: its address has the prefix of theirs.
    for_all_languages: bool = False
    # The table of its texts in further languages (`entry_id`, `body`, `html`, `renderer`, `write`, `page_tags`).
    more_texts: type[Any] | None = None
    # How a text of it is made anew, where that takes more than the text.
    write_anew: Callable[[Any], None] | None = None
    # What is said below it are replies, and not comments on it.
    replies: bool = False

    @property
    def kind(self) -> str:
        return str(sa.inspect(self.model).polymorphic_identity)


def contents() -> dict[str, Content]:
    found: dict[str, Content] = current_app.extensions["fansite"].contents
    return found


def content_of(entry: Any) -> Content:
    return contents()[entry.kind]


# ---- finding ------------------------------------------------------------------------------------------------------------


def listed() -> sa.ColumnElement[bool]:
    """What everyone may see in lists, feeds, sitemaps and search."""
    return sa.and_(Entry.status == "published", Entry.visibility == "public")


def hidden_with_words() -> sa.Select[int]:
    """Of all entries that have published comments and are not `listed`, by an index of their own: its condition word for word."""
    hidden = sa.or_(Entry.status != sa.literal_column("'published'"), Entry.visibility != sa.literal_column("'public'"))
    return sa.select(Entry.id).where(hidden, Entry.comments_count > sa.literal_column("0"))


@lru_cache(maxsize=16)
def readable_in(language: Any) -> sa.ColumnElement[bool]:
    """What a reader of a language (or of the one a parameter will name) is offered: texts in it, and others as long as nobody has
    translated them. Put together once for each."""
    first, later = sa.orm.aliased(Entry, flat=True), sa.orm.aliased(Entry, flat=True)
    group = sa.func.coalesce(Entry.translation_of_id, Entry.id)
    # Two questions, each with an index of its own: one with OR would read the whole table for every row.
    original = sa.select(sa.literal(1)).where(first.id == group, *_seen_in(first, language)).correlate(Entry).exists()
    translation = (
        sa.select(sa.literal(1)).where(later.translation_of_id == group, *_seen_in(later, language)).correlate(Entry).exists()
    )
    return sa.or_(Entry.language == language, sa.and_(~original, ~translation))


def _seen_in(entry: Any, language: Any) -> tuple[sa.ColumnElement[bool], ...]:
    return entry.language == language, entry.status == "published", entry.visibility == "public"


def of_kind(model: type[Any]) -> sa.ColumnElement[bool]:
    """Said aloud though the join says it too: the indexes of `entry` begin with the kind."""
    kind: sa.ColumnElement[bool] = model.kind == sa.inspect(model).polymorphic_identity
    return kind


def by_slug(model: type[Any], slug: str, language: str, scope: str = "") -> Any:
    """The entry at an address, its author and cover with it."""
    facts = {"slug": slug, "language": language, "scope": scope}
    statement: Any = _by_slug(model)  # type: ignore[arg-type]
    return db.session.execute(statement, facts).scalar_one_or_none()


@cache
def _by_slug(model: Any) -> Any:
    """Its parameters are `slug`, `language` and `scope`."""
    at = _at_slug(model, sa.bindparam("slug"), sa.bindparam("language"), sa.bindparam("scope"))
    return sa.select(model).options(joinedload(model.author), joinedload(model.cover)).where(at)


def _at_slug(model: type[Any], slug: Any, language: Any, scope: Any) -> sa.ColumnElement[bool]:
    return sa.and_(of_kind(model), model.language == language, model.scope == scope, model.slug == slug)


def moved(kind: str, slug: str, language: str, scope: str = "") -> Entry | None:
    """The entry that once had this slug, or has it in another language; None when nobody had."""
    past = sa.select(SlugHistory.entry_id).where(
        SlugHistory.kind == kind, SlugHistory.slug == slug, SlugHistory.language == language, SlugHistory.scope == scope
    )
    # Each by its name: "any but this one" would look through all there are.
    others = [one for one in current_app.extensions["fansite"].settings.languages if one != language]
    elsewhere = sa.select(Entry.id).where(
        Entry.kind == kind, Entry.slug == slug, Entry.scope == scope, Entry.language.in_(others)
    )
    ids = list(db.session.scalars(past)) or list(db.session.scalars(elsewhere.limit(2)))
    return db.session.get(Entry, ids[0]) if len(ids) == 1 else None


def translations(entry: Entry) -> Sequence[Entry]:
    """The published versions of this entry in all languages, itself included."""
    group = entry.group_id
    statement = (
        sa.select(Entry).where(sa.or_(Entry.id == group, Entry.translation_of_id == group), listed()).order_by(Entry.language)
    )
    return db.session.scalars(statement).all()


def at_old_address(path: str, query: str) -> Entry | None:
    """The entry an import brought from this path (and, for `/?p=12`, query). Of two imports that had a path the first has it; a number
    both had is nobody's."""
    wanted = f"{path}?{query}" if query else path
    ids = list(
        db.session.scalars(sa.select(OldAddress.entry_id).where(OldAddress.path == wanted).order_by(OldAddress.id).limit(2))
    )
    return db.session.get(Entry, ids[0]) if ids and not (query and len(ids) > 1) else None


# ---- slugs --------------------------------------------------------------------------------------------------------------


def free_slug(
    model: type[Any], wanted: str, language: str, *, scope: str = "", own_id: int | None = None, reserved: tuple[str, ...] = ()
) -> str:
    """`wanted`, or the next of `wanted-2`, `wanted-3` … that no entry and no reserved word has."""
    slug, number = wanted, 1
    while slugs.is_reserved(slug, reserved) or _taken(model, slug, language, scope, own_id):
        number += 1
        slug = slugs.numbered(wanted, number)
    return slug


def change_slug(entry: Entry, slug: str, *, reserved: tuple[str, ...] = ()) -> None:
    """Gives an entry another address; the old one answers 301 for ever. Inside a transaction."""
    if slug == entry.slug:
        return
    if not slugs.is_slug(slug) or slugs.is_reserved(slug, reserved):
        raise Refused(_l("An address holds small letters, digits and hyphens, and is not one of the site's own."), field="slug")
    if _taken(type(entry), slug, entry.language, entry.scope, entry.id):
        raise Refused(_l("Another text already has this address."), field="slug")
    old, entry.slug = entry.slug, slug
    claim_slug(entry)
    remember_slug(entry, old, entry.language)


def remember_slug(entry: Entry, slug: str, language: str) -> None:
    """An address it left leads to it from now on, if anybody ever knew it."""
    if not entry.was_public:
        return
    key = {"kind": entry.kind, "language": language, "scope": entry.scope, "slug": slug}
    db.session.execute(sa.delete(SlugHistory).filter_by(**key))
    db.session.add(SlugHistory(entry_id=entry.id, **key))


def claim_slug(entry: Entry) -> None:
    """What becomes public takes its slug even from the history of another; a draft takes nothing from anybody."""
    if not entry.was_public:
        return
    db.session.execute(
        sa.delete(SlugHistory).filter_by(kind=entry.kind, language=entry.language, scope=entry.scope, slug=entry.slug)
    )


def _taken(model: type[Any], slug: str, language: str, scope: str, own_id: int | None) -> bool:
    found = db.session.scalar(sa.select(model.id).where(_at_slug(model, slug, language, scope)))
    return found is not None and found != own_id
