"""Sessions are rows. The cookie holds a random token; the table its hash. No row and no cookie before somebody signs in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask, Response, g, request, session
from flask.sessions import SessionInterface, SessionMixin
from flask_login import LoginManager

from fansite.accounts.models import SESSION_LIFE, Account, SignIn
from fansite.core.db import db, transaction
from fansite.core.web import private
from fansite.lib.times import now

COOKIE = "fansite_session"
# How exactly "last seen" is known: a write a day and browser, not one a page.
SEEN_EVERY = timedelta(hours=12)


class RowSession(dict[str, Any], SessionMixin):
    """What `flask.session` is: the token of forms, taken from the row. Nothing else is kept here."""

    accessed = True


class RowSessions(SessionInterface):
    def open_session(self, app: Flask, request: Any) -> RowSession:
        return RowSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """The cookie changes only when somebody signs in or out. Such an answer is for this browser alone, whatever page it holds."""
        token, name = g.get("session_cookie"), app.config["SESSION_COOKIE_NAME"]
        if token is None:
            return
        private(response)
        options: dict[str, Any] = {
            "httponly": True,
            "samesite": "Lax",
            "secure": app.config["SESSION_COOKIE_SECURE"],
            "path": "/",
        }
        if token:
            response.set_cookie(name, token, max_age=int(SESSION_LIFE.total_seconds()), **options)
        else:
            response.delete_cookie(name, **options)


def hash_of(token: str) -> str:
    """Tokens are 256 random bits: a plain hash keeps them from whoever reads the table."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """256 bits as small letters and digits: programs that make links of plain text cut nothing off its end."""
    return secrets.token_hex(32)


def carry(token: str) -> None:
    """This browser is given the session with its answer."""
    g.session_cookie = token


def drop() -> None:
    """This browser's cookie goes, and the rest of the request is a stranger's."""
    g.session_cookie = ""
    g.person = None


class _OfSignIn(NamedTuple):
    id: int
    csrf: str
    created_at: datetime
    seen_at: datetime
    account: Account


class Recognised(_OfSignIn):
    """A signed-in browser as a request meets it: its row, and whose it is."""

    alive: Any = SignIn.alive


def find(token: str) -> Recognised | None:
    found = db.session.execute(_by_token(), {"hash": hash_of(token)}).one_or_none()
    return Recognised._make(found) if found is not None else None


@cache
def _by_token() -> Any:
    """Asked by everyone who is signed in, for each page."""
    row = SignIn.__table__.c
    statement = sa.select(row.id, row.csrf, row.created_at, row.seen_at, Account).join(Account, Account.id == row.account_id)
    return statement.where(row.token_hash == sa.bindparam("hash"))


def open_sessions(app: Flask) -> None:
    settings = app.extensions["fansite"].settings
    app.session_interface = RowSessions()
    # Browsers take a `__Host-` cookie from this very host over https only: nobody next door can plant one.
    cookie = f"__Host-{COOKIE}" if settings.https else COOKIE
    app.config.update(SESSION_COOKIE_NAME=cookie, SESSION_COOKIE_SECURE=settings.https)
    login = LoginManager(app, add_context_processor=False)
    login.session_protection = None  # the row is the protection

    @login.request_loader
    def load(_request: Any) -> Account | None:
        person: Account | None = g.get("person")
        return person

    @app.before_request
    def recognise() -> None:
        for name in ("session_cookie", "sign_in", "csrf_token"):
            g.pop(name, None)  # requests of one test share their context: nobody answers with another's cookie
        token = request.cookies.get(cookie)
        if not token or request.path.startswith("/static/"):
            return
        row = find(token) if len(token) < 200 else None
        at = now()
        if row is None or not row.alive(at) or not row.account.active:
            g.session_cookie = ""  # a dead cookie would keep its bearer out of the page cache for ever
            return
        g.person, g.sign_in = row.account, row

        session["csrf_token"] = row.csrf
        if at - row.seen_at > SEEN_EVERY:
            _seen(row.id)
            row = find(token)
            if row is not None:
                g.person, g.sign_in = row.account, row


def _seen(row_id: int) -> None:
    with transaction() as session:
        session.execute(sa.update(SignIn).where(SignIn.id == row_id).values(seen_at=now()))
