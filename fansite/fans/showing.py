"""What a fan's page tells machines: `ProfilePage` by schema.org, as Google documents it for communities."""

from __future__ import annotations

from typing import Any

from fansite.accounts.models import Account
from fansite.core.band import band
from fansite.core.web import path_for, public_url
from fansite.lib.times import w3c


def profile_node(account: Account, comments: int, posts: int) -> dict[str, Any]:
    """The id is a number: a name may change hands. A drawn face is no picture of anybody, so there is none."""
    address = public_url(path_for("fans.show", username=account.username_key))
    person = {
        "@type": "Person",
        "@id": f"{public_url('/fans/')}#{account.id}",
        "identifier": str(account.id),
        "name": account.username,
        "url": address,
        "agentInteractionStatistic": [_counted("CommentAction", comments), *([_counted("WriteAction", posts)] if posts else [])],
        **({"memberOf": band()} if account.is_staff else {}),
    }
    return {"@type": "ProfilePage", "url": address, "dateCreated": w3c(account.joined_at), "mainEntity": person}


def _counted(action: str, number: int) -> dict[str, Any]:
    return {"@type": "InteractionCounter", "interactionType": f"https://schema.org/{action}", "userInteractionCount": number}
