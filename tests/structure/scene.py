"""Something of everything there is to ask for on the site, and the people who ask: made once, untouched for each request."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa
import time_machine
from lxml import html
from PIL import Image

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account, FormerName, Leaving, MailedKey, Parcel, SignIn, SignUp
from fansite.accounts.sessions import COOKIE, hash_of
from fansite.appearance import operations as looks
from fansite.appearance.marks import mark_of
from fansite.appearance.showing import digest_of, sheet_of
from fansite.comments import operations as comments
from fansite.contact.models import Letter
from fansite.core.db import db, transaction
from fansite.core.limits import Tally
from fansite.core.mail import Mail
from fansite.core.outbox.models import Delivery
from fansite.fans import operations as fans
from fansite.fans.models import Wording
from fansite.fans.operations import Wanted
from fansite.lib.times import now
from fansite.media import faces
from fansite.media.operations import keep_picture
from fansite.moderation import operations as moderation
from fansite.moderation.cleanups import operations as cleanups
from fansite.moderation.cleanups.queries import Choice
from fansite.moderation.models import Review
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.notifications import stopping
from fansite.notifications.models import Device, Line
from fansite.pages import operations as pages
from fansite.posters import operations as posters
from fansite.posters.models import Poster
from fansite.river.models import Activity
from fansite.rules import operations as rules
from fansite.seo import listeners as cards
from fansite.tags import operations as tags
from fansite.tags.models import Tag
from fansite.tour import operations as tour
from fansite.tour.going import operations as going
from fansite.tour.going.models import Attendance, FanCalendar
from fansite.tour.models import Change
from fansite.tour.photos import operations as photos
from fansite.tour.photos import queries as photo_queries
from fansite.tour.setlists import operations as setlists
from fansite.tour.setlists.models import Song
from tests.cast import make_cast, password_hash
from tests.client import ORIGIN
from tests.conftest import NOON
from tests.media.hostile import photograph
from tests.talk.cast import discussion
from tests.texts import news_post, say
from tests.tour.cast import gig, house

PEOPLE = ("stranger", "ben", "nora", "fay", "milo", "eli", "ada")


@dataclass
class Scene:
    app: Any
    folder: Path
    # What stands in addresses: ids, tokens, file names.
    names: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    # What was written since.
    changed: list[str] = field(default_factory=list)

    def fresh(self) -> None:
        """Whatever was done is undone."""
        if not self.changed:
            return
        _close(self.app)
        for leftover in self.folder.glob("fansite.db*"):
            leftover.unlink()
        shutil.copy(self.folder / "scene", self.folder / "fansite.db")
        self.app.extensions["fansite"].kept.clear()
        self.app.extensions["fansite"].pages.store.clear()
        self.changed.clear()

    def note(self, _connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")) and cursor.rowcount:
            self.changed.append(statement)

    def ask(self, who: str, method: str, address: str, data: Any = None, *, origin: str = ORIGIN) -> Any:
        """The address as it stands in the request line: a test client would mend hostile spellings."""
        raw, _mark, query = address.partition("?")
        client = self.app.test_client()
        if who in self.cookies:
            client.set_cookie(COOKIE, self.cookies[who])
        environ = {"PATH_INFO": unquote(raw, "latin-1"), "QUERY_STRING": query, "REQUEST_URI": address, "RAW_URI": address}
        headers = {} if method in ("GET", "HEAD") else {"Origin": origin}
        return client.open("/", environ_overrides=environ, method=method, data=data, headers=headers, buffered=True)


@contextmanager
def opened(app: Any, empty_database: Path) -> Iterator[Scene]:
    scene = Scene(app, app.extensions["fansite"].settings.instance_path)
    with app.app_context(), time_machine.travel(NOON, tick=False):
        shutil.copy(empty_database, scene.folder / "scene")
        sa.event.listen(sa.Engine, "after_cursor_execute", scene.note)
        scene.changed.append("by the tests before")
        scene.fresh()
        cast = make_cast()
        scene.names = {"version": app.extensions["fansite"].assets.version, **_texts(cast), **_keys(cast)}
        rules.add_defaults()
        (scene.folder / "parcels").mkdir(exist_ok=True)
        (scene.folder / "parcels" / "scene.zip").write_bytes(b"z")
        scene.names |= _said(cast, scene.names["post"]) | _looks(cast) | _talked(cast)
        # Ben was banned, and kept a copy of his cookie.
        scene.cookies = {who: accounts.open_session(getattr(cast, who).id, agent="test") for who in PEOPLE[1:]}
        scene.names["fays_session"] = db.session.scalar(sa.select(SignIn.id).where(SignIn.account_id == cast.fay.id))
        with transaction() as session:
            session.execute(sa.delete(Tally))  # nobody was in a hurry
        _close(app)
        shutil.copy(scene.folder / "fansite.db", scene.folder / "scene")
        scene.changed.clear()
        for who in PEOPLE[2:]:
            page = html.fromstring(scene.ask(who, "GET", "/account/").get_data())
            scene.tokens[who] = page.xpath('string(//input[@name="csrf_token"]/@value)')
        yield scene
        sa.event.remove(sa.Engine, "after_cursor_execute", scene.note)
        _close(app)
        (scene.folder / "scene").unlink()


def _close(app: Any) -> None:
    """Everything written stands in the one file afterwards."""
    db.session.remove()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.engine.dispose()
    app.extensions["fansite"].search.close()


def _texts(cast: Any) -> dict[str, Any]:
    hidden: dict[str, dict[str, Any]] = {
        "draft": {"status": "draft", "published_at": None},
        "planned": {"status": "scheduled", "published_at": now() + timedelta(days=1)},
        "members": {"visibility": "members"},
        "press": {"visibility": "press"},
        "closed": {"comments_open": False},
    }
    lisbon = news_post(cast.eli, slug="lisboa").id
    news.revise(lisbon, by=cast.eli, version=1, slug="lisbon", tags=["Tour"])
    texts = {name: news_post(cast.eli, slug=name, title=f"A {name} text", **columns).id for name, columns in hidden.items()}
    with transaction() as session:
        tags.label(session.get(NewsPost, texts["draft"]), ["Secret"])
    for slug in ("who-we-are", "plans", "gone"):
        page = pages.draft(by=cast.eli, title=slug.title(), slug=slug).id
        if slug != "plans":
            pages.publish(page, by=cast.eli)
        if slug == "who-we-are":
            pages.revise(page, by=cast.eli, version=1, slug="about")
        if slug == "gone":
            pages.withdraw(page, by=cast.eli)
    evening, gig_draft = gig(cast.eli), gig(cast.eli, "lyon", published=False)
    tour.sell(evening.id, "on_sale", by=cast.eli)
    played = gig(cast.eli, "london", day=date(2026, 11, 20))
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    kept = keep_picture(picture.getvalue())
    return {
        **texts,
        "post": lisbon,
        "gig": evening.id,
        "gig_draft": gig_draft.id,
        "gig_slug": evening.slug,
        **_going(cast, evening.id),
        **_profiles(cast),
        "gig_draft_slug": gig_draft.slug,
        "played": played.slug,
        **_shown(cast, played.id),
        "gig_change": db.session.scalar(sa.select(Change.id)),
        "house": house(cast.eli).id,
        **_played(cast, evening),
        "stop": stopping.token_for(cast.fay.id, ["gig.changed"]),
        **_told(cast, evening.id),
        "tag": db.session.scalar(sa.select(Tag.id).where(Tag.slug == "tour")),
        "picture": kept.name,
        "card": _card_of(lisbon),
        "poster": _poster(),
        "picture_id": kept.id,
        "sized": kept.sized(8, "webp"),
        "other_size": kept.sized(9, "webp"),
        "face": faces.send(picture.getvalue(), by=cast.eli).name,
        "waiting_face": faces.send(picture.getvalue(), by=cast.nora).name,
    }


def _going(cast: Any, gig_id: int) -> dict[str, Any]:
    """Two go, one of whom is banned and has the address of his calendar still."""
    going.say(gig_id, "going", by=cast.fay)
    with transaction() as session:
        session.add(Attendance(gig_id=gig_id, account_id=cast.ben.id, word="going"))
        session.add(FanCalendar(account_id=cast.ben.id, secret="b" * 48))
    line = Activity(account_id=cast.fay.id, verb="goes", subject_kind="gig", subject_id=gig_id, entry_id=gig_id, at=now())
    with transaction() as session:
        session.add(line)
    return {
        "fays_line": line.id,
        "fays_calendar": going.make_calendar(by=cast.fay).secret,
        "bens_calendar": "b" * 48,
    }


def _profiles(cast: Any) -> dict[str, Any]:
    """What one says of herself and lets everybody see, and another's first words, which wait."""
    fans.save(Wanted(bio="I keep the *setlists*.", songs=["Hay", "Puy"], city="Lyon", city_to="everyone"), by=cast.fay)
    fans.save(Wanted(bio="New here, with a ukulele."), by=cast.nora)
    ids = {
        who: db.session.scalar(sa.select(Wording.id).where(Wording.account_id == getattr(cast, who).id))
        for who in ("fay", "nora")
    }
    return {"fays_words": ids["fay"], "noras_words": ids["nora"], "noras_id": cast.nora.id, "milos_id": cast.milo.id}


