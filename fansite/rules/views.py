"""`/rules`: what we ask of each other, all versions of it, and the desk where a new one is written."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import Blueprint, Response, g, redirect
from flask_babel import gettext as _

from fansite.accounts.guards import staff_only
from fansite.core.db import db
from fansite.core.errors import Conflict, NotFound, Refused
from fansite.core.kept import site_name
from fansite.core.web import Form, Page, cacheable, path_for, render_page
from fansite.core.web.paths import current_language, settings
from fansite.rules import defaults, operations, queries
from fansite.rules.forms import rules_form
from fansite.rules.models import Rules, Wording

bp = Blueprint("rules", __name__)


@bp.get("/rules")
@cacheable()
def show() -> Response:
    rules = queries.current()
    if rules is None:
        raise NotFound()
    return _page(rules, "rules.show", current=True)


@bp.get("/rules/<int:number>")
@cacheable()
def version(number: int) -> Response:
    """As it was: what somebody accepted, or was judged by."""
    rules = queries.version(number)
    if rules is None:
        raise NotFound()
    return _page(rules, "rules.version", current=number == queries.current_number(), number=number)


@bp.get("/staff/rules")
@staff_only
def write() -> Response:
    return _desk(rules_form(settings().languages, **_present()))


@bp.post("/staff/rules")
@staff_only
def publish() -> Any:
    form = rules_form(settings().languages)
    if not form.validate():
        return _desk(form, 422)
    texts = {language: _wording(form, language) for language in settings().languages}
    try:
        operations.publish(texts, by=g.person, after=form["after"].data)
    except (Refused, Conflict) as problem:
        db.session.rollback()
        if isinstance(problem, Conflict):
            form["after"].data, form["after"].raw_data = queries.current_number() or 0, None
        form.refuse(problem)
        return _desk(form, problem.status)
    return redirect(path_for("rules.show"), 303)


def _page(rules: Rules, endpoint: str, *, current: bool, **values: Any) -> Response:
    text = rules.text_in(g.language)
    written = {text.language for text in rules.texts}
    addresses = [(language, path_for(endpoint, language, **values)) for language in settings().languages if language in written]
    page = Page(
        _("The house rules") if endpoint == "rules.show" else _("The house rules, version %(number)s", number=rules.id),
        description=text.short,
        path=path_for("rules.show" if current else endpoint, **({} if current else values)),
        kind="article",
        versions=addresses,
        noindex=g.language not in written or not current,
        crumbs=[] if endpoint == "rules.show" else [(_("The house rules"), path_for("rules.show"))],
    )
    return render_page(
        "rules/show.html", page, tags=(queries.TAG,), rules=rules, text=text, current=current, versions=queries.versions()
    )


def _present() -> dict[str, Any]:
    """The version that holds, ready to be changed; on a site without rules, those the program brings."""
    rules = queries.current()
    texts: dict[str, Any] = defaults.texts(settings().languages)
    if rules is not None:
        texts = {language: rules.text_in(language) for language in settings().languages}
    values: dict[str, Any] = {"after": rules.id if rules is not None else 0}
    for language, text in texts.items():
        values |= {f"short_{language}": text.short, f"body_{language}": text.body}
    return values


def _wording(form: Form, language: str) -> Wording:
    short, body, changed = (form[f"{name}_{language}"].data or "" for name in ("short", "body", "changed"))
    return Wording(short.strip(), body.strip(), changed.strip())


def _desk(form: Form, status: int = 200) -> Response:
    """Given back with everything that was typed."""
    page = Page(_("The house rules of %(site)s", site=site_name()), noindex=True)
    languages = [(code, Locale.parse(code).get_display_name(current_language()) or code) for code in settings().languages]
    return render_page(
        "rules/write.html", page, status=status, form=form, languages_of_form=languages, versions=queries.versions()
    )
