"""The band as schema.org knows it: one node under one id, named wherever the site speaks of itself."""

from __future__ import annotations

from typing import Any

from fansite.core.kept import site_links, site_name
from fansite.core.web.paths import public_url, static_path


def band() -> dict[str, Any]:
    """A `MusicGroup`, which is an `Organization` too: publisher of the site and author of what nobody signs."""
    logo = {"@type": "ImageObject", "url": public_url(static_path("art/icon-180.png"))}
    node = {"@type": "MusicGroup", "@id": public_url("/#band"), "name": site_name(), "url": public_url("/"), "logo": logo}
    return {**node, "sameAs": site_links()} if site_links() else node


def site(language: str, path: str) -> dict[str, Any]:
    """The `WebSite`, which gives search engines the name they show."""
    return {
        "@type": "WebSite",
        "@id": public_url("/#site"),
        "name": site_name(),
        "url": public_url(path),
        "inLanguage": language,
        "publisher": {"@type": "MusicGroup", "@id": public_url("/#band")},
    }
