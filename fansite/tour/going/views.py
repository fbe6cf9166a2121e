"""Fans and evenings: saying that one goes, who else does, one's own list and calendar, and the place one asked about."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import signed_in
from fansite.core.content import moved
from fansite.core.db import db
from fansite.core.entries import require_public
from fansite.core.errors import NotFound, Problem, Refused, TooMany
from fansite.core.kept import site_name
from fansite.core.web import Page, Pages, cacheable, entry_path, page_number, path_for, render_page
from fansite.core.web.paths import settings
from fansite.lib.times import now
from fansite.tour import calendars
from fansite.tour import queries as tour
from fansite.tour.blueprint import bp
from fansite.tour.going import operations, places, queries
from fansite.tour.going.forms import PlaceForm, WordForm
from fansite.tour.going.showing import company, counting, main_word
from fansite.tour.models import Gig
from fansite.tour.views import page_of_evening
from fansite.tour.words import city_named, title_of

# What the button sends that takes it back.
NONE = "none"
MINE_A_PAGE = 20


# ---- an evening -------------------------------------------------------------------------------------------------------------


@bp.post("/tour/<slug>/going")
@signed_in
def going(slug: str) -> Any:
    """At a former address too: the page was open while the evening moved."""
    gig = _gig(slug) or abort(404)
    require_public(gig)
    word, gig_id, back = WordForm().word.data or "", gig.id, entry_path(gig, _anchor="going")
    try:
        if word == NONE:
            operations.take_back(gig_id, by=g.person)
        else:
            operations.say(gig_id, word, by=g.person)
    except (Refused, TooMany) as problem:
        db.session.rollback()
        return _refused(gig.slug, problem)
    return redirect(back, 303)


@bp.get("/tour/<slug>/people")
@cacheable("page", "word")
def people(slug: str) -> Any:
    """All who said one of the words that count now, by pages."""
    gig = tour.by_slug(slug)
    if gig is None or not gig.was_public:
        return _elsewhere(slug)
    require_public(gig)
    over, counts, number = gig.over_at <= now(), queries.counts(gig.id), page_number()
    words, named = counting(over=over), queries.named(gig.id, member=g.person is not None)
    word = request.args.get("word") or main_word(counts, over=over)
    last = max(1, -(-named[word] // queries.PER_PAGE)) if word in words else 0
    if number > last:
        abort(404)
    extra = (("word", word),) if "word" in request.args else ()
    return render_page(
        "tour/people.html",
        Page(
            _("Who was there: %(gig)s", gig=title_of(gig)) if over else _("Who is going: %(gig)s", gig=title_of(gig)),
            noindex=True,
            crumbs=[(_("Tour"), path_for("tour.index")), (title_of(gig), path_for("tour.show", slug=slug))],
        ),
        tags=(*gig.page_tags, *queries.tags_of(gig.id)),
        until=gig.over_at if gig.over_at.year < 9999 else None,
        gig=gig,
        over=over,
        words=[(one, counts[one], one == word) for one in words],
        people=queries.people(gig.id, word, queries.PER_PAGE, reader=g.person, after=(number - 1) * queries.PER_PAGE),
        unnamed=counts[word] - named[word],
        pages=Pages(number, last, path_for("tour.people", slug=slug), extra),
    )


# ---- one's own --------------------------------------------------------------------------------------------------------------


@bp.get("/account/evenings")
@signed_in
def mine() -> Response:
    number = page_number()
    nights, words = queries.all_of(g.person.id)
    last = max(1, -(-len(nights) // MINE_A_PAGE))
    if number > last:
        abort(404)
    calendar = queries.calendar_of(g.person.id)
    evenings = tour.shown(nights[(number - 1) * MINE_A_PAGE : number * MINE_A_PAGE])
    return render_page(
        "tour/mine.html",
        Page(_("Your evenings"), noindex=True),
        coming=[gig for gig in evenings if gig.over_at > now()],
        past=[gig for gig in evenings if gig.over_at <= now()],
        words=words,
        pages=Pages(number, last, path_for("tour.mine")),
        address=queries.calendar_address(calendar.secret) if calendar is not None else None,
        place=places.place_of(g.person.id),
        done=request.args.get("done"),
    )


@bp.post("/account/evenings/<int:gig_id>/removal")
@signed_in
def removal(gig_id: int) -> Any:
    """What was never said, or is taken back already, is no matter."""
    operations.take_back(gig_id, by=g.person)
    return redirect(path_for("tour.mine", done="taken-back"), 303)


@bp.post("/account/evenings/calendar")
@signed_in
def calendar_anew() -> Any:
    operations.make_calendar(by=g.person)
    return redirect(path_for("tour.mine", done="calendar", _anchor="calendar"), 303)


@bp.get("/tour/fan/<secret>.ics")
def calendar_of_fan(secret: str) -> Response:
    """For calendar programs, which sign in nowhere: whoever knows the address is the fan. It names no one."""
    account_id = queries.owner_of(secret) if len(secret) <= 64 else None
    if account_id is None:
        raise NotFound()
    gigs = tour.whole(queries.all_of(account_id)[0])
    made = calendars.calendar_of(gigs, _("My evenings with %(site)s", site=site_name()), None)
    response = Response(made, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'inline; filename="my-evenings.ics"'
    response.headers["Cache-Control"] = "private, max-age=0, must-revalidate"
    response.headers["X-Robots-Tag"] = "noindex"
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.route("/account/place", methods=["GET", "POST"])
@signed_in
def place() -> Any:
    """Around where one wants to hear of evenings."""
    if request.method != "POST":
        known = places.place_of(g.person.id)
        return _place_page(PlaceForm(formdata=None, place=city_named(known), km=known.km) if known else PlaceForm(formdata=None))
    form = PlaceForm()
    if not form.validate():
        return _place_page(form, 422)
    try:
        places.choose(form.place.data or "", form.km.data or 0, by=g.person)
    except Refused as problem:
        db.session.rollback()
        form.refuse(problem)
        return _place_page(form, 422)
    return redirect(path_for("tour.place", done="chosen"), 303)


@bp.post("/account/place/removal")
@signed_in
def place_removal() -> Any:
    places.forget(by=g.person)
    return redirect(path_for("tour.place", done="forgotten"), 303)


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _gig(slug: str) -> Gig | None:
    gig = tour.by_slug(slug)
    if gig is not None and gig.was_public:
        return gig
    entry = moved("gig", slug, settings().language)
    return tour.opened(entry.id) if entry is not None else None


def _elsewhere(slug: str) -> Any:
    gig = _gig(slug) or abort(404)
    require_public(gig)
    return redirect(path_for("tour.people", slug=gig.slug), 301)


def _refused(slug: str, problem: Problem) -> Response:
    """The evening's page, with why it was not taken."""
    gig = tour.by_slug(slug) or abort(404)
    response = page_of_evening(gig, company(gig, g.person, problem.text), status=429 if isinstance(problem, TooMany) else 422)
    if isinstance(problem, TooMany):
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _place_page(form: PlaceForm, status: int = 200) -> Response:
    return render_page(
        "tour/place.html",
        Page(_("Evenings near you"), noindex=True),
        status=status,
        form=form,
        place=places.place_of(g.person.id),
        done=request.args.get("done"),
    )
