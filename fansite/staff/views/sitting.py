"""What an opened editor knows of its own sitting: what it goes on with, what else was begun here, who else is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, request
from werkzeug.datastructures import MultiDict

from fansite.staff import queries
from fansite.staff.desks import Desk
from fansite.staff.forms import EntryForm
from fansite.staff.models import WorkingCopy
from fansite.staff.operations.copies import new_sitting
from fansite.staff.views.copies import presence_words


@dataclass(frozen=True)
class Sitting:
    name: str
    turn: int
    # The copy it goes on with.
    copy: WorkingCopy | None
    waiting: Sequence[WorkingCopy]
    # The name of one that was dropped a moment ago.
    dropped: str
    present: Sequence[str]


def continued(desk: Desk, entry_id: int | None) -> EntryForm | None:
    """The form as it was left, when the address asks for it."""
    copy = queries.copy_of(g.person, request.args.get("copy", ""), entry_id)
    if copy is None or copy.kind != desk.kind:
        return None
    form = desk.form(formdata=MultiDict(copy.fields))
    form.sitting.data = copy.sitting
    return form


def sitting_of(desk: Desk, form: EntryForm, entry: Any) -> Sitting:
    entry_id = entry.id if entry is not None else None
    name = form.sitting.data or new_sitting()
    form.sitting.data = name
    copy = queries.copy_of(g.person, name, entry_id)
    # Beside what was typed a moment ago, what was typed before that would only be in the way.
    asked = queries.copies_waiting(g.person, desk.kind, entry_id) if request.method == "GET" else []
    waiting = [one for one in asked if one.sitting != name]
    present = queries.others_present(g.person, entry_id) if entry_id is not None else []
    return Sitting(
        name=name,
        turn=copy.turn if copy is not None else 0,
        copy=copy if copy is not None and request.method == "GET" else None,
        waiting=waiting,
        dropped=request.args.get("dropped", "")[:32],
        present=[presence_words(one) for one in present],
    )
