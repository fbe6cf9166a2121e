"""Who may do what with free pages: everyone reads what is public, the staff do the rest."""

from __future__ import annotations

from typing import Any

from fansite.core.policy import staff
from fansite.pages.models import Page


def read(person: Any, page: Page) -> bool:
    return page.public or staff(person)


def edit(person: Any, _page: Page | None = None) -> bool:
    return staff(person)


def publish(person: Any, _page: Page | None = None) -> bool:
    return staff(person)


def withdraw(person: Any, _page: Page | None = None) -> bool:
    return staff(person)
