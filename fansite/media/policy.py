"""Who may do what with pictures: the staff keep the library, everybody has a face of their own."""

from __future__ import annotations

from typing import Any, Literal

from flask import current_app

from fansite.core.feature import Shelf
from fansite.core.policy import signed_in, staff
from fansite.media.models import Face, Picture


def edit(person: Any) -> bool:
    return staff(person)


def wear(person: Any) -> bool:
    """A picture of oneself instead of the drawn face."""
    return signed_in(person)


def sight(person: Any, picture: Picture) -> Literal["all", "this one", "none"]:
    """The library is everybody's; what stands on a feature's shelf is for whom that feature says."""
    if not picture.shelf:
        return "all"
    shelf: Shelf | None = current_app.extensions["fansite"].shelves.get(picture.shelf)
    return shelf.sight(picture.id, person) if shelf is not None else "none"


def look(person: Any, face: Face) -> bool:
    """Everybody sees what is shown; until then its owner and those who decide."""
    if face.visible and face.account.active:
        return True
    if not signed_in(person):
        return False
    return bool(person.keeps_order or (person.id == face.account_id and face.status == "pending"))
