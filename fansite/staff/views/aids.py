"""What helps while somebody writes: how the text will read."""

from __future__ import annotations

from typing import Any

from flask import g, make_response, render_template, request

from fansite.accounts.guards import staff_only
from fansite.core import limits, markup
from fansite.core.content import rendered
from fansite.core.web.forms import clean
from fansite.core.web.pages import private
from fansite.core.wording import MAX_BODY
from fansite.staff.views.blueprint import bp

# A hand that never rests asks for one a second.
A_MINUTE = "120 per minute"


@bp.post("/writing/rendering")
@staff_only
def rendering() -> Any:
    """The text as its page will show it, by the one renderer. Nothing is stored."""
    limits.spend("rendering", A_MINUTE, str(g.person.id))
    body = clean(request.form.get("body", ""))
    markup.check(body, limit=MAX_BODY)
    return private(make_response(render_template("staff/_rendering.html", html=rendered(body))))
