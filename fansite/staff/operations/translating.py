"""Some texts need no version in another language."""

from __future__ import annotations

from typing import Any

from fansite.core.content import Entry
from fansite.core.db import get, touch, transaction
from fansite.core.errors import NotFound
from fansite.core.policy import require, staff
from fansite.core.wording import settings
from fansite.staff.models import TranslationWaiver


def waive(entry_id: int, language: str, *, by: Any) -> None:
    """Pressed twice it is said once."""
    with transaction() as session:
        require(staff, by)
        if language not in settings().languages:
            raise NotFound()
        group = get(Entry, entry_id, lock=False).group_id
        if session.get(TranslationWaiver, (group, language)) is None:
            session.add(TranslationWaiver(entry_id=group, language=language, by_id=by.id))
            touch("list:translations")


def need_again(entry_id: int, language: str, *, by: Any) -> None:
    with transaction() as session:
        require(staff, by)
        found = session.get(TranslationWaiver, (get(Entry, entry_id, lock=False).group_id, language))
        if found is not None:
            session.delete(found)
            touch("list:translations")
