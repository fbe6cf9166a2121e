"""Whom a comment names, and who hears of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.bonds import operations as bonds
from fansite.comments import operations as comments
from fansite.comments.models import Comment, Mention
from fansite.comments.personal import export
from fansite.core.db import db, get, transaction
from fansite.core.errors import Refused
from fansite.core.outbox import Event
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from tests.texts import news_post, say


@pytest.fixture
def post(cast):
    return news_post(cast.eli)


def told() -> list[list[int]]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Event.data["to"]).where(Event.name == "mention.made").order_by(Event.id)))


def approve() -> None:
    moderation.decide(db.session.scalar(sa.select(Review.id).where(Review.decided_at.is_(None))), "approve", by=get_milo())


def get_milo():
    from fansite.accounts.models import Account

    return db.session.scalar(sa.select(Account).where(Account.username_key == "milo"))


def test_a_name_leads_to_whose_it_is_and_they_are_told(cast, post):
    comment = say(post, cast.fay, "Did @Nora hear? @nobody-here did, and @fay; write to nora@milo.example")
    assert '<a href="/fans/nora" rel="ugc noopener">@Nora</a>' in comment.html
    assert comment.html.count("<a ") == 2
    assert told() == [[cast.nora.id]], "nobody is told of their own words"


def test_who_is_not_here_is_not_named(cast, post):
    assert "<a" not in say(post, cast.fay, "What became of @ben?").html
    assert told() == []


def test_a_former_name_leads_to_who_had_it(cast, post):
    accounts.change_username(cast.nora.id, "norabelle")
    assert '<a href="/fans/norabelle"' in say(post, cast.fay, "Ask @nora").html
    assert told() == [[cast.nora.id]]


def test_what_waits_tells_nobody_until_everybody_can_read_it(cast, post):
    comment = say(post, cast.nora, "Hello @fay, I am new here")
    assert told() == []
    approve()
    assert told() == [[cast.fay.id]]
    review = moderation.take_up("comment", comment.id, by=cast.milo)
    moderation.decide(review, "remove", by=cast.milo)
    moderation.undo(review, by=cast.milo)
    assert told() == [[cast.fay.id]], "nobody is told twice"


def test_an_edit_tells_who_is_new_in_it_and_no_name_calls_twice(cast, post):
    comment = say(post, cast.fay, "Soup, @nora?")
    comments.edit(comment.id, by=cast.fay, body="Soup, @milo?")
    comments.edit(comment.id, by=cast.fay, body="Soup, @nora and @milo?")
    assert told() == [[cast.nora.id], [cast.milo.id]]


@pytest.mark.parametrize("kind", ["mute", "block"])
def test_who_does_not_want_to_hear_of_somebody_is_not_told(cast, post, kind):
    bonds.tie(kind, cast.fay.id, by=cast.milo) if kind == "mute" else bonds.tie(kind, cast.nora.id, by=cast.fay)
    name = "milo" if kind == "mute" else "nora"
    assert f'<a href="/fans/{name}"' in say(post, cast.fay, f"Soup, @{name}?").html
    assert told() == []


def test_nobody_calls_whoever_shuts_them_out(cast, post):
    bonds.tie("block", cast.fay.id, by=cast.nora)
    with pytest.raises(Refused) as problem:
        say(post, cast.fay, "Soup, @milo and @nora?")
    assert problem.value.field == "body"
    assert "nora" not in str(problem.value), "it does not say who"
    assert db.session.scalar(sa.select(sa.func.count(Comment.id))) == 0


def test_who_is_new_names_two_and_who_stands_ten(cast, post):
    say(post, cast.nora, "Hello @fay and @milo, and @fay again")
    with pytest.raises(Refused, match="At most 2"):
        say(post, cast.nora, "Hello @fay, @milo and @eli")
    names = " ".join(
        f"@{accounts.create(email=None, username=f'guest-{number}', password=None).username}" for number in range(11)
    )
    with pytest.raises(Refused, match="At most 10"):
        say(post, cast.fay, names)
    assert say(post, cast.fay, names.rpartition(" ")[0]).visible


def test_who_rewords_a_comment_calls_no_more_people_than_one_comment_may(cast, post):
    names = [f"@{accounts.create(email=None, username=f'guest-{number}', password=None).username}" for number in range(11)]
    comment = say(post, cast.fay, " ".join(names[:9]))
    comments.edit(comment.id, by=cast.fay, body=names[9])
    with pytest.raises(Refused, match="At most 10"):
        comments.edit(comment.id, by=cast.fay, body=names[10])
    comments.edit(comment.id, by=cast.fay, body=f"{names[0]} and {names[9]}")
    assert [len(to) for to in told()] == [9, 1]


def test_who_asks_for_names_without_end_is_stopped(cast, browser_as):
    fay = browser_as(cast.fay)
    answers = [fay.client.get("/fans/names?q=n").status_code for _ask in range(62)]
    assert answers == [200] * 60 + [429] * 2
    assert browser_as(cast.milo).client.get("/fans/names?q=n").status_code == 200


def test_a_name_in_a_quote_names_nobody_again(cast, post):
    html = say(post, cast.fay, "> [milo](/comments/1)\n> So @nora said\n\nDid she?").html
    assert "/fans/nora" not in html
    assert told() == []


def test_who_leaves_is_named_no_more(cast, post):
    comment = say(post, cast.fay, "Soup, @nora?").id
    (chapter,) = [chapter for chapter in export(cast.nora.id) if chapter.key == "mentions"]
    assert [row["address"].rpartition("/")[2] for row in chapter.rows] == [str(comment)]
    accounts.erase(cast.nora.id)
    comments.render_older()
    assert get(Comment, comment).html == "<p>Soup, @nora?</p>"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Mention)) == 0


def test_a_name_leads_nowhere_while_its_account_is_closed(cast, post, worker):
    comment = say(post, cast.fay, "Soup, @nora?").id
    for act, links in ((accounts.disable, 0), (accounts.enable, 1)):
        act(cast.nora.id, by=cast.ada)
        worker()
        comments.render_older()
        db.session.rollback()
        assert get(Comment, comment).html.count("<a ") == links


def test_a_text_without_names_asks_nothing_more(cast, post, count_queries):
    def cost(body: str) -> int:
        with count_queries() as asked:
            say(post, cast.fay, body)
        return len([one for one in asked if "mention" in one or "username_key IN" in one or "bond" in one])

    assert cost("Soup.") == 0
    assert cost("Write to me@example.org.") == 0


# ---- on the page ------------------------------------------------------------------------------------------------------------


def test_names_are_offered_to_who_is_signed_in(cast, post, browser_as, stranger):
    stranger.get("/fans/names?q=n", status=302)
    names = ["nora", "nestor", "nils"]
    for name in names[1:]:
        accounts.create(email=None, username=name, password=None)
    with transaction() as session:
        session.execute(sa.text("UPDATE account SET approved_comments = 1 WHERE username LIKE 'n%'"))
    fay = browser_as(cast.fay)

    def offered(query: str) -> list[str]:
        return [one["label"] for one in fay.client.get(f"/fans/names?{query}", headers={"Accept": "application/json"}).json]

    assert offered("q=n") == ["nestor", "nils", "nora"]
    assert offered("q=NO") == ["nora"]
    assert offered("q=fa") == [], "nobody calls themselves"
    assert offered("q=ben") == []
    say(post, cast.nora, "Here I am")
    assert offered(f"q=n&entry={post.id}") == ["nora", "nestor", "nils"]
    bonds.tie("follow", _id_of("nils"), by=cast.fay)
    assert offered("q=n") == ["nils", "nestor", "nora"]
    bonds.tie("mute", _id_of("nils"), by=cast.fay)
    assert offered("q=n") == ["nestor", "nora"]


def test_whose_words_nobody_reads_is_not_offered_as_one_who_spoke(cast, post, browser_as):
    waits = say(post, cast.nora, "http://hats.example")
    assert not waits.visible
    answer = browser_as(cast.fay).client.get(f"/fans/names?q=n&entry={post.id}", headers={"Accept": "application/json"})
    assert answer.json == []


def test_at_most_eight_names_are_offered(cast, browser_as):
    for number in range(12):
        accounts.create(email=None, username=f"guest-{number}", password=None)
    with transaction() as session:
        session.execute(sa.text("UPDATE account SET approved_comments = 1"))
    assert len(browser_as(cast.fay).client.get("/fans/names?q=guest", headers={"Accept": "application/json"}).json) == 8


def test_a_name_leads_to_the_page_of_the_readers_language(cast, browser_as, stranger):
    from tests.tour.cast import gig

    evening = gig(cast.eli)
    say(evening, cast.fay, "See you there, @nora")
    stranger.get(f"/fr/tour/{evening.slug}")
    assert stranger.page.xpath('//div[@class="comment__body"]//a/@href') == ["/fr/fans/nora"]


def _id_of(name: str) -> int:
    return db.session.scalar(sa.text("SELECT id FROM account WHERE username_key = :name"), {"name": name})
