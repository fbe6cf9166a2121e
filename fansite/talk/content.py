"""Discussions, as search, sitemap, feeds and the rest of the application know them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.backends.search import Document
from fansite.core import markup
from fansite.core.content import Content, Entry
from fansite.core.entries import author_name, document_of
from fansite.core.feature import SitemapPart
from fansite.core.sitemap import sitemap_entries
from fansite.core.web import entry_path, path_for, public_url
from fansite.lib.times import w3c
from fansite.media import link_picture
from fansite.talk import operations, policy
from fansite.talk.models import WORDLESS, Discussion


def document(discussion: Discussion) -> Document:
    return document_of(discussion, discussion.tags)


def json_ld(discussion: Discussion) -> dict[str, Any]:
    """As Google documents it for communities. Later pages of replies carry the same opening post, with the address of the first."""
    address, image = public_url(entry_path(discussion)), link_picture(discussion).get("og:image")
    replies = {
        "@type": "InteractionCounter",
        "interactionType": "https://schema.org/CommentAction",
        "userInteractionCount": discussion.comments_count,
    }
    node = {
        "@type": "DiscussionForumPosting",
        "headline": discussion.title,
        "text": markup.plain(discussion.html),
        "url": address,
        "mainEntityOfPage": address,
        "inLanguage": discussion.language,
        "datePublished": w3c(discussion.published_at) if discussion.published_at else None,
        "dateModified": w3c(discussion.updated_at),
        "author": _author(discussion),
        "commentCount": discussion.comments_count,
        "interactionStatistic": replies,
        **({"image": image} if image else {}),
        **({"keywords": [tag.name for tag in discussion.tags]} if discussion.tags else {}),
    }
    return node if discussion.body else node | {"text": WORDLESS, "creativeWorkStatus": "Deleted"}


def _author(discussion: Discussion) -> dict[str, Any]:
    name = author_name(discussion)
    if name is None:
        return {"@type": "Person", "name": "[deleted]"}
    author: Any = discussion.author
    own_page = {"url": public_url(path_for("fans.show", username=author.username_key))} if author.active else {}
    return {"@type": "Person", "name": name, **own_page}


def sitemap_part() -> SitemapPart:
    """Those search engines may have."""
    stands = sa.select(sa.literal(1)).where(_OWN.id == Entry.id, _OWN.author_stands).correlate(Entry).exists()
    return sitemap_entries(content, only=(stands,), topics=("entry", "talk"))


_OWN = Discussion.__table__.c
content = Content(
    model=Discussion,
    endpoint="talk.show",
    list_endpoint="talk.index",
    policy=policy,
    label=_l("Discussion"),
    plural=_l("Talk"),
    document=document,
    json_ld=json_ld,
    publish=operations.approve,
    write_anew=operations.write_anew,
    replies=True,
)
