"""A wave of spam, from many accounts at once: nothing of it is found by anybody, and one act puts all of it away. `MANY_SPAMMERS` makes
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
from fansite.fans import operations as fans
from fansite.fans.models import Wording
from fansite.fans.operations import Wanted
from fansite.lib.times import now
from fansite.media.models import Face
from fansite.moderation import operations
from fansite.moderation.models import Review
from fansite.talk.models import Discussion
from tests.talk.cast import discussion
from tests.texts import many_comments, news_post

ACCOUNTS, EACH = (int(number) for number in os.environ.get("MANY_SPAMMERS", "10x2").split("x"))
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


def bio(_post: Any, account_id: int) -> None:
    body = f"[Cheap](https://{HOST}/bio) pills, https://{HOST}/{account_id}"
    fans.save(Wanted(bio=body, songs=["Pills"], city="Lyon", city_to="everyone"), by=get(Account, account_id))


def discussions(_post: Any, account_id: int) -> None:
    """With as many links as a first day has room for, one of them in an answer of its poll."""
    options = f"Yes\nAt https://{HOST}/poll"
    discussion(
        get(Account, account_id), f"Pills {account_id}", f"Buy at https://{HOST}/{account_id}", tags="pills", options=options
    )


MAKERS: tuple[Callable[[Any, int], None], ...] = (comments, face, bio, discussions)
# Of what one account sent, how much links anywhere.
LINKING = EACH + 2
NOWHERE = (
    "/", "/fans/", "/fans/cities", "/fans/river", "/news/lisbon", "/talk/", "/talk/newest", "/talk/unanswered", "/search?q=pills",
    "/comments/feed.xml", "/talk/feed.xml", "/sitemap.xml", "/sitemaps/news-1.xml",
)  # fmt: skip


@pytest.mark.once
def test_a_wave_of_spam_is_found_by_nobody_and_goes_in_one_act(cast, browser_as, stranger, worker):
    post = news_post(cast.eli)
    ids = wave(post)
    worker()

    for number in (0, ACCOUNTS - 1):
        stranger.get(f"/fans/pill{number}")
        assert stranger.page.xpath('//meta[@name="robots"]/@content') == ["noindex"]
        assert HOST not in stranger.response.get_data(as_text=True)
        stranger.get(f"/talk/pills-{ids[number]}", status=404)
    for path in NOWHERE:
        stranger.get(path)
        text = stranger.response.get_data(as_text=True)
        assert HOST not in text and "/fans/pill" not in text and "/talk/pills" not in text and "/fans/in/" not in text, path
    for missing in ("/talk/tag/pills", "/sitemaps/talk-1.xml", "/sitemaps/fans-1.xml"):
        stranger.get(missing, status=404)
    links = [html for column in (Comment.html, Wording.html, Discussion.html) for html in db.session.scalars(sa.select(column))]
    assert len(links) == ACCOUNTS * LINKING and all("nofollow" in html for html in links)

    milo = browser_as(cast.milo)
    milo.get("/moderation/?newcomers=1&links=1")
    milo.submit("clean-up", {"scope": "all"}, status=200)
    assert f"{ACCOUNTS * LINKING} things go" in milo.text and f"{ACCOUNTS} accounts" in milo.text
    milo.submit("clean-up", {"closes": "y", "everything": "y", "reason": "Advertising"}, follow=True)
    worker()
    waiting = sa.select(sa.func.count()).where(Review.decided_at.is_(None))
    assert db.session.scalar(waiting) == 0
    assert not any(get(Account, id).active for id in ids)
    assert stands() == {"rejected"}

    milo.get(milo.address)
    milo.submit("undo-clean-up", follow=True)
    worker()
    assert db.session.scalar(waiting) == ACCOUNTS * (LINKING + 1)
    assert all(get(Account, id).active for id in ids)
    assert stands() == {"pending"}


def stands() -> set[str]:
    """All that was sent, whatever kind it is of."""
    columns = (Comment.status, Face.status, Wording.status, Discussion.state)
    return {status for column in columns for status in db.session.scalars(sa.select(column))}
