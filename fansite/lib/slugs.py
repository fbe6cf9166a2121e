"""Addresses made from titles."""

from __future__ import annotations

import re

from anyascii import anyascii

from fansite.lib.accents import composed

MAX_SLUG = 80
SLUG_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

# First path segments of the site and what else must never be taken for an entry.
RESERVED = frozenset(
    """about-us account admin api comments confirm contact-form create-account entries fans feed feeds fr en healthz insights join login
    logout media metrics moderation music news photos press-room readyz reset robots search sitemap sitemaps staff static tag talk tour
    rules unsubscribe videos""".split()
)


def slugify(text: str, fallback: str = "untitled") -> str:
    """A lower-case ASCII slug of at most 80 characters, cut at a word: "Où est l’été ?" → "ou-est-l-ete"."""
    words = re.findall(r"[a-z0-9]+", anyascii(composed(text)[:400].replace("’", "-").replace("'", "-")).lower())
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:MAX_SLUG]
        if len(longer) > MAX_SLUG:
            break
        slug = longer
    return slug or fallback


def is_slug(text: str) -> bool:
    return len(text) <= MAX_SLUG and SLUG_PATTERN.fullmatch(text) is not None


def is_reserved(slug: str, languages: tuple[str, ...] = ()) -> bool:
    """First path segments, `tag`, four digits and language codes may not be slugs."""
    return slug in RESERVED or slug in languages or re.fullmatch(r"\d{4}", slug) is not None


def numbered(slug: str, number: int) -> str:
    """`slug-2`, `slug-3` …, still within the length."""
    tail = f"-{number}"
    return slug[: MAX_SLUG - len(tail)].rstrip("-") + tail
