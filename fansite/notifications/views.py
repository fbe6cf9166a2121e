"""`/account/notifications`: what one wants to hear of; the link in each mail that stops it; and at the desk, who was told of what."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import signed_in, staff_only
from fansite.core.web import Page, path_for, render_page
from fansite.core.web.paths import current_language, in_language
from fansite.notifications import operations, queries, showing, stopping
from fansite.notifications.channels import CHANNELS, choosable
from fansite.notifications.forms import box_name, choice_form
from fansite.tour.going.places import place_of

bp = Blueprint("notifications", __name__)


@bp.get("/account/notifications")
@signed_in
def settings() -> Response:
    chosen = queries.choices([g.person.id])
    ticked = {
        box_name(kind.name, channel.name): queries.wants(chosen, g.person.id, kind.name, channel.name)
        for kind, ways in choosable()
        for channel in ways
    }
    return render_page(
        "notifications/settings.html",
        Page(_("What we tell you"), noindex=True),
        rows=choosable(),
        channels=list(CHANNELS.values()),
        form=choice_form(choosable(), **ticked),
        box_name=box_name,
        place=place_of(g.person.id),
        place_path=in_language("/account/place", current_language()),
        saved=request.args.get("done") == "saved",
    )


@bp.post("/account/notifications")
@signed_in
def choose() -> Any:
    form = choice_form(choosable())
    wanted = {
        (kind.name, channel.name): bool(form[box_name(kind.name, channel.name)].data)
        for kind, ways in choosable()
        for channel in ways
    }
    operations.choose(wanted, by=g.person)
    return redirect(path_for("notifications.settings", done="saved"), 303)


@bp.get("/unsubscribe/<token>")
def stop(token: str) -> Response:
    """Programs open links before people do: nothing happens here."""
    _account, kinds = _read(token)
    return _stop_page(token, kinds)


@bp.post("/unsubscribe/<token>")
def stop_now(token: str) -> Response:
    """By the button of a mail program, which sends the two words of RFC 8058 and nothing else; or by one of the page's. The key is all
    it takes: whoever has it may stop these mails, and nothing more."""
    account_id, kinds = _read(token)
    what = request.form.get("what", "")
    if what == "again":
        operations.start_again(account_id, _named(request.form.get("kinds", "")) or kinds)
        return _stop_page(token, kinds, done="again")
    stopped = operations.stop(account_id, list(queries.kinds()) if what == "all" else kinds)
    return _stop_page(token, kinds, done="all" if what == "all" else "stopped", stopped=stopped)


# Mail programs have neither cookie nor origin.
stop_now.from_anywhere = True  # type: ignore[attr-defined]


@bp.get("/staff/notices")
@staff_only
def desk() -> Response:
    return render_page("notifications/desk.html", Page(_("Who was told"), noindex=True), rows=showing.lately())


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _read(token: str) -> tuple[int, list[str]]:
    """A banned person may stop mails too; who was erased is nobody."""
    found = stopping.read(token)
    if found is None or not queries.exists(found[0]):
        abort(404)
    return found[0], [kind for kind in found[1] if kind in queries.kinds()]


def _named(text: str) -> list[str]:
    return [kind for kind in text.split(",") if kind in queries.kinds()]


def _stop_page(token: str, kinds: list[str], *, done: str = "", stopped: list[str] | None = None) -> Response:
    titles = {"": _("No more of these mails?"), "again": _("You will hear from us again")}
    response = render_page(
        "notifications/stop.html",
        Page(titles.get(done, _("You will get no more of them")), noindex=True),
        token=token,
        kinds=[queries.kinds()[kind] for kind in kinds],
        done=done,
        stopped=",".join(stopped or kinds),
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response
