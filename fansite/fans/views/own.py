"""`/account/profile`: what one says of oneself, and who sees it."""

from __future__ import annotations

from typing import Any

from flask import Response, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import signed_in
from fansite.core.errors import TooMany
from fansite.core.web import Page, path_for, render_page
from fansite.fans import operations, queries
from fansite.fans.forms import ProfileForm
from fansite.fans.views.blueprint import bp
from fansite.moderation.queries import rules_named


@bp.route("/account/profile", methods=["GET", "POST"])
@signed_in
def own_profile() -> Any:
    if request.method != "POST":
        return _page(ProfileForm(formdata=None, **queries.own_words(g.person.id)))
    form = ProfileForm()
    if not form.validate():
        return _page(form, 422)
    try:
        status = form.attempt(lambda: operations.save(form.wanted(), by=g.person))
    except TooMany as problem:
        form.refuse(problem)
        response = _page(form, problem.status)
        response.headers["Retry-After"] = str(problem.retry_after)
        return response
    return _page(form, status) if status else redirect(path_for("fans.own_profile", done="saved"), 303)


def _page(form: ProfileForm, status: int = 200) -> Response:
    latest = queries.latest_wording(g.person.id)
    named = rules_named("profile", [latest.id]) if latest is not None and latest.status in operations.REFUSED else {}
    return render_page(
        "fans/own_profile.html",
        Page(_("Your profile"), noindex=True),
        status=status,
        form=form,
        latest=latest,
        shown=latest is not None and latest.status != "published" and bool(operations.of(g.person.id, "published")),
        rules=named.get(latest.id, (None, None)) if latest is not None else (None, None),
        done=request.args.get("done") if status == 200 else None,
    )
