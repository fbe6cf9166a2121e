"""A small site with something of everything, and every form of it with what it takes: the ground all attacks stand on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from lxml import html

from fansite.accounts import letters
from fansite.accounts import operations as accounts
from fansite.accounts.models import Account, MailedKey, SignIn, SignUp
from fansite.accounts.sessions import COOKIE, hash_of
from fansite.core.db import db, transaction
from fansite.core.mail import Mail
from fansite.moderation.models import Review
from fansite.news import operations as news
from fansite.tags.models import Tag
from tests.cast import PASSWORD, password_hash
from tests.client import ORIGIN
from tests.texts import news_post, say

FROM_HERE = {"Origin": ORIGIN, "Accept": "text/html"}
NEW_PASSWORD = "nine goats on a tram"


@dataclass(frozen=True)
class Act:
    """A form: who may send it, where to, and what it takes."""

    who: str | None
    path: str
    data: dict[str, str]


_WORDS = {
    "title": "The rain", "body": "It *rained*.", "summary": "Rain.", "slug": "rain", "language": "en", "translation_of": "",
    "comments_open": "y", "version": "1", "at": "2026-12-01T12:00", "when": "", "reason": "Why not",
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
    "password": Act("fay", "/account/password", {"password": PASSWORD, "new_password": NEW_PASSWORD}),
    "e-mail": Act("fay", "/account/email", {"email": "other@example.org", "password": PASSWORD}),
    "username": Act("fay", "/account/username", {"username": "marmot"}),
    "language": Act("fay", "/account/language", {"language": "fr"}),
    "end a session": Act("fay", "/account/sessions/{session}", {}),
    "end all sessions": Act("fay", "/account/sessions", {}),
    "log out": Act("fay", "/logout", {}),
    "leave": Act("fay", "/account/leave", {"password": PASSWORD}),
    "decide": Act("milo", "/moderation/reviews/{review}/decision", {"decision": "approve", "reason": "fine", "version": "1"}),
    "take up": Act("milo", "/moderation/comment/{fays}", {"decision": "remove", "reason": "no", "version": "1"}),
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
}  # fmt: skip
# Where a stranger and an owner read what people wrote.
PUBLIC = (
    "/",
    "/fr/",
    "/news/",
    "/news/lisbon",
    "/fans/",
    "/fans/fay",
    "/fans/nora",
    "/feed.xml",
    "/sitemap.xml",
    "/search?q=rain",
)
DESKS = ("/moderation/", "/moderation/reported", "/moderation/recent", "/moderation/words", "/staff/", "/staff/news/", "/staff/tags", "/staff/mail")  # fmt: skip


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
        accounts.open_session(cast.fay.id)
        self.ids = {
            "post": post.id, "draft": draft.id, "fays": fays.id, "waiting": waiting.id, "mail": db.session.query(Mail.id).scalar(),
            "review": db.session.query(Review.id).scalar(), "tag": db.session.query(Tag.id).first()[0],
            "session": db.session.query(SignIn.id).scalar(),
        }  # fmt: skip
        self.account_ids = {name: account.id for name, account in vars(cast).items()}

    def path(self, act: Act) -> str:
        return act.path.format(**self.ids)

    def send(self, act: Act, data: Any = None, *, headers: Any = (), token: bool = True, **how: Any) -> Any:
        client, csrf = self.browser(act.who)
        if data is None:
            data = {**act.data, **({"csrf_token": csrf} if token and csrf else {})}
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
                re.sub("[0-9a-f]{64}", "", str(tuple(row))) for row in db.session.execute(sa.select(*columns))
            )
    return found
