"""The warm word about comments and about what they stand below; who gave it; and the names that are offered after an "@"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, g, jsonify, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import signed_in
from fansite.bonds.queries import ties_of
from fansite.comments import operations, queries
from fansite.comments.authors import address_of, author_name
from fansite.comments.forms import ReactionForm
from fansite.comments.views import bp, seen
from fansite.core import limits
from fansite.core.content import Entry
from fansite.core.db import db
from fansite.core.entries import require_public
from fansite.core.errors import NotFound, Refused
from fansite.core.web import Page, Pages, entry_path, page_number, path_for, render_page, unlocalized
from fansite.lib.numbers import row_number
from fansite.reactions import queries as reactions
from fansite.reactions.showing import word

# Whoever types fast asks once a word; who asks more copies the list of all who are here.
NAMES_PACE = "60 per minute"


@bp.get("/entries/<int:entry_id>")
@unlocalized
def entry(entry_id: int) -> Any:
    """Where an entry of any kind stands: whoever signs in to react to it comes back there."""
    return redirect(entry_path(_public(entry_id)), 302)


@bp.post("/comments/<int:comment_id>/reaction")
@signed_in
def reaction(comment_id: int) -> Any:
    given = _wanted()
    operations.react_to_comment(comment_id, by=g.person, given=given)
    comment = seen(comment_id)  # what is hidden was taken back from all the same; nothing is told of it
    return _answer(comment, given, lambda: address_of(comment, comment.entry))


@bp.post("/entries/<int:entry_id>/reaction")
@signed_in
def entry_reaction(entry_id: int) -> Any:
    given = _wanted()
    operations.react_to_entry(entry_id, by=g.person, given=given)
    found = _public(entry_id)
    return _answer(found, given, lambda: entry_path(found, _anchor="reaction"))


@bp.get("/comments/<int:comment_id>/reactions")
@signed_in
def reactors(comment_id: int) -> Any:
    comment = seen(comment_id)
    if not comment.visible:
        raise NotFound()
    name = author_name(comment) or "[deleted]"
    about = _("What %(name)s said on “%(title)s”", name=name, title=comment.entry.title)
    return _people_page(comment, about, address_of(comment, comment.entry), path_for("comments.reactors", comment_id=comment_id))


@bp.get("/entries/<int:entry_id>/reactions")
@signed_in
def entry_reactors(entry_id: int) -> Any:
    found = _public(entry_id)
    return _people_page(found, found.title, entry_path(found), path_for("comments.entry_reactors", entry_id=entry_id))


@bp.get("/fans/names")
@unlocalized
@signed_in
def names() -> Any:
    """Of people whose names begin so, a few: who speaks on this page first, then whom one follows."""
    limits.spend("names", NAMES_PACE, str(g.person.id))
    start, entry_id = request.args.get("q", "")[:30], request.args.get("entry", type=row_number)
    found = queries.names_for(g.person, start, entry_id)
    return jsonify([{"label": name, "text": f"@{name} "} for name in found])


# ---- the parts ------------------------------------------------------------------------------------------------------------


def _wanted() -> bool:
    form = ReactionForm()
    if not form.validate():
        raise Refused(_("Say whether you give it or take it back."))
    return bool(form.given.data == "yes")


def _answer(subject: Any, given: bool, place: Callable[[], str]) -> Any:
    """For a browser the way back; for the script of the page, what the button says now."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify({"given": given, "count": subject.reactions_count})
    return redirect(place(), 303)


def _public(entry_id: int) -> Entry:
    found = db.session.get(Entry, entry_id) or abort(404)
    require_public(found)
    return found


def _people_page(subject: Any, about: str, back: str, path: str) -> Any:
    """Without those whom this reader does not hear."""
    number, unheard = page_number(), ties_of(g.person).unheard
    total = reactions.count(subject, without=unheard)
    last = max(1, -(-total // reactions.PER_PAGE))
    if number > last:
        abort(404)
    return render_page(
        "reactions/people.html",
        Page(_("“%(word)s”: who said so", word=word()), noindex=True),
        about=about,
        back=back,
        total=total,
        people=reactions.people(subject, number, without=unheard),
        pages=Pages(number, last, path),
    )
