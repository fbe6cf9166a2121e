"""`/staff/tour/houses`: correcting what is known of a house, and making two that are one house one."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import staff_only
from fansite.core.db import db
from fansite.core.web import Page, clean, path_for, render_page
from fansite.tour import at_desk, operations
from fansite.tour.blueprint import bp
from fansite.tour.forms import HouseForm, MergeForm
from fansite.tour.models import Venue


@bp.get("/staff/tour/houses")
@staff_only
def houses() -> Response:
    words = clean(request.args.get("q", ""))
    found = at_desk.venues(words)
    more = len(found) == at_desk.MOST_VENUES
    page = Page(_("Houses"), noindex=True)
    return render_page("tour/houses.html", page, houses=found, more=more, q=words, done=request.args.get("done"))


@bp.route("/staff/tour/houses/<int:venue_id>", methods=["GET", "POST"])
@staff_only
def house(venue_id: int) -> Any:
    venue = _venue(venue_id)
    if request.method != "POST":
        return _page(venue, HouseForm(formdata=None, obj=venue))
    form = HouseForm()
    status = 422 if not form.validate() else form.attempt(lambda: operations.revise_venue(venue_id, form.house(), by=g.person))
    return _page(_venue(venue_id), form, status=status) if status else _back("saved")


@bp.post("/staff/tour/houses/<int:venue_id>/merge")
@staff_only
def merge(venue_id: int) -> Any:
    _venue(venue_id)
    form = MergeForm()
    status = form.attempt(lambda: operations.merge(venue_id, form.target(), by=g.person))
    if status:
        venue = _venue(venue_id)
        return _page(venue, HouseForm(formdata=None, obj=venue), form, status)
    return _back("merged")


def _venue(venue_id: int) -> Venue:
    venue = db.session.get(Venue, venue_id)
    return venue if venue is not None and venue.merged_into_id is None else abort(404)


def _page(venue: Venue, form: HouseForm, merge_form: MergeForm | None = None, status: int = 200) -> Response:
    page = Page(venue.name, noindex=True)
    merging = merge_form or MergeForm(formdata=None)
    others = [one for one in at_desk.venues_lately() if one.id != venue.id]
    return render_page("tour/house.html", page, status=status, venue=venue, form=form, merge_form=merging, houses=others)


def _back(done: str) -> Any:
    return redirect(path_for("tour.houses", done=done), 303)
