"""What an address answers to everyone, in each form it travels in: packed once per encoding, with a strong ETag of its own (RFC 9110, §8.8.3),
and the short answer to who has it already (304)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.http import is_resource_modified

from fansite.core.web.packing import CODECS, IDENTITY, WORTH_IT, is_text, wanted

Environ = dict[str, Any]
Begin = Callable[..., Any]
WSGI = Callable[[Environ, Begin], Iterable[bytes]]
Headers = Sequence[tuple[str, str]]

OF_THE_BODY = ("content-length", "content-type", "content-encoding")


def bodiless(environ: Environ) -> bool:
    return environ.get("CONTENT_LENGTH", "") in ("", "0") and "HTTP_TRANSFER_ENCODING" not in environ


@dataclass(frozen=True, slots=True)
class Form:
    """One encoding of it, ready to be sent."""

    etag: str
    headers: list[tuple[str, str]]
    headers_unchanged: list[tuple[str, str]]
    body: bytes


class Representation:
    """`headers` are those of a 200 answer without length, encoding and ETag. `thoroughly` packs for good, not for a moment."""

    __slots__ = ("_digest", "_forms", "_headers", "_last_modified", "_packable", "_thoroughly")

    def __init__(self, headers: Headers, body: bytes, encoding: str = IDENTITY, *, thoroughly: bool = False) -> None:
        known = {name.lower(): value for name, value in headers}
        self._headers = [(name, value) for name, value in headers if name.lower() not in ("content-length", "etag")]
        self._last_modified = known.get("last-modified")
        self._packable = len(body) >= WORTH_IT and is_text(known.get("content-type", ""))
        self._thoroughly = thoroughly
        self._digest = hashlib.blake2b(body, digest_size=12).hexdigest()
        encoding = encoding if self._packable else IDENTITY
        self._forms = {encoding: self._form(encoding, body)}

    @property
    def size(self) -> int:
        """Bytes it takes in all its forms, about."""
        return sum(len(form.body) for form in tuple(self._forms.values()))

    def form_for(self, environ: Environ) -> Form:
        encoding = wanted(environ.get("HTTP_ACCEPT_ENCODING", "")) if self._packable else IDENTITY
        return self._forms.get(encoding) or self._another(encoding)

    def answer(self, environ: Environ, begin: Begin, *more: tuple[str, str]) -> Iterable[bytes]:
        """200 or 304, of GET or HEAD."""
        form = self.form_for(environ)
        if self._is_known(environ, form):
            begin("304 NOT MODIFIED", [*form.headers_unchanged, *more])
            return ()
        begin("200 OK", [*form.headers, *more])
        return () if environ["REQUEST_METHOD"] == "HEAD" else (form.body,)

    def _is_known(self, environ: Environ, form: Form) -> bool:
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is None and ("HTTP_IF_MODIFIED_SINCE" not in environ or self._last_modified is None):
            return False
        return known == form.etag or not is_resource_modified(environ, form.etag, last_modified=self._last_modified)

    def _another(self, encoding: str) -> Form:
        """Two who ask for it first at once make it twice."""
        known, form = next(iter(self._forms.items()))
        self._forms[encoding] = made = self._form(encoding, form.body if known == IDENTITY else CODECS[known].unpack(form.body))
        return made

    def _form(self, encoding: str, body: bytes) -> Form:
        etag, headers = f'"{self._digest}"', list(self._headers)
        if encoding != IDENTITY:
            body = CODECS[encoding].pack(body, self._thoroughly)
            etag = f'"{self._digest}-{encoding}"'
            headers.append(("Content-Encoding", encoding))
        headers.append(("ETag", etag))
        unchanged = [(name, value) for name, value in headers if name.lower() not in OF_THE_BODY]
        return Form(etag, [*headers, ("Content-Length", str(len(body)))], unchanged, body)
