"""Who may open a page at all. A stranger is sent to sign in and comes back; who is signed in and not allowed is told so.

`view.needs` names the least role, for the table of all routes in `tests/structure`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort, current_app, g, redirect, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from fansite.core import policy
from fansite.core.web import path_for
from fansite.core.web.guard import send_again, typed_fields

V = TypeVar("V", bound=Callable[..., Any])


def signed_in(view: V) -> V:
    return _guarded(view, "fan", policy.signed_in)


def keeps_order_only(view: V) -> V:
    """Moderators, editors, owners."""
    return _guarded(view, "moderator", policy.keeps_order)


def staff_only(view: V) -> V:
    """Editors, owners."""
    return _guarded(view, "editor", policy.staff)


def owner_only(view: V) -> V:
    return _guarded(view, "owner", policy.owner)


def _guarded(view: V, needs: str, rule: policy.Rule) -> V:
    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if g.get("person") is None:
            return _come_in_first()
        if not rule(g.person):
            abort(403)
        return view(*args, **kwargs)

    guarded.needs = needs  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def _come_in_first() -> Any:
    """A stranger; or, by a cookie that opens nothing any more, somebody whose session ended while they were writing: they keep
    every word of it."""
    if g.get("session_cookie") == "" and any(value.strip() for _name, value in typed_fields()):
        return send_again(_("You were signed out"), sign_in=path_for("accounts.login"))
    return redirect(path_for("accounts.login", next=_way_back()), 302)


def _way_back() -> str | None:
    """This page; for an address that can only be sent to, the nearest above it that can be opened."""
    path = request.path
    if request.method in ("GET", "HEAD"):
        query = request.query_string.decode("latin-1")
        return request.script_root + path + (f"?{query}" if query else "")
    while path and not _opens(path):
        path = path.rpartition("/")[0]
    return request.script_root + path if path else None


def _opens(path: str) -> bool:
    try:
        current_app.url_map.bind("localhost").match(path, method="GET")
    except HTTPException:
        return False
    return True
