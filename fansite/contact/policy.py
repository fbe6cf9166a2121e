"""Who reads the band's post: those who publish for it."""

from __future__ import annotations

from typing import Any

from fansite.core.policy import staff


def read(person: Any, _letter: Any = None) -> bool:
    return staff(person)


answer = read
