"""What people may be told of, as features declare it: plain data and functions. `notifications` plans, waits, merges and hands over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fansite.core.outbox import Event


@dataclass(frozen=True)
class Happening:
    """Something that some people want to hear of, once each. `key` tells it from all else that happened to the same subject."""

    subject: str
    key: str
    # Until then it may be taken back, and nobody is told.
    due_at: datetime
    # So long it may wait for what else its reader is to be told.
    at_latest: datetime
    # What will be needed when it is told and is not to be found any more.
    facts: dict[str, Any] = field(default_factory=dict)
    # Whoever hears of it later cannot do much about it any more: from then on it waits for no quiet hour and no digest.
    needed_by: datetime | None = None


@dataclass(frozen=True)
class Waiting:
    """A notice to one person whose time has come."""

    id: int
    account_id: int
    kind: str
    subject: str
    key: str
    facts: dict[str, Any]
    # The way it goes: `site`, `mail`, `push`.
    channel: str = ""


@dataclass(frozen=True)
class Piece:
    """What is told to one person about one thing, whatever number of notices led to it."""

    account_id: int
    notices: tuple[int, ...]
    kinds: tuple[str, ...]
    # In a few words and in the language that is spoken when it is asked.
    title: Callable[[], str]
    # `templates/mail/<template>.txt` and `.html`, which are given `piece`.
    template: str
    values: dict[str, Any]
    # Where it stands among others.
    at: datetime
    # The path it is read at, in the language that is spoken when it is asked.
    address: Callable[[], str]
    # Accounts who did it, for their faces.
    by: tuple[int, ...] = ()
    # From then on nobody wants to know any more.
    not_after: datetime | None = None


@dataclass(frozen=True)
class Kind:
    """One sort of notice, which everybody may have or not."""

    name: str
    # For who chooses: what it is, and when it comes.
    label: Any
    hint: Any
    # Many of them in one mail, as its subject says it.
    many: Callable[[int], str]
    # After which events somebody may have to be told, and what an event means; None when it means nothing.
    events: Sequence[str]
    happened: Callable[[Event], Happening | None]
    # The accounts it concerns, upwards from the one after the given one, at most so many looked at; and how far that was, None at the end.
    concerned: Callable[[Happening, int, int], tuple[list[int], int | None]]
    # As things stand now: the pieces, and of each notice that nobody is told of, why. In a fixed number of queries; kinds that have this
    # in common are told together.
    tell: Callable[[Sequence[Waiting]], tuple[list[Piece], dict[int, str]]]
    # As long as nobody chose: by every way, or by none.
    wanted: bool = True
    # Or, way by way: `now`, `daily`, `weekly` (mails only), `off`; a way that is not named is off.
    by_default: Mapping[str, str] | None = None
    # What it stands under where one chooses: `evenings`, `people`, `band`. Whom `people` are told of is nobody's affair at the desk.
    group: str = "evenings"
    # How it is told in the list of all that one was told, where what is past stays; without it as `tell` does.
    show: Callable[[Sequence[Waiting]], tuple[list[Piece], dict[int, str]]] | None = None

    def pace_by_default(self, way: str) -> str:
        if self.by_default is None:
            return "now" if self.wanted else "off"
        return self.by_default.get(way, "off")
