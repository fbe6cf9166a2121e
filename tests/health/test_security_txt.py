"""`/.well-known/security.txt` by the letter of RFC 9116."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fansite.core.db import transaction
from fansite.lib.times import now
from fansite.pages.models import Page

# Section 5 of the RFC, as far as a text without comments and signatures needs it: lines of a name, a colon, one space and a value.
URI = r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+"
LANGUAGE = r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*"
FIELDS = {
    "Contact": URI,
    "Expires": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)",
    "Preferred-Languages": rf"{LANGUAGE}(?: *, *{LANGUAGE})*",
    "Canonical": URI,
    "Policy": URI,
}


@pytest.fixture
def fields(app, stranger, monkeypatch):
    """`fields(base_url=…)` → name → values, every line held to the grammar."""
    site = app.extensions["fansite"]
    plain = site.settings

    def read(**settings: str) -> dict[str, list[str]]:
        monkeypatch.setattr(site, "settings", replace(plain, **settings))
        site.pages.store.clear()
        answer = stranger.client.get("/.well-known/security.txt")
        assert answer.status_code == 200 and answer.content_type == "text/plain; charset=utf-8"
        assert answer.headers["Cache-Control"] == "public, max-age=86400" and "ETag" in answer.headers
        assert answer.text.endswith("\n")
        found: dict[str, list[str]] = {}
        for line in answer.text.splitlines():
            name, colon, value = line.partition(": ")
            assert colon and re.fullmatch(FIELDS[name], value), line
            found.setdefault(name, []).append(value)
        assert found["Contact"] and len(found["Expires"]) == 1 and len(found["Preferred-Languages"]) == 1
        # "If this field contains a web URI, then it MUST begin with https://"
        assert all(
            value.startswith(("https://", "mailto:"))
            for name in ("Contact", "Canonical", "Policy")
            for value in found.get(name, [])
        )
        return found

    return read


def test_it_names_whom_the_owner_chose(fields):
    found = fields(base_url="https://band.example", security_contact="mailto:ada@band.example")
    assert found["Contact"] == ["mailto:ada@band.example"]
    assert found["Canonical"] == ["https://band.example/.well-known/security.txt"]
    assert found["Preferred-Languages"] == ["en, fr"]
    assert "Policy" not in found


def test_without_a_choice_it_names_the_sender_and_the_contact_page(fields):
    assert fields(base_url="https://band.example", mail_from="hello@band.example")["Contact"] == [
        "mailto:hello@band.example",
        "https://band.example/contact",
    ]
    assert fields(base_url="https://band.example")["Contact"] == ["https://band.example/contact"]
    assert fields(base_url="http://127.0.0.1:8000")["Contact"] == ["mailto:noreply@example.org"]


@pytest.mark.parametrize("day", ["2026-11-24T12:00:00", "2028-02-29T23:59:59", "2030-12-31T00:00:00"])
def test_it_is_always_valid_and_for_less_than_a_year(fields, day):
    import time_machine

    with time_machine.travel(datetime.fromisoformat(day).replace(tzinfo=UTC), tick=False):
        expires = datetime.fromisoformat(fields(base_url="https://band.example")["Expires"][0].replace("Z", "+00:00"))
        assert now() + timedelta(days=200) < expires < now() + timedelta(days=365)


def test_a_page_about_security_is_its_policy(fields, cast):
    with transaction() as session:
        page = Page(kind="page", slug="security", language="en", title="Holes", status="draft", author_id=cast.eli.id)
        page.write("Tell us.")
        session.add(page)
    assert "Policy" not in fields(base_url="https://band.example")
    with transaction():
        page.status, page.published_at = "published", now()
        page.touch()
    assert fields(base_url="https://band.example")["Policy"] == ["https://band.example/security"]


def test_it_has_one_address(stranger):
    assert stranger.client.get("/fr/.well-known/security.txt").headers["Location"] == "/.well-known/security.txt"
    assert stranger.client.post("/.well-known/security.txt", headers={"Origin": "http://127.0.0.1:8000"}).status_code == 405
