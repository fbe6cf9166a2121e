"""What an older renderer made of a text is made anew by the worker, bit by bit: raising `RENDERER_VERSION` is all that a new one takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from fansite.core import markup
from fansite.core.content import Written, contents
from fansite.core.db import db, touch, transaction

# A million comments take a day, and nobody who writes meanwhile waits longer than for one of these bits.
EVERY = timedelta(seconds=30)
TEXTS = 20


def render_older() -> None:
    """Routine: entries of all kinds whose text is Markdown."""
    for content in contents().values():
        if issubclass(content.model, Written):
            renew(content.model, content.write_anew or _write, most=TEXTS)
        if content.more_texts is not None:
            renew(content.more_texts, _write, most=TEXTS)


def _write(text: Any) -> None:
    text.write(text.body)


def renew(model: Any, write: Callable[[Any], None], *, most: int, with_: Any = ()) -> None:
    """Writes some texts of this kind as they stand. Pages are old only where readers would see another text; no date moves."""
    is_older = model.renderer < markup.RENDERER_VERSION
    if db.session.scalar(sa.select(sa.literal(1)).select_from(model).where(is_older).limit(1)) is None:
        return
    with transaction() as session:
        for text in session.scalars(sa.select(model).where(is_older).limit(most).options(*with_)):
            was = text.html
            write(text)
            if text.html != was:
                touch(*text.page_tags)
