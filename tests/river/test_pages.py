"""The pages of the river: for strangers, for who is on a line, and for nobody longer than it is true."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import g

from fansite.accounts import operations as accounts
from fansite.bonds import operations as bonds
from fansite.comments import operations as comments
from fansite.core.db import db, transaction
from fansite.lib.times import now
from fansite.river import queries
from fansite.river.models import Activity
from fansite.tour.going import operations as going
from tests.texts import many_comments, news_post, say
from tests.tour.cast import gig

pytestmark = pytest.mark.once

PAGES = ("/", "/fans/", "/fans/river")


@pytest.fixture(autouse=True)
def _at_noon(clock):
    """The same day for all that is said."""


@pytest.fixture
def evening(cast, worker):
    made = gig(cast.eli)
    for who in (cast.milo, cast.fay):
        going.say(made.id, "going", by=who)
    worker()
    return made


def lines(visitor) -> list[str]:
    return [" ".join(line.text_content().split()) for line in visitor.page.xpath('//*[@data-verb]//*[@class="river__text"]')]


# ---- works ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_it_stands_on_its_page_beside_the_people_and_in_front(evening, stranger, path):
    stranger.get(path)
    (line,) = [line for line in lines(stranger) if "Brussels" in line]
    assert line.startswith("Fay and milo go to Brussels, La Vieille Brasserie, ") and "11 Dec" in line
    assert not stranger.page.xpath('//form[starts-with(@data-form, "river")]')
    (way,) = stranger.page.xpath('//*[@data-verb="goes"]//a[contains(@href, "/tour/")]/@href')
    assert way == f"/tour/{evening.slug}"


def test_in_french_it_is_told_in_french(cast, evening, browser_as):
    visitor = browser_as(None, language="fr")
    visitor.get("/fr/fans/river")
    assert visitor.page.get("lang") == "fr"
    assert visitor.page.xpath('//*[@data-verb="goes"]//a/@href')[-1].startswith("/fr/")


def test_who_goes_to_the_next_evening_stands_in_front(cast, evening, stranger):
    stranger.get("/")
    company = stranger.page.xpath('//section[@aria-labelledby="company"]')[0]
    assert "2 will be at Brussels, La Vieille Brasserie" in " ".join(company.text_content().split())
    assert sorted(company.xpath('.//*[@class="people"]//a/span/text()')) == ["Fay", "milo"]
    for who in (cast.milo, cast.fay):
        going.take_back(evening.id, by=who)
    stranger.get("/")
    assert not stranger.page.xpath('//section[@aria-labelledby="company"]')
    going.say(evening.id, "going", by=cast.nora)
    stranger.get("/")
    assert stranger.page.xpath('//section[@aria-labelledby="company"]')


@pytest.mark.parametrize(
    ("kind", "verbs"),
    [("", {"goes", "said", "follows"}), ("talk", {"said"}), ("evenings", {"goes"}), ("people", {"follows"}), ("photos", set())],
)
def test_each_sort_has_its_page(cast, evening, stranger, worker, kind, verbs):
    say(news_post(cast.eli), cast.milo), bonds.tie("follow", cast.ada.id, by=cast.milo)
    worker()
    stranger.get(f"/fans/river?kind={kind}" if kind else "/fans/river")
    assert set(stranger.page.xpath("//@data-verb")) - {"came"} == verbs
    assert bool(stranger.page.xpath('//meta[@name="robots"][contains(@content, "noindex")]')) is bool(kind)


def test_what_those_did_whom_one_follows(cast, evening, browser_as):
    nora = browser_as(cast.nora)
    nora.get("/fans/river/followed")
    assert lines(nora) == [] and "Nothing from them yet" in nora.text
    bonds.tie("follow", cast.milo.id, by=cast.nora)
    g.pop("ties", None)  # a test's requests share their context
    nora.get("/fans/river/followed")
    assert len(lines(nora)) == 1 and lines(nora)[0].startswith("milo goes to Brussels")


def test_earlier_ones_stand_on_further_pages(cast, stranger, worker):
    post = news_post(cast.eli)
    ids = many_comments(post.id, cast.fay.id, 5)
    with transaction() as session:
        for number in range(queries.PER_PAGE + 5):
            made = Activity(
                account_id=cast.fay.id,
                verb="said",
                subject_kind="comment",
                subject_id=ids[0] if not number else 9000 + number,
                at=now(),
            )
            session.add(made)
    stranger.get("/fans/river?kind=talk")
    (earlier,) = stranger.page.xpath('//a[@rel="nofollow"][contains(@href, "before=")]/@href')
    assert "Nothing of these days" in stranger.text
    stranger.get(earlier)
    assert len(lines(stranger)) == 1 and not stranger.page.xpath('//a[contains(@href, "before=")]')
    assert stranger.page.xpath('//a[@href="/fans/river?kind=talk"][normalize-space()="The latest"]')


@pytest.mark.parametrize(
    "query", ["kind=nothing", "kind=followed", "before=nothing", "before=", "before=1-1-1", "kind=said&before=0-0x"]
)
def test_what_no_page_leads_to_is_not_there(app, stranger, query):
    stranger.get(f"/fans/river?{query}", status=404)


# ---- one's own --------------------------------------------------------------------------------------------------------------


def test_who_is_on_a_line_takes_it_away_and_may_bring_it_back(cast, evening, browser_as, stranger):
    fay = browser_as(cast.fay)
    fay.get("/fans/river")
    fay.submit("river-removal")
    assert fay.location.startswith("/fans/river?gone=")
    for path in PAGES:
        stranger.get(path)
        assert [line for line in lines(stranger) if "Fay" in line] == []
    fay.get(fay.location)
    assert "The line is gone" in fay.text
    stranger.get("/fans/river?gone=1")
    assert "The line is gone" not in stranger.text
    fay.submit("river-return")
    stranger.get("/fans/river")
    assert lines(stranger)[0].startswith("Fay and milo go")


def test_a_line_of_another_is_none_of_ones_business(cast, evening, browser_as, stranger):
    number = db.session.scalar(sa.select(Activity.id).where(Activity.account_id == cast.fay.id))
    nora = browser_as(cast.nora)
    nora.get(f"/fans/river?gone={number}")
    assert "The line is gone" not in nora.text and not nora.page.xpath('//form[@data-form="river-removal"]')
    stranger.post(f"/fans/river/{number}/removal", status=302)
    assert stranger.location == "/login?next=/fans/river"
    stranger.get(f"/fans/river/{number}/removal", status=405)


# ---- fresh and cheap --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_what_is_taken_back_is_gone_from_kept_pages_at_once(cast, evening, stranger, path):
    stranger.get(path)
    before = lines(stranger)
    going.take_back(evening.id, by=cast.fay)
    stranger.get(path)
    assert lines(stranger) != before and "Fay" not in " ".join(lines(stranger))
    accounts.disable(cast.milo.id, by=cast.ada)
    stranger.get(path)
    assert lines(stranger) == []


def test_a_kept_page_tells_nothing_of_a_comment_that_is_gone(cast, stranger, worker):
    made = say(news_post(cast.eli), cast.milo, "A slip of the tongue")
    worker()
    for path in ("/fans/", "/fans/river"):
        stranger.get(path)
        assert "A slip of the tongue" in stranger.text
    comments.withdraw(made.id, by=cast.milo)
    for path in ("/fans/", "/fans/river"):
        stranger.get(path)
        assert "A slip of the tongue" not in stranger.text


def test_tomorrow_today_is_yesterday(evening, stranger, clock):
    stranger.get("/fans/river")
    assert stranger.page.xpath("//main//h2/text()") == ["Today"]
    clock.shift(13 * 3600)
    stranger.get("/fans/river")
    assert stranger.page.xpath("//main//h2/text()") == ["Yesterday"]


@pytest.mark.parametrize("number", [3, 30])
def test_a_page_asks_the_same_few_questions_however_many_lines_it_has(app, cast, evening, worker, count_queries, number):
    post = news_post(cast.eli)
    for who in range(number):
        made = accounts.create(email=None, username=f"marmot-{'abcdefghijklmnopqrstuvwxyzäöüß'[who % 26]}{who}", password=None)
        with transaction() as session:
            session.merge(made).approved_comments = 1
        going.say(evening.id, "going", by=made), bonds.tie("follow", cast.fay.id, by=made)
    many_comments(post.id, cast.fay.id, number)
    worker()
    client = app.test_client()
    client.get("/fans/river?kind=photos")
    with count_queries() as asked:
        assert client.get("/fans/river").status_code == 200
    assert len(asked) <= 12
