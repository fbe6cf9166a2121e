"""What every template may use."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel import dates as babel_dates
from flask import Flask, g
from flask_babel import gettext as _
from markupsafe import Markup

from fansite.core.kept import site_name
from fansite.core.web.guard import csrf_field
from fansite.core.web.language import locale_of, words_in
from fansite.core.web.parts import part
from fansite.core.web.paths import current_language, entry_path, path_for, public_url, settings
from fansite.lib import covers, drawing, hand
from fansite.lib.times import as_said, w3c
from fansite.settings import Settings


def N_(text: str) -> str:
    """Words that are looked up later."""
    return text


AT_TIME = N_("%(day)s at %(time)s")
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)


def open_templates(app: Flask, settings: Settings) -> None:
    app.jinja_env.globals.update(
        url_for=path_for,
        entry_path=entry_path,
        public_url=public_url,
        static_url=app.extensions["fansite"].assets.url,
        csrf_field=csrf_field,
        languages=settings.languages,
        base_url=settings.base_url,
        drawn_cover=lambda seed, classes="", motif="": Markup(covers.cover(seed, classes, motif)),
        part=part,
        written=written,
        icon=lambda name, label="": Markup(drawing.icon(name, label)),
    )
    app.jinja_env.filters.update(framed=framed, day=day, month=month, moment=moment, w3c=w3c, clock=clock)

    @app.context_processor
    def always() -> dict[str, Any]:
        return {"person": g.get("person"), "language": current_language(), "site_name": site_name()}


def written(words: object) -> Markup | None:
    """A few words in the site's own hand, or None where it lacks a letter."""
    drawn = hand.written(str(words))
    return Markup(drawn) if drawn else None


def framed(html: str) -> Markup:
    """A text of ours with its tables in frames of their own: a wide one is pushed aside there, by key as well, and not the page."""
    if "<table" not in html:
        return Markup(html)
    opening = Markup('<div class="table-box" role="region" tabindex="0" aria-label="{}">').format(_("Table"))
    return Markup(TABLE.sub(lambda table: f"{opening}{table.group()}</div>", html))


def day(moment: datetime | date, form: str = "full") -> str:
    """Thursday 19 November 2026, in the site's zone and the reader's language; "long" leaves out the day of the week, "medium" is short."""
    return _day(_here(moment), form, current_language())


def month(at: datetime) -> str:
    """November 2026."""
    return _day(_here(at), "MMMM yyyy", current_language())


def moment(at: datetime) -> str:
    """19 November 2026 at 18:04: as the browser says it too, once it knows the reader's zone."""
    language = current_language()
    return words_in(language).ugettext(AT_TIME) % {"day": _day(_here(at), "long", language), "time": clock(at)}  # type: ignore[no-any-return]


def clock(at: datetime) -> str:
    return f"{at.astimezone(settings().timezone):%H:%M}"


def _here(moment: datetime | date) -> date:
    """The day it is then in the site's zone."""
    return moment.astimezone(settings().timezone).date() if isinstance(moment, datetime) else moment


@lru_cache(maxsize=4096)
def _day(of: date, form: str, language: str) -> str:
    """Days return on a page and from page to page; to spell one out takes longer than all else about it."""
    return as_said(str(babel_dates.format_date(of, form, locale_of(language))), of, language)
