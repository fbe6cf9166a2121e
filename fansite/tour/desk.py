"""`/staff/tour/`: writing gigs down, publishing them, and changing plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import staff_only
from fansite.core.db import db
from fansite.core.errors import Conflict, Refused
from fansite.core.web import Page, Pages, page_number, path_for, render_page
from fansite.lib.times import now
from fansite.tour import operations, queries
from fansite.tour.blueprint import bp
from fansite.tour.forms import NOBODY, ChangeForm, GigForm, HouseForm, MergeForm, filled
from fansite.tour.forms import houses as houses_to_choose
from fansite.tour.models import UNDO_WITHIN, Change, Gig, Venue
from fansite.tour.operations.changing import When


@bp.get("/staff/tour/")
@staff_only
def desk() -> Response:
    number = page_number()
    gigs, last = queries.all_at_desk(number)
    if number > last:
        abort(404)
    page = Page(_("Tour dates"), noindex=True)
    return render_page("tour/desk.html", page, gigs=gigs, pages=Pages(number, last, path_for("tour.desk")))


@bp.route("/staff/tour/new", methods=["GET", "POST"])
@staff_only
def new() -> Any:
    form = GigForm() if request.method == "POST" else GigForm(formdata=None, comments_open=True, day=None)
    if request.method != "POST":
        return _editor(form, None)
    return _saved(form, None)


@bp.route("/staff/tour/<int:gig_id>", methods=["GET", "POST"])
@staff_only
def edit(gig_id: int) -> Any:
    gig = _gig(gig_id)
    if request.method != "POST":
        return _editor(filled(gig), gig)
    return _saved(GigForm(), gig)


@bp.post("/staff/tour/<int:gig_id>/publication")
@staff_only
def publication(gig_id: int) -> Any:
    _gig(gig_id)
    operations.publish(gig_id, by=g.person)
    return _back(gig_id, done="published")


@bp.post("/staff/tour/<int:gig_id>/withdrawal")
@staff_only
def withdrawal(gig_id: int) -> Any:
    _gig(gig_id)
    try:
        operations.withdraw(gig_id, by=g.person)
    except Refused as problem:
        return _refused(gig_id, problem)
    return _back(gig_id, done="withdrawn")


@bp.post("/staff/tour/<int:gig_id>/change")
@staff_only
def change(gig_id: int) -> Any:
    """One of what can become of an announced evening."""
    _gig(gig_id)
    form = ChangeForm()
    if not form.validate():
        return _editor(filled(_gig(gig_id)), _gig(gig_id), form, 422)
    try:
        _ACTS.get(form.to.data or "", _unknown)(gig_id, form)
    except Refused as problem:
        return _refused(gig_id, problem, form)
    return _back(gig_id, done="changed")


@bp.post("/staff/tour/changes/<int:change_id>/undo")
@staff_only
def undo(change_id: int) -> Any:
    change = db.session.get(Change, change_id)
    if change is None:
        abort(404)
    gig_id = change.gig_id
    try:
        operations.undo(change_id, by=g.person)
    except Refused as problem:
        return _refused(gig_id, problem)
    return _back(gig_id, done="undone")


@bp.get("/staff/tour/houses")
@staff_only
def houses() -> Response:
    return _houses()


@bp.route("/staff/tour/houses/<int:venue_id>", methods=["GET", "POST"])
@staff_only
def house(venue_id: int) -> Any:
    venue = _venue(venue_id)
    if request.method != "POST":
        return _house_page(venue, HouseForm(formdata=None, obj=venue))
    form = HouseForm()
    if not form.validate():
        return _house_page(venue, form, status=422)
    try:
        operations.revise_venue(venue_id, form.house(), by=g.person)
    except Refused as problem:
        db.session.rollback()
        form.refuse(problem)
        return _house_page(_venue(venue_id), form, status=422)
    return redirect(path_for("tour.houses", done="saved"), 303)


@bp.post("/staff/tour/houses/<int:venue_id>/merge")
@staff_only
def merge(venue_id: int) -> Any:
    venue, form = _venue(venue_id), MergeForm()
    try:
        form.validate()
        operations.merge(venue_id, form.target(), by=g.person)
    except Refused as problem:
        db.session.rollback()
        form.refuse(problem)
        return _house_page(_venue(venue_id), HouseForm(formdata=None, obj=venue), form, 422)
    return redirect(path_for("tour.houses", done="merged"), 303)


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _gig(gig_id: int) -> Gig:
    return queries.opened(gig_id) or abort(404)


def _venue(venue_id: int) -> Venue:
    venue = db.session.get(Venue, venue_id)
    return venue if venue is not None and venue.merged_into_id is None else abort(404)


def _saved(form: GigForm, gig: Gig | None) -> Any:
    if not form.validate():
        return _editor(form, gig, status=422)
    gig_id = gig.id if gig is not None else None
    try:
        venue = db.session.get(Venue, form.venue.data) if form.venue.data else operations.find_or_add(form.house(), by=g.person)
        if venue is None:
            raise Refused(_("Choose the house."), field="venue")
        tour = operations.tour_named(form.tour.data or "", by=g.person)
        facts = form.facts(venue.zone)
        facts["venue_id"], facts["tour_id"] = venue.id, tour.id if tour is not None else None
        if gig_id is None:
            gig_id = operations.draft(facts, by=g.person).id
        else:
            operations.revise(gig_id, facts, by=g.person, version=form.seen_version)
    except (Refused, Conflict) as problem:
        db.session.rollback()
        form.refuse(problem)
        return _editor(form, _gig(gig_id) if gig_id is not None else None, status=problem.status)
    return _back(gig_id, done="saved")


def _editor(form: GigForm, gig: Gig | None, change_form: ChangeForm | None = None, status: int = 200) -> Response:
    last = queries.last_change(gig.id) if gig is not None else None
    reversible = last if last is not None and now() - last.at <= UNDO_WITHIN else None
    return render_page(
        "tour/editor.html",
        Page(gig.title if gig is not None else _("A new evening"), noindex=True),
        status=status,
        form=form,
        gig=gig,
        change_form=change_form or ChangeForm(formdata=None),
        reversible=reversible,
        done=request.args.get("done"),
    )


def _refused(gig_id: int, problem: Refused, form: ChangeForm | None = None) -> Response:
    db.session.rollback()
    form = form or ChangeForm(formdata=None)
    form.refuse(problem)
    gig = _gig(gig_id)
    return _editor(filled(gig), gig, form, 422)


def _back(gig_id: int, done: str) -> Any:
    return redirect(path_for("tour.edit", gig_id=gig_id, done=done), 303)


def _houses() -> Response:
    page = Page(_("Houses"), noindex=True)
    return render_page(
        "tour/houses.html",
        page,
        houses=queries.venues(request.args.get("q", "")),
        q=request.args.get("q", ""),
        done=request.args.get("done"),
    )


def _house_page(venue: Venue, form: HouseForm, merge_form: MergeForm | None = None, status: int = 200) -> Response:
    merging = merge_form or MergeForm(formdata=None)
    merging.into.choices = [NOBODY, *houses_to_choose(but=venue.id)]
    return render_page(
        "tour/house.html", Page(venue.name, noindex=True), status=status, venue=venue, form=form, merge_form=merging
    )


def _when(form: ChangeForm) -> When:
    """What was filled in: an hour that was left open stays as it was."""
    told: dict[str, Any] = {name: form[name].data for name in ("day", "doors", "starts", "ends") if form[name].data is not None}
    return When(**told)  # type: ignore[typeddict-item]


def _reason(form: ChangeForm) -> str:
    return form.reason.data or ""


def _unknown(_gig_id: int, _form: ChangeForm) -> None:
    raise Refused(_("Choose what changes."))


def _move(gig_id: int, form: ChangeForm) -> None:
    if not form.venue.data or db.session.get(Venue, form.venue.data) is None:
        raise Refused(_("Choose the house."), field="venue")
    operations.move(gig_id, form.venue.data, by=g.person, reason=_reason(form))


def _sell(gig_id: int, form: ChangeForm) -> None:
    operations.sell(gig_id, form.to.data or "", by=g.person)


_ACTS: dict[str, Callable[[int, ChangeForm], Any]] = {
    "cancelled": lambda gig_id, form: operations.cancel(gig_id, by=g.person, reason=_reason(form)),
    "postponed": lambda gig_id, form: operations.postpone(gig_id, by=g.person, reason=_reason(form)),
    "rescheduled": lambda gig_id, form: operations.reschedule(gig_id, _when(form), by=g.person, reason=_reason(form)),
    "moved": _move,
    "planned": lambda gig_id, form: operations.reinstate(gig_id, by=g.person, reason=_reason(form)),
    **dict.fromkeys(("later", "on_sale", "sold_out"), _sell),
}
