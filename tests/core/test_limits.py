"""How often is too often: counted once for all processes, by an address nobody can choose."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import request

from fansite import settings
from fansite.app import create_app
from fansite.core import limits
from fansite.core.db import db
from fansite.core.errors import TooMany
from fansite.core.limits import Tally, visitor_key
from tests.client import ORIGIN
from tests.core.forks import together

RATE = "5 per 10 minutes"


def spent(times: int, *keys: str, rate: str = RATE) -> int:
    """How many of so many acts were let through."""
    through = 0
    for _ in range(times):
        try:
            limits.spend("test", rate, *keys)
        except TooMany:
            continue
        through += 1
    return through


# ---- counting -----------------------------------------------------------------------------------------------------------------


def test_so_many_and_no_more(app, clock):
    assert spent(8, "nora") == 5
    assert spent(8, "fay") == 5


def test_after_the_time_it_begins_anew(app, clock):
    assert spent(8, "nora") == 5
    clock.shift(599)
    assert spent(3, "nora") == 0
    clock.shift(2)
    assert spent(8, "nora") == 5


def test_who_must_wait_is_told_how_long(app, clock):
    spent(5, "nora")
    clock.shift(100)
    with pytest.raises(TooMany) as refused:
        limits.spend("test", RATE, "nora")
    assert 500 <= refused.value.retry_after <= 501
    clock.shift(refused.value.retry_after)
    limits.spend("test", RATE, "nora")


def test_knocking_on_makes_it_no_longer(app, clock):
    for _ in range(30):
        spent(1, "nora")
        clock.shift(21)
    assert spent(1, "nora") == 1


def test_asking_costs_nothing(app, clock):
    for _ in range(20):
        limits.check("test", RATE, "nora")
    assert spent(8, "nora") == 5
    with pytest.raises(TooMany):
        limits.check("test", RATE, "nora")


def test_what_is_forgiven_is_forgotten(app, clock):
    spent(5, "nora")
    limits.forgive("test", RATE, "nora")
    assert spent(8, "nora") == 5


def test_names_and_keys_are_not_confused(app, clock):
    limits.spend("login", "1 per 1 minute", "nora")
    limits.spend("join", "1 per 1 minute", "nora")
    limits.spend("login", "1 per 1 minute", "fay")
    limits.spend("login", "1 per 2 minute", "nora")


def test_three_processes_count_as_one(app, tmp_path: Path):
    def knock() -> None:
        (tmp_path / f"{os.getpid()}").write_text(str(spent(40, "nora", rate="50 per 10 minutes")))

    together(knock, knock, knock)
    assert sum(int(note.read_text()) for note in tmp_path.iterdir()) == 50


def test_windows_that_are_over_are_swept(app, clock):
    spent(1, "nora"), spent(1, "fay", rate="5 per 1 hour")
    clock.shift(601)
    limits.sweep()
    assert [key for key in db.session.scalars(sa.select(Tally.key)) if "nora" in key] == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Tally)) == 1


# ---- lifted -------------------------------------------------------------------------------------------------------------------


def test_switched_off_nothing_is_counted(app, clock, monkeypatch):
    site = app.extensions["fansite"]
    spent(5, "nora")
    monkeypatch.setattr(site, "settings", replace(site.settings, limits=False))
    assert spent(20, "nora") == 20
    limits.check("test", RATE, "nora")
    assert db.session.scalar(sa.select(Tally.count)) == 5


# ---- whose act it is ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::1", "::"),
        ("not an address", "unknown"),
        ("", "0.0.0.0"),
    ],
)
def test_a_visitor_is_an_address_or_a_whole_network_of_the_new_kind(app, address, key):
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert visitor_key() == key


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """`behind(2)` is a site that stands behind two proxies, and a list of whom and where it takes each visitor to be."""
    made: dict[int, tuple[Any, list[tuple[str, str]]]] = {}

    def site(proxies: int) -> tuple[Any, list[tuple[str, str]]]:
        if proxies not in made:
            environment = {
                "FANSITE_INSTANCE_PATH": str(tmp_path_factory.mktemp("behind")),
                "FANSITE_TRUSTED_PROXIES": str(proxies),
            }
            app, seen = create_app(settings.load(environment)), []
            app.before_request(lambda: seen.append((visitor_key(), request.url)))
            made[proxies] = app, seen
        return made[proxies]

    return site


@pytest.mark.parametrize(
    ("proxies", "forwarded", "believed"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.6, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.6, 203.0.113.9", "198.51.100.6"),
        (2, "8.8.8.8, 198.51.100.6, 203.0.113.9", "198.51.100.6"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "", "192.0.2.1"),
        (1, None, "192.0.2.1"),
    ],
)
def test_a_forwarded_address_is_believed_from_as_many_proxies_as_there_are(behind, proxies, forwarded, believed):
    site, seen = behind(proxies)
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-Port": "666",
        **({"X-Forwarded-For": forwarded} if forwarded is not None else {}),
    }
    site.test_client().get("/healthz", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert seen[-1] == (believed, "http://localhost/healthz")


# ---- as a visitor meets it --------------------------------------------------------------------------------------------------------


def test_too_many_is_a_page_that_says_when_to_come_back(app, stranger, clock):
    form = {"email": "nobody@example.org", "password": "wrong wrong wrong"}
    for _ in range(10):
        stranger.post("/login", form, status=422)
    response = stranger.post("/login", form, status=429)
    assert 0 < int(response.headers["Retry-After"]) <= 15 * 60 + 1
    assert "nobody@example.org" in response.get_data(as_text=True)


def test_claiming_other_addresses_does_not_help(app, stranger, clock):
    for number in range(20):
        headers = {
            "X-Forwarded-For": f"198.51.100.{number}",
            "Forwarded": f"for=198.51.100.{number}",
            "X-Real-IP": f"10.0.0.{number}",
        }
        stranger.client.post(
            "/login", data={"email": f"n{number}@example.org", "password": "x"}, headers={"Origin": ORIGIN, **headers}
        )
    stranger.post(
        "/login", {"email": "another@example.org", "password": "x"}, status=429, headers={"X-Forwarded-For": "10.9.9.9"}
    )
