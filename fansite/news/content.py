"""News, as search, sitemap, feeds and the rest of the application know them."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from fansite.backends.search import Document
from fansite.core import publishing
from fansite.core.band import band
from fansite.core.content import Content
from fansite.core.entries import author_name, document_of
from fansite.core.web import entry_path, path_for, public_url, static_path
from fansite.lib.times import w3c
from fansite.media import image_object, link_picture
from fansite.news import policy
from fansite.news.models import NewsPost


def document(post: NewsPost) -> Document:
    return document_of(post, post.tags)


def json_ld(post: NewsPost) -> dict[str, Any]:
    return {
        "@type": "NewsArticle",
        "headline": post.title,
        "description": post.summary,
        "url": public_url(entry_path(post)),
        "mainEntityOfPage": public_url(entry_path(post)),
        "image": _image(post),
        "inLanguage": post.language,
        "datePublished": w3c(post.published_at) if post.published_at else None,
        "dateModified": w3c(post.updated_at),
        "author": _author(post) or band(),
        "publisher": band(),
    }


def _image(post: NewsPost) -> Any:
    """The picture itself where there is one; search engines crop it as they like. Else what a link to it shows."""
    if post.cover is not None:
        return image_object(post.cover)
    return link_picture(post).get("og:image") or public_url(static_path("art/card.png"))


def _author(post: NewsPost) -> dict[str, Any] | None:
    name = author_name(post)
    if name is None:
        return None
    own_page = {"url": public_url(path_for("fans.show", username=post.author.username_key))} if post.author.active else {}
    return {"@type": "Person", "name": name, **own_page}


content = Content(
    model=NewsPost,
    endpoint="news.show",
    list_endpoint="news.index",
    policy=policy,
    label=_l("News post"),
    plural=_l("News"),
    document=document,
    json_ld=json_ld,
    publish=publishing.publish,
    edit_endpoint="staff.edit",
)
