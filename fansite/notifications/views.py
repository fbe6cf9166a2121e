"""What one wants to hear of and was told, under `/account/`; the link in each mail that stops it; and at the desk, who was told of what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, redirect, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fansite.accounts.agents import described
from fansite.accounts.guards import signed_in, staff_only
from fansite.core.errors import Refused
from fansite.core.web import Page, path_for, render_page
from fansite.core.web.paths import current_language, in_language
from fansite.lib.times import now
from fansite.notifications import inbox as lines
from fansite.notifications import operations, push, queries, showing, stopping
from fansite.notifications.channels import CHANNELS, choosable
from fansite.notifications.forms import ClockForm, DeviceForm, ReadingForm, box_name, choice_form
from fansite.tour.going.places import place_of

GROUPS = {"evenings": _l("Evenings"), "people": _l("People"), "band": _l("The band")}

bp = Blueprint("notifications", __name__)


@bp.get("/account/notifications")
@signed_in
def settings() -> Response:
    return _settings_page(choice_form(choosable(), _as_chosen(g.person.id)))


@bp.post("/account/notifications")
@signed_in
def choose() -> Any:
    form, person = choice_form(choosable()), g.person
    if not form.validate():
        return _settings_page(form, status=422)
    wanted = {(kind.name, way.name): form.pace_of(kind.name, way) for kind, ways in choosable() for way in ways}
    clock = {"zone": form.zone.data or None, "quiet_from": form.quiet_from.data, "quiet_until": form.quiet_until.data}
    operations.keep(wanted, by=person, **clock)
    return redirect(path_for("notifications.settings", done="saved"), 303)


@bp.post("/account/notifications/devices")
@signed_in
def add_device() -> Any:
    """The browser that asks may be told from now on."""
    form, person = DeviceForm(), g.person
    told = (form.endpoint.data, form.p256dh.data, form.auth.data)
    try:
        if not form.validate():
            raise Refused("not what a browser tells")
        push.add_device(*told, agent=described(request.user_agent.string), by=person)
    except Refused:
        return _settings_page(choice_form(choosable(), _as_chosen(person.id)), status=422, device_refused=True)
    return redirect(path_for("notifications.settings", done="device") + "#devices", 303)


@bp.post("/account/notifications/devices/<int:device_id>/removal")
@signed_in
def forget_device(device_id: int) -> Any:
    if not push.forget_device(device_id, by=g.person):
        abort(404)
    return redirect(path_for("notifications.settings", done="forgotten") + "#devices", 303)


@bp.get("/push-worker.js")
def push_worker() -> Response:
    """At the root of the site, so that it may open any page of it."""
    response = Response(
        (Path(current_app.root_path) / "static" / "js" / "push-worker.js").read_bytes(), mimetype="text/javascript"
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/account/notices")
@signed_in
def inbox() -> Response:
    """Looking changes nothing: programs fetch pages before people do."""
    before = _before()
    return render_page(
        "notifications/inbox.html",
        Page(_("What you were told"), noindex=True),
        shown=lines.page(g.person, before),
        first=before is None,
        unread=queries.unread(),
    )


@bp.post("/account/notices/reading")
@signed_in
def read_all() -> Any:
    form = ReadingForm()
    if not form.validate() or form.newest.data is None:
        abort(400)
    lines.read_all(form.newest.data, by=g.person)
    return redirect(path_for("notifications.inbox"), 303)


@bp.post("/account/notices/<int:line_id>/reading")
@signed_in
def read_one(line_id: int) -> Any:
    """Sent along by a script when a line is followed."""
    lines.read_one(line_id, by=g.person)
    if request.accept_mimetypes.best == "application/json":
        return "", 204
    return redirect(path_for("notifications.inbox"), 303)


@bp.get("/unsubscribe/<token>")
def stop(token: str) -> Response:
    """Programs open links before people do: nothing happens here."""
    found = _read(token)
    return _stop_page(token, found[1]) if found is not None else _cut_short()


@bp.post("/unsubscribe/<token>")
def stop_now(token: str) -> Response:
    """By the button of a mail program, which sends the two words of RFC 8058 and nothing else; or by one of the page's. The key is all
    it takes: whoever has it may stop these mails, take that back if it was a slip, and nothing more."""
    found, what = _read(token), request.form.get("what", "")
    if found is None:
        return _cut_short()
    account_id, kinds = found
    if what == "again":
        asked = _named(request.form.get("kinds", "")) or kinds
        slip = queries.stopped_since(account_id, now() - stopping.A_SLIP, "mail")
        operations.start_again(account_id, sorted(slip.intersection(asked)))
        chosen = queries.choices([account_id])
        comes = [kind for kind in asked if queries.wants(chosen, account_id, kind, "mail")]
        if not comes:  # a slip of long ago is taken back by who signs in
            return _stop_page(token, kinds, done="stopped", stopped=asked)
        return _stop_page(token, comes, done="again", stopped=kinds)
    stopped = operations.stop(account_id, list(queries.kinds()) if what == "all" else kinds)
    return _stop_page(token, kinds, done="all" if what == "all" else "stopped", stopped=stopped)


# Mail programs have neither cookie nor origin.
stop_now.from_anywhere = True  # type: ignore[attr-defined]


@bp.get("/staff/notices")
@staff_only
def desk() -> Response:
    page = Page(_("Who was told"), noindex=True)
    return render_page("notifications/desk.html", page, rows=showing.lately(), channels=list(CHANNELS.values()))


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _as_chosen(account_id: int) -> dict[str, Any]:
    """What stands in the boxes."""
    chosen, setting = queries.choices([account_id]), queries.setting_of(account_id)
    found: dict[str, Any] = {}
    if setting is not None:
        found = {"zone": setting.zone or "", "quiet_from": setting.quiet_from, "quiet_until": setting.quiet_until}
    for kind, ways in choosable():
        for way in ways:
            pace = queries.pace(chosen, account_id, kind.name, way.name)
            found[box_name(kind.name, way.name)] = pace if len(way.paces) > 1 else pace != "off"
    return found


def _settings_page(form: ClockForm, *, status: int = 200, device_refused: bool = False) -> Response:
    devices = queries.devices_of(g.person.id)
    return render_page(
        "notifications/settings.html",
        Page(_("What we tell you"), noindex=True),
        status=status,
        groups=_groups(),
        form=form,
        box_name=box_name,
        place=place_of(g.person.id),
        place_path=in_language("/account/place", current_language()),
        devices=[(device, push.mark_of(device.endpoint)) for device in devices],
        device_refused=device_refused,
        push_key=push.public_key(),
        done=request.args.get("done", ""),
    )


def _groups() -> list[tuple[Any, list[Any]]]:
    """(heading, kinds with their ways), those that have any."""
    found = [(label, [row for row in choosable() if row[0].group == group]) for group, label in GROUPS.items()]
    return [(label, rows) for label, rows in found if rows]


def _before() -> int | None:
    text = request.args.get("before", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        abort(404)
    return int(text)


def _read(token: str) -> tuple[int, list[str]] | None:
    """A banned person may stop mails too; who was erased is nobody."""
    found = stopping.read(token)
    if found is None or not queries.exists(found[0]):
        return None
    if found[1] == [stopping.ALL]:
        return found[0], list(queries.kinds())
    return found[0], [kind for kind in found[1] if kind in queries.kinds()]


def _named(text: str) -> list[str]:
    return [kind for kind in text.split(",") if kind in queries.kinds()]


def _cut_short() -> Response:
    """Who wants no more mails is not sent away with a link that is none."""
    response = render_page("notifications/cut_short.html", Page(_("This link does nothing"), noindex=True), status=404)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


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
