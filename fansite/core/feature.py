"""One declaration per feature: plain data and functions. The application learns everything about a feature from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import click
import sqlalchemy as sa
from flask import Blueprint, Flask

from fansite.backends.search import Document
from fansite.core.content import Content
from fansite.core.markup import Pictures
from fansite.core.notices import Kind
from fansite.core.outbox import Listener, Routine


@dataclass(frozen=True)
class Result:
    """One find, as the search page shows it. `address` is the path it stands at; of `html` a passage is shown, without markup."""

    title: str
    address: str
    html: str
    at: Any
    who: str = ""
    language: str = ""
    # The account whose words they are; of what the band says, nobody's.
    by: int | None = None


@dataclass(frozen=True)
class Findable:
    """Something search knows: how to make its document, how to list all, and what the database lets a stranger see of it now."""

    kind: str
    # Many of them, and `one`.
    label: Any
    # Names of events after which a subject `<subject_kind>:<id>` may have to be indexed anew or dropped.
    subject_kind: str
    # Rows still visible, as documents; an id that is missing in the answer leaves the index.
    documents: Callable[[Sequence[int]], list[Document]]
    # Their ids in batches, upwards, from the one after the given one.
    every: Callable[[int], Iterator[list[int]]]
    # Of what changed a moment ago, `owed(subject_kind)` being its ids: (subject_kind, id) of those nobody may see any more.
    hidden: Callable[[Callable[[str], sa.Select[Any]]], sa.Select[str, int]]
    # Only what everyone may see, in a fixed number of queries.
    present: Callable[[Sequence[int]], dict[int, Result]]
    # Ids of these that hang on some entries: they come and go with them.
    of_entries: Callable[[Sequence[int]], list[int]] | None = None
    one: Any = ""


@dataclass(frozen=True)
class Reviewable:
    """Something a moderator may have to decide on. All functions run inside the deciding transaction."""

    kind: str
    label: Any
    # What the card shows, for many at once and in a fixed number of queries: id → card.
    cards: Callable[[Sequence[int]], dict[int, Any]]
    # The subject's status now and when its text last changed; None when it is gone.
    state: Callable[[int], tuple[str, Any] | None]
    approve: Callable[..., None]  # (id, by=, reason=)
    hide: Callable[..., None]  # (id, by=, reason=)
    restore: Callable[..., None]  # (id, by=, status=): back to what it was before a decision
    # Makes the pages that show it old, for an act that was sent twice.
    touch: Callable[[int], None]
    # Whether everybody can read it now.
    visible: Callable[[int], bool]
    # The account it comes from, or None: nobody reports their own.
    author: Callable[[int], int | None] = lambda _id: None
    # Its words as they were typed: where they link, and whether somebody else sent the same.
    text: Callable[[int], str] = lambda _id: ""
    # All that some accounts sent, as rows of (account, id, status), except what they took back; in a fixed number of queries.
    of_authors: Callable[[Sequence[int]], Sequence[tuple[int, int, str]]] | None = None


@dataclass(frozen=True)
class Addresses:
    """Some thousand addresses, as they were read: (id, the text it translates, language, slug, last change in W3C's form, its picture's
    number). Before the slug stands the stem of the language; `versions` are (language, path) of all of a group that has several, by
    its first text's id."""

    rows: Sequence[tuple[int, int | None, str, str, str, int | None]]
    stems: Mapping[str, str]
    versions: Mapping[int, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class SitemapPart:
    """Addresses of one kind. `files(size)` names those of at most `size` addresses that have any, each with its last change;
    `rows(number, size)` yields those of one."""

    kind: str
    files: Callable[[int], list[tuple[int, datetime]]]
    rows: Callable[[int, int], Iterator[Addresses]]


@dataclass(frozen=True)
class Drafts:
    """What strangers wrote before they signed in, kept by the feature that will post it."""

    # The draft of a token as the sign-in page shows it (`text`, `heading`), or None when it is unknown or too old.
    find: Callable[[str], Any]
    # Posts it as this person through the usual checks and returns the path to go on to. Never loses the text: what is refused waits
    # in the form at that path.
    post: Callable[[str, Any], str]


@dataclass(frozen=True)
class Leaver:
    """Somebody who is being erased, as they were until now. `keep_words`: what they said in public stays, under "[deleted]"."""

    id: int
    username: str
    email: str | None
    keep_words: bool


@dataclass(frozen=True)
class Chapter:
    """What one feature knows of a person, to be read by that person: facts as rows, and the label of each column."""

    key: str
    title: Any
    labels: dict[str, Any]
    rows: list[dict[str, Any]]
    # (name, content) of pictures and the like.
    files: Sequence[tuple[str, bytes]] = ()


@dataclass(frozen=True)
class Personal:
    """What a feature knows of a person and how it forgets them. A person may ask for both."""

    # `table.column`, each a foreign key to an account, that `export` and `erase` answer for.
    covers: Sequence[str]
    # Whatever belongs to this account and is for its owner's eyes: never what others said in confidence.
    export: Callable[[int], list[Chapter]]
    # Runs inside the erasing transaction; a second time does no harm.
    erase: Callable[[Leaver], None]
    # `table.column` → why it may go on pointing at an account that is nobody any more.
    exempt: dict[str, str] = field(default_factory=dict)


# What a part of a page found says in these how long it holds; the rest are the things it shows.
BESIDE_THINGS = frozenset({"tags", "until"})


@dataclass(frozen=True)
class HomeSection:
    """A part of the front page. The first two that find something stand in front of the hills, the others below."""

    name: str
    # For the owner who arranges the page, and for its visitors: in small letters, since the hand writes it where it stands in front.
    label: Any
    title: Any
    template: str
    # What the template needs, in a fixed number of queries; None, or nothing beside its `tags` and `until`, hides the part without a trace.
    # `tags` in it join the page's, and at `until` it is another by itself.
    find: Callable[[], dict[str, Any] | None]
    tags: Sequence[str] = ()
    # Where all of it stands.
    more: str = ""
    more_label: Any = ""
    # Takes the larger column, and lets narrow parts stand beside it.
    wide: bool = False
    # Its place as long as nobody chose another: 10 is the news, 30 what was said.
    order: int = 20
    # Readers (None: a stranger) of whom it says the same are shown the same, made once for them all; None: it is made for this one alone.
    alike: Callable[[Any], str | None] = lambda _person: ""


@dataclass(frozen=True)
class Aside:
    """Something put beside each page of a place (`tour`, `gig` …) whose feature stands below and knows nothing of it. All functions are
    given what the page is of, and `find` asks a fixed number of queries; None, or nothing beside `tags` and `until`, leaves the page as it
    is. `tags` in what it found join the page's, and at `until` it is another by itself."""

    place: str
    template: str
    find: Callable[[Any], dict[str, Any] | None]
    # What the page depends on, though nothing is found yet.
    tags: Callable[[Any], Iterable[str]]
    # Of what was found: properties for the page's own schema.org node.
    facts: Callable[[dict[str, Any]], dict[str, Any]] = lambda _found: {}
    order: int = 50


@dataclass(frozen=True)
class Finding:
    """What a look at one part of the site told, and what to do about it. `where` is the page it is put right on."""

    level: Literal["ok", "warning", "problem"]
    text: Any
    todo: Any = ""
    where: str = ""


@dataclass(frozen=True)
class Shelf:
    """Pictures that belong to something of a feature and not to the library: the feature says who sees one, each time it is asked for."""

    name: str
    # (number of the picture, who asks) → everybody sees it now, this person does, or nobody who asks like that.
    sight: Callable[[int, Any], Literal["all", "this one", "none"]]


@dataclass(frozen=True)
class Check:
    """Looks at one part of the site, whatever state that is in: for `fansite doctor` and the owner's page."""

    name: str
    look: Callable[[], Iterable[Finding]]
    # Cheap enough for a page: a counted few queries, nothing read whole.
    quick: bool = True
    # Asks the tables; left out while there are none of today's schema.
    tables: bool = True


@dataclass(frozen=True)
class Feature:
    blueprints: Sequence[Blueprint] = ()
    contents: Sequence[Content] = ()
    findables: Sequence[Findable] = ()
    reviewables: Sequence[Reviewable] = ()
    listeners: Sequence[Listener] = ()
    routines: Sequence[Routine] = ()
    commands: Sequence[click.Command] = ()
    checks: Sequence[Check] = ()
    # What people may be told of.
    notices: Sequence[Kind] = ()
    sitemap: Sequence[SitemapPart] = ()
    drafts: Drafts | None = None
    personal: Personal | None = None
    home_sections: Sequence[HomeSection] = ()
    asides: Sequence[Aside] = ()
    # How the site's own pictures are written into texts.
    pictures: Pictures | None = None
    shelves: Sequence[Shelf] = ()
    # Where an address of a site that was imported leads, for what is no entry: path → path of ours.
    old_addresses: Callable[[str], str | None] | None = None
    # Names templates may use everywhere.
    template_globals: dict[str, Any] = field(default_factory=dict)
    # A last word at start: extensions, request hooks.
    open: Callable[[Flask], None] | None = None
    # And one when everything that features declare is known.
    ready: Callable[[Flask], None] | None = None
