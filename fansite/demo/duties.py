"""What the law and the house ask of a band, as the demo band has it: two versions of the rules, and its own names in the blanks."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.core.web.paths import settings
from fansite.lib.times import now
from fansite.pages import duties
from fansite.rules import defaults
from fansite.rules import operations as rules
from fansite.rules.models import Acceptance, Wording
from fansite.rules.queries import current_number

# What stands where the program's texts have a blank, in their order.
FILLED = {
    ("legal", "en"): (
        "Les Marmottes de papier, an association under the French law of 1901", "RNA W634001901", "3 impasse du Four, 63610 Besse, France",
        "+33 4 99 00 19 01", "lucie@papermarmots.example", "Lucie Roche",
        "Coopérative des Volcans, 1 rue du Puy, 63000 Clermont-Ferrand, France, +33 4 99 00 19 02",
    ),
    ("legal", "fr"): (
        "Les Marmottes de papier, association loi de 1901", "RNA W634001901", "3 impasse du Four, 63610 Besse", "04 99 00 19 01",
        "lucie@papermarmots.example", "Lucie Roche", "Coopérative des Volcans, 1 rue du Puy, 63000 Clermont-Ferrand, 04 99 00 19 02",
    ),
    ("privacy", "en"): (
        "Les Marmottes de papier, 3 impasse du Four, 63610 Besse, France", "house@papermarmots.example", "30 days", "Coopérative des Volcans, France",
    ),
    ("privacy", "fr"): (
        "Les Marmottes de papier, 3 impasse du Four, 63610 Besse", "house@papermarmots.example", "30 jours", "Coopérative des Volcans, France",
    ),
}  # fmt: skip
DRUMS = {"en": "\n## Drums\n\nMay be discussed.\n", "fr": "\n## La batterie\n\nOn peut en parler.\n"}
CHANGED = {
    "en": "Point 6 is new: nothing against the law. It was true before; now it is written down.",
    "fr": "Le point 6 est nouveau\u202f: rien d’illégal. C’était déjà vrai, c’est maintenant écrit.",
}
FIRST_AGO, SECOND_AGO = timedelta(days=1090), timedelta(days=40)


def load(session: Any, author_id: int) -> None:
    """Inside the transaction of the loader. What `fansite init` laid there is its owner's, and stays."""
    for duty in duties.SLUGS:
        if duties.there(duty):
            continue
        bodies = {language: _complete(duty, language) for language in settings().languages}
        duties.add(duty, bodies, author_id=author_id, at=now() - FIRST_AGO)
    if current_number() is None:
        _rules(session, author_id)


def _complete(duty: str, language: str) -> str:
    filled = iter(FILLED[duty, language])
    text = duties.BLANK.sub(lambda _blank: next(filled), duties.shipped(duty, language))
    return re.sub(r"\*\*([^*\n]+)\*\*(, | |$|\.)", r"\1\2", text) if duty == "legal" else text


def _rules(session: Any, author_id: int) -> None:
    """Whoever joined accepted those of that day; the team and half of the fans know the new ones."""
    second = {
        language: Wording(text.short, text.body + DRUMS[language], CHANGED[language])
        for language, text in defaults.texts(settings().languages).items()
    }
    first = {language: Wording(text.short, re.sub(r"(?m)^6\. .*\n", "", text.body)) for language, text in second.items()}
    for texts, ago in ((first, FIRST_AGO), (second, SECOND_AGO)):
        version = rules.add(texts, by_id=author_id, at=now() - ago)
        for account in session.scalars(sa.select(Account).where(Account.erased_at.is_(None))):
            if version.id == 1 or account.keeps_order or account.id % 2:
                at = max(version.published_at, account.joined_at)
                session.add(Acceptance(account_id=account.id, rules_id=version.id, at=at))
