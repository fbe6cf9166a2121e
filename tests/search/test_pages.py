"""`/search`: what visitors find, what nobody may find any more, and what hostile questions do."""

from __future__ import annotations

import gc
import json
import logging
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from fansite.bonds import operations as bonds
from fansite.comments import operations as comments
from fansite.core.content import Entry
from fansite.core.db import db, get, transaction
from fansite.core.outbox import long_work
from fansite.core.outbox.models import Delivery, Event
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.news import operations as news
from fansite.pages import operations as pages
from fansite.search import listeners, queries
from fansite.search.commands import rebuild
from tests.client import html_problems
from tests.databases import ON_POSTGRESQL
from tests.talk.cast import discussion
from tests.texts import many_comments, many_posts, news_post, say


@pytest.fixture
def index(app, worker):
    """`index()` lets the worker do all it has to, and mends the index."""

    def bring_up_to_date() -> None:
        listeners.mend_index()
        worker()

    return bring_up_to_date


@pytest.fixture
def lisbon(cast):
    """A post, a page and a comment about fado, as their operations publish them."""
    post = news.draft(by=cast.eli, title="Fado in Lisbon", body="We learn to sing *slowly*.", tags=["tour"])
    news.publish(post.id, by=cast.eli)
    page = pages.draft(by=cast.eli, title="About the band", body="We once sang fado in a barn.")
    pages.publish(page.id, by=cast.eli)
    comment = say(post, cast.fay, "My grandmother sang fado too").id
    return post.id, page.id, comment


def found(visitor, **query) -> list[tuple[str, str]]:
    """(kind, address of the first link) of each result."""
    visitor.get("/search", query_string=query)
    lists = visitor.page.xpath('//ol[@id="results"]')
    assert len(lists) == 1
    items = [(item.get("data-kind"), item.xpath(".//a/@href")[0]) for item in lists[0].xpath("./li")]
    assert int(lists[0].get("data-total")) >= len(items)
    return items


def total(visitor) -> int:
    return int(visitor.page.xpath('//ol[@id="results"]/@data-total')[0])


def everything_hidden(visitor, *words: str) -> None:
    for word in words:
        assert found(visitor, q=word) == []
        assert total(visitor) == 0
        assert word not in " ".join(visitor.page.xpath('//ol[@id="results"]')[0].text_content().split())


# ---- finding ----------------------------------------------------------------------------------------------------------------


def test_before_a_word_is_asked_the_page_explains_itself(stranger):
    stranger.get("/search")
    assert stranger.page.xpath('//form[@data-form="search"]//input[@name="q"]')
    assert not stranger.page.xpath('//*[@id="results"]')
    stranger.submit("search", {"q": "   "}, status=200)
    assert not stranger.page.xpath('//*[@id="results"]')


def test_news_pages_and_comments_are_found_at_their_addresses(lisbon, index, stranger):
    index()
    _post, _page, comment = lisbon
    assert sorted(found(stranger, q="fado")) == [
        ("comment", f"/news/fado-in-lisbon#comment-{comment}"),
        ("news", "/news/fado-in-lisbon"),
        ("page", "/about-the-band"),
    ]
    assert total(stranger) == 3
    for _kind, address in found(stranger, q="fado"):
        stranger.get(address)


def test_the_title_weighs_more_and_words_are_marked(lisbon, index, stranger):
    index()
    assert found(stranger, q="fado")[0] == ("news", "/news/fado-in-lisbon")
    assert {mark.lower() for mark in stranger.page.xpath('//ol[@id="results"]//mark/text()')} == {"fado"}


def test_a_post_stands_before_the_many_short_comments_on_it(cast, index, stranger):
    post = news.draft(by=cast.eli, title="The brass band of Billom", body="They played until three. " * 40)
    news.publish(post.id, by=cast.eli)
    for number in range(12):
        comments.post(post.id, by=cast.milo, body=f"Billom, number {number}!")
    index()
    assert found(stranger, q="billom")[0] == ("news", "/news/the-brass-band-of-billom")
    assert total(stranger) == 13


