"""A wave of spam, from thirty accounts at once: nothing of it is found by anybody, and one act puts all of it away. `MANY_SPAMMERS` makes
it as large as one likes: "30x100"."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments.models import Comment
from fansite.core.db import db, get, transaction
from fansite.core.markup import render
from fansite.lib.times import now
from fansite.media.models import Face
from fansite.moderation import operations
from fansite.moderation.models import Review
from tests.texts import many_comments, news_post

ACCOUNTS, EACH = (int(number) for number in os.environ.get("MANY_SPAMMERS", "30x3").split("x"))
HOST = "pills.example"


def wave(post: Any) -> list[int]:
    """The accounts, each with all that a stranger can put here. What a feature adds to that is one more line of `MAKERS`."""
    with transaction() as session:
        people = [
            Account(username=f"pill{n}", username_key=f"pill{n}", likeness=f"pill{n}", joined_at=now()) for n in range(ACCOUNTS)
        ]
        session.add_all(people)
        session.flush()
        ids = [one.id for one in people]
    for account_id in ids:
        for make in MAKERS:
            make(post, account_id)
    return ids


def comments(post: Any, account_id: int) -> None:
    written = many_comments(post.id, account_id, EACH)
    body = f"Buy them at https://{HOST}/{account_id}"
    with transaction() as session:
        held = {"status": "pending", "body": body, "html": render(body, trust="fan"), "shown_at": None, "thread": None}
        session.execute(sa.update(Comment).where(Comment.id.in_(written)).values(held))
        session.get(Account, account_id).approved_comments = 0
        for comment_id in written:
            operations.open_review("comment", comment_id, queue="pending", reasons=["link in a first comment"])
        post_row = session.merge(post)
        post_row.comments_count -= len(written)


def face(_post: Any, account_id: int) -> None:
    with transaction() as session:
        sent = Face(account_id=account_id, name=f"f{account_id}.webp", status="pending")
        session.add(sent)
        session.flush()
        operations.open_review("face", sent.id, queue="pending", reasons=["new face"])


MAKERS: tuple[Callable[[Any, int], None], ...] = (comments, face)


@pytest.mark.once
def test_a_wave_of_spam_is_found_by_nobody_and_goes_in_one_act(cast, browser_as, stranger, worker):
    post = news_post(cast.eli)
    ids = wave(post)

    for number in (0, ACCOUNTS - 1):
        stranger.get(f"/fans/pill{number}")
        assert stranger.page.xpath('//meta[@name="robots"]/@content') == ["noindex"]
        assert HOST not in stranger.response.get_data(as_text=True)
    for path in ("/fans/", "/news/lisbon", "/comments/feed.xml", "/sitemap.xml", "/sitemaps/news-1.xml", "/search?q=pills"):
        stranger.get(path)
        text = stranger.response.get_data(as_text=True)
        assert HOST not in text and "/fans/pill" not in text, path
    links = db.session.scalars(sa.select(Comment.html).where(Comment.author_id.in_(ids))).all()
    assert len(links) == ACCOUNTS * EACH and all("nofollow" in html for html in links)

    milo = browser_as(cast.milo)
    milo.get("/moderation/?newcomers=1&links=1")
    milo.submit("clean-up", {"scope": "all"}, status=200)
    assert f"{ACCOUNTS * EACH} things go" in milo.text and f"{ACCOUNTS} accounts" in milo.text
    milo.submit("clean-up", {"closes": "y", "everything": "y", "reason": "Advertising"}, follow=True)
    worker()
    waiting = sa.select(sa.func.count()).where(Review.decided_at.is_(None))
    assert db.session.scalar(waiting) == 0
    assert not any(get(Account, id).active for id in ids)
    assert set(db.session.scalars(sa.select(Face.status))) == {"rejected"}

    milo.get(milo.address)
    milo.submit("undo-clean-up", follow=True)
    worker()
    assert db.session.scalar(waiting) == ACCOUNTS * (EACH + 1)
    assert all(get(Account, id).active for id in ids)
    assert set(db.session.scalars(sa.select(Face.status))) == {"pending"}
    assert set(db.session.scalars(sa.select(Comment.status))) == {"pending"}
