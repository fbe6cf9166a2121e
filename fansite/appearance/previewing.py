"""The site's own pages in the looks of the draft, for owners."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app, g, request
from werkzeug.exceptions import HTTPException

from fansite.appearance.models import Wanted
from fansite.appearance.showing import facts_of
from fansite.core.web import path_for
from fansite.core.web.guard import csrf_field

# Pages on which a look is judged: what it is called, and its view.
PREVIEWS = {"home": "home.index", "news": "news.index", "post": "news.show", "join": "accounts.join"}
LINK = re.compile(r'<a\b([^>]*?)\shref="(/[^"#?]*)"')


@contextmanager
def dressed(wanted: Wanted, name: str) -> Iterator[None]:
    """Whatever is rendered in here wears the draft, and is for a stranger's eyes; only the bar over it is the owner's."""
    owner, g.preview_token = g.person, csrf_field()
    g.previewed_facts, g.preview_pages, g.person = facts_of(wanted), [(key, key == name) for key in PREVIEWS], None
    try:
        yield
    finally:
        g.person = owner
        for mark in ("previewed_facts", "previewed_look", "preview_pages", "preview_token"):
            g.pop(mark, None)


def kept_inside(html: str) -> str:
    """A link to a page that can be previewed leads to its preview. All others open beside it, as `<base>` says: nobody leaves the draft
    unnoticed and takes the site as it is for the draft."""
    return LINK.sub(_within, html)


def _within(link: re.Match[str]) -> str:
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint, values = adapter.match(link[2].removeprefix(request.script_root) or "/", method="GET") if adapter else ("", {})
    except HTTPException:
        return link[0]
    name = next((name for name, previewed in PREVIEWS.items() if previewed == endpoint), None)
    if name is None:
        return link[0]
    return f'<a target="_self"{link[1]} href="{path_for("appearance.preview", name=name, of=values.get("slug"))}"'
