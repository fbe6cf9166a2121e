"""Anybody may say that something is wrong: the form, and the pages it stands on, of whatever can be reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, g, redirect, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length

from fansite.core.errors import Problem, Refused, TooMany
from fansite.core.limits import visitor_key
from fansite.core.web import Form, Page, render_page
from fansite.moderation import operations
from fansite.moderation.models import CATEGORIES

CATEGORY_WORDS = {
    "spam": _l("Spam or advertising"),
    "abuse": _l("Insult or threat"),
    "off-topic": _l("Has nothing to do with this page"),
    "private": _l("Tells something private about somebody"),
    "illegal": _l("Against the law"),
    "other": _l("Something else"),
}


class ReportForm(Form):
    category = RadioField(
        _l("What is wrong with it?"),
        choices=[SelectChoice(category, CATEGORY_WORDS[category]) for category in CATEGORIES],
        validators=[InputRequired(_l("Please choose what is wrong."))],
        validate_choice=False,
    )
    note = TextAreaField(
        _l("Anything the moderators should know"), validators=[Length(max=1000, message=_l("Please say it in 1,000 characters."))]
    )


@dataclass(frozen=True)
class Reported:
    """What somebody is about to complain of, as the form shows it."""

    kind: str
    id: int
    # Of the page, and the line below it: whose it is, and where it stands.
    title: str
    said_by: str
    # The thing itself, clean.
    html: Any
    back: str
    # Where the form is sent to, and where one is thanked.
    action: str
    thanks: str
    # What a stranger's page depends on.
    tags: tuple[str, ...] = ()


def quoted(html: Markup) -> Markup:
    """Clean words, as the form shows them."""
    return Markup('<blockquote class="sheet sheet--other"><div class="prose">{}</div></blockquote>').format(html)


def report_view(find: Callable[[], Reported]) -> Any:
    """The form, and what is sent with it. `find` raises what it has to, and is asked once more after a refusal, since the thing may have
    changed meanwhile."""
    thing, form = find(), ReportForm()
    if request.method != "POST":
        return _form_page(thing, form)
    if not form.validate():
        return _form_page(thing, form, Refused())
    said = {"category": form.category.data, "note": form.note.data or ""}
    try:
        operations.report(thing.kind, thing.id, by=g.person, address=visitor_key(), **said)
    except (Refused, TooMany) as problem:
        form.refuse(problem)
        return _form_page(find(), form, problem)
    return redirect(thing.thanks, 303)


def thanks_page(words: str, back: str, back_label: str) -> Response:
    page = Page(_("Thank you, a person will look at it"), noindex=True)
    return render_page("moderation/reported_thanks.html", page, words=words, back=back, back_label=back_label)


def _form_page(thing: Reported, form: ReportForm, problem: Problem | None = None) -> Response:
    tags = () if problem is not None else thing.tags
    status = problem.status if problem is not None else 200
    page = Page(thing.title, noindex=True)
    response = render_page("moderation/report.html", page, status=status, tags=tags, thing=thing, form=form)
    if isinstance(problem, TooMany):
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
