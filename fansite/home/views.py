"""The front page, the static files, and how the site feels."""

from __future__ import annotations

import mimetypes
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, g, redirect, request, send_from_directory
from flask_babel import gettext as _

from fansite.comments import queries as comments
from fansite.core.db import db
from fansite.core.kept import site_name
from fansite.core.web import Page, path_for, public_url, render_page, unlocalized
from fansite.core.web.assets import Assets
from fansite.core.web.failures import NUMBERED, moved_here
from fansite.news import queries as news

bp = Blueprint("home", __name__)
LATEST_NEWS = 7
LATEST_COMMENTS = 5
mimetypes.add_type("text/javascript", ".js")


@bp.get("/")
def index() -> Any:
    """What is new, and who said what."""
    if any(name in request.args for name in NUMBERED) and (elsewhere := moved_here()):
        return redirect(elsewhere, 301)
    posts = news.latest(g.language, LATEST_NEWS)
    said = comments.latest(LATEST_COMMENTS)
    page = Page(
        site_name(),
        description=_("News of %(site)s, and what their fans say.", site=site_name()),
        path=path_for("home.index"),
        versions=[
            (language, path_for("home.index", language)) for language in current_app.extensions["fansite"].settings.languages
        ],
        nodes=[{"@type": "WebSite", "name": site_name(), "url": public_url("/"), "inLanguage": g.language}],
    )
    people = (f"account:{comment.author_id}" for comment in said)
    return render_page("home/index.html", page, tags=("list:news", "list:comments", *people), posts=posts, said=said)


@bp.get("/static/<version>/<path:name>")
@unlocalized
def static(version: str, name: str) -> Response:
    """Files under the version of today are kept for a year; an older version gets today's file, kept for a minute."""
    assets: Assets = current_app.extensions["fansite"].assets
    response = send_from_directory(assets.folder, name)
    current = version == assets.version
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "public, max-age=60"
    response.headers.pop("Vary", None)
    return response


@bp.get("/healthz")
@unlocalized
def alive() -> Response:
    """This process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@unlocalized
def ready() -> Response:
    """It can serve: the database answers."""
    try:
        db.session.execute(sa.text("SELECT 1 FROM entry LIMIT 1"))
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        abort(503)
    return Response("ok\n", mimetype="text/plain")
