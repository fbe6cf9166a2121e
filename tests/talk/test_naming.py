"""Whom a discussion names in what it begins with, and who hears of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.bonds import operations as bonds
from fansite.comments.models import Mention
from fansite.comments.personal import export
from fansite.core import renewal
from fansite.core.db import db
from fansite.core.errors import Refused
from fansite.core.outbox import Event
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.talk import operations
from fansite.talk.models import Discussion
from tests.talk.cast import discussion
from tests.texts import say

CAR = "/talk/a-car-to-brussels"


def ask(by, body: str, **more) -> Discussion:
    return discussion(by, body=body, **more)


def told() -> list[tuple[str, list[int]]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Event.subject, Event.data).where(Event.name == "mention.made").order_by(Event.id))
    return [(subject, data["to"]) for subject, data in rows]


def decide(decision: str, *, by) -> None:
    moderation.decide(db.session.scalar(sa.select(Review.id).where(Review.decided_at.is_(None))), decision, by=by)


def html_of(discussion_id: int) -> str:
    db.session.rollback()
    return db.session.get(Discussion, discussion_id).html


def test_a_name_leads_to_whose_it_is_and_they_are_told(cast):
    made = ask(cast.fay, "Room for @Nora? And @fay drives; @nobody-here pays")
    assert '<a href="/fans/nora" rel="ugc noopener">@Nora</a>' in made.html
    assert made.html.count("<a ") == 2
    assert told() == [(f"entry:{made.id}", [cast.nora.id])], "nobody is told of their own words"
    assert made.summary == "Room for @Nora? And @fay drives; @nobody-here pays"


def test_a_former_name_leads_to_who_had_it(cast):
    accounts.change_username(cast.nora.id, "norabelle")
    assert '<a href="/fans/norabelle"' in ask(cast.fay, "Ask @nora").html
    assert [to for _subject, to in told()] == [[cast.nora.id]]


def test_what_waits_tells_nobody_until_it_is_approved_and_then_once(cast):
    made = ask(cast.nora, "Hello @fay, I am new here")
    assert told() == []
    decide("approve", by=cast.milo)
    assert told() == [(f"entry:{made.id}", [cast.fay.id])]
    review = moderation.take_up("talk", made.id, by=cast.milo)
    moderation.decide(review, "remove", by=cast.milo)
    moderation.undo(review, by=cast.milo)
    assert len(told()) == 1, "nobody is told twice"


@pytest.mark.parametrize("became", ["rejected", "withdrawn"])
def test_what_nobody_reads_tells_nobody(cast, became):
    made = ask(cast.nora, "Hello @fay, I am new here")
    operations.withdraw(made.id, by=cast.nora) if became == "withdrawn" else decide("reject", by=cast.milo)
    assert told() == []


def test_what_was_refused_and_is_corrected_tells_whom_it_names_by_then(cast):
    made = ask(cast.nora, "Hello @fay")
    decide("reject", by=cast.milo)
    operations.resend(made.id, by=cast.nora, title="Hello", body="Hello @milo")
    assert told() == []
    decide("approve", by=cast.ada)
    assert [to for _subject, to in told()] == [[cast.milo.id]]


def test_an_edit_tells_who_is_new_in_it_and_no_name_calls_twice(cast):
    made = ask(cast.fay, "Soup, @nora?")
    for body in ("Soup, @milo?", "Soup, @nora and @milo?"):
        operations.revise(made.id, by=cast.fay, title=made.title, body=body)
    assert [to for _subject, to in told()] == [[cast.nora.id], [cast.milo.id]]


def test_a_correction_that_waits_tells_who_is_new_in_it_once_it_is_read(cast):
    made = ask(cast.fay, "Soup?")
    links = " ".join(f"https://hats.example/{number}" for number in range(6))
    assert operations.revise(made.id, by=cast.fay, title=made.title, body=f"Soup, @nora? {links}").state == "pending"
    assert told() == []
    decide("approve", by=cast.milo)
    assert [to for _subject, to in told()] == [[cast.nora.id]]


@pytest.mark.parametrize("kind", ["mute", "block"])
def test_who_does_not_want_to_hear_of_somebody_is_not_told(cast, kind):
    bonds.tie("mute", cast.fay.id, by=cast.nora) if kind == "mute" else bonds.tie("block", cast.nora.id, by=cast.fay)
    assert '<a href="/fans/nora"' in ask(cast.fay, "Soup, @nora?").html
    assert told() == []


def test_nobody_calls_whoever_shuts_them_out(cast):
    bonds.tie("block", cast.fay.id, by=cast.nora)
    with pytest.raises(Refused) as problem:
        ask(cast.fay, "Soup, @milo and @nora?")
    assert problem.value.field == "body" and "nora" not in str(problem.value)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Discussion)) == 0


def test_as_many_are_named_as_in_a_comment(cast):
    with pytest.raises(Refused, match="At most 2"):
        ask(cast.nora, "Hello @fay, @milo and @eli")
    names = " ".join(f"@{accounts.create(email=None, username=f'guest-{one}', password=None).username}" for one in range(11))
    with pytest.raises(Refused, match="At most 10"):
        ask(cast.fay, names)
    made = ask(cast.fay, names.rpartition(" ")[0])
    with pytest.raises(Refused, match="At most 10"):
        operations.revise(made.id, by=cast.fay, title=made.title, body=names)


def test_who_rewords_a_discussion_calls_no_more_people_than_one_text_may(cast):
    made = ask(cast.nora, "Hello @fay and @milo")
    decide("approve", by=cast.milo)
    with pytest.raises(Refused, match="At most 2"):
        operations.revise(made.id, by=cast.nora, title=made.title, body="Hello @eli")
    operations.revise(made.id, by=cast.nora, title=made.title, body="Hello @milo")
    assert [to for _subject, to in told()] == [[cast.fay.id, cast.milo.id]]


def test_a_stranger_who_signs_in_after_names_people_too(cast):
    token = operations.keep_draft(title="Soup", body="For @nora", more={}, language="en", address="here")
    assert told() == []
    operations.post_draft(token, by=cast.fay)
    assert [to for _subject, to in told()] == [[cast.nora.id]]


def test_who_leaves_is_named_no_more(cast, worker):
    made, hidden = ask(cast.fay, "Soup, @nora?").id, ask(cast.fay, "No soup, @nora", title="Hidden").id
    operations.withdraw(hidden, by=cast.fay)
    (chapter,) = [chapter for chapter in export(cast.nora.id) if chapter.key == "mentions"]
    assert [(row["on"], row["address"].rpartition("/talk/")[2]) for row in chapter.rows] == [
        ("A car to Brussels", "a-car-to-brussels")
    ], "what is hidden is its author's"
    accounts.erase(cast.nora.id)
    worker()
    renewal.render_older()
    assert html_of(made) == "<p>Soup, @nora?</p>"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Mention)) == 0


def test_of_who_takes_their_words_along_no_name_stays(cast):
    say(ask(cast.fay, "Soup, @nora?"), cast.ada, "Yes")
    accounts.erase(cast.fay.id, keep_words=False)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Mention)) == 0


def test_a_name_leads_nowhere_while_its_account_is_closed(cast, worker):
    made = ask(cast.fay, "Soup, @nora?").id
    for act, links in ((accounts.disable, 0), (accounts.enable, 1)):
        act(cast.nora.id, by=cast.ada)
        worker()
        renewal.render_older()
        assert html_of(made).count("<a ") == links


def test_names_still_lead_once_links_of_their_author_count(cast, worker):
    """The whole text is rendered again."""
    made = ask(cast.nora, "For @fay: [hats](https://hats.example)").id
    decide("approve", by=cast.milo)
    say(Discussion(id=made), cast.nora, "And more")
    decide("approve", by=cast.milo)
    worker()
    assert html_of(made).count("<a ") == 2 and "nofollow" not in html_of(made)


def test_a_text_without_names_asks_who_nobody_is(cast, count_queries):
    with count_queries() as asked:
        ask(cast.fay, "Soup. Write to me@example.org.")
    assert not [one for one in asked if "username_key IN" in one or "INSERT INTO mention" in one or "bond" in one]


@pytest.mark.parametrize("row", [(True, True), (False, False)])
def test_a_mention_stands_in_one_place(cast, row):
    comment, entry = row
    made = ask(cast.fay, "Soup?")
    said = say(made, cast.ada, "Yes")
    values = {"comment_id": said.id if comment else None, "entry_id": made.id if entry else None}
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.insert(Mention).values(account_id=cast.nora.id, **values))
    db.session.rollback()


# ---- on the page ------------------------------------------------------------------------------------------------------------


def test_names_lead_to_the_page_of_the_readers_language(cast, stranger):
    ask(cast.fay, "Ask @nora", language="fr")
    stranger.get(f"/fr{CAR}")
    assert stranger.page.xpath('//div[@id="post"]//div[@class="prose"]//a/@href') == ["/fr/fans/nora"]


def test_names_are_offered_where_somebody_writes(cast, browser_as, stranger):
    fay = browser_as(cast.fay)
    fay.get("/talk/new")
    assert fay.page.xpath('//form[@data-form="start"]//text-finder/@data-names') == ["/fans/names"]
    made = ask(cast.fay, "Soup?")
    fay.get(f"{CAR}/edit")
    assert fay.page.xpath('//form[@data-form="edit"]//text-finder/@data-names') == [f"/fans/names?entry={made.id}"]
    stranger.get("/talk/new")
    assert not stranger.page.xpath("//text-finder")


def test_too_many_names_are_told_beside_the_box_and_the_words_stay(cast, browser_as):
    nora = browser_as(cast.nora)
    nora.get("/talk/new")
    nora.submit("start", {"title": "Hello", "body": "Hello @fay, @milo and @eli"}, status=422)
    assert "At most 2 people" in nora.page.xpath('string(//*[@id="body-problem"])')
    assert nora.page.xpath('string(//textarea[@name="body"])').strip() == "Hello @fay, @milo and @eli"
