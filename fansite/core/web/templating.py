"""What every template may use."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from flask import Flask, g
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _
from markupsafe import Markup

from fansite.core.kept import site_name
from fansite.core.web.guard import csrf_field
from fansite.core.web.paths import current_language, entry_path, path_for, public_url
from fansite.lib import covers, drawing, hand
from fansite.lib.times import w3c
from fansite.settings import Settings

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
    opening = Markup('<div class="table-box" role="region" tabindex="0" aria-label="{}">').format(_("Table"))
    return Markup(TABLE.sub(lambda table: f"{opening}{table.group()}</div>", html))


def day(moment: datetime | date, form: str = "long") -> str:
    """Thursday 19 November 2026, in the site's zone and the reader's language."""
    return str(format_date(moment, "full" if form == "long" else form))


def month(at: datetime) -> str:
    """November 2026."""
    return str(format_date(at, "MMMM yyyy"))


def moment(at: datetime) -> str:
    """19 November 2026 at 18:04: as the browser says it too, once it knows the reader's zone."""
    return str(_("%(day)s at %(time)s", day=format_date(at, "long"), time=clock(at)))


def clock(at: datetime) -> str:
    return str(format_datetime(at, "HH:mm"))