def test_a_find_says_what_it_is_who_wrote_it_and_shows_the_passage(cast, lisbon, index, stranger):
    with transaction():
        nobodys = news.draft(by=cast.eli, title="A letter from nobody", body="Once more, fado.\n\nAnd *fado* again.")
        news.publish(nobodys.id, by=cast.eli)
        get(Entry, nobodys.id).author_id = None
    index()
    stranger.get("/search", query_string={"q": "fado"})

    def said(kind: str, address: str) -> list[str]:
        [result] = stranger.page.xpath(f'//li[@data-kind="{kind}"][.//a[@href="{address}"]]')
        return [" ".join(part.text_content().split()) for part in result.xpath("./p")]

    facts, passage = said("news", "/news/fado-in-lisbon")
    assert facts.startswith("News post eli ") and passage == "We learn to sing slowly."
    facts, passage = said("news", "/news/a-letter-from-nobody")
    assert facts.startswith("News post ") and "eli" not in facts and passage == "Once more, fado. And fado again."
    [comment] = stranger.page.xpath('//li[@data-kind="comment"]')
    assert " ".join(comment.xpath("./p")[0].text_content().split()).startswith("Comment Fay ")
    assert comment.xpath("./p[2]//mark/text()") == ["fado"]


def test_who_does_not_read_somebody_finds_none_of_their_words_but_all_that_the_band_says(
    cast, lisbon, index, stranger, browser_as
):
    discussion(cast.milo, "Who sings fado?", "I do.")
    index()
    nora = browser_as(cast.nora)
    assert (len(found(nora, q="fado")), total(nora)) == (4, 4)
    for kind, whom in (("mute", cast.fay), ("mute", cast.milo), ("mute", cast.eli)):
        bonds.tie(kind, whom.id, by=cast.nora)
    assert [kind for kind, _address in found(nora, q="fado")] == ["news", "page"] and total(nora) == 2
    assert len(found(stranger, q="fado")) == 4


def test_a_find_is_shown_as_it_reads_now_not_as_it_was_found(cast, lisbon, index, stranger):
    """Before the worker has heard of it."""
    _post, _page, comment = lisbon
    index()
    assert "My grandmother sang" in stranger_sees(stranger, "grandmother")
    comments.edit(comment, by=cast.fay, body="My aunt hummed it")
    assert "My aunt hummed it" in stranger_sees(stranger, "grandmother")
    assert "grandmother sang" not in stranger_sees(stranger, "grandmother")


def stranger_sees(stranger, word: str) -> str:
    stranger.get("/search", query_string={"q": word})
    return " ".join(stranger.page.xpath('//ol[@id="results"]')[0].text_content().split())


def test_filters_narrow_by_kind_and_year(cast, lisbon, index, stranger):
    news_post(cast.eli, slug="old", title="Fado, years ago", published_at=datetime(2019, 5, 1, tzinfo=UTC))
    index()
    listeners.index().rebuild(listeners.all_documents())
    assert {kind for kind, _ in found(stranger, q="fado", kind="comment")} == {"comment"}
    assert found(stranger, q="fado", year="2019") == [("news", "/news/old")]
    assert found(stranger, q="fado", year="2019", kind="page") == []
    assert stranger.page.xpath('//option[@selected and @value="page"]')
    assert stranger.page.xpath('//a[@href="/search?q=fado"]'), "the way out of the filters"
    everything = {address for _, address in found(stranger, q="fado")}
    for nonsense in (
        {"kind": "spaceship"},
        {"year": "x"},
        {"year": "1"},
        {"year": "9" * 30},
        {"kind": "news'--"},
        {"kind": "", "year": ""},
    ):
        assert {address for _, address in found(stranger, q="fado", **nonsense)} == everything


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        (
            "Le dîner de l'été à Clermont, cœur de l'Auvergne",
            ["diner", "DÎNER", "ete", "été", "l'été", "l’ete", "coeur", "cœur", "auvergne"],
        ),
        ("Nous avons chanté près du lac", ["chanter", "CHANTÉ", "chante", "chantées", "chantez"]),
    ],
)
def test_french_is_found_as_the_french_type_it(cast, index, stranger, text, questions):
    post = news.draft(by=cast.eli, title="Carnet", body=text, language="fr")
    news.publish(post.id, by=cast.eli)
    index()
    for question in questions:
        assert found(stranger, q=question) == [("news", "/fr/news/carnet")], question
        stranger.get("/fr/search", query_string={"q": question})
        assert total(stranger) == 1


