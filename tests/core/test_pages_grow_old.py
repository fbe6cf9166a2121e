"""After every act, no page a cache may hold shows what was before.

All public pages are read before and after each thing that can happen on the site. Where the bytes differ, the page's tags must have
been bumped: the page cache keeps exactly what this test looks at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urldefrag

import pytest
from flask import g
from lxml import html as lxml_html

from fansite.accounts import operations as accounts
from fansite.appearance import operations as looks
from fansite.appearance.queries import published as looks_before
from fansite.comments import operations as comments
from fansite.core import kept, publishing
from fansite.core.db import db
from fansite.lib.times import now
from fansite.media import faces
from fansite.media import operations as media
from fansite.media.models import Face
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.pages import duties
from fansite.pages import operations as pages
from fansite.pages.models import Page
from fansite.rules import operations as rules
from fansite.rules.models import Wording
from fansite.tags import operations as tags
from fansite.tags.models import Tag
from tests.media.hostile import photograph

# Where a reader may come in without a link: through a search engine, a feed reader, a bookmark.
DOORS = (
    "/",
    "/fr/",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemaps/news-1.xml",
    "/sitemaps/page-1.xml",
    "/feed.xml",
    "/fr/feed.xml",
    "/comments/1/report",
    "/news/we-play-lisbon?reply=1",
)
RULES = {language: Wording("Whistle.", "1. Whistle\n", "Whistling is new.") for language in ("en", "fr")}
# Private pages. Left out as well are all ways to answer and report but one: they are the same page over and over.
APART = ("/static/", "/login", "/join", "/reset", "/search", "/fr/login", "/fr/join", "/fr/reset", "/fr/search")
# The box that reports, and the other formats of a feed: all of them say what their siblings say.
SAME = ("/report", "/feed.atom", "/feed.json")
SITE = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Kept:
    """A page as the page cache would keep it."""

    seen: int
    tags: frozenset[str]
    body: bytes
    # Seconds since 1970 after which it is another by itself.
    until: float | None = None


def read(app: Any, path: str) -> tuple[Kept | None, Any]:
    """What a cache may keep of an address, and the answer."""
    clock = app.extensions["fansite"].clock
    app.extensions["fansite"].pages.store.clear()
    db.session.rollback()
    g.pop("page_tags", None)
    seen = clock.seen()
    answer = app.test_client().get(path, headers={"Accept": "text/html"})
    if answer.status_code != 200 or "public" not in answer.headers.get("Cache-Control", "") or path.startswith("/static/"):
        return None, answer
    tags = frozenset(g.get("page_tags", ()))
    assert tags, f"{path} may be kept and declares no tags"
    until = next((one.told.fresh_until for one in app.extensions["fansite"].pages.store._pages.values()), None)
    return Kept(seen, tags, answer.get_data(), until), answer


def read_all(app: Any) -> dict[str, Kept]:
    """Every public page that can be reached, on foot."""
    found: dict[str, Kept] = {}
    ahead, met = list(DOORS), set(DOORS)
    while ahead:
        path = ahead.pop()
        page, answer = read(app, path)
        if page is not None:
            found[path] = page
        for link in _links(answer):
            if link not in met:
                met.add(link)
                ahead.append(link)
    return found


def _body(app: Any, pages_now: dict[str, Kept], path: str) -> bytes | None:
    """What an address says now, though no link may lead there any more."""
    page = pages_now.get(path) or read(app, path)[0]
    return page.body if page is not None else None


def _links(answer: Any) -> list[str]:
    """Where a page leads. Few change with an act: of the others it is known."""
    named = (answer.status_code, answer.headers.get("Location"), answer.mimetype, answer.get_data())
    if named not in _LINKS:
        _LINKS[named] = _read_links(answer)
    return _LINKS[named]


_LINKS: dict[tuple[Any, ...], list[str]] = {}


def _read_links(answer: Any) -> list[str]:
    if answer.status_code in (301, 302):
        links = [answer.headers["Location"]]
    elif answer.mimetype == "text/html":
        links = lxml_html.fromstring(answer.get_data()).xpath("//a/@href | //link/@href")
    else:
        links = []
    paths = [urldefrag(link.removeprefix(SITE))[0] for link in links]
    return [
        path
        for path in paths
        if path.startswith("/") and not path.startswith(APART) and not path.endswith(SAME) and "?reply=" not in path
    ]


# ---- a small site with everything on it -------------------------------------------------------------------------------------


def _news(by: Any, title: str, *, days: int, **more: Any) -> NewsPost:
    post = news.draft(by=by, title=title, body=f"{title}. More of it below.", **more)
    publishing.publish(post.id, by=by, at=datetime(2026, 11, 24, tzinfo=UTC) - timedelta(days=days))
    return post


@pytest.fixture
def site(app: Any, cast: Any, clock: Any, worker: Any) -> SimpleNamespace:
    s = SimpleNamespace(cast=cast, clock=clock, worker=worker, **vars(cast))
    s.old = _news(s.eli, "The first winter", days=500, tags=["winter"])
    s.lisbon = _news(s.eli, "We play Lisbon", days=20, tags=["tour", "lisbon"])
    s.lisbonne = _news(s.eli, "Nous jouons à Lisbonne", days=19, language="fr", translation_of=s.lisbon.id, tags=["tour"])
    s.berlin = _news(s.ada, "We play Berlin", days=10, tags=["tour"])
    s.about = pages.draft(by=s.eli, title="About", body="Two people.", menu_order=1, comments_open=True)
    s.press = pages.draft(by=s.eli, title="Press", body="Write to us.")
    for page in (s.about, s.press):
        publishing.publish(page.id, by=s.eli)
    s.first = comments.post(s.lisbon.id, by=s.fay, body="See you in Lisbon, front row")
    s.reply = comments.post(s.lisbon.id, by=s.milo, body="Bring a coat for it", parent_id=s.first.id)
    s.below = comments.post(s.about.id, by=s.eli, body="Ask us anything here")
    s.waiting = comments.post(s.lisbon.id, by=s.nora, body="My very first words here")
    s.picture = media.keep_picture(photograph(), "Two on a stage")
    s.logo = media.keep_picture(photograph((300, 300)), "Our badge")
    s.planned = news.draft(by=s.eli, title="A new record", body="Soon.", tags=["record"])
    worker()
    return s


def _review(s: Any, subject: Any) -> int:
    of_subject = db.session.query(Review.id).filter_by(subject_kind=subject.subject_kind, subject_id=subject.id)
    return int(of_subject.order_by(Review.id.desc()).first()[0])


def _decide(s: Any, subject: Any, decision: str) -> None:
    moderation.decide(_review(s, subject), decision, by=s.milo, reason="because")


def _face_decided(s: Any, face: Face, decision: str) -> None:
    if decision == "remove":
        moderation.take_up("face", face.id, by=s.milo)
    _decide(s, face, decision)


def _revise(post: Any, **wording: Any) -> Callable[[Any], None]:
    def act(s: Any) -> None:
        found = db.session.get(NewsPost, getattr(s, post).id, populate_existing=True)
        news.revise(found.id, by=s.eli, version=found.version, **wording)

    return act


def _revise_page(page: str, **wording: Any) -> Callable[[Any], None]:
    def act(s: Any) -> None:
        found = db.session.get(Page, getattr(s, page).id, populate_existing=True)
        pages.revise(found.id, by=s.eli, version=found.version, **{"menu_order": found.menu_order, **wording})

    return act


def _look_otherwise(s: Any, **wanted: Any) -> None:
    looks.save_draft(looks.as_it_is().with_(**wanted), by=s.milo)  # an owner by now
    looks.publish(by=s.milo)


def _describe_and_wait(s: Any) -> None:
    media.describe(s.picture.id, by=s.eli, alt="Us on a stage", decorative=False, credit="Maud Vial")
    s.worker()


def _law(s: Any) -> None:
    duties.add_drafts(s.eli.id)
    for page in db.session.query(Page).filter(Page.slug.in_(("legal", "confidentialite"))).all():
        pages.revise(page.id, by=s.eli, version=page.version, body=duties.BLANK.sub("Lucie", page.body))
        pages.publish(page.id, by=s.eli)


def _tag(slug: str) -> int:
    return int(db.session.query(Tag.id).filter_by(slug=slug).scalar())


def _plan_and_wait(s: Any) -> None:
    publishing.publish(s.planned.id, by=s.eli, at=now() + timedelta(hours=3))
    s.clock.shift(timedelta(hours=3, seconds=1))
    s.worker()


def _translate(page: Any, s: Any) -> None:
    draft = pages.draft(by=s.eli, title="Qui", body="Nous.", language="fr", translation_of=page.id, menu_order=1)
    publishing.publish(draft.id, by=s.eli)


def _remove(comment: str) -> Callable[[Any], None]:
    def act(s: Any) -> None:
        moderation.take_up("comment", getattr(s, comment).id, by=s.milo)
        _decide(s, getattr(s, comment), "remove")

    return act


# In the order of a site's life: each stands on what the others left.
LIFE: dict[str, Callable[[Any], Any]] = {
    "a comment": lambda s: comments.post(s.lisbon.id, by=s.ada, body="We shall be there on time"),
    "an answer": lambda s: comments.post(s.lisbon.id, by=s.eli, body="So shall we", parent_id=s.first.id),
    "somebody reacts to a comment": lambda s: comments.react_to_comment(s.reply.id, by=s.fay, given=True),
    "and to a post": lambda s: comments.react_to_entry(s.lisbon.id, by=s.fay, given=True),
    "and takes the first back": lambda s: comments.react_to_comment(s.reply.id, by=s.fay, given=False),
    "people are named": lambda s: comments.post(s.lisbon.id, by=s.milo, body="We shall, as @nora and @fay know"),
    "a comment on a page": lambda s: comments.post(s.about.id, by=s.ada, body="And we answer everything"),
    "a correction": lambda s: comments.edit(s.first.id, by=s.fay, body="See you in Lisbon, second row"),
    "a first comment is approved": lambda s: _decide(s, s.waiting, "approve"),
    "an answer is removed": _remove("reply"),
    "the decision is undone": lambda s: moderation.undo(_review(s, s.reply), by=s.milo),
    "the first comment of a thread is removed": _remove("first"),
    "and restored": lambda s: moderation.undo(_review(s, s.first), by=s.milo),
    "a comment is taken back": lambda s: comments.withdraw(s.waiting.id, by=s.nora),
    "comments are closed": lambda s: news.set_comments_open(s.lisbon.id, by=s.eli, opened=False),
    "and opened": lambda s: news.set_comments_open(s.lisbon.id, by=s.eli, opened=True),
    "a planned post appears": _plan_and_wait,
    "new words": _revise("berlin", title="We play Berlin twice"),
    "another summary": _revise("berlin", summary="Both nights."),
    "other tags": _revise("berlin", tags=["berlin", "tour", "late"]),
    "a post has a cover": lambda s: _revise("berlin", cover_id=s.picture.id)(s),
    "its picture has other words": lambda s: media.describe(s.picture.id, by=s.eli, alt="Us", decorative=False, credit="Maud"),
    "and stands in a text": lambda s: _revise("old", body=f"![](/media/{s.picture.name})", summary="A picture.")(s),
    "which follows its words": lambda s: _describe_and_wait(s),
    "another cover is drawn": _revise("lisbon", cover_seed=7),
    "and another motif": _revise("lisbon", cover_motif="rain"),
    "somebody has a face": lambda s: faces.send(photograph(), by=s.milo),
    "and is drawn again": lambda s: faces.take_off(s.milo.id),
    "a tag is taken off": _revise("berlin", tags=["berlin", "tour"]),
    "another address": _revise("lisbon", slug="lisbon"),
    "a tag is renamed": lambda s: tags.rename(_tag("tour"), "On tour", by=s.eli),
    "a translation leaves": _revise("lisbonne", translation_of=None),
    "and comes back": lambda s: _revise("lisbonne", translation_of=s.lisbon.id)(s),
    "another language": _revise("old", language="fr"),
    "a fan has another name": lambda s: accounts.change_username(s.fay.id, "fabulous_fay"),
    "an editor has another name": lambda s: accounts.change_username(s.eli.id, "elias"),
    "a fan becomes a moderator": lambda s: accounts.set_role(s.fay.id, "moderator"),
    "a moderator is banned": lambda s: accounts.disable(s.fay.id, reason="enough"),
    "and forgiven": lambda s: accounts.enable(s.fay.id),
    "a commenter leaves for good": lambda s: accounts.erase(s.fay.id),
    "another owner": lambda s: accounts.set_role(s.milo.id, "owner"),
    "an author leaves for good": lambda s: accounts.erase(s.ada.id),
    "a page has other words": _revise_page("about", body="Two people and a ukulele."),
    "a page of the menu has another name": _revise_page("about", title="About us"),
    "a page of the menu has another address": _revise_page("about", slug="who"),
    "a page comes into the menu": _revise_page("press", menu_order=2),
    "and moves up in it": _revise_page("press", menu_order=0),
    "a page of the menu is translated": lambda s: _translate(s.about, s),
    "a page leaves the menu": _revise_page("press", menu_order=None),
    "a page of the menu is taken down": lambda s: publishing.withdraw(s.about.id, by=s.eli),
    "and published again": lambda s: publishing.publish(s.about.id, by=s.eli),
    "a page goes back to the drafts": lambda s: publishing.recall(s.about.id, by=s.eli),
    "a post is taken down": lambda s: publishing.withdraw(s.lisbon.id, by=s.eli),
    "a post is published again": lambda s: publishing.publish(s.lisbon.id, by=s.eli),
    "a post goes back to the drafts": lambda s: publishing.recall(s.old.id, by=s.eli),
    "the house has rules": lambda s: rules.add_defaults(),
    "the rules change": lambda s: rules.publish(RULES, by=s.eli, after=1),
    "the law's pages are public": lambda s: _law(s),
    "a page stands over the contact form": lambda s: pages.publish(
        pages.draft(by=s.eli, title="Contact", slug="contact", body="Behind the cheese.").id, by=s.eli
    ),
    "an editor leaves and their texts are the band's": lambda s: accounts.erase(s.eli.id, keep_words=False),
    "the site has another name": lambda s: kept.say("site_name", "The Paper Badgers"),
    "the site has other looks": lambda s: _look_otherwise(s, theme="soot", links=["https://video.example.org/marmots"]),
    "and another warm word": lambda s: _look_otherwise(s, warm_words={"en": "Whistle"}),
    "and other inks": lambda s: _look_otherwise(s, colours={"third": "#8f1d1d"}),
    "and looks as before": lambda s: looks.take_back(looks_before()[1].id, by=s.milo),
    "a picture is the logo": lambda s: _look_otherwise(s, logo="picture", logo_picture=s.logo.id),
    "it leaves the library": lambda s: media.remove(s.logo.id, by=s.milo),
    "and comes back with the file": lambda s: media.keep_picture(photograph((300, 300)), "Our badge"),
    "somebody has another word": lambda s: comments.post(s.berlin.id, by=s.nora, body="Who is this band, then?"),
    "whose face a moderator has seen": lambda s: _face_decided(s, faces.send(photograph(), by=s.nora), "approve"),
    "and takes off": lambda s: _face_decided(s, db.session.query(Face).filter_by(account_id=s.nora.id).one(), "remove"),
}


@pytest.mark.slow
@pytest.mark.once
def test_after_every_act_no_page_may_be_kept_that_shows_what_was_before(app, site):
    page_clock = app.extensions["fansite"].clock
    problems, before = [], read_all(app)
    for name, act in LIFE.items():
        site.clock.shift(timedelta(minutes=1))
        act(site)
        after = read_all(app)
        changed = [path for path, page in before.items() if _body(app, after, path) != page.body]
        problems += [] if changed else [f"{name}: no page shows it"]
        problems += [f"{name}: {path}" for path in changed if page_clock.fresh(before[path].seen, before[path].tags)]
        before = after
    assert not problems, "\n".join(problems)


def test_time_alone_changes_no_page(app, site):
    before = read_all(app)
    site.clock.shift(timedelta(days=20))
    site.worker()
    after = read_all(app)
    told_so = {path for path, page in before.items() if page.until is not None and page.until <= now().timestamp()}
    assert [path for path, page in before.items() if path not in told_so and _body(app, after, path) != page.body] == []
