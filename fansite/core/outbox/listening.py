"""Who hears of what, and what returns by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from flask import current_app

from .models import Event

# Longer than a batch takes, short enough that what a killed worker held is found by search within a minute.
LEASE = timedelta(seconds=30)
BATCH = 200


@dataclass(frozen=True)
class Listener:
    """`run` is given the events of one batch, oldest first. `names` are exact, or end in `*`. After `lease` another worker may try."""

    name: str
    run: Callable[[Sequence[Event]], None]
    names: tuple[str, ...]
    batch: int = BATCH
    lease: timedelta = LEASE

    def hears(self, name: str) -> bool:
        return any(name == wanted or (wanted.endswith("*") and name.startswith(wanted[:-1])) for wanted in self.names)


@dataclass(frozen=True)
class Routine:
    """Work that returns by itself: `run` is called once in every `every`."""

    name: str
    run: Callable[[], None]
    every: timedelta


@dataclass
class Outbox:
    """Who listens. Filled by `create_app` from the features' declarations."""

    listeners: dict[str, Listener] = field(default_factory=dict)
    routines: dict[str, Routine] = field(default_factory=dict)
    # Event → the names of those it is owed to: asked at every act on the site.
    _heard_by: dict[str, list[str]] = field(default_factory=dict)

    def add(self, listener: Listener) -> None:
        if listener.name in self.listeners:
            raise ValueError(f"two listeners are called {listener.name}")
        self.listeners[listener.name] = listener
        self._heard_by.clear()

    def heard_by(self, name: str) -> list[str]:
        """The names of those an event of this name is owed to."""
        if name not in self._heard_by:
            self._heard_by[name] = [listener.name for listener in self.listeners.values() if listener.hears(name)]
        return self._heard_by[name]


def outbox() -> Outbox:
    found: Outbox = current_app.extensions["fansite"].outbox
    return found
