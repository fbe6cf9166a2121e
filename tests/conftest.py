"""The house rules of all tests: warnings are errors, the network is off, and everyone knows the cast."""

from __future__ import annotations

import gc
import getpass
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.databases import ON_POSTGRESQL, File, OnServer
from tests.turns import Turns, longest_first

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
# Thousands of tests and all their modules stay to the end: they need not be looked through for each few hundred things that are made.
gc.set_threshold(10_000, 10, 10)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if ON_POSTGRESQL:  # what asks no database, or one of its own, is the same test twice
        kept = [item for item in items if "app" in getattr(item, "fixturenames", ()) and not elsewhere_only(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept
    if hasattr(config, "workerinput"):
        longest_first(items)
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason="../shared is not here"))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Turns:
    return Turns(config, log)


def elsewhere_only(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("sqlite", "once"))


@pytest.fixture(scope="session")
def shared() -> Path:
    return SHARED


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test called {address}: the network is off")
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database, copied for each test."""
    from fansite import settings
    from fansite.core.db.schema import upgrade

    folder = tmp_path_factory.mktemp("empty")
    upgrade(settings.load({"FANSITE_INSTANCE_PATH": str(folder)}))
    return folder / "fansite.db"


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What the application under test keeps its rows in."""
    from fansite import settings
    from fansite.core.db.schema import upgrade

    folder = tmp_path_factory.mktemp("instance")
    if not ON_POSTGRESQL:
        yield File(folder, request.getfixturevalue("empty_database"))
        return
    about = {"FANSITE_INSTANCE_PATH": str(folder)}
    made = OnServer(request.getfixturevalue("postgres"), "under_test", lambda more: upgrade(settings.load({**about, **more})))
    made.folder = folder
    yield made
    made.own.dispose()


@pytest.fixture(scope="session")
def one_app(database: Any) -> Iterator[Any]:
    """The application is made once for all tests of a process; `app` gives each test a fresh database."""
    from fansite import settings
    from fansite.app import create_app
    from fansite.core.db import db

    folder = database.folder
    environment = {
        **database.settings,
        "FANSITE_INSTANCE_PATH": str(folder),
        "FANSITE_BASE_URL": "http://127.0.0.1:8000",
        "FANSITE_SITE_NAME": "The Paper Marmots",
    }
    site = create_app(settings.load(environment))
    site.extensions["fansite"].readership.every = threading.TIMEOUT_MAX  # handed in by the tests that count
    with pytest.MonkeyPatch.context() as patch:
        draw_each_card_once(patch)
        draw_each_poster_once(patch)
        compare_each_password_once(patch)
        yield site
    with site.app_context():
        db.session.remove()
        db.engine.dispose()


def draw_each_card_once(patch: pytest.MonkeyPatch) -> None:
    """Whatever the worker is tested with, it draws a card for each text: they are the same few in hundreds of tests."""
    from fansite.seo import cards, listeners

    drawn: dict[Any, tuple[bytes, str]] = {}

    def draw(card: cards.Card) -> tuple[bytes, str]:
        shown = (card.title, card.site, card.seed, tuple(sorted(card.inks.items())), card.motif, card.picture)
        if shown not in drawn:
            drawn[shown] = cards.draw(card)
        return drawn[shown]

    patch.setattr(listeners, "draw", draw)


def draw_each_poster_once(patch: pytest.MonkeyPatch) -> None:
    """And a poster of every gig it hears of: small ones here, and those that are the same are drawn once."""
    from fansite.posters import operations

    for name in ("ON_SCREEN", "ON_PAPER", "SMALL"):
        patch.setattr(f"fansite.posters.looks.{name}", 120)
    draw, drawn = operations.drawn, dict[str, list[tuple[str, bytes]]]()

    def once(task: operations.Task) -> list[tuple[str, bytes]]:
        if task.stem not in drawn:
            drawn[task.stem] = list(draw(task))
        return drawn[task.stem]

    patch.setattr(operations, "drawn", once)


