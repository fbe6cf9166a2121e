"""Leaving for good: a day to think, then nothing is left of a person but the places where they stood."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account, Leaving, Parcel, SignIn
from fansite.comments import operations as comments
from fansite.comments.models import Comment
from fansite.contact import operations as contact
from fansite.contact.models import Letter
from fansite.core.content import Entry
from fansite.core.db import db, get, transaction
from fansite.core.errors import Refused
from fansite.core.mail import Mail
from fansite.core.outbox import Event
from fansite.core.outbox.routines import run_routines
from fansite.moderation import operations as moderation
from fansite.moderation.models import Report
from fansite.news.models import NewsPost
from fansite.search.listeners import mend_index
from tests.accounts.conftest import link_in
from tests.cast import PASSWORD
from tests.texts import news_post, say

LEAVE = "/account/leave"


@pytest.fixture
def post(cast: Any, clock: Any) -> NewsPost:
    return news_post(cast.eli, slug="tour", title="Tour news")


def ask(cast: Any, browser_as: Any, *, words: str = "keep", who: str = "fay") -> Any:
    browser = browser_as(getattr(cast, who))
    browser.get(LEAVE)
    browser.submit("erase", {"words": words, "password": PASSWORD}, follow=True)
    return browser


def test_a_day_later_the_account_is_erased_and_until_then_nothing_is(cast, browser_as, clock, letters):
    fay = ask(cast, browser_as)
    assert fay.address.startswith("/account/") and "about to be erased" in fay.text
    assert letters("fay@example.org")[-1]["Subject"] == "Your account is about to be erased"
    clock.shift(timedelta(hours=23, minutes=59))
    accounts.erase_due()
    assert get(Account, cast.fay.id).active
    clock.shift(timedelta(minutes=2))
    run_routines()
    gone = get(Account, cast.fay.id)
    assert (gone.username, gone.email, gone.password_hash, gone.erased_at is None) == ("[deleted]", None, None, False)
    fay.get("/account/", status=302)


def test_a_button_on_the_account_page_keeps_it(cast, browser_as, clock):
    fay = ask(cast, browser_as)
    fay.submit("stay", follow=True)
    assert "You stay" in fay.text and db.session.scalar(sa.select(Leaving)) is None
    clock.shift(timedelta(days=2))
    accounts.erase_due()
    assert get(Account, cast.fay.id).active


def test_the_letter_leads_to_a_button_and_needs_no_password(cast, browser_as, stranger, letters, clock):
    ask(cast, browser_as)
    link = link_in(letters("fay@example.org")[-1], "account/staying")
    stranger.get(link)
    assert db.session.scalar(sa.select(Leaving)) is not None, "reading changes nothing"
    stranger.submit("stay", status=200)
    assert "You stay" in stranger.text
    clock.shift(timedelta(days=2))
    accounts.erase_due()
    assert get(Account, cast.fay.id).active
    stranger.get(link, status=410)
    stranger.post(link, status=410)
    stranger.get("/account/staying/nothing", status=410)


def test_who_stays_while_the_worker_erases_the_others_stays(app, cast, browser_as, clock, monkeypatch):
    """It has read whose day is over, and comes to them one by one."""
    for who in ("nora", "fay"):
        ask(cast, browser_as, who=who)
        clock.shift(timedelta(minutes=1))
    first, *others = app.extensions["fansite"].personal
    staying = replace(first, erase=lambda leaver: (first.erase(leaver), accounts.stay(cast.fay.id)))
    monkeypatch.setattr(app.extensions["fansite"], "personal", [staying, *others])
    clock.shift(timedelta(days=2))
    accounts.erase_due()
    assert (get(Account, cast.nora.id).active, get(Account, cast.fay.id).active) == (False, True)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"words": "keep", "password": "wrong"}, "not your present password"),
        ({"words": "burn", "password": PASSWORD}, "what becomes"),
    ],
)
def test_a_wrong_password_or_no_choice_erases_nobody(cast, browser_as, sent, words):
    fay = browser_as(cast.fay)
    fay.get(LEAVE)
    fay.submit("erase", sent, status=422)
    assert words in fay.text and db.session.scalar(sa.select(Leaving)) is None


def test_the_last_owner_is_told_to_name_another_first_also_a_day_later(cast, browser_as, clock):
    ada = browser_as(cast.ada)
    ada.get(LEAVE)
    ada.submit("erase", {"words": "keep", "password": PASSWORD}, status=422)
    assert "last owner" in ada.text
    accounts.set_role(cast.eli.id, "owner")
    ada.submit("erase", {"words": "keep", "password": PASSWORD})
    accounts.set_role(cast.eli.id, "editor")
    clock.shift(timedelta(days=2))
    accounts.erase_due()
    assert get(Account, cast.ada.id).active, "who became the last owner meanwhile stays"
    accounts.set_role(cast.eli.id, "owner")
    accounts.erase_due()
    assert not get(Account, cast.ada.id).active


def test_words_that_stay_stand_under_no_name_and_what_nobody_read_goes(cast, post, stranger):
    public, answer = say(post, cast.fay, "Front row for ever").id, None
    answer = say(post, cast.milo, "Bring a coat", parent_id=public).id
    never_read = say(post, cast.fay, "https://a.example https://b.example https://c.example").id
    assert get(Comment, never_read).status == "pending"
    accounts.erase(cast.fay.id, keep_words=True)
    stranger.get("/news/tour")
    assert "Front row for ever" in stranger.text and "[deleted]" in stranger.text and "Fay" not in stranger.text
    assert (get(Comment, never_read).body, get(Comment, never_read).status) == ("", "withdrawn")
    assert get(Comment, answer).visible


def test_texts_that_go_leave_an_empty_place_above_the_answers(cast, post, stranger, browser_as):
    root = say(post, cast.fay, "Front row for ever").id
    say(post, cast.milo, "Bring a coat", parent_id=root)
    say(post, cast.fay, "I shall", parent_id=root)
    alone = say(post, cast.fay, "Nobody answers this").id
    comments.edit(alone, by=cast.fay, body="Nobody ever answers this")
    accounts.erase(cast.fay.id, keep_words=False)
    stranger.get("/news/tour")
    assert "Bring a coat" in stranger.text and "Taken back by its author" in stranger.text
    assert not [words for words in ("Front row", "I shall", "answers this") if words in stranger.text]
    assert (get(Entry, post.id).comments_count, get(Comment, root).replies_count) == (1, 1)
    assert [comment.body for comment in db.session.scalars(sa.select(Comment).where(Comment.author_id == cast.fay.id))] == [
        ""
    ] * 3


def test_what_the_team_wrote_is_the_bands(cast, post, stranger):
    accounts.erase(cast.eli.id)
    stranger.get("/news/tour")
    assert "The Paper Marmots" in stranger.text and "eli" not in stranger.text.lower().split()
    assert get(Entry, post.id).author_id is None


def test_erasing_twice_or_what_a_backup_brought_back_does_no_harm(cast, post, app):
    say(post, cast.fay, "Front row for ever")
    accounts.erase(cast.fay.id, keep_words=False)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Event).where(Event.name == "account.erased"))
    accounts.erase(cast.fay.id, keep_words=False)
    after = db.session.scalar(sa.select(sa.func.count()).select_from(Event).where(Event.name == "account.erased"))
    assert before == after == 1
    event = db.session.scalar(sa.select(Event).where(Event.name == "account.erased"))
    assert (event.subject, event.data["keep_words"]) == (f"account:{cast.fay.id}", False)


# ---- nothing is left ----------------------------------------------------------------------------------------------------------

# A name and an address that stand nowhere else.
NAME, EMAIL, WAS = "Quillebaeuf", "quillebaeuf@zephyrine.example", "zwetschge@zephyrine.example"


def traces(app: Any, *needles: str) -> list[str]:
    """Where any of these still stands: in the tables and their file, the mails that were written, the index, whatever else the site keeps."""
    folder = app.extensions["fansite"].settings.instance_path
    db.session.remove()
    with sqlite3.connect(folder / "fansite.db") as copy:
        dump = "\n".join(copy.iterdump()).lower()
    copy.close()
    found = [f"{needle} in the tables" for needle in needles if needle.lower() in dump]
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "scene":
            text = f"{path.name}\n".encode() + path.read_bytes()
            found += [f"{needle} in {path.name}" for needle in needles if needle.lower().encode() in text.lower()]
    return found


def test_after_an_erasure_no_byte_of_name_or_address_is_left(app, cast, post, browser_as, stranger, worker, clock):
    mend_index()
    person = accounts.create(email=WAS, username=NAME, password="nine goats on a tram")
    accounts.ask_reset(WAS)
    accounts.change_email(person.id, password="nine goats on a tram", email=EMAIL)
    worker()
    with transaction():
        get(Account, person.id).email = get(Account, person.id).email_key = EMAIL
        get(Account, person.id).approved_comments = 3
    accounts.change_username(person.id, f"{NAME}2")
    signed_in = browser_as(person)
    said = say(post, get(Account, person.id), f"{NAME} was here, write to {EMAIL}")
    comments.edit(said.id, by=get(Account, person.id), body=f"{NAME} was here")
    moderation.report(
        "comment", say(post, cast.milo, "A coat").id, category="abuse", note=f"{NAME} saw it", by=person, address="1"
    )
    for by in (person, None):
        contact.send(
            name=NAME,
            email=EMAIL,
            subject=f"From {NAME}",
            body=f"I am {NAME}, number {by is None}",
            language="en",
            address="1",
            by=by,
        )
    stranger.get("/join")
    accounts.ask_for_data(person.id)
    accounts.ask_to_leave(person.id, password="nine goats on a tram", keep_words=False)
    worker()
    signed_in.get("/account/")
    assert {word.partition(" ")[0] for word in traces(app, NAME, EMAIL, WAS)} == {NAME, EMAIL, WAS}, "it stood everywhere before"
    clock.shift(timedelta(days=1, minutes=1))
    accounts.erase_due()
    worker()
    run_routines()
    assert traces(app, NAME, EMAIL, WAS) == []
    for model in (SignIn, Leaving, Parcel):
        assert db.session.scalar(sa.select(model).where(model.account_id == person.id)) is None
    assert db.session.scalar(sa.select(Letter)) is None
    assert db.session.scalars(sa.select(Report.reporter_id)).all() == [None]
    assert db.session.scalar(sa.select(Mail).where(Mail.account_id == person.id)) is None


def test_of_who_is_erased_while_the_worker_packs_their_data_no_parcel_stays(app, cast, post, clock, monkeypatch, worker):
    accounts.ask_for_data(cast.fay.id)
    first, *others = app.extensions["fansite"].personal

    def export(account_id):
        chapters = first.export(account_id)
        accounts.erase(account_id)
        return chapters

    monkeypatch.setattr(app.extensions["fansite"], "personal", [replace(first, export=export), *others])
    worker()
    assert list((app.extensions["fansite"].settings.instance_path / "parcels").iterdir()) == []


# ---- what is known of somebody -------------------------------------------------------------------------------------------------


def archive(response: Any) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(response.get_data()))


def test_all_of_ones_data_is_made_by_the_worker_and_handed_over_once_a_day(cast, post, browser_as, worker, clock, letters):
    mine = say(post, cast.fay, "Front row for ever").id
    comments.edit(mine, by=cast.fay, body="Front row, second seat")
    refused = say(post, cast.fay, "Buy my hat").id
    moderation.decide(moderation.take_up("comment", refused, by=cast.milo), "remove", by=cast.milo, reason="No hats here")
    coat = say(post, cast.milo, "A coat of my own").id
    moderation.report("comment", coat, category="abuse", note="The coat is mine", by=cast.fay, address="1")
    moderation.report("comment", mine, category="spam", note="Nora cannot stand it", by=cast.nora, address="1")
    contact.send(
        name="Fay", email="fay@example.org", subject="A kitchen", body="Play in mine", language="en", address="1", by=cast.fay
    )
    fay = browser_as(cast.fay)
    fay.get("/account/data")
    fay.submit("data", follow=True)
    assert "being made" in fay.text
    (mail,) = [mail for mail in letters("fay@example.org") if mail["Subject"] == "Your data is ready"]
    assert "/account/data" in mail.get_body(("plain",)).get_content()
    fay.get("/account/data")
    link = fay.page.xpath("//a[contains(@href, '.zip')]/@href")[0]
    got = fay.get(link)
    assert got.headers["Cache-Control"] == "private, no-store" and "attachment" in got.headers["Content-Disposition"]
    with archive(got) as whole:
        assert sorted(whole.namelist()) == ["data.json", "index.fr.html", "index.html"]
        facts, page, french = (
            json.loads(whole.read("data.json")),
            whole.read("index.html").decode(),
            whole.read("index.fr.html").decode(),
        )
    assert facts["account"][0]["email"] == "fay@example.org" and facts["sessions"]
    by_text = {row["text"]: row for row in facts["comments"]}
    assert by_text["Front row, second seat"]["earlier"] == ["Front row for ever"]
    assert (by_text["Buy my hat"]["state"], by_text["Buy my hat"]["reason"]) == ("removed", "No hats here")
    assert facts["reports"][0]["note"] == "The coat is mine" and facts["letters"][0]["text"] == "Play in mine"
    assert any(row["subject"].startswith("Your letter is here") for row in facts["mails"])
    for words in ("Front row, second seat", "No hats here", "The coat is mine"):
        assert words in page and words in french
    assert 'lang="fr"' in french and "Vos commentaires" in french
    # What others said in confidence, and who decided, is theirs.
    everything = json.dumps(facts) + page + french
    assert not [word for word in ("Nora", "nora", "cannot stand", "milo", "A coat of my own") if word in everything]
    fay.get("/account/data")
    fay.submit("data", status=429)
    assert int(fay.response.headers["Retry-After"]) > 80_000
    clock.shift(timedelta(days=1, seconds=1))
    fay.submit("data")


def test_nobody_else_fetches_it_and_after_a_week_it_is_gone(app, cast, browser_as, stranger, worker, clock):
    accounts.ask_for_data(cast.fay.id)
    worker()
    number = db.session.scalar(sa.select(Parcel.id))
    stranger.get(f"/account/data/{number}.zip", status=302)
    browser_as(cast.nora).get(f"/account/data/{number}.zip", status=404)
    browser_as(cast.ada).get(f"/account/data/{number}.zip", status=404)
    folder = app.extensions["fansite"].settings.instance_path / "parcels"
    assert len(list(folder.iterdir())) == 1 and not folder.stat().st_mode & 0o077
    clock.shift(timedelta(days=7, seconds=1))
    browser_as(cast.fay).get(f"/account/data/{number}.zip", status=404)
    accounts.sweep()
    assert list(folder.iterdir()) == [] and db.session.scalar(sa.select(Parcel)) is None


def test_a_worker_that_was_killed_makes_it_again_and_writes_once(app, cast, worker, letters, monkeypatch):
    from fansite.accounts.operations import parcels

    accounts.ask_for_data(cast.fay.id)
    with monkeypatch.context() as broken:
        broken.setattr(parcels.letters, "data_ready", lambda _account: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            parcels.make_parcel(db.session.scalar(sa.select(Parcel.id)))
    worker()
    assert [mail["Subject"] for mail in letters("fay@example.org")] == ["Your data is ready"]


def test_the_operator_erases_by_command_and_the_words_stay(cast, post):
    said = say(post, cast.fay, "Front row for ever").id
    accounts.erase(cast.fay.id)
    assert get(Comment, said).body == "Front row for ever"
    with pytest.raises(Refused):
        accounts.erase(cast.ada.id)
    assert re.fullmatch(r"deleted-\d+", get(Account, cast.fay.id).username_key)
