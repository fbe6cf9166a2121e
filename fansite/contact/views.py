"""`/contact`: a letter to the band; and the heap of letters at the desk."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import staff_only
from fansite.contact import operations, queries
from fansite.contact.forms import LetterForm, MarkForm
from fansite.contact.models import KEEP_SPAM, Letter
from fansite.core.db import db
from fansite.core.errors import Refused, TooMany
from fansite.core.kept import site_name
from fansite.core.limits import visitor_key
from fansite.core.web import Page, Pages, cacheable, page_number, path_for, render_page
from fansite.core.web.paths import settings
from fansite.lib.numbers import row_number

bp = Blueprint("contact", __name__)


@bp.get("/contact")
@cacheable()
def write() -> Response:
    """The same for every stranger; who is signed in finds name and address filled in."""
    known = {"name": g.person.username, "email": g.person.email or ""} if g.person is not None else {}
    return _page(LetterForm(formdata=None, **known))


@bp.post("/contact")
def send() -> Any:
    form = LetterForm()
    if not form.validate():
        return _page(form, 422)
    try:
        operations.send(
            name=form.name.data or "",
            email=form.email.data or "",
            subject=form.subject.data or "",
            body=form.body.data or "",
            language=g.language,
            address=visitor_key(),
            by=g.person,
            trapped=bool(form.website.data),
        )
    except (Refused, TooMany) as problem:
        db.session.rollback()
        form.refuse(problem)
        response = _page(form, problem.status)
        if isinstance(problem, TooMany):
            response.headers["Retry-After"] = str(problem.retry_after)
        return response
    return redirect(path_for("contact.sent"), 303)


@bp.get("/contact/sent")
def sent() -> Response:
    return render_page("contact/sent.html", Page(_("Your letter is here"), noindex=True))


@bp.get("/staff/letters")
@staff_only
def letters() -> Response:
    name = request.args.get("heap", "open")
    if name not in queries.HEAPS:
        abort(404)
    page = page_number()
    found, last = queries.heap(name, page)
    if page > last:
        abort(404)
    extra = (("heap", name),) if name != "open" else ()
    return render_page(
        "contact/letters.html",
        Page(_("Letters"), noindex=True),
        letters=found,
        heap=name,
        pages=Pages(page, last, path_for("contact.letters"), extra),
        spam_days=KEEP_SPAM.days,
        done=_marked(request.args.get("done", type=row_number)),
    )


@bp.get("/staff/letters/<int:letter_id>")
@staff_only
def letter(letter_id: int) -> Response:
    return _letter_page(letter_id)


@bp.post("/staff/letters/<int:letter_id>/state")
@staff_only
def mark(letter_id: int) -> Any:
    form = MarkForm()
    if not form.validate():
        raise Refused(_("Please choose a decision."))
    wanted = form.state.data or ""
    operations.mark(letter_id, wanted, by=g.person)
    return redirect(path_for("contact.letters", done=letter_id if wanted != "undo" else None), 303)


def _page(form: LetterForm, status: int = 200) -> Response:
    """The band's own page of that name stands over the form; without one, a line of ours."""
    over = queries.pages_over_the_form()
    mine = over.get(g.language) or next(iter(over.values()), None)
    title = mine.title if mine is not None else _("Write to us")
    page = Page(
        title,
        description=mine.summary
        if mine is not None
        else _("Write to %(site)s: concerts, press, records, anything else.", site=site_name()),
        path=path_for("contact.write"),
        kind="article",
        versions=[(language, path_for("contact.write", language)) for language in settings().languages],
        nodes=[{"@type": "ContactPage", "name": title, "inLanguage": g.language}],
    )
    tags = ("list:page", *(f"entry:{one.id}" for one in over.values()))
    return render_page("contact/write.html", page, tags=tags, status=status, form=form, over=mine)


def _marked(letter_id: int | None) -> Letter | None:
    """What was just done, with the way back."""
    found = db.session.get(Letter, letter_id) if letter_id else None
    return found if found is not None and found.decided_by_id == g.person.id and found.before is not None else None


def _letter_page(letter_id: int) -> Response:
    found = db.session.get(Letter, letter_id)
    if found is None:
        abort(404)
    return render_page("contact/letter.html", Page(found.subject, noindex=True), letter=found)
