"""`/fans/river`: what people did here lately; and the ways to take a line of one's own away."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, current_app, g, redirect, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fansite.accounts.guards import signed_in
from fansite.bonds.queries import ties_of
from fansite.core.web import Page, cacheable, made_each_time, path_for, render_page
from fansite.river import operations, queries
from fansite.river.models import VERBS
from fansite.river.queries import PER_PAGE, START, Act, Place
from fansite.river.showing import river

bp = Blueprint("river", __name__)


class Sort(NamedTuple):
    label: Any
    verbs: tuple[str, ...]


# As addresses call them.
SORTS = {
    "": Sort(_l("All"), VERBS),
    "talk": Sort(_l("Said"), ("said", "wrote")),
    "evenings": Sort(_l("Evenings"), ("goes", "was")),
    "photos": Sort(_l("Photos"), ("showed",)),
    "people": Sort(_l("People"), ("follows", "came")),
}


@bp.get("/fans/river")
@cacheable("kind", "before")
def index() -> Response:
    kind = request.args.get("kind", "")
    sort, before = SORTS.get(kind) or abort(404), _before()
    if "kind" in request.args and not kind:
        made_each_time()
    return _page(kind, queries.acts(sort.verbs, before=before), before)


@bp.get("/fans/river/followed")
@signed_in
def followed() -> Response:
    """What those did whom one follows."""
    before = _before()
    return _page("followed", queries.acts_of(ties_of(g.person).following, before=before), before)


@bp.post("/fans/river/<int:activity_id>/removal")
@signed_in
def removal(activity_id: int) -> Any:
    operations.hide(activity_id, by=g.person)
    return redirect(path_for("river.index", gone=activity_id), 303)


@bp.post("/fans/river/<int:activity_id>/return")
@signed_in
def return_(activity_id: int) -> Any:
    """It was a slip."""
    operations.show_again(activity_id, by=g.person)
    return redirect(path_for("river.index"), 303)


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _before() -> Place:
    text = request.args.get("before")
    if text is None:
        return START
    made_each_time()
    return queries.place_of(text) or abort(404)


def _page(kind: str, acts: list[Act], before: Place) -> Response:
    told = river(acts, g.person)
    first = not kind and before is START
    languages = current_app.extensions["fansite"].settings.languages
    page = Page(
        _("Lately here"),
        description=_("What people did here lately: said, showed, and where they go."),
        path=path_for("river.index"),
        noindex=not first,
        versions=[(language, path_for("river.index", language)) for language in languages] if first else (),
        crumbs=[(_("Fans"), path_for("fans.index"))],
    )
    return render_page(
        "river/index.html",
        page,
        tags=told.tags,
        until=told.until,
        days=told.days(),
        kind=kind,
        ways=_ways(kind),
        first=before is START,
        earlier=_address(kind, before=str(Place(acts[-1].at, acts[-1].id))) if len(acts) == PER_PAGE else None,
        gone=_gone(),
    )


def _ways(kind: str) -> list[tuple[Any, str, None, bool, str]]:
    names = [*((name, sort.label) for name, sort in SORTS.items()), *([("followed", _("You follow"))] if g.person else [])]
    return [(label, _address(name), None, name == kind, "") for name, label in names]


def _address(kind: str, **values: str) -> str:
    if kind == "followed":
        return path_for("river.followed", **values)
    return path_for("river.index", **({"kind": kind} if kind else {}), **values)


def _gone() -> int | None:
    """A line of one's own that was just taken away, and may come back."""
    number = request.args.get("gone", type=int)
    line = queries.own(number, g.person.id) if number and number < 2**31 and g.person is not None else None
    return line.id if line is not None and line.hidden_at is not None else None
