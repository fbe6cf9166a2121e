"""The one renderer: Markdown and imported HTML to HTML that is safe in every page, mail and feed. Needs neither a request nor a database."""

from __future__ import annotations

import logging
import re
from html import escape

from . import cleaning, dialects, fitting
from .dialects import Trust
from .texts import plain, summary_of, tidy, without_unseen

__all__ = ["RENDERER_VERSION", "Trust", "check", "clean_html", "plain", "render", "summary_of", "tidy"]
# Stored beside rendered text. Raise it when the same text would come out otherwise.
RENDERER_VERSION = 1

_log = logging.getLogger(__name__)


def render(text: str, *, trust: Trust, standing: bool = False, id_prefix: str = "") -> str:
    return clean_html(dialects.to_html(tidy(text), trust), trust, standing=standing, id_prefix=id_prefix)


def clean_html(html: str, trust: Trust, *, standing: bool = False, id_prefix: str = "") -> str:
    """Foreign HTML as it may stand in a page."""
    drafted = without_unseen(cleaning.draft(without_unseen(html), trust))
    # Cleaned twice, since what was removed or fitted in between could have joined two harmless halves.
    return cleaning.final(fitting.fit(drafted, trust, id_prefix), trust, standing).strip()
