"""Who sees the file of a photograph: whoever sees its page, and nobody else, at any of its addresses."""

from __future__ import annotations

from typing import Any, Literal

from fansite.core.feature import Shelf
from fansite.tour.photos import policy, queries
from fansite.tour.photos.models import SHELF


def _sight(picture_id: int, person: Any) -> Literal["all", "this one", "none"]:
    photo = queries.of_picture(picture_id)
    if photo is None:
        return "none"
    if policy.see(None, photo):
        return "all"
    return "this one" if policy.see(person, photo) else "none"


shelf = Shelf(SHELF, _sight)
