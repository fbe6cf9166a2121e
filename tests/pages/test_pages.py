"""`/about` and its kind, and the menu."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fansite.core import publishing
from fansite.core.db import db, get, transaction
from fansite.core.errors import Forbidden
from fansite.core.outbox import Event
from fansite.pages import operations as pages
from fansite.pages.models import Page
from fansite.pages.queries import menu_pages
from tests.conftest import NOON
from tests.texts import say


@pytest.fixture
def about(cast, clock):
    draft = pages.draft(by=cast.eli, title="About", body="Two people from **Auvergne**.", menu_order=1)
    pages.publish(draft.id, by=cast.eli)
    return get(Page, draft.id)


def test_a_page_stands_at_the_root(about, stranger):
    stranger.get("/about")
    assert stranger.page.findtext(".//h1") == "About"
    assert stranger.page.xpath('//link[@rel="canonical"]/@href') == ["http://127.0.0.1:8000/about"]
    assert stranger.get("/About", status=301).headers["Location"] == "/about"
    assert stranger.get("/about/", status=301).headers["Location"] == "/about"


def test_nobody_comments_on_a_page_unless_somebody_wants_it_so(cast, about, stranger):
    stranger.get("/about")
    assert not stranger.page.xpath('//*[@id="comments"]')
    pages.revise(about.id, by=cast.eli, version=1, menu_order=1, comments_open=True)
    stranger.get("/about")
    assert stranger.page.xpath('//form[@data-form="comment"]')


@pytest.mark.parametrize("address", ["/nothing", "/..%2fetc", "/%00", "/a.b", "/fr/nothing", "/wp-login.php"])
def test_what_is_no_page_is_not_found(app, stranger, address):
    stranger.get(address, status=404)


def test_a_page_may_not_take_the_sites_own_words(cast, clock):
    for title in ("News", "Staff", "Login", "Search", "fr", "2024"):
        draft = pages.draft(by=cast.eli, title=title)
        assert draft.slug.endswith("-2")


def test_drafts_withdrawn_and_moved_pages_answer_as_news_do(cast, about, stranger, browser_as):
    pages.draft(by=cast.eli, title="Secret")
    stranger.get("/secret", status=404)
    browser_as(cast.eli).get("/secret")
    pages.revise(about.id, by=cast.eli, version=1, menu_order=1, slug="who-we-are")
    assert stranger.get("/about", status=301).headers["Location"] == "/who-we-are"
    pages.withdraw(about.id, by=cast.eli)
    stranger.get("/who-we-are", status=410)
    stranger.get("/about", status=410)


def test_the_menu_has_its_order_and_its_language(cast, about, stranger, app):
    contact = pages.draft(by=cast.eli, title="Contact", menu_order=0)
    thanks = pages.draft(by=cast.eli, title="Thanks")
    french = pages.draft(by=cast.eli, title="À propos", language="fr", translation_of=about.id, menu_order=1)
    for page in (contact, thanks, french):
        pages.publish(page.id, by=cast.eli)
    stranger.get("/about")
    menu = stranger.page.xpath('//header//a[contains(@class, "nav__link")]/@href')
    assert [address for address in menu if address in ("/contact", "/about", "/thanks")] == ["/contact", "/about"]
    stranger.get("/fr/a-propos")
    menu = stranger.page.xpath('//header//a[contains(@class, "nav__link")]/@href')
    assert [address for address in menu if "a-propos" in address or "contact" in address] == ["/fr/contact", "/fr/a-propos"]


def test_the_menu_is_asked_for_once_and_again_when_it_changed(cast, about, app, count_queries):
    menu_pages()
    with count_queries() as counted:
        menu_pages()
    assert counted == []
    pages.revise(about.id, by=cast.eli, version=1, menu_order=None)
    assert menu_pages() == ()
    event = db.session.scalars(sa.select(Event).where(Event.name == "page.revised")).one()
    assert "list:page" in event.data["tags"]


def test_a_page_is_published_on_time(cast, clock, worker):
    draft = pages.draft(by=cast.eli, title="Press")
    pages.publish(draft.id, by=cast.eli, at=NOON.replace(hour=18))
    clock.shift(6 * 3600)
    worker()
    assert get(Page, draft.id).status == "published"


def test_only_the_staff_write_pages(cast):
    for person in (None, cast.fay, cast.milo):
        with pytest.raises(Forbidden):
            pages.draft(by=person, title="Mine")


@pytest.mark.parametrize("amount", [30, 3000])
def test_a_page_costs_few_queries_whatever_the_amount(cast, about, stranger, count_queries, amount):
    with transaction() as session:
        for number in range(amount):
            if number % 500 == 0:
                session.flush()
            session.add(
                Page(
                    slug=f"p-{number}",
                    title="P",
                    language="en",
                    status="published",
                    published_at=NOON,
                    body="",
                    html="",
                    menu_order=None,
                )
            )
    stranger.get("/about")
    with count_queries() as counted:
        stranger.get("/about")
    assert len(counted) <= 5


def test_what_was_said_below_a_page_goes_with_it_at_once(cast, stranger):
    """The page stands in no menu, and those that show its comments are kept ready."""
    page = pages.draft(by=cast.eli, title="Our van", body="It is blue.", comments_open=True)
    pages.publish(page.id, by=cast.eli)
    say(page, cast.milo, "It was green once")
    shown = ("/", "/fans/milo", "/comments/feed.xml", "/our-van")
    for path in shown:
        assert "It was green once" in stranger.client.get(path).get_data(as_text=True), path
    publishing.withdraw(page.id, by=cast.eli)
    for path in shown:
        assert "It was green once" not in stranger.client.get(path).get_data(as_text=True), path