def _played(cast: Any, to_come: Any) -> dict[str, Any]:
    """An evening of last month with its songs, one of which was called otherwise; and what is planned for one to come."""
    played = gig(cast.eli, "london", day=date(2026, 10, 20))
    setlists.write_down(played.id, "Straw\nSalt Road", by=cast.eli, version=played.version)
    song = db.session.scalar(sa.select(Song.id).where(Song.slug == "straw"))
    setlists.revise_song(song, title="Hay", artist="", by=cast.eli)
    setlists.write_down(to_come.id, "Hay\nPuy", by=cast.eli, version=to_come.version)
    link = setlists.add_press(played.id, {"url": "https://kettle.example/one", "title": "One coat"}, by=cast.eli)
    return {"gig_played": played.id, "song": song, "press": link.id}


def _told(cast: Any, gig_id: int) -> dict[str, Any]:
    """A line on fay's list, and a browser of hers that may be told."""
    with transaction() as session:
        line = Line(account_id=cast.fay.id, family="gig.announced", subject=f"gig:{gig_id}", newest=1, at=now())
        device = Device(account_id=cast.fay.id, endpoint="https://push.example/fay", p256dh="B", auth="A", agent="Firefox, Linux")
        session.add_all([line, device])
        session.flush()
        return {"fays_line": line.id, "fays_device": device.id}


