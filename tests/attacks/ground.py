"""A small site with something of everything, and every form of it with what it takes: the ground all attacks stand on."""

from __future__ import annotations

import re
import shutil
from copy import copy
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from lxml import html
from PIL import Image

from fansite.accounts import letters
from fansite.accounts import operations as accounts
from fansite.accounts.models import LEAVE_AFTER, Account, Leaving, MailedKey, SignIn, SignUp
from fansite.accounts.sessions import COOKIE, hash_of
from fansite.appearance import operations as looks
from fansite.contact import operations as contact
from fansite.core.db import db, transaction
from fansite.core.mail import Mail
from fansite.core.outbox.models import Delivery
from fansite.fans import operations as fans
from fansite.fans.operations import Wanted
from fansite.lib.times import now
from fansite.media import faces
from fansite.media import operations as media
from fansite.moderation import operations as moderation
from fansite.moderation.cleanups import operations as cleanups
from fansite.moderation.cleanups.queries import Choice
from fansite.moderation.models import Review
from fansite.news import operations as news
from fansite.notifications import stopping
from fansite.notifications.models import Device, Line
from fansite.river.models import Activity
from fansite.staff import operations as staff
from fansite.tags.models import Tag
from fansite.tour import operations as tour
from fansite.tour.going import operations as going
from fansite.tour.going import places
from fansite.tour.models import Change
from fansite.tour.photos import operations as photos
from fansite.tour.setlists import operations as setlists
from fansite.tour.setlists.models import Song
from tests.cast import PASSWORD, make_cast, password_hash, the_cast
from tests.client import ORIGIN
from tests.conftest import NOON
from tests.talk.cast import discussion
from tests.texts import news_post, say
from tests.tour.cast import gig, house

FROM_HERE = {"Origin": ORIGIN, "Accept": "text/html"}
NEW_PASSWORD = "nine goats on a tram"


@dataclass(frozen=True)
class Act:
    """A form: who may send it, where to, and what it takes."""

    who: str | None
    path: str
    data: dict[str, str]
    # The field of a picture that is sent along.
    file: str = ""

    def fields(self, **more: str) -> dict[str, Any]:
        """What a browser sends, and whatever else."""
        return {**self.data, **more, **self.data, **({self.file: (BytesIO(PICTURE), "us.png")} if self.file else {})}


def _picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), (200, 40, 40)).save(file, "PNG")
    return file.getvalue()


