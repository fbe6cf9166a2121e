"""`/tour/<evening>/photos/new`: photographs are chosen and sent, some at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import signed_in
from fansite.core.content import moved
from fansite.core.entries import require_public, require_sight, stands_for
from fansite.core.errors import Problem, Refused, TooMany
from fansite.core.web import Page, clean, path_for, render_page, takes_file
from fansite.core.web.paths import settings
from fansite.rules import operations as rules_operations
from fansite.rules import queries as rules
from fansite.tour import queries as gigs
from fansite.tour.blueprint import bp
from fansite.tour.models import Gig
from fansite.tour.photos import operations, policy
from fansite.tour.photos.forms import PhotoForm
from fansite.tour.photos.models import FanPhoto

LONGEST_NAME = 60


@bp.route("/tour/<slug>/photos/new", methods=["GET", "POST"])
@signed_in
@takes_file(operations.MAX_BYTES * operations.AT_ONCE)
def add_photos(slug: str) -> Any:
    """Some at once, with one line for all of them. What is good is taken, whatever is wrong with the others."""
    gig = gigs.by_slug(slug)
    if not stands_for(g.person, gig):
        return elsewhere("tour.add_photos", slug)
    assert gig is not None
    require_public(gig)
    if not policy.begun(gig):
        raise Refused(_("Photos can be added once the evening has begun."))
    if request.method != "POST":
        return _form_page(gig, PhotoForm(formdata=None))
    form = PhotoForm()
    gig_id, address = gig.id, path_for("tour.photos", slug=slug)
    try:
        operations.fit(form.caption.data or "")
    except Refused as problem:
        form.refuse(problem)
        return _form_page(gig, form, problem=problem)
    taken, refused = _take(gig_id, form.caption.data or "")
    if taken and form.rules.data:
        rules_operations.accept(g.person.id, form.rules.data)
    if refused:
        return _form_page(_gig(slug), form, taken=taken, refused=refused)
    done = "published" if all(photo.visible for photo in taken) else "pending"
    return redirect(f"{address}?done={done}#sent", 303)


def elsewhere(endpoint: str, slug: str) -> Any:
    """The evening has another date or house now, and another address."""
    entry = moved("gig", slug, settings().language)
    if entry is None:
        abort(404)
    require_sight(g.person, entry)
    return redirect(path_for(endpoint, slug=entry.slug), 301)


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _take(gig_id: int, caption: str) -> tuple[list[FanPhoto], list[tuple[str, Problem]]]:
    """Photographs that are here now, and (name, why not) of the others."""
    taken: list[FanPhoto] = []
    refused: list[tuple[str, Problem]] = []
    for name, data in _files():
        try:
            if data is None:
                raise Refused(_("Five at a time: this one was left out."))
            taken.append(operations.send(gig_id, data, caption=caption, by=g.person))
        except (Refused, TooMany) as problem:
            refused.append((name, problem))
    if not taken and not refused:
        refused.append(("", Refused(_("Choose a photo first."))))
    return taken, refused


def _files() -> Iterator[tuple[str, bytes | None]]:
    """(the sender's name for it, to be told which is meant; bytes, None for too many), one in memory at a time."""
    chosen = [file for file in request.files.getlist("file") if file.filename]
    for number, file in enumerate(chosen):
        name = str(clean(file.filename or "")).replace("\\", "/").rpartition("/")[2]
        with file.stream as stream:
            yield name[:LONGEST_NAME], stream.read() if number < operations.AT_ONCE else None


def _gig(slug: str) -> Gig:
    return gigs.by_slug(slug) or abort(404)


def _form_page(
    gig: Gig,
    form: PhotoForm,
    *,
    problem: Problem | None = None,
    taken: list[FanPhoto] | None = None,
    refused: list[tuple[str, Problem]] | None = None,
) -> Response:
    """With all that was typed. A browser never fills a file box again: what was not taken has to be chosen once more."""
    wrong = [one for _name, one in refused or []] + ([problem] if problem else [])
    waits = next((one for one in wrong if isinstance(one, TooMany)), None)
    page = render_page(
        "tour/photos_new.html",
        Page(_("Add photos"), noindex=True),
        status=429 if waits else 422 if wrong else 200,
        form=form,
        gig=gig,
        taken=taken or [],
        refused=[(name, str(one)) for name, one in refused or []],
        chosen=bool(problem) and any(file.filename for file in request.files.getlist("file")),
        new_rules=rules.news_for(g.person),
        most=operations.AT_ONCE,
        megabytes=operations.MAX_BYTES // 1024**2,
    )
    return _with_wait(page, waits) if waits else page


def _with_wait(response: Response, problem: Problem) -> Response:
    if isinstance(problem, TooMany):
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
