"""Messages to browsers by the services of their makers (RFC 8030): locked so that the browser alone reads them (RFC 8291), and signed, so
that the service knows whose they are (RFC 8292). The libraries for it are large, and only loaded where one is sent."""

from __future__ import annotations

import json
import os
import socket
import ssl
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException, HTTPSConnection
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

# All of it together: a place that hangs, or drips, holds up everybody else's news.
SECONDS = 10
# A place that hung is left alone for so long.
LEFT_ALONE = 600
# What every service takes.
MOST_BYTES = 3000
LONGEST_ENDPOINT = 800
SIGNED_FOR = 12 * 3600
POINT_BYTES, AUTH_BYTES = 65, 16
# Of the others none leads to a machine out in the world; some lead to ours.
UNICAST = IPv6Network("2000::/3")
# Addresses in these stand for others, which may be our own.
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("2002::/16"), IPv6Network("2001::/32"))

Keys = tuple[str, str]


class PushFailed(Exception):
    """`gone`: that browser takes none any more. `for_ever`: this message will not be taken later either."""

    def __init__(self, text: str, *, gone: bool = False, for_ever: bool = False) -> None:
        super().__init__(text)
        self.gone, self.for_ever = gone, for_ever


def is_public(address: str) -> bool:
    """Somewhere out in the world: no machine of ours, of our network, or of nobody."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found not in UNICAST or any(found in network for network in TRANSLATED):
            return False
    return found.is_global and not found.is_multicast


class Pusher:
    """`anywhere` and `context` are for tests, whose service stands on the loopback and is vouched for by nobody."""

    def __init__(self, *, anywhere: bool = False, context: ssl.SSLContext | None = None) -> None:
        self.anywhere, self.context = anywhere, context
        # Host → until when it is left alone.
        self.hung: dict[str, float] = {}

    def takes(self, endpoint: str, p256dh: str, auth: str) -> bool:
        """Whether this may be what a browser told: nothing is asked of anybody for it."""
        point, secret = _bytes(p256dh), _bytes(auth)
        shaped = len(point) == POINT_BYTES and point[0] == 4 and len(secret) == AUTH_BYTES
        return shaped and self._place(endpoint) is not None

    def send(
        self, endpoint: str, p256dh: str, auth: str, content: bytes, *, keys: Keys, contact: str, seconds: int, topic: str
    ) -> None:
        place = self._place(endpoint)
        if place is None:
            raise PushFailed("not a place that takes messages", gone=True)
        if len(content) > MOST_BYTES:
            raise PushFailed(f"{len(content)} bytes are too many", for_ever=True)
        headers = {
            "Authorization": f"vapid t={_signed(f'https://{place.netloc}', keys[0], contact)}, k={keys[1]}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(seconds),
            "Topic": topic,
            "Urgency": "normal",
        }
        self._post(place, _locked(content, p256dh, auth), headers)

    def _place(self, endpoint: str) -> SplitResult | None:
        if len(endpoint) > LONGEST_ENDPOINT or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
            return None
        try:
            place = urlsplit(endpoint)
            host, port = place.hostname or "", place.port
        except ValueError:
            return None
        if place.scheme != "https" or not host or place.username is not None or place.password is not None or place.fragment:
            return None
        # A name, at the usual door: services have both.
        return place if self.anywhere or (port in (None, 443) and _is_name(host)) else None

    def _post(self, place: SplitResult, body: bytes, headers: dict[str, str]) -> None:
        """Straight to an address that was looked at, and nowhere it would send us on to."""
        host, port, began = place.hostname or "", place.port or 443, time.monotonic()
        if self.hung.get(host, began) > began:
            raise PushFailed(f"{host} hung a while ago")
        connection = _Straight(host, port, self._address(host, port), self.context or ssl.create_default_context())
        enough = threading.Timer(SECONDS, connection.cut)
        enough.start()
        try:
            connection.request("POST", f"{place.path or '/'}{f'?{place.query}' if place.query else ''}", body, headers)
            answer = connection.getresponse()
            status, said = answer.status, answer.read(300).decode("utf-8", "replace")
        except (OSError, HTTPException) as problem:
            self._note_if_hung(host, began)
            raise PushFailed(f"{host}: {problem!r}"[:300]) from problem
        finally:
            enough.cancel()
            connection.close()
        if 200 <= status < 300:
            return
        later = status == 429 or status >= 500
        raise PushFailed(f"{host}: {status} {' '.join(said.split())}"[:300], gone=status in (404, 410), for_ever=not later)

    def _note_if_hung(self, host: str, began: float) -> None:
        at = time.monotonic()
        if at - began >= SECONDS:
            self.hung = {name: until for name, until in self.hung.items() if until > at} | {host: at + LEFT_ALONE}

    def _address(self, host: str, port: int) -> str:
        try:
            found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except OSError as problem:
            raise PushFailed(f"{host}: {problem!r}"[:300]) from problem
        if not self.anywhere and not all(is_public(address) for address in found):
            raise PushFailed(f"{host} is no public place", gone=True)
        return found[0]


class _Straight(HTTPSConnection):
    """To one address, whatever the name means a moment later."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=SECONDS, context=context)
        self.address, self.own_context = address, context

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), SECONDS)
        try:
            self.sock = self.own_context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        except BaseException:
            plain.close()
            raise
        self.sock.do_handshake()

    def cut(self) -> None:
        """By another thread: whatever is being read or written ends. Not by the lock's own way, which wants an answer to it."""
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def _is_name(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return "." in host.strip(".")
    return False


# ---- keys and locks -----------------------------------------------------------------------------------------------------------


def make_keys() -> Keys:
    """A private key and its public one, as browsers write them."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _text(private.private_numbers().private_value.to_bytes(32, "big")), _text(point)


def _locked(content: bytes, p256dh: str, auth: str) -> bytes:
    import http_ece
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        own = ec.generate_private_key(ec.SECP256R1())
        locked: bytes = http_ece.encrypt(
            content, salt=os.urandom(16), private_key=own, dh=_bytes(p256dh), auth_secret=_bytes(auth), version="aes128gcm"
        )
    except ValueError as problem:  # a point that lies on no curve
        raise PushFailed(f"a key that locks nothing: {problem!r}"[:300], gone=True) from problem
    return locked


def _signed(audience: str, private: str, contact: str) -> str:
    """A token of RFC 7519, by ES256."""
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256

    claims = {"aud": audience, "exp": int(time.time()) + SIGNED_FOR, "sub": contact}
    said = ".".join(_text(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    key = ec.derive_private_key(int.from_bytes(_bytes(private), "big"), ec.SECP256R1())
    r, s = utils.decode_dss_signature(key.sign(said.encode(), ec.ECDSA(SHA256())))
    return f"{said}.{_text(b''.join(_padded(r, s)))}"


def _padded(*numbers: int) -> Iterator[bytes]:
    for number in numbers:
        yield number.to_bytes(32, "big")


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Nothing where it is no such text."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
