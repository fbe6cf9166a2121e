"""What strangers wrote, handed over when they have signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from fansite.comments import operations
from fansite.comments.authors import address_of
from fansite.core.content import Entry
from fansite.core.db import get
from fansite.core.errors import Problem
from fansite.core.feature import Drafts
from fansite.core.web import entry_path, path_for


@dataclass(frozen=True)
class KeptText:
    text: str
    title: str
    path: str

    @property
    def heading(self) -> str:
        return str(_("Your comment on “%(title)s” is kept", title=self.title))


def find(token: str) -> KeptText | None:
    draft = operations.find_draft(token)
    if draft is None:
        return None
    return KeptText(draft.body, draft.entry.title, entry_path(draft.entry))


def post(token: str, person: Any) -> str:
    """The path to go on to: the comment, or the form with the text when it was not taken."""
    draft = operations.find_draft(token)
    if draft is None:
        return path_for("comments.mine")
    entry_id = draft.entry_id
    try:
        comment = operations.post_draft(token, by=person)
        return address_of(comment, get(Entry, entry_id))
    except Problem:
        # The page of the entry shows the text in its form; sending it there says what is wrong with it. Where there is no page any
        # more, the door shows it.
        entry = get(Entry, entry_id)
        return entry_path(entry, draft=token, _anchor="reply") if entry.public else path_for("accounts.login", draft=token)


drafts = Drafts(find=find, post=post)
