"""The one renderer: Markdown and imported HTML to HTML that is safe in every page, mail and feed. Needs neither a request nor a database."""

from __future__ import annotations

import logging
import re
from html import escape

from flask_babel import lazy_gettext as _l

from fansite.core.errors import Refused

from . import cleaning, dialects, effort, fitting
from .dialects import Trust
from .names import Names
from .pictures import Image, Pictures, Written, simple, with_pictures
from .texts import one_line, plain, says_something, summary_of, tidy, without_unseen

__all__ = [
    "RENDERER_VERSION",
    "Image",
    "Names",
    "Pictures",
    "TooComplex",
    "Trust",
    "Written",
    "check",
    "clean_html",
    "one_line",
    "plain",
    "render",
    "says_something",
    "simple",
    "summary_of",
    "tidy",
]

# Stored beside rendered text. Raise it when the same text would come out otherwise: the worker then renders again what is older.
RENDERER_VERSION = 2

_log = logging.getLogger(__name__)

_TOO_MUCH = {
    "brackets": _l("One paragraph has too many open brackets. Close them, or part the paragraph with an empty line."),
    "marks": _l("There are too many stars, underscores, bars or links here. Take some out."),
    "lines": _l("There are too many lists, headings or rules in one block. Put empty lines between them."),
    "depth": _l("Quotes or lists are nested too deep here. Ten levels are more than anyone can read."),
    "tags": _l("There are too many “<” signs here. Take some out, or put code between lines of ```."),
    "length": _l("This text has too many short lines and paragraphs. Join some, or part the text in two."),
}


class TooComplex(Refused):
    """A text that would keep the renderer busy for too long; says what to change."""


def check(text: str, *, limit: int, field: str = "body") -> None:
    """Refuses a text that is too long, or too much work for its length (SECURITY §4.18)."""
    text = tidy(text)
    if len(text) > limit:
        raise TooComplex(
            _l("This text has %(length)s characters; %(limit)s are the most.", length=len(text), limit=limit), field=field
        )
    cause = effort.too_much(text)
    if cause:
        raise TooComplex(_TOO_MUCH[cause], field=field)


def render(
    text: str,
    *,
    trust: Trust,
    standing: bool = False,
    id_prefix: str = "",
    home: str = "",
    pictures: Pictures | None = None,
    names: Names | None = None,
) -> str:
    """Safe HTML. `standing`: links of this fan count for search engines. `id_prefix`: keeps footnotes of two texts on a page apart.
    `home`: the address of this site, whose pictures are shown; all others become links. `pictures` writes those it knows.
    `names`: who can be named by "@" in a fan's text."""
    text = tidy(text)
    html = clean_html(_marked_up(text, trust, names), trust, standing=standing, id_prefix=id_prefix, home=home)
    return with_pictures(html, pictures) if pictures and trust == "staff" else html


def clean_html(html: str, trust: Trust, *, standing: bool = False, id_prefix: str = "", home: str = "") -> str:
    """Foreign HTML as it may stand in a page."""
    drafted = without_unseen(cleaning.draft(without_unseen(html), trust))
    # Cleaned twice: what was taken out or fitted in between could have joined two harmless halves.
    return cleaning.final(fitting.fit(drafted, trust, id_prefix, home), trust, standing).strip()


def _marked_up(text: str, trust: Trust, names: Names | None) -> str:
    """A text that got past the check by another way, or that breaks the parser, is shown as it was typed: no page fails over it."""
    if effort.too_much(text):
        return _as_typed(text)
    try:
        return dialects.to_html(text, trust, names)
    except Exception:
        _log.exception("markdown failed on a text of %d characters", len(text))
        return _as_typed(text)


def _as_typed(text: str) -> str:
    paragraphs = re.split(r"\n\s*\n", escape(text, quote=False).strip())
    return "\n".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)
