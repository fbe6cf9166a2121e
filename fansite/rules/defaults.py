"""The rules a new site begins with."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType

from fansite.rules.models import Wording

FOLDER = Path(__file__).parent / "texts"
SHORT = MappingProxyType(
    {
        "en": "Would you say it to them at the bar after the gig? Then it stays.",
        "fr": "Le diriez-vous en face, au bar, après le concert\u202f? Alors ça reste.",
    }
)


def texts(languages: Iterable[str]) -> dict[str, Wording]:
    """The program's own words in these languages; English where it has none."""
    known = {language: language if language in SHORT else "en" for language in languages}
    return {language: Wording(SHORT[of], (FOLDER / f"{of}.md").read_text(encoding="utf-8")) for language, of in known.items()}
