"""Addresses in links and images: which may stand, where they really lead, and whether a link's text says something else."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

_AROUND = "".join(map(chr, range(0x21)))
# Browsers drop line ends and tabs inside an address: "java\tscript:" is a script. No other control has a place there either.
_INSIDE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_HOST_LIKE = re.compile(r"(?<![\w.-])(?:[\w-]+\.)+[^\W\d_]{2,24}(?![\w-])")
_LONGEST_HOST = 253


def safe(address: str, schemes: tuple[str, ...]) -> str | None:
    """The address as browsers understand it, or None when it is of another scheme, or nonsense."""
    address = _INSIDE.sub("", address.strip(_AROUND)).replace(" ", "%20")
    scheme = _SCHEME.match(address)
    if scheme is None:
        return _within_site(address)
    name, rest = scheme[1].lower(), address[scheme.end() :]
    if name not in schemes:
        return None
    if name == "mailto":
        return f"mailto:{rest}"
    # Browsers read "https:\evil.example" and "https:/evil.example" as if both slashes were there.
    whole = f"{name}://" + rest.replace("\\", "/").lstrip("/")
    return whole if host_of(whole) else None


def _within_site(address: str) -> str | None:
    address = address.replace("\\", "/")
    if address.startswith("//"):
        return safe(f"https:{address}", ("https",))
    # What stands before a colon here is no scheme for us, but may be one for somebody else.
    return None if not address or ":" in re.split(r"[/?#]", address, maxsplit=1)[0] else address


def host_of(address: str) -> str:
    """The host (of a mailbox: its domain) in its plain ASCII form; empty for paths of this site."""
    try:
        parts = urlsplit(address)
        host = parts.path.rpartition("@")[2] if parts.scheme == "mailto" else parts.hostname
    except ValueError:
        return ""
    return _ascii(host or "")


def other_host(text: str, address: str) -> str:
    """Where a link really leads when its text names another place: "https://bank.example" to evil.example; else empty."""
    real = host_of(address)
    text = unicodedata.normalize("NFKC", text).replace("\u3002", ".")
    named = {_ascii(found) for found in _HOST_LIKE.findall(text)}
    return real if any(not _same_place(real, name) for name in named) else ""


def _same_place(real: str, named: str) -> bool:
    real, named = real.removeprefix("www."), named.removeprefix("www.")
    return real == named or real.endswith(f".{named}")


def _ascii(host: str) -> str:
    host = host.lower().rstrip(".")[:_LONGEST_HOST]
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
