"""One declaration per feature: plain data and functions. The application learns everything about a feature from here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import click
import sqlalchemy as sa
from flask import Blueprint, Flask

from fansite.backends.search import Document
from fansite.core.content import Content
from fansite.core.outbox import Listener, Routine


@dataclass(frozen=True)
class Result:
    """One find, as the search page shows it. `address` is the path it stands at."""

    title: str
    address: str
    text: str
    at: Any
    who: str = ""
    language: str = ""


@dataclass(frozen=True)
class Findable:
    """Something search knows: how to make its document, how to list all, and what the database lets a stranger see of it now."""

    kind: str
    label: Any
    # Names of events after which a subject `<subject_kind>:<id>` may have to be indexed anew or dropped.
    subject_kind: str
    # Rows still visible, as documents; an id that is missing in the answer leaves the index.
    documents: Callable[[Sequence[int]], list[Document]]
    every: Callable[[], Iterator[list[int]]]
    # Of what changed a moment ago, `owed(subject_kind)` being its ids: (subject_kind, id) of those nobody may see any more.
    hidden: Callable[[Callable[[str], sa.Select[Any]]], sa.Select[str, int]]
    # Only what everyone may see, in a fixed number of queries.
    present: Callable[[Sequence[int]], dict[int, Result]]
    # Ids of these that hang on some entries: they come and go with them.
    of_entries: Callable[[Sequence[int]], list[int]] | None = None


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


@dataclass(frozen=True)
class SitemapPart:
    """Addresses of one kind: `count` decides how many files there are, `rows` yields (path, lastmod) for one of them."""

    kind: str
    count: Callable[[], int]
    rows: Callable[[int, int], Iterator[tuple[str, Any, list[tuple[str, str]]]]]
    lastmod: Callable[[int, int], Any]


@dataclass(frozen=True)
class Drafts:
    """What strangers wrote before they signed in, kept by the feature that will post it."""

    # The draft of a token as the sign-in page shows it (`text`, `title`, `path`), or None when it is unknown or too old.
    find: Callable[[str], Any]
    # Posts it as this person through the usual checks and returns the path to go on to. Never loses the text: what is refused waits
    # in the form at that path.
    post: Callable[[str, Any], str]


@dataclass(frozen=True)
class Feature:
    blueprints: Sequence[Blueprint] = ()
    contents: Sequence[Content] = ()
    findables: Sequence[Findable] = ()
    reviewables: Sequence[Reviewable] = ()
    listeners: Sequence[Listener] = ()
    routines: Sequence[Routine] = ()
    commands: Sequence[click.Command] = ()
    sitemap: Sequence[SitemapPart] = ()
    drafts: Drafts | None = None
    # Names templates may use everywhere.
    template_globals: dict[str, Any] = field(default_factory=dict)
    # A last word at start: extensions, request hooks.
    open: Callable[[Flask], None] | None = None
