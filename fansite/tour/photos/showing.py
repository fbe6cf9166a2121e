"""Photographs as pages and machines are told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fansite.comments import author_name, author_path
from fansite.core.web import path_for, public_url
from fansite.lib.times import w3c
from fansite.media import path_of, shared
from fansite.tour.models import Gig
from fansite.tour.photos import policy, queries
from fansite.tour.photos.models import FanPhoto, of_gig


@dataclass(frozen=True)
class Album:
    """What the page of an evening shows of its photographs."""

    photos: Sequence[FanPhoto]
    # Of all, those above with them.
    total: int
    # What the reader sent and waits.
    waiting: Sequence[FanPhoto]
    # Whether the evening has begun, so that there is something to add.
    begun: bool

    @property
    def tags(self) -> set[str]:
        """Names and faces stand beside them."""
        return {f"account:{photo.account_id}" for photo in self.photos}

    @property
    def nodes(self) -> list[dict[str, Any]]:
        return [image_node(photo) for photo in self.photos]


def album_of(gig: Gig, person: Any) -> Album | None:
    """None where there is nothing to show and nothing to add yet."""
    begun = policy.begun(gig)
    found = queries.of_gig(gig.id, queries.ON_GIG)
    if not begun and not found:
        return None
    total = queries.count_of_gig(gig.id) if len(found) > queries.ON_GIG else len(found)
    waiting = queries.waiting_of(gig.id, person.id) if person is not None else []
    return Album(found[: queries.ON_GIG], total, waiting, begun)


def tag_of(gig: Gig) -> str:
    return of_gig(gig.id)


def path_of_photo(photo: FanPhoto, language: str | None = None) -> str:
    return path_for("tour.photo", language, slug=photo.gig.slug, photo_id=photo.id)


def image_node(photo: FanPhoto, *, whole: bool = False) -> dict[str, Any]:
    """For schema.org. `whole` is on its own page, with its address there."""
    picture, name = photo.picture, author_name(photo)
    by = author_path(photo)
    person = {"@type": "Person", "name": name, **({"url": public_url(by)} if by else {})}
    node: dict[str, Any] = {
        "@type": "ImageObject",
        "contentUrl": public_url(path_of(picture.name)),
        "thumbnailUrl": public_url(path_of(picture.sized(picture.widths[0], picture.fallback))),
        "caption": photo.caption,
        "creditText": name,
        "creator": person,
        "copyrightNotice": name,
        "uploadDate": w3c(photo.sent_at),
    }
    if whole:
        node["url"] = public_url(path_of_photo(photo))
        node["representativeOfPage"] = True
    return node


def shared_of(photo: FanPhoto) -> dict[str, str]:
    """What a link to its page shows elsewhere."""
    return shared(photo.picture)
