"""What the tests of accounts share: the letters, and a text that waits."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from fansite.core.db import db
from fansite.core.errors import Problem
from fansite.core.feature import Drafts


@pytest.fixture
def letters(worker: Any, outbox_mails: Any) -> Callable[..., list[Any]]:
    """Everything mailed so far, delivered; or only what went to one address."""

    def read(to: str | None = None) -> list[Any]:
        worker()
        return [mail for mail in outbox_mails() if to is None or mail["To"] == to]

    return read


def text_of(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


def link_in(mail: Any, kind: str) -> str:
    """The path of the link of this kind: `confirm`, `reset`, `account/email`."""
    found = re.search(rf"http://127\.0\.0\.1:8000((?:/fr)?/{kind}/[a-z0-9]+(?:\?\S+)?)", text_of(mail))
    assert found, text_of(mail)
    return found[1]


@pytest.fixture
def waiting_text(app: Any, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A comment a stranger wrote, kept under the token `kept`; `posted` tells who it was posted as."""
    kept = SimpleNamespace(text="Three encores in Thiers, please", posted=[])

    def find(token: str) -> Any:
        about = {"title": "Tour news", "heading": "Your comment on “Tour news” is kept", "path": "/news/tour"}
        return SimpleNamespace(text=kept.text, **about) if token == "kept" else None

    def post(token: str, person: Any) -> str:
        kept.posted.append(person.username)
        return "/news/tour#comment-1"

    monkeypatch.setattr(app.extensions["fansite"], "drafts", [Drafts(find=find, post=post)])
    return kept


@pytest.fixture
def at_once(app: Any) -> Callable[..., list[Any]]:
    """`at_once(act, times)` does it in as many threads at the same time; answers and refusals come back."""

    def run(act: Callable[[int], Any], times: int = 12) -> list[Any]:
        def one(number: int) -> Any:
            with app.app_context():
                try:
                    return act(number)
                except Problem as problem:
                    return problem

        with ThreadPoolExecutor(times) as threads:
            answers = list(threads.map(one, range(times)))
        db.session.rollback()  # this test's own look at the database is from before
        return answers

    return run
