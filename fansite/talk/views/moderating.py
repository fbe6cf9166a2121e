"""What answered a discussion, and how it is kept in order. Each act is a button that its opposite takes back."""

from __future__ import annotations

from typing import Any

from flask import abort, g, redirect
from flask_babel import gettext as _

from fansite.accounts.guards import keeps_order_only, signed_in
from fansite.comments import queries as comments
from fansite.core.content import content_of
from fansite.core.db import db, get
from fansite.core.errors import Refused
from fansite.core.web import entry_path
from fansite.talk import operations
from fansite.talk.forms import ClosingForm, PinForm, SolutionForm, TagsForm
from fansite.talk.models import Discussion
from fansite.talk.views.blueprint import bp, seen
from fansite.talk.views.reading import page_with


@bp.post("/talk/replies/<int:comment_id>/solution")
@signed_in
def solution(comment_id: int) -> Any:
    """Marks a reply as what answered the discussion, or takes the mark off it."""
    comment = comments.with_context(comment_id)
    if comment is None or comment.entry.kind != "talk" or not content_of(comment.entry).policy.read(g.person, comment.entry):
        abort(404)
    discussion_id, solved = comment.entry_id, bool(SolutionForm().solved.data)
    return _done(discussion_id, lambda: operations.solve(discussion_id, comment_id if solved else None, by=g.person), "")


@bp.post("/talk/<slug>/pin")
@keeps_order_only
def pin(slug: str) -> Any:
    discussion_id, pinned = seen(slug).id, bool(PinForm().pinned.data)
    return _done(discussion_id, lambda: operations.pin(discussion_id, pinned, by=g.person), "pinned" if pinned else "unpinned")


@bp.post("/talk/<slug>/closing")
@keeps_order_only
def closing(slug: str) -> Any:
    discussion_id, closed = seen(slug).id, bool(ClosingForm().closed.data)
    return _done(
        discussion_id, lambda: operations.set_open(discussion_id, not closed, by=g.person), "closed" if closed else "opened"
    )


@bp.post("/talk/<slug>/tags")
@keeps_order_only
def move_tags(slug: str) -> Any:
    discussion_id, form = seen(slug).id, TagsForm()
    try:
        operations.move_tags(discussion_id, form.tags.data or "", by=g.person)
    except Refused as problem:
        db.session.rollback()
        form.refuse(problem)
        return page_with(seen(slug), problem=Refused(_("The tags were not changed.")), status=422, tags_form=form)
    return redirect(entry_path(get(Discussion, discussion_id), done="tags"), 303)


def _done(discussion_id: int, act: Any, done: str) -> Any:
    """Back on the page, which says what was done; or why it was not."""
    try:
        discussion = act()
    except Refused as problem:
        db.session.rollback()
        return page_with(seen(get(Discussion, discussion_id).slug), problem=problem, status=422)
    anchor = None if done else "solved" if discussion.solved_comment_id else "comments"
    return redirect(entry_path(discussion, done=done or None, _anchor=anchor), 303)