def _shown(cast: Any, gig_id: int) -> dict[str, Any]:
    """Photos of an evening: one everybody sees, one that waits, one a moderator took away."""
    sent = {"photo": (cast.fay, 300), "waiting_photo": (cast.nora, 301), "removed_photo": (cast.fay, 302)}
    ids = {name: photos.send(gig_id, photograph((wide, 200)), caption="Us", by=by).id for name, (by, wide) in sent.items()}
    moderation.decide(moderation.take_up("photo", ids["removed_photo"], by=cast.ada), "remove", by=cast.ada)
    files = {f"{name}_file": photo_queries.opened(photo_id).picture.name for name, photo_id in ids.items()}
    return {**ids, **files, "photo_picture": photo_queries.opened(ids["photo"]).picture_id}


def _card_of(entry_id: int) -> str:
    cards.draw_anew([entry_id])
    return str(db.session.get(NewsPost, entry_id).card)


def _poster() -> str:
    posters.keep_posters()
    return f"{db.session.scalar(sa.select(Poster.stem).where(Poster.language == 'en'))}small.png"


def _talked(cast: Any) -> dict[str, Any]:
    """A discussion with a poll and an answer, one that waits, and one a moderator took down."""
    car = discussion(cast.fay, "A car", "Four seats", tags="lifts", options="Yes\nNo")
    discussion(cast.nora, "Waits", "I am new here")
    removed = discussion(cast.fay, "Removed talk", "Something rude")
    moderation.decide(moderation.take_up("talk", removed.id, by=cast.ada), "remove", by=cast.ada)
    return {"talk": car.id, "answer": say(car, cast.ada, "I come along").id}


def _looks(cast: Any) -> dict[str, Any]:
    """One that is shown and was there before, and a draft."""
    looks.save_draft(looks.as_it_is().with_(theme="soot"), by=cast.ada)
    shown = looks.publish(by=cast.ada)
    looks.save_draft(looks.as_it_is(), by=cast.ada)
    return {"look": shown.id, "digest": digest_of(sheet_of(shown.wanted)), "mark": digest_of(mark_of(shown.wanted))}


