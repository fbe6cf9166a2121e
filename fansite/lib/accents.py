"""Letters and their accents as one character, in a time that grows with the text and not with its square."""

from __future__ import annotations

import re
import unicodedata

# Accents pile up in hostile text, and sorting a pile takes time by its square: 5 s for 100 KB. No language stacks as many as this.
_PILE = re.compile(r"[^\w\s\x00-\u02ff]{16,}")


def composed(text: str) -> str:
    """NFC; piles of accents nobody could read are left out."""
    return unicodedata.normalize("NFC", _PILE.sub(lambda pile: without_accents(pile.group()), text))


def without_accents(text: str) -> str:
    """Leaves out the accents that stand as characters of their own."""
    return "".join(sign for sign in text if not unicodedata.combining(sign))
