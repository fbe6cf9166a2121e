"""The one blueprint of all these pages, and where a door leads on to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, request

from fansite.accounts import sessions
from fansite.accounts.forms import Doors
from fansite.accounts.models import Account
from fansite.accounts.operations import Entered
from fansite.core.db import get
from fansite.core.errors import TooMany
from fansite.core.feature import Drafts
from fansite.core.web import Page, render_page, safe_next
from fansite.core.web.paths import current_language, in_language

bp = Blueprint("accounts", __name__)


def page(template: str, title: str, *, status: int = 200, described: Page | None = None, **context: Any) -> Response:
    """All pages of this feature are private; in no index but the `described` one."""
    return render_page(f"accounts/{template}.html", described or Page(title=title, noindex=True), status=status, **context)


def home() -> str:
    return in_language("/", current_language())


def agent() -> str:
    return request.headers.get("User-Agent", "")


def leaving() -> int | None:
    """The session this browser has now."""
    row = g.get("sign_in")
    return row.id if row is not None else None


def kept_text(token: str | None) -> Any:
    """What was written before signing in; None when there is nothing, or nothing any more."""
    return _kept(token)[1] if token else None


def onward(account_id: int, form: Doors) -> str:
    """Posts what was written before, if anything was, and says where to go on."""
    token = form.draft.data
    drafts, kept = _kept(token) if token else (None, None)
    if drafts is not None and kept is not None and token:
        return drafts.post(token, get(Account, account_id))
    return safe_next(form.next.data) or home()


def _kept(token: str) -> tuple[Drafts | None, Any]:
    """Which feature kept something under this token, and what."""
    known: list[Drafts] = current_app.extensions["fansite"].drafts
    return next(((drafts, kept) for drafts in known if (kept := drafts.find(token)) is not None), (None, None))


def enter(entered: Entered, form: Doors) -> Any:
    sessions.carry(entered.token)
    return redirect(onward(entered.account_id, form), 303)


def slow_down(response: Response, problem: TooMany) -> Response:
    response.headers["Retry-After"] = str(problem.retry_after)
    return response
