"""Who may do what with news: everyone reads what is public, the staff do the rest."""

from __future__ import annotations

from typing import Any

from fansite.core.policy import staff
from fansite.news.models import NewsPost


def read(person: Any, post: NewsPost) -> bool:
    return post.public or staff(person)


def edit(person: Any, _post: NewsPost | None = None) -> bool:
    return staff(person)


def publish(person: Any, _post: NewsPost | None = None) -> bool:
    return staff(person)


def withdraw(person: Any, _post: NewsPost | None = None) -> bool:
    return staff(person)