PICTURE = _picture()
_WORDS = {
    "title": "The rain", "body": "It *rained*.", "summary": "Rain.", "slug": "rain", "language": "en", "translation_of": "",
    "comments_open": "y", "version": "1", "at": "2026-12-01T12:00", "when": "", "reason": "Why not",
    "cover": "", "cover_alt": "", "cover_motif": "rain", "cover_seed": "7", "sitting": "one",
}  # fmt: skip
_RULES = {f"{name}_{language}": "Whistle." for name in ("short", "body", "changed") for language in ("en", "fr")}
_SHOWN = {"alt": "Two on a stage", "decorative": "", "credit": "Maud Vial", "focus": "top"}
_LOOKS = {
    "name": "The Marmots", "links": "https://music.example/marmots", "theme": "soot", "inks_of": "soot", "own_inks": "", "logo": "text",
    "logo_picture": "", "hero": "scene", "hero_picture": "", "hour": "night", "line_en": "Two voices", "line_fr": "Deux voix", "warm_en": "Whistle", "warm_fr": "Siffle",
    "ink_sun": "", "place_new": "1", "take": "",
}  # fmt: skip
_HOUSE = {
    "name": "The Barn", "address": "Mill Lane 3", "city": "Bristol", "country": "GB", "zone": "Europe/London", "latitude": "51.45", "longitude": "-2.58",
    "website": "https://barn.example",
}  # fmt: skip
_GIG = {
    **_HOUSE, "venue": "", "day": "2027-01-09", "doors": "19:00", "starts": "20:00", "ends": "23:00", "tour": "Winter", "support": "Anke", "tickets": "on_sale",
    "ticket_url": "https://tickets.example", "on_sale_at": "2026-12-01T10:00", "price": "17.00", "currency": "EUR", "age": "All", "press_contact": "Maud",
    "body": "It *rained*.", "body_fr": "Il a *plu*.", "support_fr": "Anke", "age_fr": "Tous", "cover": "", "cover_alt": "", "comments_open": "y", "version": "2",
}  # fmt: skip
_NEWS = {**_WORDS, "tags": "rain, snow"}
FORMS = {
    "sign in": Act(None, "/login", {"email": "fay", "password": PASSWORD, "next": "/news/", "draft": ""}),
    "join": Act(
        None, "/join", {"email": "lea@example.org", "username": "lea", "password": NEW_PASSWORD, "next": "", "draft": ""}
    ),
    "confirm": Act(None, "/confirm/confirm-key", {"username": "gus"}),
    "ask for a new password": Act(None, "/reset", {"email": "fay@example.org", "draft": ""}),
    "a new password": Act(None, "/reset/reset-key", {"password": NEW_PASSWORD, "draft": ""}),
    "a new address": Act(None, "/account/email/email-key", {}),
    "report": Act(None, "/comments/{fays}/report", {"category": "spam", "note": "sold me a hat"}),
    "a stranger's comment": Act(None, "/comments/on/{post}", {"body": "A word of mine", "parent": "", "nonce": "n"}),
    "comment": Act("fay", "/comments/on/{post}", {"body": "A word of mine", "parent": "", "nonce": "n"}),
    "correct": Act("fay", "/comments/{fays}/edit", {"body": "Other words"}),
    "take back": Act("fay", "/comments/{fays}/withdrawal", {}),
    "react": Act("milo", "/comments/{fays}/reaction", {"given": "yes"}),
    "react to a post": Act("fay", "/entries/{post}/reaction", {"given": "yes"}),
    "password": Act("fay", "/account/password", {"password": PASSWORD, "new_password": NEW_PASSWORD}),
    "e-mail": Act("fay", "/account/email", {"email": "other@example.org", "password": PASSWORD}),
    "username": Act("fay", "/account/username", {"username": "marmot"}),
    "language": Act("fay", "/account/language", {"language": "fr"}),
    "end a session": Act("fay", "/account/sessions/{session}", {}),
    "end all sessions": Act("fay", "/account/sessions", {}),
    "log out": Act("fay", "/logout", {"device": "none"}),
    "leave": Act("fay", "/account/leave", {"password": PASSWORD}),
    "decide": Act("milo", "/moderation/reviews/{review}/decision", {"decision": "approve", "reason": "fine", "version": "1"}),
    "take up": Act("milo", "/moderation/comment/{fays}", {"decision": "remove", "reason": "no", "version": "1"}),
    "standing": Act("milo", "/moderation/people/fay/standing", {"to": "taken", "reason": "sold a hat"}),
    "close an account": Act("milo", "/moderation/people/nora/closing", {"to": "closed", "reason": "sold two"}),
    "clean up": Act("milo", "/moderation/cleanups/new", {"scope": "all", "queue": "pending", "kind": "", "newcomers": "1", "likeness": "", "upto": "99", "reason": "hats", "everything": "y", "nonce": "n"}),
    "take a clean-up back": Act("milo", "/moderation/cleanups/{cleanup}/undoing", {}),
    "watched words": Act("milo", "/moderation/words", {"kind": "banned", "words": "casino"}),
    "write": Act("eli", "/staff/news/new", _NEWS),
    "write a page": Act("eli", "/staff/page/new", {**_WORDS, "menu_order": "2"}),
    "save": Act("eli", "/staff/news/{draft}", _NEWS),
    "preview": Act("eli", "/staff/news/{draft}/preview", _NEWS),
    "publish": Act("eli", "/staff/news/{draft}/publication", {**_NEWS, "when": "later"}),
    "back to the drafts": Act("eli", "/staff/news/{draft}/draft", _NEWS),
    "withdraw": Act("eli", "/staff/news/{post}/withdrawal", _NEWS),
    "rename a tag": Act("eli", "/staff/tags/{tag}", {"name": "Snow"}),
    "send again": Act("ada", "/staff/mail/{mail}/delivery", {}),
    "stay": Act("fay", "/account/leave/withdrawal", {}),
    "stay by mail": Act(None, "/account/staying/stay-key", {}),
    "ask for data": Act("fay", "/account/data", {}),
    "a face": Act("fay", "/account/picture", {}, "file"),
    "take off a face": Act("milo", "/account/picture/removal", {}),
    "a letter": Act(None, "/contact", {"name": "Gus", "email": "gus@example.org", "subject": "Our kitchen", "body": "It has room.", "website": ""}),
    "mark a letter": Act("eli", "/staff/letters/{letter}/state", {"state": "answered"}),
    "rules": Act("eli", "/staff/rules", {"after": "0", **_RULES}),
    "a picture": Act("eli", "/staff/pictures", _SHOWN, "file"),
    "describe a picture": Act("eli", "/staff/pictures/{picture}", _SHOWN),
    "remove a picture": Act("eli", "/staff/pictures/{picture}/removal", {"undo": ""}),
    "keep a copy": Act("eli", "/staff/news/{draft}/copy", {**_NEWS, "tab": "a", "turn": "0"}),
    "drop a copy": Act("eli", "/staff/news/{draft}/copy/removal", {"sitting": "kept", "undo": ""}),
    "sit down": Act("eli", "/staff/news/{draft}/presence", {}),
    "compare": Act("eli", "/staff/news/{draft}/comparison", _NEWS),
    "needs no translation": Act("eli", "/staff/translations/{draft}/waiver", {"language": "fr", "undo": ""}),
    "render": Act("eli", "/staff/writing/rendering", {"body": "It *rained*."}),
    "paste": Act("eli", "/staff/writing/markdown", {"html": "<p>It <b>rained</b>.</p>"}),
    "write a gig": Act("eli", "/staff/tour/new", _GIG),
    "save a gig": Act("eli", "/staff/tour/{gig}", _GIG),
    "publish a gig": Act("eli", "/staff/tour/{planned}/publication", {}),
    "take a gig down": Act("eli", "/staff/tour/{gig}/withdrawal", {}),
    "change plans": Act("eli", "/staff/tour/{gig}/change", {"to": "rescheduled", "day": "2027-03-01", "doors": "", "starts": "21:00", "ends": "", "venue": "", "reason": "Flu", "reason_fr": "La grippe"}),
    "undo plans": Act("eli", "/staff/tour/changes/{change}/undo", {}),
    "correct a house": Act("eli", "/staff/tour/houses/{house}", _HOUSE),
    "merge houses": Act("eli", "/staff/tour/houses/{house}/merge", {"into": "2"}),
    "go to a gig": Act("fay", "/tour/{gig_slug}/going", {"word": "going"}),
    "take a word back": Act("fay", "/account/evenings/{gone_to}/removal", {}),
    "a calendar of one's own": Act("fay", "/account/evenings/calendar", {}),
    "choose a place": Act("fay", "/account/place", {"place": "Lyon", "km": "100"}),
    "forget a place": Act("milo", "/account/place/removal", {}),
    "say who one is": Act("fay", "/account/profile", {"bio": "I *whistle*.", "songs": "Hay", "city": "Lyon", "bio_to": "everyone", "songs_to": "everyone", "city_to": "everyone", "evenings_to": "everyone", "badges_to": "everyone"}),
    "report a profile": Act(None, "/fans/milo/report", {"category": "spam", "note": "sold me a hat"}),
    "follow": Act("fay", "/account/people/{nora}/follow", {"undo": "", "back": "list"}),
    "mute": Act("fay", "/account/people/{nora}/mute", {"undo": "", "back": ""}),
    "block": Act("fay", "/account/people/{nora}/block", {"undo": "", "back": ""}),
    "a setlist": Act("eli", "/staff/tour/{gig}/setlist", {"text": "Hay (trad. cover), with Anke // twice", "version": "2", "act": "save"}),
    "the press": Act("eli", "/staff/tour/{gig}/press", {"url": "https://kettle.example/two", "title": "Two coats", "outlet": "The Kettle", "day": "2026-11-22", "language": "fr"}),
    "take away the press": Act("eli", "/staff/tour/{gig}/press/{press}/removal", {}),
    "rename a song": Act("eli", "/staff/tour/songs/{song}", {"title": "Straw", "artist": "Nobody"}),
    "merge songs": Act("eli", "/staff/tour/songs/{song}/merge", {"into": "2"}),
    "notices": Act("fay", "/account/notifications", {"mail-gig_changed": "daily", "site-gig_tickets": "y", "zone": "Europe/Paris", "quiet_from": "21", "quiet_until": "7"}),
    "read all notices": Act("fay", "/account/notices/reading", {"newest": "9"}),
    "read a notice": Act("fay", "/account/notices/{told}/reading", {}),
    "add a device": Act("fay", "/account/notifications/devices", {"endpoint": "https://push.example/new", "p256dh": "B" + "A" * 86, "auth": "A" * 22}),
    "forget a device": Act("fay", "/account/notifications/devices/{device}/removal", {}),
    "stop notices": Act(None, "/unsubscribe/{stop}", {"what": "these", "kinds": "gig.changed"}),
    "show a photo": Act("fay", "/tour/{played}/photos/new", {"caption": "Us, wet", "rules": ""}, "file"),
    "take a photo back": Act("fay", "/tour/{played}/photos/{photo}/withdrawal", {}),
    "report a photo": Act(None, "/tour/{played}/photos/{photo}/report", {"category": "private", "note": "my sister"}),
    "take a line away": Act("fay", "/fans/river/{line}/removal", {}),
    "bring a line back": Act("fay", "/fans/river/{gone_line}/return", {}),
    "start a discussion": Act("fay", "/talk/new", {"title": "A van", "body": "Six *seats*", "tags": "lifts", "question": "When?", "options": "Noon\nNight", "ends_on": "2026-12-24", "nonce": "n", "rules": ""}),
    "a stranger's discussion": Act(None, "/talk/new", {"title": "A van", "body": "Six *seats*", "tags": "lifts", "question": "", "options": "", "ends_on": "", "nonce": ""}),
    "change a discussion": Act("fay", "/talk/a-car/edit", {"title": "A van", "body": "Six *seats*"}),
    "take a discussion back": Act("fay", "/talk/a-car/withdrawal", {}),
    "report a discussion": Act(None, "/talk/a-car/report", {"category": "spam", "note": "sold me a hat"}),
    "vote": Act("milo", "/talk/a-car/vote", {"option": "1"}),
    "what answered it": Act("fay", "/talk/replies/{answer}/solution", {"solved": "y"}),
    "pin": Act("milo", "/talk/a-car/pin", {"pinned": "y"}),
    "close a discussion": Act("milo", "/talk/a-car/closing", {"closed": "y"}),
    "move tags": Act("milo", "/talk/a-car/tags", {"tags": "lifts, snow"}),
    "looks": Act("ada", "/staff/appearance", _LOOKS),
    "publish looks": Act("ada", "/staff/appearance/publication", {}),
    "drop looks": Act("ada", "/staff/appearance/draft/removal", {}),
    "earlier looks": Act("ada", "/staff/appearance/versions/{look}", {}),
    "try again": Act("ada", "/staff/health/deliveries", {"listener": "core.mail"}),
}  # fmt: skip
# What these do is no more than an answer.
TELLING = ("preview", "compare", "render", "paste")
# Where a stranger and an owner read what people wrote.
PUBLIC = (
    "/",
    "/fr/",
    "/news/",
    "/news/lisbon",
    "/fans/",
    "/fans/river",
    "/fans/fay",
    "/fans/nora",
    "/fans/cities",
    "/fans/milo",
    "/feed.xml",
    "/feed.json",
    "/comments/feed.atom",
    "/news/lisbon/feed.xml",
    "/sitemap.xml",
    "/search?q=rain",
    "/contact",
    "/tour/",
    "/tour/songs/",
    "/tour.ics",
    "/tour/near.ics?place=Lyon",
    "/fans/fay/gigs",
    "/talk/",
    "/talk/unanswered",
    "/talk/a-car",
    "/talk/feed.xml",
    "/tour/2026-11-20-london-the-lantern-room",
    "/tour/2026-11-20-london-the-lantern-room/photos",
    "/.well-known/security.txt",
)
DESKS = (
    "/moderation/", "/moderation/reported", "/moderation/recent", "/moderation/log", "/moderation/words", "/moderation/cleanups/", "/moderation/people/nora", "/staff/", "/staff/news/", "/staff/news/new", "/staff/tags",
    "/account/evenings", "/account/photos", "/account/place", "/account/profile", "/account/people", "/fans/fay/followers",
    "/staff/mail", "/staff/pictures", "/staff/letters", "/staff/rules", "/staff/appearance", "/staff/health", "/staff/translations", "/staff/tour/", "/staff/tour/houses", "/staff/tour/songs", "/account/picture",
    "/account/notifications", "/account/notices", "/staff/notices",
    "/fans/river/followed", "/account/talk",
)  # fmt: skip