def test_english_is_found_by_its_stem(lisbon, index, stranger):
    index()
    for question in ("singing", "sings", "SING", "slow", "“sing slowly”", '"sing slowly"'):
        assert ("news", "/news/fado-in-lisbon") in found(stranger, q=question), question
    assert ("news", "/news/fado-in-lisbon") not in found(stranger, q="fado -slowly")


def test_a_tag_finds_what_it_stands_on(lisbon, index, stranger):
    index()
    assert found(stranger, q="tour") == [("news", "/news/fado-in-lisbon")]


def test_nothing_found_helps_on(lisbon, index, stranger):
    index()
    assert found(stranger, q="xyzzy") == []
    assert "Nothing under “xyzzy”" in stranger.text
    assert stranger.page.xpath('//main//a[@href="/news/"]')
    assert found(stranger, q="granmother") == []
    assert stranger.page.xpath('//main//a[@href="/search?q=grandmother"]/text()') == ["grandmother"]


def test_more_than_twenty_stand_on_pages(cast, index, stranger):
    post = news_post(cast.eli)
    many_comments(post.id, cast.fay.id, 45)
    listeners.index().rebuild(listeners.all_documents())
    seen = []
    for page in (1, 2, 3):
        seen += found(stranger, q="word", page=page)
        assert total(stranger) == 45
    assert len(seen) == len(set(seen)) == 45
    assert stranger.page.xpath('//a[@rel="prev"]/@href') == ["/search?q=word&page=2"]
    assert found(stranger, q="word", page=4) == []
    for nowhere in ("0", "21", "x", "-1", "9" * 20):
        stranger.get("/search", query_string={"q": "word", "page": nowhere}, status=404)


def test_a_find_in_a_long_discussion_leads_to_its_page(cast, index, stranger):
    post = news_post(cast.eli)
    ids = many_comments(post.id, cast.milo.id, 300, in_one_thread=True)
    last = comments.post(post.id, by=cast.milo, body="A needle", parent_id=ids[0]).id
    index()
    [(kind, address)] = found(stranger, q="needle")
    assert kind == "comment"
    stranger.get(address, status=302)
    stranger.get(stranger.location)
    assert stranger.page.xpath(f'//article[@id="comment-{last}"]')


def test_the_page_is_for_people_not_for_crawlers(lisbon, index, stranger, cast, browser_as):
    index()
    for query in ({"q": ""}, {"q": "fado"}, {"q": "xyzzy"}):
        response = stranger.get("/search", query_string=query)
        assert stranger.page.xpath('//meta[@name="robots"]/@content') == ["noindex"]
        assert not stranger.page.xpath('//link[@rel="canonical"]')
        assert response.headers["Cache-Control"] == "private, no-store"
    assert "csrf_token" not in browser_as(None).get("/search").get_data(as_text=True)


# ---- what nobody may find ---------------------------------------------------------------------------------------------------


def test_what_is_hidden_is_found_by_nobody_from_that_moment(cast, lisbon, index, stranger, browser_as):
    """Before the worker has heard of it: the index still holds all of them."""
    post, page, comment = lisbon
    index()
    moderation.decide(moderation.take_up("comment", comment, by=cast.milo), "remove", by=cast.milo)
    everything_hidden(stranger, "grandmother")
    assert found(stranger, q="fado") and total(stranger) == 2
    pages.withdraw(page, by=cast.eli)
    everything_hidden(stranger, "barn")
    news.recall(post, by=cast.eli)
    everything_hidden(stranger, "fado", "slowly")
    for name in ("fay", "milo", "eli", "ada"):
        everything_hidden(browser_as(getattr(cast, name)), "fado")
    index()
    everything_hidden(stranger, "fado", "grandmother", "barn")
    assert list(queries.index().keys()) == []


