"""The parcel itself: pages to read in each language of the site, the same as JSON, and the pictures."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import render_template

from fansite.core.feature import Chapter
from fansite.core.web.language import speaking
from fansite.core.web.paths import settings
from fansite.lib.times import now, w3c


def packed(chapters: Sequence[Chapter], language: str) -> bytes:
    """The reader's own language first, the other pages beside it."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for code in settings().languages:
            archive.writestr("index.html" if code == language else f"index.{code}.html", _page(chapters, code, language))
        archive.writestr("data.json", json.dumps(_facts(chapters), ensure_ascii=False, indent=2, default=_plain))
        for chapter in chapters:
            for name, content in chapter.files:
                archive.writestr(f"{chapter.key}/{name}", content)
    return whole.getvalue()


def _page(chapters: Sequence[Chapter], code: str, own: str) -> str:
    with speaking(code):
        others = [(other, "index.html" if other == own else f"index.{other}.html") for other in settings().languages]
        return render_template("accounts/parcel.html", chapters=chapters, code=code, others=others, made_at=now())


def _facts(chapters: Sequence[Chapter]) -> dict[str, Any]:
    return {"made_at": now(), **{chapter.key: chapter.rows for chapter in chapters}}


def _plain(value: Any) -> str:
    return w3c(value) if isinstance(value, datetime) else str(value)
