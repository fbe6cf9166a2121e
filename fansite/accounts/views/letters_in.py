"""Where the links in mails lead. Programs open them before people do: the page does nothing, its button posts."""

from __future__ import annotations

from typing import Any

from flask import Response, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts import operations, pace, queries
from fansite.accounts.forms import AskResetForm, ConfirmForm, Doors, ResetForm
from fansite.accounts.models import SignUp
from fansite.accounts.views.blueprint import agent, bp, enter, kept_text, leaving, onward, page, slow_down
from fansite.core.errors import Gone, Problem, Refused, TooMany
from fansite.core.web import path_for
from fansite.lib.times import now


@bp.get("/confirm/<token>")
def confirm(token: str) -> Any:
    asked = queries.sign_up(token)
    if asked is None or not asked.alive(now()):
        return _used_up(asked)
    return _confirm_page(ConfirmForm(), asked)


@bp.post("/confirm/<token>")
def join_at_last(token: str) -> Any:
    asked, form = queries.sign_up(token), ConfirmForm()
    if asked is not None and asked.used and _is_mine(asked):
        return redirect(onward(g.person.id, _doors(asked.draft)), 303)  # pressed twice
    try:
        entered = operations.confirm(token, username=form.username.data or None, agent=agent(), leaving=leaving())
    except Gone as problem:
        return _used_up(queries.sign_up(token), problem)
    except Refused as problem:
        form.refuse(problem)
        asked = queries.sign_up(token)
        return _confirm_page(form, asked, 422) if asked is not None else _used_up(None)
    return enter(entered, _doors(entered.draft))


@bp.get("/account/staying/<token>")
def staying(token: str) -> Response:
    """Out of the letter to who asked to be erased; without signing in, since they may be somewhere else by now."""
    leaving = queries.leaving_by(token)
    if leaving is None:
        return page("stayed", _("There is nothing to keep"), status=410, kept=False)
    return page("stay", _("Stay with us?"), leaving=leaving, token=token)


@bp.post("/account/staying/<token>")
def stay_by_mail(token: str) -> Response:
    try:
        operations.stay_by_mail(token)
    except Gone:
        return page("stayed", _("There is nothing to keep"), status=410, kept=False)
    return page("stayed", _("You stay"), kept=True)


@bp.get("/reset")
def ask_reset() -> Response:
    return page("ask_reset", _("A new password"), form=AskResetForm(request.args))


@bp.post("/reset")
def mail_reset() -> Any:
    form = AskResetForm()
    if not form.validate():
        return page("ask_reset", _("A new password"), status=422, form=form)
    typed = form.email.data or ""
    try:
        pace.ask_reset(typed)
        operations.ask_reset(typed, draft=form.draft.data if kept_text(form.draft.data) is not None else None)
    except TooMany as problem:
        form.refuse(problem)
        return slow_down(page("ask_reset", _("A new password"), status=429, form=form), problem)
    return redirect(path_for("accounts.reset_sent"), 303)


@bp.get("/reset/sent")
def reset_sent() -> Response:
    return page("sent", _("Look at your mail"), joining=False)


@bp.get("/reset/<token>")
def reset(token: str) -> Response:
    key = queries.live_key(token, "reset")
    if key is None:
        return _key_used_up(path_for("accounts.ask_reset"))
    return page("reset", _("A new password"), form=ResetForm(request.args), account=key.account)


@bp.post("/reset/<token>")
def choose_password(token: str) -> Any:
    form = ResetForm()
    key = queries.live_key(token, "reset")
    if key is None:
        return _key_used_up(path_for("accounts.ask_reset"))
    try:
        if form.validate():
            operations.reset(token, form.password.data or "")
            return redirect(path_for("accounts.login", done="reset", draft=form.draft.data or None), 303)
    except Gone:
        return _key_used_up(path_for("accounts.ask_reset"))
    except Refused as problem:
        form.refuse(problem)
    return page("reset", _("A new password"), status=422, form=form, account=key.account)


@bp.get("/account/email/<token>")
def confirm_email(token: str) -> Response:
    key = queries.live_key(token, "email")
    if key is None:
        return _key_used_up(path_for("accounts.email"))
    return page("confirm_email", _("Your new address"), account=key.account, address=key.new_email)


@bp.post("/account/email/<token>")
def take_email(token: str) -> Any:
    try:
        operations.confirm_email(token)
    except Gone as problem:
        return _key_used_up(path_for("accounts.email"), problem)
    return page("moved", _("Your address is changed"))


def _confirm_page(form: ConfirmForm, asked: SignUp, status: int = 200) -> Response:
    """The name can be chosen anew when somebody took it meanwhile."""
    return page("confirm", _("One press, and you are in"), status=status, form=form, asked=asked, kept=kept_text(asked.draft))


def _used_up(asked: SignUp | None, problem: Problem | None = None) -> Response:
    """What is known of a link that does nothing any more, and what to do."""
    if asked is not None and asked.used and _is_mine(asked):
        return page("welcome", _("You are in already"))
    if asked is not None and asked.used:
        text: Any = _("This link did its work: the account is there. Sign in with the password you chose.")
    elif problem is not None:
        text = problem.text
    else:
        text = _("It was used, it is older than a week, or it was cut short on its way.")
    return page(
        "used_up",
        _("This link does nothing any more"),
        status=410 if asked is not None else 404,
        text=text,
        again=path_for("accounts.join"),
    )


def _key_used_up(again: str, problem: Problem | None = None) -> Response:
    text = (
        problem.text
        if problem is not None
        else _("It was used, it is too old, or it was cut short on its way. Nothing was changed.")
    )
    return page("used_up", _("This link does nothing any more"), status=410, text=text, again=again)


def _is_mine(asked: SignUp) -> bool:
    return g.person is not None and g.person.email_key == asked.email_key


def _doors(draft: str | None) -> Doors:
    form = Doors(formdata=None)
    form.draft.data = draft
    return form
