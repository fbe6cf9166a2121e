"""Tags are the staff's."""

from __future__ import annotations

from typing import Any

from fansite.core.policy import staff
from fansite.tags.models import Tag


def rename(person: Any, _tag: Tag | None = None) -> bool:
    return staff(person)