def compare_each_password_once(patch: pytest.MonkeyPatch) -> None:
    """The people of all tests know one password, and to compare it takes longer than to make a page."""
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError

    compare, fits = PasswordHasher.verify, dict[tuple[Any, Any], bool]()

    def verify(self: PasswordHasher, known: Any, password: Any) -> bool:
        if (known, password) not in fits:
            try:
                fits[known, password] = compare(self, known, password)
            except VerifyMismatchError:
                fits[known, password] = False
        if not fits[known, password]:
            raise VerifyMismatchError
        return True

    patch.setattr(PasswordHasher, "verify", verify)


@pytest.fixture
def app(one_app: Any, database: Any) -> Iterator[Any]:
    from fansite.core.db import db

    site = one_app.extensions["fansite"]
    folder = site.settings.instance_path
    with one_app.app_context():
        if not ON_POSTGRESQL:  # a file is replaced
            db.engine.dispose()
        database.fresh()
        for name in ("search", "media", "uploads", "outbox", "parcels"):
            shutil.rmtree(folder / name, ignore_errors=True)
        site.kept.clear()
        site.pages.store.clear()
        site.readership._numbers.clear()
        site.search.close()
        yield one_app
        db.session.remove()
        site.search.close()


@pytest.fixture
def elsewhere(app: Any, database: Any) -> Callable[..., list[Any]]:
    """What another program does in the database right now: `elsewhere("SELECT …")` are the rows it reads; what it writes is there for all."""
    import sqlalchemy as sa

    def at_once(statement: str, **values: Any) -> list[Any]:
        with database.own.begin() as connection:
            result = connection.execute(sa.text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    return at_once


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Time stands still at noon; `clock.shift(seconds)` moves it."""
    import time_machine

    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def cast(app: Any) -> SimpleNamespace:
    """fay (fan, trusted), nora (new), milo (moderator), eli (editor), ada (owner), ben (banned); all know the password `PASSWORD`."""
    from tests.cast import make_cast

    return make_cast()


@pytest.fixture
def browser_as(app: Any) -> Callable[..., Any]:
    """`browser_as(account)` is a test client signed in as that account, `browser_as(None)` a stranger."""
    from tests.client import Visitor

    def visit(account: Any = None, *, language: str = "en") -> Visitor:
        return Visitor(app, account, language=language)

    return visit


@pytest.fixture
def stranger(browser_as: Callable[..., Any]) -> Any:
    return browser_as(None)


@pytest.fixture
def worker(app: Any) -> Callable[[], int]:
    """Delivers everything that is due, as the site's worker would."""
    from fansite.core.outbox import long_work
    from fansite.core.outbox.delivering import deliver_all

    long_work._here.__dict__.clear()  # no pause is left over from the test before
    return deliver_all


@pytest.fixture
def outbox_mails(app: Any) -> Callable[[], list[Any]]:
    """The mails written so far, oldest first."""
    import email
    from email import policy

    folder = app.extensions["fansite"].settings.instance_path / "outbox"

    def read() -> list[Any]:
        return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))]

    return read


@pytest.fixture
def count_queries(app: Any) -> Callable[[], Any]:
    """`with count_queries() as counted: …; assert len(counted) <= 8`: the statements sent, transaction words not counted."""
    from contextlib import contextmanager

    import sqlalchemy as sa

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []
        app.extensions["fansite"].pages.store.clear()  # what is kept ready costs none

        def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK", "SELECT pg_advisory")):
                seen.append(statement)

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)

    return counting


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A private PostgreSQL on a socket of its own, run by a user without rights."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb")) or [shutil.which("initdb") or ""]
    if not found[-1]:
        pytest.skip("PostgreSQL is not installed")
    binaries = Path(found[-1]).parent
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
    as_user: list[str] = []
    if getpass.getuser() == "root":
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"
    subprocess.run(
        [*as_user, binaries / "initdb", "-D", data, "-U", "site", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c jit=off"
    subprocess.run(
        [*as_user, binaries / "pg_ctl", "-D", data, "-o", options, "-w", "-l", folder / "log", "start"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    yield f"postgresql:///postgres?host={folder}&user=site"
    subprocess.run(
        [*as_user, binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=False, capture_output=True, cwd="/"
    )
    shutil.rmtree(folder, ignore_errors=True)


os.environ.pop("FANSITE_INSTANCE_PATH", None)
