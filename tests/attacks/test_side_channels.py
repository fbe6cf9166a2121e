"""What is not public shows in nothing: after it was written and hidden, every public page is to the byte what it was before (SECURITY §4.6, 8; P8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.appearance import operations as looks
from fansite.comments import operations as comments
from fansite.contact import operations as contact
from fansite.core import publishing
from fansite.core.db import db, transaction
from fansite.lib.times import now
from fansite.media import faces
from fansite.media import operations as media
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.pages import operations as pages
from fansite.search.listeners import mend_index
from fansite.staff import operations as staff
from tests.attacks.ground import PICTURE
from tests.texts import news_post, say

SECRET = "xylomarmot"
# Near enough to be asked "did you mean …?".
NEAR = ("xylomarmot", "xylomarmit", "xylomarmots", "xylo")
PAGES = (
    "/", "/fr/", "/news/", "/news/2026/", "/news/lisbon", "/news/tag/tour", "/fans/", "/fans/fay", "/fans/nora", "/fans/eli", "/feed.xml", "/fr/feed.xml",
    "/sitemap.xml", "/sitemaps/news-1.xml", "/sitemaps/page-1.xml", "/robots.txt", "/about", "/search", "/search?q=lisbon", "/search?q=rain&kind=news",
    *(f"/search?q={word}" for word in NEAR), "/feed.atom", "/feed.json", "/news/tag/tour/feed.xml", "/comments/feed.xml", "/comments/feed.json", "/news/lisbon/feed.atom",
    "/comments/1/feed.xml", "/about/feed.xml", "/contact", "/rules", "/.well-known/security.txt",
)  # fmt: skip


def _judged(comment_id: int, decision: str, s: Any) -> None:
    review = db.session.scalars(sa.select(Review.id).where(Review.subject_id == comment_id).order_by(Review.id.desc())).first()
    if review is None:
        review = moderation.take_up("comment", comment_id, by=s.milo)
    moderation.decide(review, decision, by=s.milo, reason=f"because of {SECRET}")


def _draft(s: Any, **more: Any) -> int:
    words = {"title": f"The {SECRET} tour", "body": f"{SECRET} plays Lisbon", "tags": [SECRET], "slug": SECRET, **more}
    return int(news.draft(by=s.eli, **words).id)


def _page_draft(s: Any) -> None:
    pages.draft(by=s.eli, title=f"The {SECRET} page", body=SECRET, menu_order=1)


def _seen_once(s: Any) -> None:
    """Was public, is not any more."""
    post = _draft(s)
    publishing.publish(post, by=s.eli)
    s.worker()
    publishing.withdraw(post, by=s.eli, reason=SECRET)


def _scheduled(s: Any) -> None:
    publishing.publish(_draft(s), by=s.eli, at=now() + timedelta(days=2))


def _only_for(visibility: str) -> Callable[[Any], None]:
    def act(s: Any) -> None:
        post = news_post(s.eli, slug=SECRET, title=f"The {SECRET}", body=SECRET, visibility=visibility)
        with transaction() as session:
            session.get(NewsPost, post.id).touch()

    return act


def _members_seen_once(s: Any) -> None:
    publishing.withdraw(news_post(s.eli, slug=SECRET, title=f"The {SECRET}", body=SECRET, visibility="members").id, by=s.eli)


def _with_a_cover(s: Any) -> None:
    """A picture of the library, described, in the text and above it; and the words of a letter, of rules and looks that wait."""
    picture = media.keep_picture(PICTURE, SECRET, by=s.eli)
    _draft(s, cover_id=picture.id, body=f"![{SECRET}](/media/{picture.name})")
    looks.save_draft(looks.as_it_is().with_(name=SECRET, theme="soot"), by=s.ada)
    contact.send(
        name=SECRET, email="ida@example.org", subject=SECRET, body=SECRET, language="en", address="192.0.2.7", trapped=True
    )
    staff.keep(
        by=s.eli, kind="news", entry_id=s.post.id, sitting="one", tab="a", turn=0, base_version=1, fields={"title": SECRET}
    )
    faces.send(PICTURE, by=s.fay)


def _back_to_drafts(s: Any) -> None:
    post = _draft(s)
    publishing.publish(post, by=s.eli)
    s.worker()
    publishing.withdraw(post, by=s.eli)
    publishing.recall(post, by=s.eli)


def _decided(decision: str, who: str) -> Callable[[Any], None]:
    return lambda s: _judged(say(s.post, getattr(s, who), f"a {SECRET} for all").id, decision, s)


def _removed_once_seen(s: Any) -> None:
    comment = say(s.post, s.fay, f"a {SECRET} for all").id
    s.worker()
    _judged(comment, "remove", s)


def _taken_back(s: Any) -> None:
    comment = say(s.post, s.fay, f"a {SECRET} for all").id
    s.worker()
    comments.withdraw(comment, by=s.fay)


HIDDEN: dict[str, Callable[[Any], Any]] = {
    "a draft": _draft,
    "a draft in French": lambda s: _draft(s, language="fr", translation_of=s.post.id),
    "a draft of a page": _page_draft,
    "a planned post": _scheduled,
    "a withdrawn post": _seen_once,
    "a post back among the drafts": _back_to_drafts,
    "a post for members": _only_for("members"),
    "a post for members that was taken down": _members_seen_once,
    "pictures, looks, letters and copies that wait": _with_a_cover,
    "a post for the press": _only_for("press"),
    "a comment that waits": lambda s: say(s.post, s.nora, f"a {SECRET} for all"),
    "an answer that waits": lambda s: say(s.post, s.nora, f"a {SECRET} for all", parent_id=s.fays),
    "a rejected comment": _decided("reject", "nora"),
    "a removed comment": _decided("remove", "fay"),
    "a removed comment that was found by searching": _removed_once_seen,
    "a comment that was taken back": _taken_back,
    "a report": lambda s: moderation.report("comment", s.fays, category="spam", note=SECRET, by=s.nora, address="192.0.2.1"),
    "a kept text of a stranger": lambda s: comments.keep_draft(s.post.id, body=SECRET, parent_id=None, address="192.0.2.1"),
}  # fmt: skip


@pytest.fixture
def s(app: Any, cast: Any, clock: Any, worker: Any) -> Any:
    cast.worker = worker
    cast.post = news_post(cast.eli)
    news.revise(cast.post.id, by=cast.eli, version=1, tags=["tour"])
    cast.about = pages.draft(by=cast.eli, title="About", body="Two people.", menu_order=2)
    publishing.publish(cast.about.id, by=cast.eli)
    cast.fays = say(cast.post, cast.fay, "See you in Lisbon, says Fay").id
    worker()
    mend_index()
    return cast


def everything(app: Any, *also: str) -> dict[str, tuple[int, str, bytes]]:
    """To the byte, with the headers that caches and feed readers compare."""
    db.session.rollback()
    answers = {path: app.test_client().get(path, headers={"Accept": "text/html"}) for path in PAGES}
    headers = {path: str([answer.headers.getlist(name) for name in ("ETag", *also)]) for path, answer in answers.items()}
    return {path: (answer.status_code, headers[path], answer.get_data()) for path, answer in answers.items()}


# What everybody saw and is away: the date of a feed says so, or readers would keep it.
SEEN_BY_ALL = ("a withdrawn post", "a post back among the drafts")


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_hidden_changes_no_public_page(app: Any, s: Any, clock: Any, name: str, outbox_mails: Any) -> None:
    compared = () if name in SEEN_BY_ALL else ("Last-Modified",)
    before = everything(app, *compared)
    assert before["/"][0] == 200
    clock.shift(timedelta(minutes=20))  # nobody is too quick
    HIDDEN[name](s)
    for index_is_old in (True, False):
        after = everything(app, *compared)
        changed = [path for path in PAGES if after[path] != before[path]]
        assert not changed, (index_is_old, changed)
        s.worker()
    assert all(SECRET not in letter.as_string() for letter in outbox_mails())


def test_a_stranger_is_told_the_same_of_what_is_hidden_and_of_what_never_was(app: Any, s: Any) -> None:
    waiting = say(s.post, s.nora, f"a {SECRET} for all").id
    _draft(s)
    for hidden, nothing in (
        (f"/news/{SECRET}", "/news/nothing-here"),
        (f"/news/tag/{SECRET}", "/news/tag/nothing-here"),
        (f"/comments/{waiting}", "/comments/99999"),
        (f"/comments/{waiting}/thread", "/comments/99999/thread"),
        (f"/comments/{waiting}/report", "/comments/99999/report"),
    ):
        answers = [app.test_client().get(path, headers={"Accept": "text/html"}) for path in (hidden, nothing)]
        assert [answer.status_code for answer in answers] == [404, 404], hidden
        said = [answer.get_data(as_text=True).replace(path, "") for answer, path in zip(answers, (hidden, nothing), strict=True)]
        assert said[0] == said[1], hidden
