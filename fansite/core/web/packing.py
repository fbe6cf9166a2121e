"""What travels packed (gzip, RFC 1952): text that everyone may have. Never a page made for one person: what it hides could be guessed
from its length (BREACH)."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Response, request

TEXTS = (
    "text/",
    "application/json",
    "application/feed+json",
    "application/xml",
    "application/rss+xml",
    "application/atom+xml",
    "image/svg+xml",
)
# Below this a packet is a packet.
WORTH_IT = 600
LEVEL = 6
SMALLEST = 9


def pack(response: Response) -> None:
    """Before the ETag is made of it: each form of a page is another representation (RFC 9110, §8.8.3)."""
    if response.status_code == 200 and is_text(response.mimetype) and wanted():
        data = response.get_data()
        if len(data) >= WORTH_IT:
            # Without a time in its head: the same page packs to the same bytes.
            response.set_data(gzip.compress(data, LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"


def wanted() -> bool:
    return request.accept_encodings.quality("gzip") > 0


def is_text(mimetype: str | None) -> bool:
    return (mimetype or "").startswith(TEXTS)


def whole(files: tuple[Path, ...], *, packed: bool) -> bytes:
    """Files of ours as one, read and packed once in each process for as long as they stay the same."""
    return _whole(files, tuple(file.stat().st_mtime for file in files), packed)


@lru_cache(maxsize=512)
def _whole(files: tuple[Path, ...], _changed_at: tuple[float, ...], packed: bool) -> bytes:
    data = b"\n".join(file.read_bytes() for file in files)
    return gzip.compress(data, SMALLEST, mtime=0) if packed else data
