"""Joining, signing in, signing out. Strangers' forms carry no token; what they typed comes back when something is wrong with it."""

from __future__ import annotations

from typing import Any

from flask import Response, g, redirect, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from fansite.accounts import operations, pace, sessions
from fansite.accounts.forms import JoinForm, LoginForm, LogoutForm
from fansite.accounts.guards import signed_in
from fansite.accounts.views.blueprint import agent, bp, enter, home, kept_text, leaving, onward, page, slow_down
from fansite.core.errors import Problem, TooMany
from fansite.core.kept import site_name
from fansite.core.web import Page, path_for, safe_next
from fansite.core.web.paths import settings


@bp.get("/login")
def login() -> Any:
    form = LoginForm(request.args)
    if g.person is None:
        return _login_page(form)
    if kept_text(form.draft.data) is not None:
        return page("kept", _("Your text is still here"), form=form, kept=kept_text(form.draft.data))
    return redirect(safe_next(form.next.data) or home(), 302)


@bp.post("/login")
def sign_in() -> Any:
    form = LoginForm()
    if g.person is not None and not form.password.data:
        return redirect(onward(g.person.id, form), 303)
    if not form.validate():
        return _login_page(form, 422)
    typed = form.email.data or ""
    try:
        pace.sign_in(typed)
        entered = operations.sign_in(typed, form.password.data or "", agent=agent(), leaving=leaving())
    except Problem as problem:
        form.refuse(problem)
        response = _login_page(form, problem.status)
        return slow_down(response, problem) if isinstance(problem, TooMany) else response
    pace.signed_in(typed)
    return enter(entered, form)


@bp.get("/join")
def join() -> Any:
    form = JoinForm(request.args)
    if g.person is not None:
        return redirect(safe_next(form.next.data) or home(), 302)
    return _join_page(form)


@bp.post("/join")
def ask_to_join() -> Any:
    form = JoinForm()
    asked = {"email": form.email.data or "", "username": form.username.data or "", "password": form.password.data or ""}
    form.validate()
    for problem in operations.objections(**asked):
        form.refuse(problem)
    if form.errors:
        return _join_page(form, 422)
    draft = form.draft.data if kept_text(form.draft.data) is not None else None
    try:
        pace.join(asked["email"])
        operations.join(**asked, draft=draft)
    except Problem as problem:
        form.refuse(problem)
        response = _join_page(form, problem.status)
        return slow_down(response, problem) if isinstance(problem, TooMany) else response
    return redirect(path_for("accounts.look_at_mail"), 303)


@bp.get("/join/sent")
def look_at_mail() -> Response:
    return page("sent", _("Look at your mail"), joining=True)


@bp.get("/logout")
@signed_in
def leave() -> Response:
    """For links from elsewhere, and for who typed the address."""
    return page("logout", _("Log out"))


@bp.post("/logout")
def logout() -> Any:
    row = g.get("sign_in")
    if row is not None:
        operations.close_session(row.id, of=row.account.id, device=LogoutForm().device.data or "")
    sessions.drop()
    return redirect(home(), 303)


def _login_page(form: LoginForm, status: int = 200) -> Response:
    """With a text that waits, both ways in stand on the page."""
    kept = kept_text(form.draft.data)
    join_form = JoinForm(MultiDict({"draft": form.draft.data or ""})) if kept is not None else None
    title = _("Your text is safe: who are you?") if kept is not None else _("Come in")
    lost = bool(form.draft.data) and kept is None
    return page(
        "login", title, status=status, form=form, join_form=join_form, kept=kept, lost=lost, done=request.args.get("done")
    )


def _join_page(form: JoinForm, status: int = 200) -> Response:
    title = _("Come and sit with us")
    described = _described(title) if request.method == "GET" and not request.args else None
    return page("join", title, status=status, described=described, form=form, kept=kept_text(form.draft.data))


def _described(title: str) -> Page:
    """The door everybody may find; behind it nothing is for crawlers."""
    description = _("Join the fans of %(site)s: comment the news, answer the others, hear it first.", site=site_name())
    versions = [(language, path_for("accounts.join", language)) for language in settings().languages]
    return Page(title, description=description, path=path_for("accounts.join"), versions=versions)