def test_what_is_hidden_is_not_counted_on_any_page_and_suggests_nothing(cast, lisbon, index, stranger):
    """Before the worker has heard of it, as all of these."""
    post, _page, _comment = lisbon
    ids = many_comments(post, cast.fay.id, 30)
    secret = say(get(Entry, post), cast.fay, "The key lies below the flowerpot").id
    index()
    assert len(found(stranger, q="word")) == 20 and total(stranger) == 30
    for comment in ids[:12]:  # whatever page they stand on
        moderation.decide(moderation.take_up("comment", comment, by=cast.milo), "remove", by=cast.milo)
    assert len(found(stranger, q="word")) == 18 and total(stranger) == 18
    assert not stranger.page.xpath('//a[@rel="next"]')
    found(stranger, q="flowerpod")
    assert "Did you mean flowerpot" in stranger.text
    comments.withdraw(secret, by=cast.fay)
    found(stranger, q="flowerpod")
    assert "flowerpot" not in stranger.text
    news.withdraw(post, by=cast.eli)
    assert found(stranger, q="word") == [] and total(stranger) == 0


def test_what_the_index_refused_to_forget_is_hidden_all_the_same(cast, lisbon, index, stranger, monkeypatch, worker):
    """A failed delivery is tried again later: until then the index does not know."""
    _post, _page, comment = lisbon
    index()
    comments.withdraw(comment, by=cast.fay)
    with monkeypatch.context() as patched:
        patched.setattr(queries.index(), "patience", 0.0)
        with queries.index()._writing():
            worker()
    assert db.session.scalar(sa.select(Delivery.error).where(Delivery.done_at.is_(None), Delivery.listener == "search.index"))
    assert found(stranger, q="fado") and total(stranger) == 2


def test_what_the_index_has_not_heard_of_costs_one_search_nothing_more(cast, lisbon, index, stranger, count_queries):
    planned = news.draft(by=cast.eli, title="Tomorrow")
    news.publish(planned.id, by=cast.eli, at=datetime(2099, 1, 1, tzinfo=UTC))
    index()
    say(get(Entry, lisbon[0]), cast.milo, "The worker sleeps")
    stranger.get("/search")
    db.session.expunge_all()
    with count_queries() as counted:
        assert len(found(stranger, q="fado")) == 3
    assert len(counted) <= 4, "\n".join(counted)


def test_years_are_those_of_the_sites_zone_and_only_with_something_in_them(app, cast, index, stranger, monkeypatch):
    monkeypatch.setattr(
        app.extensions["fansite"], "settings", replace(app.extensions["fansite"].settings, timezone=ZoneInfo("Pacific/Auckland"))
    )
    night = news.draft(by=cast.eli, title="Midnight", body="Fireworks.")
    news.publish(night.id, by=cast.eli, at=datetime(2023, 12, 31, 20, tzinfo=UTC))
    early = news.draft(by=cast.eli, title="Long ago", body="Fireworks too.")
    news.publish(early.id, by=cast.eli, at=datetime(2019, 5, 5, tzinfo=UTC))
    index()
    assert [kind for kind, _ in found(stranger, q="fireworks", year="2024")] == ["news"]
    assert found(stranger, q="fireworks", year="2023") == []
    assert stranger.page.xpath('//select[@name="year"]/option/@value') == ["", "2024", "2019"]


@pytest.mark.parametrize("act", ["withdraw", "edit", "entry"])
def test_a_comment_leaves_with_its_author_its_words_or_its_entry(cast, lisbon, index, stranger, act):
    post, _page, comment = lisbon
    index()
    if act == "withdraw":
        comments.withdraw(comment, by=cast.fay)
    elif act == "edit":
        comments.edit(comment, by=cast.fay, body="https://a.example https://b.example https://c.example grandmother")
    else:
        news.withdraw(post, by=cast.eli)
    everything_hidden(stranger, "grandmother")
    index()
    everything_hidden(stranger, "grandmother")


