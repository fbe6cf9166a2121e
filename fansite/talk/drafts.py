"""What strangers wrote, handed over when they have signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from fansite.core.db import db
from fansite.core.errors import Problem
from fansite.core.feature import Drafts
from fansite.core.web import entry_path, path_for
from fansite.talk import operations


@dataclass(frozen=True)
class KeptText:
    text: str
    title: str
    path: str

    @property
    def heading(self) -> str:
        return str(_("Your discussion “%(title)s” is kept", title=self.title))


def find(token: str) -> KeptText | None:
    draft = operations.find_draft(token)
    return KeptText(draft.body, draft.title, path_for("talk.new", draft.language)) if draft is not None else None


def post(token: str, person: Any) -> str:
    """The path to go on to: the discussion, or the form with all of it when it was not taken."""
    draft = operations.find_draft(token)
    if draft is None:
        return path_for("talk.mine")
    language = draft.language
    try:
        return entry_path(operations.post_draft(token, by=person))
    except Problem:
        db.session.rollback()
        return path_for("talk.new", language, draft=token)


drafts = Drafts(find=find, post=post)
