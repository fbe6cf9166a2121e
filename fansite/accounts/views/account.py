"""One's own account. What proves it (password, address) asks for the password once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from babel import Locale
from flask import Response, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts import agents, operations, pace, queries, sessions
from fansite.accounts.forms import EmailForm, LanguageForm, LeaveForm, PasswordForm, UsernameForm
from fansite.accounts.guards import signed_in
from fansite.accounts.views.blueprint import agent, bp, home, page, slow_down
from fansite.core.errors import NotFound, Problem, TooMany
from fansite.core.web import Form, path_for, private
from fansite.core.web.paths import settings
from fansite.lib.times import now


@bp.get("/account/")
@signed_in
def show() -> Response:
    notice = _notice(request.args.get("done"))
    return page("show", _("Your account"), notice=notice, leaving=queries.leaving_of(g.person.id))


@bp.get("/account/sessions")
@signed_in
def sessions_list() -> Response:
    rows = [(row, agents.described(row.agent), row.id == g.sign_in.id) for row in queries.sessions_of(g.person.id)]
    return page("sessions", _("Where you are signed in"), rows=rows, notice=_notice(request.args.get("done")))


@bp.post("/account/sessions")
@signed_in
def end_sessions() -> Any:
    operations.close_all_sessions(g.person.id)
    sessions.drop()
    return redirect(path_for("accounts.login", done="everywhere"), 303)


@bp.post("/account/sessions/<int:session_id>")
@signed_in
def end_session(session_id: int) -> Any:
    own = session_id == g.sign_in.id
    operations.close_session(session_id, of=g.person.id)
    if own:
        sessions.drop()
        return redirect(home(), 303)
    return redirect(path_for("accounts.sessions_list", done="session"), 303)


@bp.get("/account/password")
@signed_in
def password() -> Response:
    return page("password", _("Password"), form=PasswordForm())


@bp.post("/account/password")
@signed_in
def change_password() -> Any:
    form, account_id = PasswordForm(), g.person.id

    def change() -> None:
        pace.password_again(account_id)
        token = operations.change_password(
            account_id, current=form.password.data or "", new=form.new_password.data or "", agent=agent()
        )
        sessions.carry(token)

    return _settle("password", _("Password"), form, change)


@bp.get("/account/email")
@signed_in
def email() -> Response:
    return page("email", _("E-mail"), form=EmailForm())


@bp.post("/account/email")
@signed_in
def change_email() -> Any:
    form, account_id = EmailForm(), g.person.id

    def change() -> None:
        pace.change_email(account_id)
        operations.change_email(account_id, password=form.password.data or "", email=form.email.data or "")

    return _settle("email", _("E-mail"), form, change)


@bp.get("/account/username")
@signed_in
def username() -> Response:
    return page(
        "username",
        _("Name on the site"),
        form=UsernameForm(username=g.person.username),
        wait_until=operations.renamable_from(g.person.id),
    )


@bp.post("/account/username")
@signed_in
def change_username() -> Any:
    form, account_id = UsernameForm(), g.person.id

    def change() -> None:
        operations.change_username(account_id, form.username.data or "")

    return _settle("username", _("Name on the site"), form, change, wait_until=operations.renamable_from(account_id))


@bp.get("/account/language")
@signed_in
def language() -> Response:
    return page("language", _("Language"), form=_language_form(g.person.language))


@bp.post("/account/language")
@signed_in
def change_language() -> Any:
    form, account_id = _language_form(None), g.person.id

    def change() -> None:
        operations.change_language(account_id, form.language.data)

    return _settle("language", _("Language"), form, change)


@bp.get("/account/leave")
@signed_in
def leave_for_good() -> Response:
    return page("leave", _("Leave for good"), form=LeaveForm(words="keep"), leaving=queries.leaving_of(g.person.id))


@bp.post("/account/leave")
@signed_in
def ask_to_leave() -> Any:
    form, account_id = LeaveForm(), g.person.id

    def change() -> None:
        pace.password_again(account_id)
        operations.ask_to_leave(account_id, password=form.password.data or "", keep_words=form.words.data == "keep")

    return _settle("leave", _("Leave for good"), form, change, leaving=None)


@bp.post("/account/leave/withdrawal")
@signed_in
def stay() -> Any:
    operations.stay(g.person.id)
    return redirect(path_for("accounts.show", done="stay"), 303)


@bp.get("/account/data")
@signed_in
def data() -> Response:
    return page("data", _("Your data"), parcel=queries.last_parcel(g.person.id), notice=_notice(request.args.get("done")))


@bp.post("/account/data")
@signed_in
def ask_for_data() -> Any:
    account_id = g.person.id
    try:
        operations.ask_for_data(account_id)
    except TooMany as problem:
        notice = ("wrong", str(problem.text), "")
        return slow_down(page("data", _("Your data"), status=429, parcel=queries.last_parcel(account_id), notice=notice), problem)
    return redirect(path_for("accounts.data"), 303)


@bp.get("/account/data/<int:parcel_id>.zip")
@signed_in
def parcel(parcel_id: int) -> Response:
    """Only one's own is found, and only by who is signed in."""
    found = queries.last_parcel(g.person.id)
    path = operations.path_of(found) if found is not None and found.id == parcel_id and found.alive(now()) else None
    if path is None:
        raise NotFound()
    headers = {"Content-Disposition": "attachment; filename=my-data.zip"}
    return private(Response(path.read_bytes(), mimetype="application/zip", headers=headers))


def _settle(
    template: str, title: str, form: Form, change: Callable[[], None], *, onward: str | None = None, **context: Any
) -> Any:
    """Checks the form and makes the change; says so on the account page, or shows the form again with what is wrong."""
    if not form.validate():
        return page(template, title, status=422, form=form, **context)
    try:
        change()
    except Problem as problem:
        form.refuse(problem)
        response = page(template, title, status=problem.status, form=form, **context)
        return slow_down(response, problem) if isinstance(problem, TooMany) else response
    return redirect(onward or path_for("accounts.show", done=template), 303)


def _language_form(chosen: str | None) -> LanguageForm:
    form = LanguageForm(language=chosen)
    form.language.choices = [
        (code, (Locale.parse(code).get_display_name(code) or code).capitalize()) for code in settings().languages
    ]
    return form


def _notice(done: str | None) -> tuple[str, str, str] | None:
    """What just happened, told on the page one comes back to."""
    known = {
        "password": ("good", _("Your password is changed."), _("All other browsers are signed out.")),
        "email": (
            "waiting",
            _("Look at your mail."),
            _("We wrote to the new address. Nothing changes before you open the link in that letter."),
        ),
        "username": ("good", _("Your name is changed."), _("Links to your old page lead to the new one.")),
        "language": ("good", _("Your mails come in this language from now on."), ""),
        "leave": (
            "waiting",
            _("Your account will be erased in a day."),
            _("We wrote to you. Until then a button on this page, or in that letter, keeps it."),
        ),
        "stay": ("good", _("You stay. Nothing was erased."), ""),
        "session": ("good", _("That browser is signed out."), ""),
    }
    return known.get(done or "")