def test_what_waits_or_is_a_draft_was_never_there(cast, lisbon, index, stranger, browser_as):
    post, _page, _comment = lisbon
    say(get(Entry, post), cast.nora, "A secretword of mine")
    rejected = say(get(Entry, post), cast.nora, "Another secretword").id
    review = db.session.scalar(sa.select(Review.id).where(Review.subject_id == rejected))
    moderation.decide(review, "reject", by=cast.milo)
    news.draft(by=cast.eli, title="secretword", body="secretword")
    planned = news.draft(by=cast.eli, title="secretword, tomorrow")
    news.publish(planned.id, by=cast.eli, at=datetime(2099, 1, 1, tzinfo=UTC))
    index()
    for visitor in (stranger, browser_as(cast.nora), browser_as(cast.eli)):
        everything_hidden(visitor, "secretword")


def test_what_comes_back_is_found_again(cast, lisbon, index, stranger):
    post, _page, comment = lisbon
    index()
    review = moderation.take_up("comment", comment, by=cast.milo)
    moderation.decide(review, "remove", by=cast.milo)
    index()
    moderation.undo(review, by=cast.milo)
    index()
    assert found(stranger, q="grandmother") == [("comment", f"/news/fado-in-lisbon#comment-{comment}")]
    news.withdraw(post, by=cast.eli)
    index()
    news.publish(post, by=cast.eli)
    index()
    assert len(found(stranger, q="fado")) == 3


def test_what_is_said_of_an_erased_person_names_nobody(cast, lisbon, index, stranger):
    from fansite.accounts import operations as accounts

    index()
    accounts.erase(cast.fay.id)
    found(stranger, q="grandmother")
    assert "Fay" not in stranger.text
    assert "[deleted]" in stranger.text


# ---- the index --------------------------------------------------------------------------------------------------------------


def test_changes_arrive_in_one_turn_of_the_worker(cast, lisbon, index, worker, stranger):
    index()
    post, _page, _comment = lisbon
    news.revise(post, by=cast.eli, version=1, title="Fado in Porto")
    worker()
    assert ("news", found(stranger, q="porto")[0][1]) == ("news", "/news/fado-in-lisbon")
    assert found(stranger, q="lisbon") == []


def test_events_that_come_twice_or_late_do_no_harm(lisbon, index, stranger):
    index()
    with transaction() as session:
        session.execute(sa.update(Delivery).values(done_at=None))
    index()
    assert len(found(stranger, q="fado")) == 3


# Whoosh leaves files open when it fails half-way; they close with the garbage, which the test takes out itself.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("harm", ["gone", "torn", "cut", "foreign"])
def test_a_lost_or_torn_index_is_nobodys_error_and_comes_back(app, lisbon, index, stranger, caplog, harm):
    caplog.set_level(logging.CRITICAL, "fansite.backends.search")  # a kept traceback would keep the files open
    index()
    folder = app.extensions["fansite"].settings.instance_path / "search"
    inner = folder / (folder / "current").read_text().strip()
    if harm == "gone":
        shutil.rmtree(folder)
    elif harm == "foreign":
        (folder / "current").write_text("somebody-elses")
    else:
        for file in inner.iterdir():
            file.write_bytes(b"" if harm == "cut" else b"\x00garbage" * 20)
    app.extensions["fansite"].search.close()
    stranger.get("/search", query_string={"q": "fado"})
    assert "looking through everything anew" in stranger.text and "Nothing under" not in stranger.text
    index()
    assert len(found(stranger, q="fado")) == 3
    gc.collect()


def test_the_index_can_be_built_anew_by_command(app, lisbon, stranger):
    answer = CliRunner().invoke(rebuild, ["search", "--json"], obj={"app": lambda: app})
    assert (answer.exit_code, json.loads(answer.stdout)) == (0, {"documents": 3})
    assert len(found(stranger, q="fado")) == 3
    answer = CliRunner().invoke(rebuild, ["search"], obj={"app": lambda: app})
    assert (answer.exit_code, answer.stdout) == (0, "3 documents can be found.\n")
    assert "Example:" in CliRunner().invoke(rebuild, ["search", "--help"]).stdout


# ---- hostile questions ------------------------------------------------------------------------------------------------------

