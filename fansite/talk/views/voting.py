"""A fan votes, votes otherwise, or takes it back."""

from __future__ import annotations

from typing import Any

from flask import g, redirect

from fansite.accounts.guards import signed_in
from fansite.core.db import db
from fansite.core.errors import Refused, TooMany
from fansite.core.web import entry_path
from fansite.lib.numbers import number_or_none
from fansite.talk.forms import VoteForm
from fansite.talk.polls import operations
from fansite.talk.views.blueprint import bp, public, status_of
from fansite.talk.views.reading import page_with

TAKE_BACK = "none"


@bp.post("/talk/<slug>/vote")
@signed_in
def vote(slug: str) -> Any:
    discussion, chosen = public(slug), VoteForm().option.data or ""
    discussion_id, address = discussion.id, entry_path(discussion, _anchor="poll")
    try:
        if chosen == TAKE_BACK:
            operations.take_back(discussion_id, by=g.person)
        else:
            operations.vote(discussion_id, number_or_none(chosen), by=g.person)
    except (Refused, TooMany) as problem:
        db.session.rollback()
        return page_with(public(slug), problem=problem, status=status_of(problem))
    return redirect(address, 303)
