"""The encodings text travels in (RFC 9110, §8.4): Brotli (RFC 7932), Zstandard (RFC 8878), gzip (RFC 1952). Only what everyone may have is
packed, never a page made for one person: what it hides could be guessed from its length (BREACH)."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import brotli
import zstandard
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

TEXTS = (
    "text/",
    "application/json",
    "application/feed+json",
    "application/xml",
    "application/rss+xml",
    "application/atom+xml",
    "image/svg+xml",
)
IDENTITY = "identity"
# Below this a packet is a packet.
WORTH_IT = 600
# What a browser says of itself is short; what is longer is read anew each time, and what is longer still is not read at all.
LONGEST_REMEMBERED = 120
LONGEST_READ = 1000


# How hard one tries: while somebody waits for a page that may never be read again, for all who read it after that, and once for good.
Effort = Literal["hurried", "usual", "best"]


@dataclass(frozen=True)
class Codec:
    """`pack(data, level)`, and the level for each effort."""

    pack: Callable[[bytes, int], bytes]
    unpack: Callable[[bytes], bytes]
    levels: dict[Effort, int]


# What is longer than any page is always packed in a hurry: a sitemap of 50,000 addresses, somebody's whole feed.
LONG = 512 * 1024


def _fitting(packed: bytes) -> bytes:
    """The same in no more memory than it is long: zstandard hands out what it reserved for the worst, some five times as much."""
    return bytes(memoryview(packed))


# In the order of preference among those a browser likes equally: what packs smallest first.
CODECS = {
    "br": Codec(
        lambda data, level: brotli.compress(data, quality=level), brotli.decompress, {"hurried": 1, "usual": 5, "best": 11}
    ),
    "zstd": Codec(
        lambda data, level: _fitting(zstandard.ZstdCompressor(level=level).compress(data)),
        lambda data: zstandard.ZstdDecompressor().decompress(data),
        {"hurried": 1, "usual": 5, "best": 19},
    ),
    # Without a time in its head: the same page packs to the same bytes.
    "gzip": Codec(
        lambda data, level: gzip.compress(data, level, mtime=0), gzip.decompress, {"hurried": 1, "usual": 6, "best": 9}
    ),
}


def is_text(mimetype: str) -> bool:
    return mimetype.startswith(TEXTS)


def wanted(accept: str) -> str:
    """The encoding for who sends this `Accept-Encoding`."""
    if len(accept) > LONGEST_READ:
        return IDENTITY
    return _remembered(accept) if len(accept) <= LONGEST_REMEMBERED else _wanted(accept)


def _wanted(accept: str) -> str:
    accepted = parse_accept_header(accept, Accept)
    liked = {name: accepted.quality(name) for name in (*CODECS, IDENTITY)}
    best = max(liked, key=lambda name: liked[name])  # the first of equals
    return best if liked[best] > 0 else IDENTITY


_remembered = lru_cache(maxsize=256)(_wanted)