class Ground:
    """`send` is one request of a form, by who may send it, with a session and a token that are right."""

    def __init__(self, app: Any, cast: Any) -> None:
        self.app, self.cast = app, cast
        post = news_post(cast.eli)
        draft = news.draft(by=cast.eli, title="The rain", body="It rained.", tags=["rain"])
        fays, waiting = say(post, cast.fay), say(post, cast.nora, "My very first words here")
        with transaction() as session:
            letters.password_changed(session.get(Account, cast.fay.id))
            session.add(_sign_up())
            session.add_all(_keys(cast.fay.id))
            session.execute(sa.update(Delivery).values(tries=3, error="The post office is closed"))
            session.add(
                Leaving(account_id=cast.fay.id, token_hash=hash_of("stay-key"), keep_words=True, due_at=now() + LEAVE_AFTER)
            )
        accounts.open_session(cast.fay.id)
        evening = gig(cast.eli)
        planned = gig(cast.eli, "lyon", published=False)
        tour.sell(evening.id, "on_sale", by=cast.eli)
        gone_to = gig(cast.eli, "london")
        going.say(gone_to.id, "going", by=cast.fay)
        places.choose("Lyon", 50, by=cast.milo)
        played = gig(cast.eli, "london", day=date(2026, 11, 20))
        setlists.write_down(played.id, "Whistle Twice\nPuy", by=cast.eli, version=played.version)
        link = setlists.add_press(evening.id, {"url": "https://kettle.example/one", "title": "One coat"}, by=cast.eli)
        photo = photos.send(played.id, PICTURE + b"of an evening", caption="Us", by=cast.fay)
        car = discussion(cast.fay, "A car", "Four seats", tags="lifts", options="Yes\nNo")
        answer = say(car, cast.milo, "I come along")
        letter = contact.send(
            name="Ida", email="ida@example.org", subject="A barn", body="Play here.", language="en", address="192.0.2.7"
        )
        picture = media.keep_picture(PICTURE + b"another", by=cast.eli)
        faces.send(PICTURE, by=cast.milo)
        fans.save(Wanted(bio="I keep *order*.", city="Lyon", city_to="everyone"), by=cast.milo)
        staff.keep(by=cast.eli, kind="news", entry_id=draft.id, sitting="kept", tab="a", turn=0, base_version=1, fields=_NEWS)
        looks.save_draft(looks.as_it_is(), by=cast.ada)
        look = looks.publish(by=cast.ada)
        looks.save_draft(looks.as_it_is().with_(theme="soot"), by=cast.ada)
        line = Activity(
            account_id=cast.fay.id, verb="goes", subject_kind="gig", subject_id=gone_to.id, entry_id=gone_to.id, at=now()
        )
        gone_line = Activity(
            account_id=cast.fay.id, verb="said", subject_kind="comment", subject_id=fays.id, at=now(), hidden_at=now()
        )
        review = db.session.query(Review.id).scalar()
        junk = moderation.take_up("comment", say(post, cast.fay, "Hats").id, by=cast.milo)
        cleanup = cleanups.ask(Choice("ticked", (junk,)), by=cast.milo)
        cleanups.begin(cleanup.id)
        with transaction() as session:
            told = Line(account_id=cast.fay.id, family="gig.announced", subject=f"gig:{evening.id}", newest=1, at=now())
            device = Device(account_id=cast.fay.id, endpoint="https://push.example/fay", p256dh="B", auth="A")
            session.add_all([line, gone_line, told, device])
        self.ids = {
            "line": line.id, "gone_line": gone_line.id,
            "cleanup": cleanup.id,
            "told": told.id, "device": device.id,
            "post": post.id, "draft": draft.id, "fays": fays.id, "waiting": waiting.id, "mail": db.session.query(Mail.id).order_by(Mail.id).first()[0],
            "review": review, "tag": db.session.query(Tag.id).first()[0],
            "session": db.session.query(SignIn.id).scalar(), "letter": letter.id, "picture": picture.id, "look": look.id,
            "gig_slug": evening.slug, "gone_to": gone_to.id,
            "gig": evening.id, "planned": planned.id, "house": house(cast.eli).id, "press": link.id, "song": db.session.query(Song.id).order_by(Song.id).first()[0], "change": db.session.query(Change.id).scalar(),
            "stop": stopping.token_for(cast.fay.id, ["gig.changed"]),
            "played": played.slug, "photo": photo.id, "nora": cast.nora.id,
            "answer": answer.id,
        }  # fmt: skip
        self.account_ids = {name: account.id for name, account in vars(cast).items()}

    def path(self, act: Act) -> str:
        return act.path.format(**self.ids)

    def send(self, act: Act, data: Any = None, *, headers: Any = (), token: bool = True, **how: Any) -> Any:
        client, csrf = self.browser(act.who)
        if data is None:
            data = act.fields(**({"csrf_token": csrf} if token and csrf else {}))
        return client.post(self.path(act), data=data, headers={**FROM_HERE, **dict(headers)}, **how)

    def browser(self, who: str | None) -> tuple[Any, str]:
        """A browser of this person, and the token its forms carry."""
        client = self.app.test_client()
        if who is None:
            return client, ""
        client.set_cookie(COOKIE, accounts.open_session(self.account_ids[who]))
        page = html.fromstring(client.get("/account/language").get_data())
        return client, str(page.xpath('string(//input[@name="csrf_token"]/@value)'))

    def pages(self) -> dict[str, int]:
        """What the pages answer that show what people wrote."""
        stranger, (ada, _csrf) = self.app.test_client(), self.browser("ada")
        answers = {path: stranger.get(path).status_code for path in PUBLIC}
        return answers | {path: ada.get(path).status_code for path in DESKS}


