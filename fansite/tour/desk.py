"""`/staff/tour/`: writing gigs down, publishing them, and changing plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import staff_only
from fansite.core.db import db
from fansite.core.errors import Refused
from fansite.core.web import Page, Pages, page_number, path_for, render_page, takes_file
from fansite.lib.times import now
from fansite.media.encoding import MAX_BYTES
from fansite.tour import at_desk, operations, queries
from fansite.tour.blueprint import bp
from fansite.tour.forms import ChangeForm, GigForm, filled
from fansite.tour.models import UNDO_WITHIN, Change, Gig
from fansite.tour.operations.changing import When


@bp.get("/staff/tour/")
@staff_only
def desk() -> Response:
    number = page_number()
    gigs, last = at_desk.all_at_desk(number)
    if number > last:
        abort(404)
    page = Page(_("Tour dates"), noindex=True)
    return render_page("tour/desk.html", page, gigs=gigs, pages=Pages(number, last, path_for("tour.desk")))


@bp.route("/staff/tour/new", methods=["GET", "POST"])
@staff_only
@takes_file(MAX_BYTES)
def new() -> Any:
    form = GigForm() if request.method == "POST" else GigForm(formdata=None, comments_open=True, day=None)
    if request.method != "POST":
        return _editor(form, None)
    return _saved(form, None)


@bp.route("/staff/tour/<int:gig_id>", methods=["GET", "POST"])
@staff_only
@takes_file(MAX_BYTES)
def edit(gig_id: int) -> Any:
    gig = _gig(gig_id)
    if request.method != "POST":
        return _editor(filled(gig), gig)
    return _saved(GigForm(), gig)


@bp.post("/staff/tour/<int:gig_id>/publication")
@staff_only
def publication(gig_id: int) -> Any:
    return _act(gig_id, lambda: operations.publish(gig_id, by=g.person), done="published")


@bp.post("/staff/tour/<int:gig_id>/withdrawal")
@staff_only
def withdrawal(gig_id: int) -> Any:
    return _act(gig_id, lambda: operations.withdraw(gig_id, by=g.person), done="withdrawn")


@bp.post("/staff/tour/<int:gig_id>/change")
@staff_only
def change(gig_id: int) -> Any:
    """One of what can become of an announced evening."""
    form = ChangeForm()
    return _act(gig_id, lambda: _ACTS.get(form.to.data or "", _unknown)(gig_id, form), done="changed", form=form)


@bp.post("/staff/tour/changes/<int:change_id>/undo")
@staff_only
def undo(change_id: int) -> Any:
    change = db.session.get(Change, change_id) or abort(404)
    return _act(change.gig_id, lambda: operations.undo(change_id, by=g.person), done="undone")


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _gig(gig_id: int) -> Gig:
    return queries.opened(gig_id) or abort(404)


def _saved(form: GigForm, gig: Gig | None) -> Any:
    valid = form.validate()
    if form.take_picture(by=g.person) or not valid:
        return _editor(form, gig, status=422)
    gig_id, saved = gig.id if gig is not None else None, []
    status = form.attempt(lambda: saved.append(_save(form, gig_id)))
    if status:
        return _editor(form, _gig(gig_id) if gig_id is not None else None, status=status)
    return _back(saved[0], done="saved")


def _save(form: GigForm, gig_id: int | None) -> int:
    venue = form.venue.house() or operations.find_or_add(form.house(), by=g.person)
    tour = operations.tour_named(form.tour.data or "", by=g.person)
    facts = form.facts(venue.zone)
    facts["venue_id"], facts["tour_id"] = venue.id, tour.id if tour is not None else None
    if gig_id is None:
        return operations.draft(facts, by=g.person).id
    return operations.revise(gig_id, facts, by=g.person, version=form.seen_version).id


def _editor(form: GigForm, gig: Gig | None, change_form: ChangeForm | None = None, status: int = 200) -> Response:
    last = queries.last_change(gig.id) if gig is not None else None
    reversible = last if last is not None and now() - last.at <= UNDO_WITHIN else None
    cover, covers = form.covers()
    return render_page(
        "tour/editor.html",
        Page(gig.title if gig is not None else _("A new evening"), noindex=True),
        status=status,
        form=form,
        gig=gig,
        change_form=change_form or ChangeForm(formdata=None),
        reversible=reversible,
        houses=at_desk.venues_lately(),
        cover=cover,
        covers=covers,
        done=request.args.get("done"),
    )


def _act(gig_id: int, act: Callable[[], Any], *, done: str, form: ChangeForm | None = None) -> Any:
    """One press; what stands against it comes back beside its box."""
    _gig(gig_id)
    status = 422 if form is not None and not form.validate() else None
    form = form if form is not None else ChangeForm(formdata=None)
    status = status or form.attempt(act)
    return _editor(filled(_gig(gig_id)), _gig(gig_id), form, status) if status else _back(gig_id, done=done)


def _back(gig_id: int, done: str) -> Any:
    return redirect(path_for("tour.edit", gig_id=gig_id, done=done), 303)


def _when(form: ChangeForm) -> When:
    """What was filled in: an hour that was left open stays as it was."""
    told: dict[str, Any] = {name: form[name].data for name in ("day", "doors", "starts", "ends") if form[name].data is not None}
    return When(**told)  # type: ignore[typeddict-item]


def _reason(form: ChangeForm) -> str:
    return form.reason.data or ""


def _unknown(_gig_id: int, _form: ChangeForm) -> None:
    raise Refused(_("Choose what changes."))


def _move(gig_id: int, form: ChangeForm) -> None:
    house = form.venue.house()
    if house is None:
        raise Refused(_("Choose the house."), field="venue")
    operations.move(gig_id, house.id, by=g.person, reason=_reason(form), reasons=form.reasons)


def _sell(gig_id: int, form: ChangeForm) -> None:
    operations.sell(gig_id, form.to.data or "", by=g.person)


_ACTS: dict[str, Callable[[int, ChangeForm], Any]] = {
    "cancelled": lambda gig_id, form: operations.cancel(gig_id, by=g.person, reason=_reason(form), reasons=form.reasons),
    "postponed": lambda gig_id, form: operations.postpone(gig_id, by=g.person, reason=_reason(form), reasons=form.reasons),
    "rescheduled": lambda gig_id, form: operations.reschedule(
        gig_id, _when(form), by=g.person, reason=_reason(form), reasons=form.reasons
    ),
    "moved": _move,
    "planned": lambda gig_id, form: operations.reinstate(gig_id, by=g.person, reason=_reason(form), reasons=form.reasons),
    **dict.fromkeys(("later", "on_sale", "sold_out"), _sell),
}
