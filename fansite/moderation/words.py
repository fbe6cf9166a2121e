"""Banned and suspect words: a short list of our own in both languages, and the site's list in the database.

Matching is by whole words, whatever the case and accents, in one pass over the text however long the list is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.core.db import db, get, touch, transaction
from fansite.core.kept import kept
from fansite.core.policy import require
from fansite.moderation import policy
from fansite.moderation.models import LogLine, WatchedWord

# Accents, and what joins or parts letters without a trace: soft hyphens, zero-width spaces.
UNSEEN = ("Mn", "Mc", "Me", "Cf")

# Held until a moderator has read them. Insults that are never fair comment, in English and French.
BANNED = """bastards bitch bougnoule connard connards connasse cunt encule encules enculé fag faggot fdp kike negro nigger nique
pédale pouffiasse putain-de-ta-mère retard salope salopes slut tapette tarlouze tranny whore youpin""".split()
# Published, and put before a moderator: what spam and quarrels are made of.
SUSPECT = """viagra cialis casino crypto-giveaway bitcoin-giveaway onlyfans whatsapp-me telegram-me free-followers cheap-tickets
gift-card payday-loan seo-services backlinks earn-money work-from-home click-here dm-me crétin débile moron idiot imbécile arnaque scam
billets-pas-chers gagner-de-l'argent prêt-rapide carte-cadeau voyance marabout""".split()


# First word → the phrases that begin with it, the shortest first.
Watched = dict[str, list[list[str]]]


def fold(text: str) -> str:
    """Lower case without accents and without signs nobody sees, as words are compared."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if unicodedata.category(sign) not in UNSEEN)


def found(text: str, kind: str) -> list[str]:
    """The watched words of this kind in the text, in order, each once."""
    watched = _watched()[kind]
    words = re.findall(r"\w+", fold(text))
    hits: dict[str, None] = {}
    for start, word in enumerate(words):
        for phrase in watched.get(word, ()):
            if words[start : start + len(phrase)] == phrase:
                hits[" ".join(phrase)] = None
    return list(hits)


def set_words(kind: str, words: Iterable[str], *, by: Account) -> None:
    """Replaces the site's own list of this kind."""
    by_id = by.id
    wanted = {" ".join(re.findall(r"\w+", fold(word)))[:80] for word in words} - {""}
    with transaction() as session:
        require(policy.set_words, get(Account, by_id, lock=False))
        session.execute(sa.delete(WatchedWord).where(WatchedWord.kind == kind))
        session.execute(sa.delete(WatchedWord).where(WatchedWord.word.in_(wanted)))
        session.add_all(WatchedWord(word=word, kind=kind) for word in sorted(wanted))
        session.add(LogLine(act="words", subject=f"words:{kind}", by_id=by_id, reason=f"{len(wanted)}"))
        touch("watched-words")


def own_words(kind: str) -> list[str]:
    return list(db.session.scalars(sa.select(WatchedWord.word).where(WatchedWord.kind == kind).order_by(WatchedWord.word)))


def _watched() -> dict[str, Watched]:
    def read() -> dict[str, Watched]:
        rows = db.session.execute(sa.select(WatchedWord.word, WatchedWord.kind)).all()
        return {
            kind: _by_first_word({_key(word) for word in shipped} | {word for word, own in rows if own == kind})
            for kind, shipped in (("banned", BANNED), ("suspect", SUSPECT))
        }

    return kept("watched-words", ("watched-words",), read)


def _by_first_word(phrases: Iterable[str]) -> Watched:
    by_first: Watched = {}
    for phrase in sorted((phrase.split() for phrase in phrases), key=len):
        by_first.setdefault(phrase[0], []).append(phrase)
    return by_first


def _key(word: str) -> str:
    return " ".join(re.findall(r"\w+", fold(word)))
