"""The box in which somebody answers, and what stands in it already."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flask import request

from fansite.comments import operations, queries
from fansite.comments.forms import CommentForm
from fansite.comments.models import Comment
from fansite.core import nonces
from fansite.core.content import Entry
from fansite.core.web import made_each_time
from fansite.lib.numbers import row_number


@dataclass
class Box:
    """Where a word can be said. `form` is what was typed, with what is wrong with it; None in an empty box."""

    answers: int | None = None
    nonce: str | None = None
    form: CommentForm | None = None


def new_box(entry: Entry, person: Any) -> Box:
    """An empty box, or one with what could not be posted after signing in."""
    if "reply" in request.args or "quote" in request.args:
        made_each_time()  # every comment has its own, for the one who answers it
    box = Box(request.args.get("reply", type=row_number))
    if person is not None:
        box.nonce = nonces.fresh()
        token = request.args.get("draft", "")
        draft = operations.find_draft(token) if token else None
        if draft is not None and draft.entry_id == entry.id and draft.comment_id is None:
            box.answers, box.form = draft.parent_id, empty_form()
            box.nonce = secrets.token_urlsafe(16)  # written before: how long the page lies there tells nothing
            box.form.body.data = draft.body
    return box


def empty_form() -> CommentForm:
    return CommentForm(formdata=None)


def answered_by(entry: Entry, box: Box) -> Comment | None:
    """The comment the box answers, as long as it can be answered; it need not stand on this page."""
    comment = queries.with_context(box.answers) if box.answers else None
    return comment if comment is not None and comment.entry_id == entry.id and comment.visible else None
