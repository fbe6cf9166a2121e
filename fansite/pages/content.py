"""Free pages, as search, sitemap and the rest of the application know them."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from fansite.core.content import Content
from fansite.core.entries import document_of
from fansite.core.web import entry_path, public_url
from fansite.lib.times import w3c
from fansite.pages import operations, policy
from fansite.pages.models import Page


def json_ld(page: Page) -> dict[str, Any]:
    return {
        "@type": "AboutPage" if page.slug == "about" else "WebPage",
        "name": page.title,
        "description": page.summary,
        "url": public_url(entry_path(page)),
        "inLanguage": page.language,
        "datePublished": w3c(page.published_at) if page.published_at else None,
        "dateModified": w3c(page.updated_at),
    }


content = Content(
    model=Page,
    endpoint="pages.show",
    list_endpoint="",
    policy=policy,
    label=_l("Page"),
    plural=_l("Pages"),
    document=document_of,
    json_ld=json_ld,
    publish=operations.publish,
    in_feeds=False,
    edit_endpoint="staff.edit",
)