OWN = (
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "title:fado OR body:*",
    "*",
    "?" * 50,
    "fado~9999 AND (NOT (fado OR (*)))",
    "(" * 199,
    "[a TO z] {* TO *}",
    '"' * 199,
    "fado^1e999",
    "a* b* c* d* e* f* g* h*",
    "\x00fado\x00",
    "\ufeff\u200b\u202e fado",
    "é" * 5000,
    "-fado -sing",
    "%00%ff",
    "\\",
    "𝔣𝔞𝔡𝔬",
    "🎹" * 100,
)


@pytest.mark.parametrize("question", OWN)
def test_a_hostile_question_is_only_a_question(lisbon, index, stranger, question):
    index()
    stranger.get("/search", query_string={"q": question})
    assert not stranger.page.xpath('//script[contains(text(), "alert")]')
    assert "49" not in stranger.page.findtext(".//title")
    shown = stranger.page.xpath('//input[@name="q"]/@value')[0]
    assert len(shown) <= 200


@pytest.mark.shared
def test_naughty_strings_are_only_questions(app, lisbon, index, shared):
    index()
    strings = json.loads((shared / "data" / "xss" / "big-list-of-naughty-strings.json").read_text())
    cases = [
        json.loads(line)["xml"] for line in (shared / "data" / "xss" / "feedparser-sanitize-cases.jsonl").read_text().splitlines()
    ]
    client = app.test_client()
    for text in [*strings, *cases][:: 4 if ON_POSTGRESQL else 1]:
        response = client.get("/search", query_string={"q": text.encode("utf-8", "replace")})
        assert response.status_code == 200, text
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert html_problems(response.get_data(as_text=True)) == [], text


@pytest.mark.parametrize(
    "query",
    [
        "q[]=fado",
        "q=a&q=b",
        "q[a]=b&q[b]=c",
        "q=%ff%fe",
        "q=%00",
        "q",
        "=&==&&",
        "q=fado&page[]=1",
        "q=fado&kind[]=news&year[]=1",
        "q=fado&" + "x=1&" * 500,
    ],
)
def test_questions_of_any_shape_are_answered(lisbon, index, stranger, query):
    index()
    stranger.get(f"/search?{query}")


def test_parameters_nobody_asked_for_stand_nowhere(lisbon, index, stranger):
    index()
    text = stranger.get("/search?q=fado&utm_source=canary9&evil=canary9&page=1").get_data(as_text=True)
    assert "canary9" not in text


# ---- cost -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [30, 3000])
def test_a_search_needs_few_queries_whatever_there_is(cast, lisbon, count_queries, stranger, amount):
    many_posts(amount)
    queries.index().rebuild(listeners.all_documents())
    for query in ({"q": "post"}, {"q": "fado"}, {"q": "xyzzy"}, {"q": "fado post word", "year": "2026"}, {}):
        stranger.get("/search", query_string=query)
        db.session.expunge_all()  # else what an earlier question loaded would not be asked for again
        with count_queries() as counted:
            stranger.get("/search", query_string=query)
        assert len(counted) <= 4, f"{query}: {len(counted)}\n" + "\n".join(counted)


def test_while_a_large_index_is_made_others_get_their_turn(cast, index, worker):
    """Between two slices whoever else has to deliver does so; of the index itself nothing is done inside its own rebuild."""
    post = news_post(cast.eli)
    index()
    turns: list[bool] = []

    def next_turn() -> None:
        say(post, cast.fay, f"Word number {len(turns)}")
        long_work._here.pause_until = 0.0
        listeners._others_first()
        of_it = sa.select(Delivery.listener).join(Event, Event.id == Delivery.event_id).where(Event.name == "comment.published")
        left = set(db.session.scalars(of_it.where(Delivery.done_at.is_(None))))
        turns.append(queries.LISTENER in left and "core.bump" not in left)
        db.session.rollback()

    queries.index().rebuild(listeners.all_documents(next_turn))
    assert all(turns)
    assert turns
    worker()
    assert set(queries.index().keys()) >= {f"entry:{post.id}", "comment:1"}
