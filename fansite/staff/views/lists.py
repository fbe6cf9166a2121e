"""What lies on the desk: drafts, what is planned, what went out, what was taken down."""

from __future__ import annotations

from flask import Response, abort, g, request
from flask_babel import gettext as _

from fansite.accounts.guards import staff_only
from fansite.core.content import STATUSES
from fansite.core.web import Page, Pages, page_number, path_for, render_page
from fansite.staff import queries
from fansite.staff.desks import DESKS, desk_of
from fansite.staff.views.blueprint import bp


@bp.get("/")
@staff_only
def index() -> Response:
    heaps = [(status, title, queries.heap(status, tuple(DESKS))) for status, title in titles().items()]
    page = Page(_("The desk"), noindex=True)
    return render_page(
        "staff/index.html",
        page,
        heaps=[heap for heap in heaps if heap[2]],
        desks=DESKS.values(),
        unfinished=queries.unfinished(g.person),
        lacking=queries.count_lacking(tuple(DESKS)),
    )


@bp.get("/<kind>/")
@staff_only
def entries(kind: str) -> Response:
    desk, number = desk_of(kind), page_number()
    status = request.args.get("status") if request.args.get("status") in STATUSES else None
    found, last = queries.page_of(kind, status, number)
    if number > last:
        abort(404)
    pages = Pages(number, last, path_for("staff.entries", kind=kind), (("status", status),) if status else ())
    page = Page(str(desk.all), noindex=True)
    return render_page("staff/entries.html", page, desk=desk, entries=found, pages=pages, wanted=status, titles=titles())


def titles() -> dict[str, str]:
    return {"draft": _("Drafts"), "scheduled": _("Planned"), "published": _("Published"), "withdrawn": _("Taken down")}
