"""Following, muting and blocking by a press; and `/account/people`, where all of it is taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import signed_in
from fansite.accounts.models import Account
from fansite.bonds import operations, queries
from fansite.bonds.forms import TieForm
from fansite.bonds.models import KINDS
from fansite.core.db import db
from fansite.core.errors import Problem, Refused, TooMany
from fansite.core.web import Page, Pages, page_number, path_for, render_page

bp = Blueprint("bonds", __name__)
PEOPLE_A_PAGE = 50


@bp.get("/account/people")
@signed_in
def people() -> Response:
    kind = request.args.get("kind", "follow")
    return _page(kind if kind in KINDS else abort(404))


@bp.get("/account/people/<int:account_id>")
@signed_in
def person(account_id: int) -> Any:
    """Whoever had to sign in before a press counted comes back here, and stands before that person again."""
    other = db.session.get(Account, account_id)
    if other is None or not other.active:
        abort(404)
    return redirect(path_for("fans.show", username=other.username_key), 302)


@bp.post("/account/people/<int:account_id>/<any(follow, mute, block):kind>")
@signed_in
def tie(account_id: int, kind: str) -> Any:
    form = TieForm()
    act = operations.untie if form.undo.data else operations.tie
    try:
        act(kind, account_id, by=g.person)
    except (Refused, TooMany) as problem:
        db.session.rollback()
        return _page(kind, problem)
    return redirect(_back(account_id, kind, form), 303)


def _back(account_id: int, kind: str, form: TieForm) -> str:
    """To the page it was pressed on; who is gone has none."""
    other = db.session.get(Account, account_id)
    if form.back.data == "list" or other is None or not other.active:
        return path_for("bonds.people", kind=kind)
    return path_for("fans.show", username=other.username_key)


def _page(kind: str, problem: Problem | None = None) -> Response:
    counts = queries.counts_of(g.person.id)
    page = page_number() if request.method == "GET" else 1
    last = max(1, -(-counts[kind] // PEOPLE_A_PAGE))
    if page > last:
        abort(404)
    response = render_page(
        "bonds/people.html",
        Page(_("People"), noindex=True),
        status=problem.status if problem is not None else 200,
        kind=kind,
        counts=counts,
        people=queries.people_of(g.person.id, kind, PEOPLE_A_PAGE, after=(page - 1) * PEOPLE_A_PAGE),
        pages=Pages(page, last, path_for("bonds.people"), (("kind", kind),)),
        problem=problem,
    )
    if isinstance(problem, TooMany):
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
