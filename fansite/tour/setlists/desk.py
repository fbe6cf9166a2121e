"""`/staff/tour/…/setlist`, `/staff/tour/…/press`, `/staff/tour/songs`: what is written down after the evening."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import staff_only
from fansite.core.db import db
from fansite.core.errors import Conflict, Refused
from fansite.core.web import Page, path_for, render_page
from fansite.tour import queries as evenings
from fansite.tour.blueprint import bp
from fansite.tour.models import Gig
from fansite.tour.setlists import notation, operations, queries
from fansite.tour.setlists.forms import MergeSongForm, PressForm, SetlistForm, SongForm
from fansite.tour.setlists.models import Song
from fansite.tour.setlists.words import in_order

# Beside the box: a line of each kind, in both languages.
EXAMPLE = """\
[tape] Le train de 23 h 10
Ash on the Sill
La Bourrée du Chat (trad. cover)
Avec le temps (reprise de Léo Ferré)
Salt Road, with Anke // slower than ever
// the tram goes by, we wait

Encore
Hay // a child asked
"""


@bp.route("/staff/tour/<int:gig_id>/setlist", methods=["GET", "POST"])
@staff_only
def setlist(gig_id: int) -> Any:
    """One box; `preview` shows what is understood of it, and stores nothing."""
    gig = _gig(gig_id)
    if request.method != "POST":
        written = notation.write(queries.lines_of(gig_id))
        return _setlist(SetlistForm(formdata=None, text=written, version=gig.version), gig)
    form = SetlistForm()
    form.validate()
    if form.act.data == "preview":
        return _setlist(form, gig, seen=True)
    try:
        operations.write_down(gig_id, form.text.data or "", by=g.person, version=form.seen_version)
    except (Refused, Conflict) as problem:
        db.session.rollback()
        form.refuse(problem)
        return _setlist(form, _gig(gig_id), status=problem.status)
    return redirect(path_for("tour.setlist", gig_id=gig_id, done="saved"), 303)


@bp.route("/staff/tour/<int:gig_id>/press", methods=["GET", "POST"])
@staff_only
def press(gig_id: int) -> Any:
    gig = _gig(gig_id)
    if request.method != "POST":
        return _press(gig, PressForm(formdata=None))
    form = PressForm()
    if not form.validate():
        return _press(gig, form, 422)
    try:
        operations.add_press(gig_id, form.link(), by=g.person)
    except Refused as problem:
        db.session.rollback()
        form.refuse(problem)
        return _press(_gig(gig_id), form, 422)
    return redirect(path_for("tour.press", gig_id=gig_id, done="added"), 303)


@bp.post("/staff/tour/<int:gig_id>/press/<int:link_id>/removal")
@staff_only
def press_removal(gig_id: int, link_id: int) -> Any:
    _gig(gig_id)
    operations.remove_press(gig_id, link_id, by=g.person)
    return redirect(path_for("tour.press", gig_id=gig_id, done="removed"), 303)


@bp.get("/staff/tour/songs")
@staff_only
def songs_at_desk() -> Response:
    q = request.args.get("q", "")
    page = Page(_("Songs"), noindex=True)
    return render_page("tour/desk_songs.html", page, songs=queries.at_desk(q), q=q, done=request.args.get("done"))


@bp.route("/staff/tour/songs/<int:song_id>", methods=["GET", "POST"])
@staff_only
def song_at_desk(song_id: int) -> Any:
    song = _song(song_id)
    if request.method != "POST":
        return _song_page(song, SongForm(formdata=None, obj=song))
    form = SongForm()
    form.validate()
    try:
        operations.revise_song(song_id, title=form.title.data or "", artist=form.artist.data or "", by=g.person)
    except Refused as problem:
        db.session.rollback()
        form.refuse(problem)
        return _song_page(_song(song_id), form, status=422)
    return redirect(path_for("tour.songs_at_desk", done="saved"), 303)


@bp.post("/staff/tour/songs/<int:song_id>/merge")
@staff_only
def merge_songs(song_id: int) -> Any:
    song, form = _song(song_id), MergeSongForm()
    try:
        form.validate()
        operations.merge_songs(song_id, form.target(), by=g.person)
    except Refused as problem:
        db.session.rollback()
        form.refuse(problem)
        return _song_page(_song(song_id), SongForm(formdata=None, obj=song), form, 422)
    return redirect(path_for("tour.songs_at_desk", done="merged"), 303)


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _gig(gig_id: int) -> Gig:
    return evenings.opened(gig_id) or abort(404)


def _song(song_id: int) -> Song:
    song = db.session.get(Song, song_id)
    return song if song is not None and song.merged_into_id is None else abort(404)


def _setlist(form: SetlistForm, gig: Gig, *, seen: bool = False, status: int = 200) -> Response:
    """With what is understood of the box; `seen`: somebody asked to see that first. All that is wrong stands beside the box."""
    told = queries.understood(form.text.data or "")
    if told.problems:
        form.text.errors = told.problems
        status = 422 if status == 200 else status
    return render_page(
        "tour/desk_setlist.html",
        Page(_("Setlist: %(gig)s", gig=gig.title), noindex=True),
        status=status,
        form=form,
        gig=gig,
        told=told,
        seen=seen,
        # Somebody else saved it meanwhile: theirs stands below, to be copied from.
        stored=queries.lines_of(gig.id) if status == Conflict.status else None,
        written=notation.write(queries.lines_of(gig.id)) if status == Conflict.status else "",
        version=gig.version,
        example=EXAMPLE,
        done=request.args.get("done"),
    )


def _press(gig: Gig, form: PressForm, status: int = 200) -> Response:
    return render_page(
        "tour/desk_press.html",
        Page(_("Press: %(gig)s", gig=gig.title), noindex=True),
        status=status,
        form=form,
        gig=gig,
        links=in_order(queries.press_of(gig.id)),
        done=request.args.get("done"),
    )


def _song_page(song: Song, form: SongForm, merge_form: MergeSongForm | None = None, status: int = 200) -> Response:
    merging = merge_form or MergeSongForm(formdata=None)
    merging.offer(but=song.id)
    title = queries.titles().get(song.id)
    return render_page(
        "tour/desk_song.html",
        Page(song.title, noindex=True),
        status=status,
        song=song,
        played=queries.statistic(title) if title is not None else None,
        form=form,
        merge_form=merging,
    )
