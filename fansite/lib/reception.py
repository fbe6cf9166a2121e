"""Takes requests in whole and gives answers out whole, so that a slow client holds up nobody.

A WSGI server with threads lends one to each request, for as long as its body takes to arrive and a long answer takes to leave. Here the
application has few seats, and who is still sending or still reading sits in none of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Begin = Callable[..., Any]
Application = Callable[[Environ, Begin], Iterable[bytes]]

# Requests inside the application at a time: rendering is Python under one lock, more would only wait for each other.
SEATS = 8
# Clients that send or read slowly at a time. A waiting thread costs some 60 KiB, and only while it waits.
SLOW_CLIENTS = 112
THREADS = SLOW_CLIENTS + 2 * SEATS
# The longest body read at all; the application's own limits are lower and differ by page.
LONGEST_BODY = 64 * 1024 * 1024
IN_MEMORY = 256 * 1024
# An answer up to this length is handed to the server in one piece, and the thread is free.
LONGEST_PIECE = 1024 * 1024
CHUNK = 64 * 1024


class Refused(Exception):
    """A request that is not let in; the status is the answer."""


class Reception:
    def __init__(self, application: Application, *, seats: int = SEATS, slow_clients: int = SLOW_CLIENTS) -> None:
        self.application = application
        self.seats = threading.Semaphore(seats)
        self.lounge = threading.Semaphore(slow_clients)

    def __call__(self, environ: Environ, begin: Begin) -> Iterable[bytes]:
        try:
            with closing(self._body(environ)) as body:
                environ["wsgi.input"] = body
                return self._answer(environ, begin)
        except Refused as refusal:
            return _refuse(str(refusal), begin)

    # ---- taking in ------------------------------------------------------------------------------------------------------

    def _body(self, environ: Environ) -> IO[bytes]:
        if "HTTP_TRANSFER_ENCODING" in environ:
            # Whether all of it arrived cannot be told from what granian hands on; browsers always say how long a form is.
            raise Refused("411 Length Required")
        text = environ.get("CONTENT_LENGTH") or "0"
        length = int(text) if text.isascii() and text.isdigit() else -1
        if length < 0:
            raise Refused("400 Bad Request")
        if length > LONGEST_BODY:
            raise Refused("413 Content Too Large")
        return self._received(environ["wsgi.input"], length) if length else BytesIO()

    def _received(self, source: Any, length: int) -> IO[bytes]:
        if not self.lounge.acquire(blocking=False):
            raise Refused("503 Service Unavailable")
        body: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when the request has been answered
        try:
            missing = length
            while missing and (piece := source.read(min(CHUNK, missing))):
                body.write(piece)
                missing -= len(piece)
        finally:
            self.lounge.release()
        if missing:
            # The connection broke. Half a comment must not be taken for a whole one; granian itself does not tell.
            body.close()
            raise Refused("400 Bad Request")
        body.seek(0)
        return body

    # ---- giving out -----------------------------------------------------------------------------------------------------

    def _answer(self, environ: Environ, begin: Begin) -> Iterable[bytes]:
        beginning: list[Any] = []
        with self.seats:
            answer = self.application(environ, lambda *words: beginning.append(words))
            pieces, rest = _first_piece(answer)
        if rest is None:
            begin(*beginning[-1])
            return [pieces]
        return self._long(pieces, rest, answer, partial(begin, *beginning[-1]))

    def _long(self, first: bytes, rest: Iterator[bytes], answer: Iterable[bytes], begin: Callable[[], Any]) -> Iterable[bytes]:
        if not self.lounge.acquire(blocking=False):
            _close(answer)
            raise Refused("503 Service Unavailable")
        begin()
        return LongAnswer(first, rest, partial(self._sent, answer))

    def _sent(self, answer: Iterable[bytes]) -> None:
        try:
            _close(answer)
        finally:
            self.lounge.release()


class LongAnswer:
    """The pieces of an answer that is too long to be kept; `close` is called once, by whoever sends it."""

    def __init__(self, first: bytes, rest: Iterator[bytes], done: Callable[[], None]) -> None:
        self._pieces = self._joined(first, rest)
        self._done: Callable[[], None] | None = done

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        done, self._done = self._done, None
        if done:
            done()

    @staticmethod
    def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
        yield first
        yield from rest


def _first_piece(answer: Iterable[bytes]) -> tuple[bytes, Iterator[bytes] | None]:
    """All of the answer and None, or its beginning and what follows."""
    pieces: list[bytes] = []
    size = 0
    rest = iter(answer)
    try:
        for piece in rest:
            pieces.append(piece)
            size += len(piece)
            if size > LONGEST_PIECE:
                return b"".join(pieces), rest
    except BaseException:
        _close(answer)
        raise
    _close(answer)
    return b"".join(pieces), None


def _close(answer: Iterable[bytes]) -> None:
    close = getattr(answer, "close", None)
    if close:
        close()


def _refuse(status: str, begin: Begin) -> Iterable[bytes]:
    text = status.encode() + b"\n"
    headers: Headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(text))),
        ("Connection", "close"),
    ]
    if status.startswith("503"):
        headers.append(("Retry-After", "5"))
    begin(status, headers)
    return [text]
