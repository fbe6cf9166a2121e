"""Choosing many things, looking at what that comes to, putting them away, and the way back."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import keeps_order_only
from fansite.core.errors import NotFound
from fansite.core.web import Page, path_for, render_page
from fansite.lib.numbers import number_or_none
from fansite.moderation.blueprint import bp
from fansite.moderation.cards import file_path, kind_words, review_card
from fansite.moderation.cleanups import operations, queries
from fansite.moderation.cleanups.queries import Choice
from fansite.moderation.forms import CleanupForm
from fansite.moderation.models import Cleanup


@bp.get("/cleanups/")
@keeps_order_only
def cleanups() -> Response:
    """All there were, newest first."""
    before = number_or_none(request.args.get("before"))
    found, following = queries.newest(before)
    sizes = queries.sizes_of(found)
    return render_page(
        "moderation/cleanups.html",
        Page(_("Clean-ups"), noindex=True),
        rows=[(one, sizes.get(one.id, 0)) for one in found],
        following=following,
        first=before is None,
    )


@bp.route("/cleanups/new", methods=["GET", "POST"])
@keeps_order_only
def new_cleanup() -> Any:
    """What it would come to, before anything happens; nothing of the choice is kept but in the address and the form."""
    if request.method != "POST":
        choice = Choice.of(request.args)
        return _preview_page(choice, CleanupForm(formdata=None, closes=choice.scope == "person", nonce=secrets.token_urlsafe(16)))
    choice, form, made = Choice.of(request.form), CleanupForm(), list[Cleanup]()
    if not form.validate():
        return _preview_page(choice, form, 422)
    status = form.attempt(
        lambda: made.append(
            operations.ask(
                choice,
                by=g.person,
                reason=form.reason.data or "",
                closes=form.closes.data,
                everything=form.everything.data,
                nonce=form.nonce.data or None,
            )
        )
    )
    if status is not None:
        return _preview_page(choice, form, status)
    cleanup_id = made[0].id
    operations.begin(cleanup_id)
    return redirect(path_for("moderation.cleanup", cleanup_id=cleanup_id), 303)


@bp.get("/cleanups/<int:cleanup_id>")
@keeps_order_only
def cleanup(cleanup_id: int) -> Response:
    """How far it is, what it did, and the way back."""
    found = queries.cleanup(cleanup_id)
    if found is None:
        raise NotFound()
    progress = queries.progress(found)
    return render_page(
        "moderation/cleanup.html",
        Page(_("Clean-up %(number)s", number=cleanup_id), noindex=True),
        cleanup=found,
        progress=progress,
        kinds=[(kind_words(kind), number) for kind, number in progress.kinds.items()],
        people=[(account, file_path(account)) for account in queries.people_of(found)],
        samples=[review_card(item) for item in queries.some_of(found)],
    )


@bp.post("/cleanups/<int:cleanup_id>/undoing")
@keeps_order_only
def undo_cleanup(cleanup_id: int) -> Any:
    operations.undo(cleanup_id, by=g.person)
    operations.begin(cleanup_id)
    return redirect(path_for("moderation.cleanup", cleanup_id=cleanup_id), 303)


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _preview_page(choice: Choice, form: CleanupForm, status: int = 200) -> Response:
    preview = queries.preview(choice)
    if choice.scope == "person" and not preview.accounts:
        abort(404)  # nobody, or somebody who works here
    upto = choice.upto if choice.upto is not None else preview.newest
    return render_page(
        "moderation/cleanup_new.html",
        Page(_("Clean up"), noindex=True),
        status=status,
        choice=choice,
        facts=[*[(name, value) for name, value in choice.facts if name != "upto"], *([("upto", upto)] if upto else [])],
        preview=preview,
        kinds=[(kind_words(kind), number) for kind, number in preview.counts.items()],
        everything=[(kind_words(kind), number) for kind, number in (preview.everything or {}).items()],
        names=[(account, file_path(account)) for account in preview.names],
        samples=[review_card(item) for item in preview.samples],
        form=form,
        back=path_for("moderation.reported" if choice.sieve.queue == "reported" else "moderation.queue"),
    )
