"""What a fan's page tells machines: `ProfilePage` by schema.org, as Google documents it for communities."""

from __future__ import annotations

from typing import Any

from fansite.accounts.models import Account
from fansite.core.band import band
from fansite.core.markup import plain
from fansite.core.web import path_for, public_url
from fansite.fans.portrait import Portrait
from fansite.lib.times import w3c
from fansite.tour.words import city_named


def profile_node(account: Account, portrait: Portrait, *, comments: int, posts: int, followers: int) -> dict[str, Any]:
    """The id is a number: a name may change hands. What a fan says of themselves is told once they are known here, and only what
    everybody sees."""
    address = public_url(path_for("fans.show", username=account.username_key))
    person = {
        "@type": "Person",
        "@id": f"{public_url('/fans/')}#{account.id}",
        "identifier": str(account.id),
        "name": account.username,
        "url": address,
        **(_counts(comments, posts, followers) if portrait.open_to_all("badges") else {}),
        **(_told(account, portrait) if account.stands else {}),
        **({"memberOf": band()} if account.is_staff else {}),
    }
    return {"@type": "ProfilePage", "url": address, "dateCreated": w3c(account.joined_at), "mainEntity": person}


def _counts(comments: int, posts: int, followers: int) -> dict[str, Any]:
    done = [_counted("CommentAction", comments), *([_counted("WriteAction", posts)] if posts else [])]
    return {"agentInteractionStatistic": done, "interactionStatistic": _counted("FollowAction", followers)}


def _told(account: Account, portrait: Portrait) -> dict[str, Any]:
    """A drawn face is no picture of anybody, so there is none."""
    told: dict[str, Any] = {}
    if portrait.about and portrait.open_to_all("bio"):
        told["description"] = plain(str(portrait.about))
    if portrait.city is not None and portrait.open_to_all("city"):
        country = {"@type": "Country", "name": portrait.city.country}
        told["homeLocation"] = {"@type": "City", "name": city_named(portrait.city), "containedInPlace": country}
    if account.face:
        told["image"] = public_url(path_for("media.face", name=account.face))
    return told


def _counted(action: str, number: int) -> dict[str, Any]:
    return {"@type": "InteractionCounter", "interactionType": f"https://schema.org/{action}", "userInteractionCount": number}
