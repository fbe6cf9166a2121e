"""The page of the editor: its form as it is filled at first, and all that stands around it."""

from __future__ import annotations

import secrets
from types import SimpleNamespace
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from fansite.core.web import Page, render_page
from fansite.core.web.forms import clean
from fansite.core.web.paths import settings
from fansite.lib.numbers import row_number
from fansite.news.models import WORDS_A_MINUTE
from fansite.staff import queries
from fansite.staff.comparing import Difference, compare
from fansite.staff.desks import Desk
from fansite.staff.forms import EntryForm, on_the_wall
from fansite.staff.views.sitting import sitting_of

# What is compared when two people wrote at once.
COMPARED = ("title", "body", "summary", "slug", "tags", "gigs", "menu_order")


def blank(desk: Desk) -> EntryForm:
    """A new text, or the translation of one that is there."""
    form = desk.form(formdata=None, comments_open=desk.comments_open, language=settings().language, cover_seed=str(lot()))
    form.cover.data = request.args.get("cover", None, type=row_number)
    original = queries.opened(desk.model, request.args.get("translation_of", 0, type=row_number))
    if original is not None:
        wanted = request.args.get("text_language", "")
        form.language.data = wanted if wanted in settings().languages else settings().language
        form.translation_of.data = original.group_id
        form.comments_open.data = original.comments_open
        for name, value in desk.own(original).items():
            form[name].data = value
        form.cover.data = original.cover_id
        # The very same drawing, which its number gave it until now.
        form.cover_seed.data, form.cover_motif.data = str(original.cover_seed), original.cover_motif
    return form


def filled(desk: Desk, entry: Any) -> EntryForm:
    form = desk.form(
        formdata=None,
        title=entry.title,
        body=entry.body,
        summary=entry.summary,
        slug=entry.slug,
        language=entry.language,
        comments_open=entry.comments_open,
        cover_seed=str(entry.cover_seed),
        cover_motif=entry.cover_motif,
        version=str(entry.version),
        at=on_the_wall(entry.published_at, settings().timezone) if entry.status == "scheduled" else None,
        **desk.own(entry),
    )
    form.translation_of.data = entry.translation_of_id
    form.cover.data = entry.cover_id
    return form


def lot() -> int:
    """One of the many covers that can be drawn."""
    return 1 + secrets.randbelow(1_000_000)


def differences_of(stored: EntryForm, typed: EntryForm) -> list[Difference]:
    """Of all boxes that hold words."""
    pairs = [(stored[name], typed[name]) for name in COMPARED if name in typed]
    worded = [(theirs.label.text, clean(theirs._value()), clean(mine._value())) for theirs, mine in pairs]
    return [Difference(label, compare(theirs, mine)) for label, theirs, mine in worded if theirs.strip() != mine.strip()]


def editor_page(desk: Desk, form: EntryForm, entry: Any, *, status: int = 200, differences: Any = None) -> Response:
    form.translation_of.choices = [("", "–"), *queries.translatable(desk.kind, entry)]
    chosen, covers = form.covers()
    page = Page(_("Write: %(title)s", title=entry.title) if entry is not None else str(desk.new), noindex=True)
    return render_page(
        "staff/editor.html",
        page,
        status=status,
        desk=desk,
        form=form,
        entry=entry,
        # What somebody else saved in the meantime, beside what was typed; None while nobody did.
        differences=differences,
        sitting=sitting_of(desk, form, entry),
        words_a_minute=WORDS_A_MINUTE,
        original=_original(desk, form, entry),
        typed=request.method == "POST",
        finished=request.args.get("sitting", "") if "said" in request.args else "",
        others=queries.versions(entry) if entry is not None else [],
        cover=chosen,
        covers=covers,
        drawn=_drawn(desk, form, entry),
        zone=settings().timezone.key,
        notice=_notice(entry) if request.method == "GET" else None,
    )


def _original(desk: Desk, form: EntryForm, entry: Any) -> Any:
    """What this text is the translation of."""
    original = queries.opened(desk.model, form.translation_of.data) if form.translation_of.data else None
    return original if original is not None and (entry is None or original.id != entry.id) else None


def _drawn(desk: Desk, form: EntryForm, entry: Any) -> SimpleNamespace:
    """What is drawn where no picture is chosen, as its cover asks for it."""
    group = entry.group_id if entry is not None else form.translation_of.data
    wording = form.wording()
    return SimpleNamespace(
        kind=desk.kind, group_id=group, cover=None, cover_seed=wording["cover_seed"], cover_motif=wording["cover_motif"]
    )


def _notice(entry: Any) -> tuple[str, str] | None:
    known = {
        "saved": _("Saved."),
        "published": _("It is public now."),
        # A time that has passed is only its date.
        "planned": _("It will be published by itself.") if entry is None or not entry.public else _("It is public now."),
        "recalled": _("Back among the drafts. Nobody outside sees it."),
        "withdrawn": _("Taken down. Its address says so; “Publish again” brings it back as it was."),
    }
    words = known.get(request.args.get("said", ""))
    return ("good", words) if words else None
