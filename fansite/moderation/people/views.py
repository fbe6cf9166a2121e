"""The file of a person: what they wrote and what became of it, and the acts about them as a whole."""

from __future__ import annotations

from typing import Any

from flask import Response, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import keeps_order_only
from fansite.accounts.models import Account
from fansite.accounts.policy import disable
from fansite.core.errors import NotFound, Refused
from fansite.core.web import Page, path_for, render_page
from fansite.core.web.templating import day
from fansite.moderation import policy
from fansite.moderation.blueprint import bp
from fansite.moderation.cards import excerpt_of, file_path, kind_words, log_line
from fansite.moderation.forms import PersonForm
from fansite.moderation.people import operations, queries


@bp.get("/people/<username>")
@keeps_order_only
def person(username: str) -> Any:
    account = _somebody(username)
    if username != account.username_key:
        return redirect(file_path(account), 301)
    return _file_page(account)


@bp.post("/people/<username>/standing")
@keeps_order_only
def standing(username: str) -> Any:
    return _done(_somebody(username), {"taken": operations.take_standing, "given": operations.give_standing})


@bp.post("/people/<username>/closing")
@keeps_order_only
def closing(username: str) -> Any:
    return _done(_somebody(username), {"closed": operations.close, "open": operations.reopen})


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _somebody(username: str) -> Account:
    account = queries.somebody(username)
    if account is None:
        raise NotFound()
    return account


def _done(account: Account, acts: dict[str, Any]) -> Any:
    form, act = PersonForm(), None
    if form.validate():
        act = acts.get(form.to.data or "")
        if act is None:
            form.refuse(Refused(_("Please choose a decision.")))
    if act is None:
        return _file_page(account, form, 422)
    status = form.attempt(lambda: act(account.id, by=g.person, reason=(form.reason.data or "").strip()))
    if status is not None:
        return _file_page(account, form, status)
    return redirect(f"{file_path(account)}?done={form.to.data}", 303)


def _file_page(account: Account, form: PersonForm | None = None, status: int = 200) -> Response:
    file = queries.file_of(account)
    return render_page(
        "moderation/person.html",
        Page(account.username, noindex=True),
        status=status,
        file=file,
        account=account,
        form=form or PersonForm(formdata=None),
        done=_words_of(request.args.get("done", "")),
        pieces=[
            {
                "kind": kind_words(piece.kind),
                "address": path_for("moderation.subject", kind=piece.kind, subject_id=piece.id),
                "status": piece.status,
                "excerpt": excerpt_of(piece.card.html),
                "on": piece.card.entry_title,
                "at": piece.card.posted_at,
                "reports": piece.reports,
            }
            for piece in file.pieces
        ],
        kinds=[(kind_words(kind), state, number) for (kind, state), number in sorted(file.counts.items())],
        since=day(account.joined_at, "medium"),
        lines=[log_line(line) for line in file.lines],
        waiting_url=path_for("moderation.queue", by=account.id)
        if any(piece.status == "pending" for piece in file.pieces)
        else None,
        may_change=policy.change_standing(g.person, account),
        may_close=account.id != g.person.id and disable(g.person, account),
    )


def _words_of(done: str) -> str:
    words = {
        "taken": _("Standing taken back. What they write waits for you, and their links no longer count."),
        "given": _("Standing given again."),
        "closed": _("The account is closed, and signed out everywhere."),
        "open": _("The account is open again."),
    }
    return str(words.get(done, ""))