def _said(cast: Any, post: int) -> dict[str, Any]:
    lisbon = db.session.get(NewsPost, post)
    fays = say(lisbon, cast.fay, "See you in Lisbon").id
    say(lisbon, cast.fay, "An answer", parent_id=fays)
    waiting, rejected = say(lisbon, cast.nora, "I am new here").id, say(lisbon, cast.nora, "Buy my hat").id
    removed = say(lisbon, cast.fay, "Something rude").id
    moderation.decide(_review_of(rejected), "reject", by=cast.milo)
    moderation.decide(moderation.take_up("comment", removed, by=cast.ada), "remove", by=cast.ada)
    junk = say(lisbon, cast.nora, "Hats at https://hats.example").id
    cleanup = cleanups.ask(Choice("ticked", (_review_of(junk),)), by=cast.milo).id
    cleanups.begin(cleanup)
    taken_back = comments.withdraw(say(lisbon, cast.fay, "A slip").id, by=cast.fay).id
    return {
        "fays": fays,
        "waiting": waiting,
        "rejected": rejected,
        "removed": removed,
        "taken_back": taken_back,
        "cleanup": cleanup,
        "review": _review_of(waiting),
        **_said_where_nobody_reads_now(cast),
    }


def _said_where_nobody_reads_now(cast: Any) -> dict[str, Any]:
    withdrawn, for_members = news_post(cast.eli, slug="withdrawn"), news_post(cast.eli, slug="once-public")
    names = {
        "withdrawn": withdrawn.id,
        "on_withdrawn": say(withdrawn, cast.fay, "Before it went").id,
        "on_members": say(for_members, cast.fay, "Before it closed").id,
    }
    news.withdraw(withdrawn.id, by=cast.eli)
    with transaction() as session:
        session.get(NewsPost, for_members.id).visibility = "members"
    return names


def _review_of(comment_id: int) -> int:
    of_it = (Review.subject_kind == "comment", Review.subject_id == comment_id)
    return db.session.scalar(sa.select(Review.id).where(*of_it).order_by(Review.id.desc()).limit(1))


def _asked(session: Any, cast: Any) -> dict[str, Any]:
    """What people asked of the site: to leave it, to be handed what it knows, to be answered."""
    session.add(
        Leaving(account_id=cast.nora.id, token_hash=hash_of("stay-key"), keep_words=True, due_at=now() + timedelta(days=1))
    )
    parcel = Parcel(account_id=cast.fay.id, ready_at=now(), file="scene.zip", bytes=1)
    letter = Letter(name="Gus", email="gus@example.org", email_key="gus@example.org", subject="A", body="B", language="en")
    session.add_all([parcel, letter])
    session.flush()
    return {"parcel": parcel.id, "letter": letter.id}


def _keys(cast: Any) -> dict[str, Any]:
    """Links that were mailed, the mail itself, and names that lead elsewhere."""
    with transaction() as session:
        asked = SignUp(
            token_hash=hash_of("confirm-key"), username="gil", email="gil@example.org", email_key="gil@example.org",
            password_hash=password_hash(), language="en",
        )  # fmt: skip
        reset = MailedKey(account_id=cast.fay.id, token_hash=hash_of("reset-key"), purpose="reset")
        email = MailedKey(
            account_id=cast.fay.id, token_hash=hash_of("email-key"), purpose="email", new_email="fay@elsewhere.example"
        )
        mail = Mail(kind="reset", to="fay@example.org", language="en", subject="A key", text="A key", html="<p>A key</p>")
        mail.failed_at = now()
        session.add_all(
            [asked, reset, email, mail, FormerName(username_key="faye", account_id=cast.fay.id, at=now() - timedelta(days=90))]
        )
        session.flush()
        names = {"mail": mail.id, **_asked(session, cast)}
    erased = accounts.create(email=None, username="whoever", password=None).id
    accounts.erase(erased)
    with transaction() as session:  # what the worker failed of
        session.execute(sa.update(Delivery).where(Delivery.listener == "search.index").values(error="SearchBusy()"))
    return {**names, "erased": db.session.get(Account, erased).username_key}
