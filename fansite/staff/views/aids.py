"""What helps while somebody writes: how the text will read and look elsewhere, names and texts to link to, pictures, pasted pages."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, g, jsonify, make_response, render_template, request

from fansite.accounts.guards import staff_only
from fansite.appearance import drawing_inks
from fansite.core import limits, markup
from fansite.core.content import rendered
from fansite.core.kept import site_name
from fansite.core.web import path_for
from fansite.core.web.forms import clean
from fansite.core.web.pages import private
from fansite.core.wording import MAX_BODY
from fansite.lib.numbers import number_or_none
from fansite.media import operations as media
from fansite.media import queries as pictures
from fansite.media.showing import described
from fansite.seo.cards import Card, draw
from fansite.staff import queries
from fansite.staff.desks import DESKS
from fansite.staff.forms import MOTIF_NAMES
from fansite.staff.views.blueprint import bp

# A hand that never rests asks for one a second.
A_MINUTE = "120 per minute"
MAX_PASTE = 1_000_000
# A long letter out of a word processor has some thousand tags and entities; what has more comes as plain words.
MOST_MARKS = 10_000


@bp.post("/writing/rendering")
@staff_only
def rendering() -> Any:
    """The text as its page will show it, by the one renderer. Nothing is stored."""
    _spend("rendering")
    body = clean(request.form.get("body", ""))
    markup.check(body, limit=MAX_BODY)
    return private(make_response(render_template("staff/_rendering.html", html=rendered(body))))


@bp.get("/writing/card")
@staff_only
def card_preview() -> Response:
    """What a link to it will show elsewhere, drawn from what is typed."""
    _spend("card")
    title = " ".join(clean(request.args.get("title", "")).split())[:200] or "–"
    motif = request.args.get("motif", "")
    cover = pictures.in_library(number_or_none(request.args.get("cover")))
    seed = request.args.get("seed", "")[:80]
    data, ending = draw(Card(title, site_name(), seed, drawing_inks(), motif if motif in MOTIF_NAMES else "", _file(cover)))
    return private(Response(data, mimetype={"png": "image/png", "jpg": "image/jpeg"}[ending]))


def _file(picture: Any) -> bytes | None:
    if picture is None:
        return None
    try:
        with media.storage().open(picture.name) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


@bp.get("/writing/names")
@staff_only
def names() -> Response:
    """People whose names begin so."""
    _spend("names")
    return _told([{"label": f"@{name}", "text": f"[@{name}]({_fan(name)})"} for name in queries.names(_asked())])


@bp.get("/writing/texts")
@staff_only
def texts() -> Response:
    """Texts whose titles hold these words; what is public first."""
    _spend("texts")
    found = queries.titled(_asked(), tuple(DESKS))
    return _told([{"label": one.title, "note": one.note, "text": f"[{_label(one.title)}]({one.address})"} for one in found])


@bp.get("/writing/pictures")
@staff_only
def choice_of_pictures() -> Response:
    """Of the library, the last first."""
    _spend("pictures")
    found, _last = pictures.library(1, words=_asked())
    return _told([described(picture) for picture in found[:24]])


@bp.post("/writing/markdown")
@staff_only
def markdown() -> Response:
    """What was copied out of a page or a letter, as Markdown."""
    from fansite.staff.pasting import pasted  # its parsers are dear to import, and few paste

    _spend("markdown")
    html = request.form.get("html", "")
    if len(html) > MAX_PASTE or html.count("<") + html.count("&") > MOST_MARKS:
        abort(413)
    return _told({"markdown": pasted(html)})


def _spend(name: str) -> None:
    limits.spend(name, A_MINUTE, str(g.person.id))


def _asked() -> str:
    return clean(request.args.get("q", ""))[:100].strip()


def _fan(name: str) -> str:
    return path_for("fans.show", username=name.lower())


def _label(title: str) -> str:
    """Words that cannot end the brackets around them."""
    return title.replace("\\", "").replace("[", "(").replace("]", ")")


def _told(facts: Any) -> Response:
    return private(jsonify(facts))
