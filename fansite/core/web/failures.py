"""What went wrong, as a page of the site in the visitor's language."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, Response, current_app, g, jsonify, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from fansite.core.content import at_old_address
from fansite.core.db import db
from fansite.core.errors import Problem, TooMany
from fansite.core.web.guard import typed_fields
from fansite.core.web.language import location, speak_as_visitor
from fansite.core.web.pages import Page, private
from fansite.core.web.paths import current_language, entry_path, path_for
from fansite.core.web.spoken import environment_in
from fansite.settings import Settings

log = structlog.get_logger("web")

# How WordPress names a text by its number in the query of an address.
NUMBERED = ("p", "page_id")
# Seconds after which a visitor met by a fault that passes may come back.
COME_BACK = 5


# What SQLite says when it cannot be reached; its other operational errors are mistakes of ours.
AWAY = ("locked", "unable to open", "disk", "readonly", "no such table")


def open_failures(app: Flask, settings: Settings) -> None:
    app.config["TRAP_HTTP_EXCEPTIONS"] = False

    @app.errorhandler(HTTPException)
    def http_failure(problem: HTTPException) -> Any:
        code = problem.code or 500
        if code == 404 and request.method in ("GET", "HEAD"):
            elsewhere = moved_here() or other_spelling()
            if elsewhere:
                return redirect(elsewhere, 301)
        if code < 400:
            return problem
        response = failure_page(settings, code)
        for name, value in problem.get_headers(request.environ):
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
        return response

    @app.errorhandler(Problem)
    def known_problem(problem: Problem) -> Response:
        response = failure_page(settings, problem.status, problem.text)
        if isinstance(problem, TooMany):
            response.headers["Retry-After"] = str(problem.retry_after)
        return response

    @app.errorhandler(sa.exc.OperationalError)
    def database_away(problem: sa.exc.OperationalError) -> Response:
        if settings.sqlite and not any(words in str(problem.orig) for words in AWAY):
            return unexpected(problem)
        log.error("database-away", error=str(problem.orig))
        db.session.rollback()
        return bare_page(settings, 503)

    @app.errorhandler(Exception)
    def unexpected(problem: Exception) -> Response:
        log.exception("unexpected", path=request.path)
        db.session.rollback()
        return bare_page(settings, 500)


def other_spelling() -> str | None:
    """The one lasting spelling of an address that was written in another way: case and slashes."""
    path = request.path
    wanted = path.lower()
    while "//" in wanted:
        wanted = wanted.replace("//", "/")
    candidates = [wanted]
    if request.url_rule is None:  # where a route looked and found nothing, a slash at the end changes nothing
        candidates += [wanted.rstrip("/") or "/", wanted.rstrip("/") + "/"]
    for candidate in candidates:
        if candidate != path and _leads_somewhere(candidate):
            return location(request.script_root + candidate)
    return None


def _leads_somewhere(path: str) -> bool:
    try:
        current_app.url_map.bind("localhost").match(path, method="GET")
    except HTTPException:
        return False
    return True


def moved_here() -> str | None:
    """Where an address of a site that was imported leads: by the number WordPress gave the text (`/?p=12`) or by its path."""
    path = request.script_root + request.path
    folder = path.removesuffix("index.php").rstrip("/") + "/"
    numbers = [f"{name}={request.args[name]}" for name in NUMBERED if name in request.args]
    for at, query in [*((folder, number) for number in numbers), (path, "")]:
        entry = at_old_address(at, query)
        if entry is not None and entry.public:
            return entry_path(entry)
    return next(filter(None, (leads(path) for leads in current_app.extensions["fansite"].old_addresses)), None)


def words(code: int) -> tuple[str, str]:
    """Title and text: what happened, what is safe, what to do."""
    known = {
        400: (_("That request made no sense"), _("Something in it was malformed. Go back and try once more.")),
        403: (_("Not for you, this one"), _("You are not allowed to do that here. If you should be, ask the band.")),
        404: (_("No burrow at this address"), _("Perhaps the link was cut short. The news is where it was.")),
        405: (_("Not in this way"), _("This address does not answer that kind of request.")),
        409: (
            _("Somebody was quicker"),
            _("This was decided a moment ago by someone else. Have a look before you decide again."),
        ),
        410: (_("This page was taken down"), _("We withdrew it on purpose, and it will not come back.")),
        413: (_("Too much at once"), _("That was more than this form takes. Shorten it and send it again.")),
        422: (_("Something needs another look"), _("Go back, correct it and send it again. What you typed is still there.")),
        429: (_("A little slower, please"), _("That was quicker than a bourrée. Try again in a moment.")),
        503: (_("Back in a moment"), _("The site is catching its breath. Nothing is lost; try again in a few seconds.")),
    }
    return known.get(
        code,
        (_("Something broke on our side"), _("It is noted in the log. Nothing you sent before is lost; try again in a moment.")),
    )


def failure_page(settings: Settings, code: int, text: object = "") -> Response:
    speak_as_visitor(settings)
    title, usual = words(code)
    text = str(text) or usual
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        answer = jsonify({"error": {"code": code, "title": title, "text": text}})
        answer.status_code = code
        return private(answer)
    try:
        acts = [(_("Home"), path_for("home.index"), True), (_("Search"), path_for("search.index"), False)]
        page = Page(title=title, noindex=True)
        spoken = environment_in(current_app, current_language()).get_template("errors/error.html")
        body = render_template(spoken, page=page, code=code, title=title, text=text, acts=acts, language_switch=[])
    except Exception:  # the page about a failure must not fail: the plain one needs neither database nor menu
        log.exception("error-page-failed", code=code)
        return bare_page(settings, code)
    return private(Response(body, code))


def _typed() -> list[tuple[str, str]]:
    """What a form brought: no text is lost because we stumbled over it."""
    try:
        return typed_fields() if request.method == "POST" else []
    except HTTPException:  # not a form we can read
        return []


def bare_page(settings: Settings, code: int) -> Response:
    """For the moments when nothing may be asked of the database."""
    language = request.accept_languages.best_match(settings.languages) or settings.language
    g.language, g.asks_nothing = language, True
    title, text = words(code)
    # Not render_template: what every page is given there asks the database.
    template = current_app.jinja_env.get_template("errors/bare.html")
    body = template.render(
        code=code,
        title=title,
        text=text,
        language=language,
        site_name=settings.site_name,
        fields=_typed(),
        action=request.script_root + request.full_path.rstrip("?"),
    )
    response = private(Response(body, code))
    if code == 503:
        response.headers["Retry-After"] = str(COME_BACK)
    return response
