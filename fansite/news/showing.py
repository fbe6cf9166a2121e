"""What the page of a post tells machines: canonical, versions, markup. The preview at the desk shows the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from fansite.comments import Section
from fansite.core.web import Page, entry_path, path_for, public_url
from fansite.lib.times import w3c
from fansite.media import link_picture
from fansite.news.content import json_ld
from fansite.news.models import NewsPost
from fansite.news.queries import Around, Beside
from fansite.tour.queries import Evening


def page_of_post(post: NewsPost, around: Around, said: Section | None, evenings: Sequence[Evening] = ()) -> Page:
    """`said` is None where there is nothing for the public: drafts, previews."""
    return Page(
        post.title,
        description=post.summary,
        path=said.page_path if said else None,
        noindex=said is None,
        kind="article",
        versions=[(version.language, path_of(version)) for version in around.versions],
        elsewhere="news.index",
        crumbs=[(_("News"), path_for("news.index"))],
        nodes=[_node(post, around, said, evenings)] if said else (),
        og=_open_graph(post) if said else {},
        feed_stem=f"{entry_path(post)}/feed" if said else None,
    )


def path_of(beside: Beside) -> str:
    return path_for("news.show", language=beside.language, slug=beside.slug)


def _node(post: NewsPost, around: Around, said: Section, evenings: Sequence[Evening]) -> dict[str, Any]:
    """The comments of this very page are nested in the article, as they stand on it."""
    node = {**json_ld(post), "commentCount": said.count}
    if around.tags:
        node["keywords"] = [tag.name for tag in around.tags]
    if evenings:
        node["about"] = [{"@id": public_url(entry_path(gig))} for gig in evenings]
    return {**node, "comment": said.nodes} if said.nodes else node


def _open_graph(post: NewsPost) -> dict[str, str]:
    assert post.published_at is not None
    times = {"article:published_time": w3c(post.published_at), "article:modified_time": w3c(post.updated_at)}
    return {**times, **link_picture(post)}


def facts_of_told(found: dict[str, Any]) -> dict[str, Any]:
    """What is written about an evening, for its own node."""
    told = [(post.title, public_url(path_for("news.show", slug=post.slug)), w3c(post.published_at)) for post in found["posts"]]
    return {
        "subjectOf": [{"@type": "NewsArticle", "headline": title, "url": url, "datePublished": at} for title, url, at in told]
    }
