"""`/staff/health`: how the site is, for its owner."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import owner_only
from fansite.core.outbox import queries, upkeep
from fansite.core.web import Page, path_for, render_page
from fansite.health import findings

bp = Blueprint("health", __name__, url_prefix="/staff/health")


@bp.get("")
@owner_only
def show() -> Response:
    found = findings.quick()
    return render_page(
        "health/show.html",
        Page(_("How the site is"), noindex=True),
        wrong=[each.finding for each in found if each.finding.level != "ok"],
        well=[each.finding for each in found if each.finding.level == "ok"],
        failures=queries.failures(),
    )


@bp.post("/deliveries")
@owner_only
def try_again() -> Any:
    listener = request.form.get("listener", "")
    if not upkeep.try_again(listener):
        abort(404)
    return redirect(path_for("health.show", _anchor="failures"), 303)
