"""What an open editor sends by itself: the words as they are typed, and that somebody is here. Scripts are told in JSON."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, g, jsonify, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import staff_only
from fansite.core import limits
from fansite.core.web import path_for
from fansite.core.web.forms import clean
from fansite.core.web.pages import private
from fansite.core.web.templating import clock
from fansite.lib.numbers import number_or_none
from fansite.staff import operations, queries
from fansite.staff.desks import desk_of
from fansite.staff.models import EditorPresence
from fansite.staff.views.blueprint import bp

# One a second is what an editor sends; two windows and a hurried farewell have room.
A_MINUTE = "200 per minute"
# Of the window, not of the text.
OF_THE_WINDOW = ("csrf_token", "sitting", "tab", "turn", "resume", "when")


@bp.post("/<kind>/new/copy", defaults={"entry_id": None})
@bp.post("/<kind>/<int:entry_id>/copy")
@staff_only
def copy(kind: str, entry_id: int | None) -> Any:
    """Keeps what was typed, word by word: of the boxes the form has."""
    desk = desk_of(kind)
    boxes = desk.form(formdata=None)
    limits.spend("copy", A_MINUTE, str(g.person.id))
    sitting = _name("sitting")
    kept = operations.keep(
        by=g.person,
        kind=desk.kind,
        entry_id=entry_id,
        sitting=sitting,
        tab=_name("tab"),
        turn=_number("turn"),
        base_version=_number("version"),
        fields={
            name: clean(value) for name, value in request.form.items() if _box_of(name) in boxes and name not in OF_THE_WINDOW
        },
    )
    return _told({"sitting": kept.sitting, "turn": kept.turn})


@bp.post("/<kind>/new/copy/removal", defaults={"entry_id": None})
@bp.post("/<kind>/<int:entry_id>/copy/removal")
@staff_only
def copy_removal(kind: str, entry_id: int | None) -> Any:
    """Drops it; with `undo` it is taken back."""
    desk, sitting = desk_of(kind), _name("sitting")
    if request.form.get("undo"):
        operations.take_back(sitting, by=g.person)
        return redirect(_editor(desk.kind, entry_id, copy=sitting), 303)
    operations.drop(sitting, by=g.person)
    return redirect(_editor(desk.kind, entry_id, dropped=sitting), 303)


@bp.post("/<kind>/<int:entry_id>/presence")
@staff_only
def presence(kind: str, entry_id: int) -> Any:
    """I am here: who else is, and which version the text has by now."""
    desk_of(kind)
    limits.spend("presence", A_MINUTE, str(g.person.id))
    version = operations.arrive(entry_id, by=g.person)
    others = queries.others_present(g.person, entry_id)
    return _told({"version": version, "others": [presence_words(one) for one in others]})


def presence_words(one: EditorPresence) -> str:
    return str(_("%(name)s has this text open too, since %(time)s.", name=one.account.username, time=clock(one.since)))


def _editor(kind: str, entry_id: int | None, **query: str) -> str:
    if entry_id is None:
        return path_for("staff.new", kind=kind, **query)
    return path_for("staff.edit", kind=kind, entry_id=entry_id, **query)


def _box_of(name: str) -> str:
    """Boxes to tick are many of one: `gigs-12` belongs to `gigs`."""
    return name.partition("-")[0]


def _name(field: str) -> str:
    """A name a window gave itself or was given."""
    name = request.form.get(field, "")
    return name if 0 < len(name) <= 32 and name.isascii() and name.isprintable() else abort(400)


def _number(field: str) -> int:
    return number_or_none(request.form.get(field)) or 0


def _told(facts: dict[str, Any]) -> Response:
    return private(jsonify(facts))
