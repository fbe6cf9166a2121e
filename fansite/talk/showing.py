"""What the page of a discussion tells machines."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from fansite.comments import Section
from fansite.core.web import Page, entry_path, path_for
from fansite.lib.times import w3c
from fansite.media import link_picture
from fansite.talk.content import json_ld
from fansite.talk.models import Discussion


def page_of(discussion: Discussion, said: Section | None) -> Page:
    """`said` is None where there is nothing for the public."""
    return Page(
        discussion.title,
        description=discussion.summary,
        path=said.page_path if said else None,
        noindex=said is None or not may_be_found(discussion),
        kind="article",
        versions=[(discussion.language, entry_path(discussion))],
        elsewhere="talk.index",
        crumbs=[(_("Talk"), path_for("talk.index"))],
        nodes=[_node(discussion, said)] if said else (),
        og=_open_graph(discussion) if said else {},
        feed_stem=f"{entry_path(discussion)}/feed" if said else None,
    )


def may_be_found(discussion: Discussion) -> bool:
    """Search engines have what was written by those who stand; a spammer's text is no reason to write it. Of who left it stays as it was."""
    author: Any = discussion.author
    if author is None:
        return bool(discussion.author_stands and discussion.body)
    return bool(author.active and author.stands)


def _node(discussion: Discussion, said: Section) -> dict[str, Any]:
    """The replies of this very page are nested in it, as they stand there."""
    node = json_ld(discussion)
    return {**node, "comment": said.nodes} if said.nodes else node


def _open_graph(discussion: Discussion) -> dict[str, str]:
    assert discussion.published_at is not None
    times = {"article:published_time": w3c(discussion.published_at), "article:modified_time": w3c(discussion.updated_at)}
    return {**times, **link_picture(discussion)}