def begun_anew(app: Any, database: Any) -> Ground:
    """The same people and texts with the same numbers, on SQLite: made once for each clock, and laid aside as a file."""
    let_go(app)
    name = "ground at noon" if now() == NOON else "ground"
    if database.kept(name):
        database.back_to(name)
        _pictures(database.folder.with_name(name), database.folder)
        again = copy(_MADE[name])
        again.cast = the_cast()
        return again
    database.fresh()
    made = _MADE[name] = Ground(app, make_cast())
    let_go(app)
    database.keep(name)
    _pictures(database.folder, database.folder.with_name(name))
    made.cast = the_cast()
    return made


def let_go(app: Any) -> None:
    """Of the database, and of whatever is remembered of it."""
    db.session.remove()
    db.engine.dispose()
    app.extensions["fansite"].kept.clear()
    app.extensions["fansite"].pages.store.clear()


def _pictures(source: Path, target: Path) -> None:
    shutil.copytree(source / "media", target / "media", dirs_exist_ok=True)


# Who knows the numbers.
_MADE: dict[str, Ground] = {}


def _sign_up() -> SignUp:
    return SignUp(
        token_hash=hash_of("confirm-key"), username="gus", email="gus@example.org", email_key="gus@example.org",
        password_hash=password_hash(), language="en",
    )  # fmt: skip


def _keys(account_id: int) -> list[MailedKey]:
    return [
        MailedKey(account_id=account_id, token_hash=hash_of("reset-key"), purpose="reset"),
        MailedKey(account_id=account_id, token_hash=hash_of("email-key"), purpose="email", new_email="new@example.org"),
    ]


def facts() -> dict[str, list[str]]:
    """What the database holds, without what chance puts there."""
    db.session.rollback()
    found = {}
    for table in db.metadata.sorted_tables:
        columns = [column for column in table.columns if not column.name.endswith(("token_hash", "csrf", "password_hash"))]
        if table.name not in ("tally", "sign_in"):
            found[table.name] = sorted(
                re.sub("[0-9a-f]{40,}", "", str(tuple(row))) for row in db.session.execute(sa.select(*columns))
            )
    return found
