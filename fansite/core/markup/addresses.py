"""Addresses in links and images: which may stand, where they really lead, and whether a link's text says something else."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

# Browsers drop these inside an address: "java\tscript:" is a script.
_DROPPED_BY_BROWSERS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_HOST_LIKE = re.compile(r"(?<![\w.-])(?:[\w-]+\.)+[^\W\d_]{2,24}(?![\w-])")


def safe(address: str, schemes: tuple[str, ...]) -> str | None:
    """The address as browsers understand it, or None when it leads anywhere but to a page (or, where allowed, a mailbox)."""
    address = _DROPPED_BY_BROWSERS.sub(lambda m: "%20" if set(m[0]) == {" "} else "", address.strip().strip("\x00"))
    scheme = _SCHEME.match(address)
    if scheme is None:
        return _within_site(address)
    name = scheme[1].lower()
    if name not in schemes:
        return None
    if name == "mailto":
        return address
    # Browsers read "https:\evil.example" and "https:/evil.example" like this too.
    rest = address[scheme.end() :].replace("\\", "/").lstrip("/")
    return f"{name}://{rest}" if host_of(f"{name}://{rest}") else None


def _within_site(address: str) -> str | None:
    address = address.replace("\\", "/")
    if address.startswith("//"):
        return safe(f"https:{address}", ("https",))
    if ":" in re.split(r"[/?#]", address, maxsplit=1)[0]:
        return None
    return address


def host_of(address: str) -> str:
    """The host (of a mailbox: its domain) in its plain ASCII form; empty for paths of this site."""
    try:
        parts = urlsplit(address)
        host = parts.path.rpartition("@")[2].partition("?")[0] if parts.scheme == "mailto" else parts.hostname or ""
        return _ascii(host)
    except ValueError:
        return ""


def other_host(text: str, address: str) -> str:
    """Where a link really leads when its text names another place: "https://bank.example" to evil.example; else empty."""
    real = host_of(address)
    named = {_ascii(found) for found in _HOST_LIKE.findall(unicodedata.normalize("NFKC", text))}
    return real if real and any(not _same_place(real, name) for name in named) else ""


def _same_place(real: str, named: str) -> bool:
    real, named = real.removeprefix("www."), named.removeprefix("www.")
    return real == named or real.endswith(f".{named}")


def _ascii(host: str) -> str:
    host = host.lower().rstrip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
