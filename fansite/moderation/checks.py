"""What happens to a text before anybody has read it: a list of checks, read from top to bottom. The first with an opinion decides.

A new check is a function and its place in the list.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fansite.core import limits
from fansite.moderation import words

MANY_LINKS = 3
# Coral's: the same text again within six minutes is a mistake or a machine.
REPEAT_WITHIN = timedelta(minutes=6)
# Nobody reads a page and writes a sentence in less.
BY_HAND = timedelta(seconds=3)
# From this share of refused texts on, a person reads first.
REFUSED_SHARE = 0.3
# Of a link, the host it leads to.
HOST = re.compile(r"(?:https?://|(?<![\w/.])//|(?<![\w/.])www\.)(?:[^\s/@]*@)?([\w.-]+)", re.IGNORECASE)
# Who sends more at once is found by each of these.
MOST_HOSTS = 10
LINK = re.compile(r"(?:https?://|www\.)\S|\[[^\[\]]*\]\([^)]", re.IGNORECASE)


@dataclass(frozen=True)
class Writing:
    """A text and what is known about it."""

    text: str
    author: Any
    at: datetime
    # (text, at) of the author's latest, newest first.
    earlier: Sequence[tuple[str, datetime]] = ()
    # How long the form lay before its author, where that is known.
    took: timedelta | None = None


@dataclass(frozen=True)
class Opinion:
    """`published` or `pending`; `flagged` puts a published text before a moderator as well."""

    status: str
    reason: str = ""
    flagged: bool = False


@dataclass(frozen=True)
class Verdict:
    status: str
    reasons: list[str] = field(default_factory=list)
    flagged: bool = False


def written_by_team(writing: Writing) -> Opinion | None:
    return Opinion("published") if writing.author.keeps_order else None


def banned_words(writing: Writing) -> Opinion | None:
    hits = words.found(writing.text, "banned")
    return Opinion("pending", f"banned word: {', '.join(hits[:5])}") if hits else None


def many_links(writing: Writing) -> Opinion | None:
    return Opinion("pending", "many links") if count_links(writing.text) >= MANY_LINKS else None


def newcomers_link(writing: Writing) -> Opinion | None:
    if not writing.author.stands and LINK.search(writing.text):
        return Opinion("pending", "link in a first comment")
    return None


def repetition(writing: Writing) -> Opinion | None:
    if limits.lifted():
        return None
    wanted = _essence(writing.text)
    for text, at in writing.earlier:
        if writing.at - at < REPEAT_WITHIN and _essence(text) == wanted:
            return Opinion("pending", "repeated text")
    return None


def written_at_once(writing: Writing) -> Opinion | None:
    """Who is known here may paste what they like."""
    if writing.took is None or writing.took >= BY_HAND or writing.author.stands or limits.lifted():
        return None
    return Opinion("pending", "written at once")


def often_refused(writing: Writing) -> Opinion | None:
    author = writing.author
    total = author.approved_comments + author.refused_comments
    if author.refused_comments >= 2 and author.refused_comments / total >= REFUSED_SHARE:
        return Opinion("pending", "often refused")
    return None


def first_comment(writing: Writing) -> Opinion | None:
    return Opinion("pending", "first comment") if writing.author.approved_comments == 0 and not writing.author.stands else None


def without_standing(writing: Writing) -> Opinion | None:
    """A moderator took it back."""
    return Opinion("pending", "standing taken back") if writing.author.approved_comments and not writing.author.stands else None


def suspect_words(writing: Writing) -> Opinion | None:
    hits = words.found(writing.text, "suspect")
    return Opinion("published", f"suspect word: {', '.join(hits[:5])}", flagged=True) if hits else None


CHECKS = (
    written_by_team,
    banned_words,
    many_links,
    newcomers_link,
    repetition,
    written_at_once,
    often_refused,
    first_comment,
    without_standing,
    suspect_words,
)


def judge(writing: Writing) -> Verdict:
    """The first opinion decides; what the later checks think is told to the moderator as well."""
    opinions: list[Opinion] = []
    for check in CHECKS:
        opinion = check(writing)
        if opinion is None:
            continue
        opinions.append(opinion)
        if opinion.status == "published" and not opinion.flagged:
            break  # the team's own word: nobody has to look
    if not opinions:
        return Verdict("published")
    deciding = opinions[0]
    reasons = [opinion.reason for opinion in opinions if opinion.reason]
    return Verdict(deciding.status, reasons, deciding.flagged)


def count_links(text: str) -> int:
    return len(LINK.findall(text))


def hosts_of(text: str) -> list[str]:
    """Where it links, as moderators choose by it: each host once, in small letters, without `www`."""
    hosts = (host.lower().strip(".-").removeprefix("www.")[:100] for host in HOST.findall(text))
    return list(dict.fromkeys(host for host in hosts if host))[:MOST_HOSTS]


def likeness_of(text: str) -> str | None:
    """The same for all texts that say the same, whatever their case and signs; None of one without words."""
    essence = _essence(text)
    return hashlib.blake2b(essence.encode(), digest_size=16).hexdigest() if essence else None


def _essence(text: str) -> str:
    return " ".join(re.findall(r"\w+", words.fold(text)))
