"""The one blueprint of all these pages, and how they find their discussion."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g

from fansite.core.content import by_slug
from fansite.core.entries import require_public, require_sight, stands_for
from fansite.core.errors import Problem, TooMany
from fansite.talk.models import Discussion

bp = Blueprint("talk", __name__)


def seen(slug: str) -> Discussion:
    """One this person may know of; what was taken down is gone, what waits is its author's and the moderators'."""
    discussion = by_slug(Discussion, slug, g.language)
    if not stands_for(g.person, discussion):
        abort(404)
    require_sight(g.person, discussion)
    return discussion  # type: ignore[no-any-return]


def public(slug: str) -> Discussion:
    discussion = seen(slug)
    require_public(discussion)
    return discussion


def own(slug: str) -> Discussion:
    """Whatever became of it: its author may correct or take back what nobody sees."""
    discussion = by_slug(Discussion, slug, g.language)
    if discussion is None or discussion.author_id != g.person.id:
        abort(404)
    return discussion  # type: ignore[no-any-return]


def status_of(problem: Problem) -> int:
    return 429 if isinstance(problem, TooMany) else 422


def with_wait(response: Response, problem: Any) -> Response:
    if isinstance(problem, TooMany):
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
