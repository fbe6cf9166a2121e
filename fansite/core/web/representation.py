"""What an address answers to everyone, in each form it travels in: packed once per encoding, with a strong ETag of its own (RFC 9110, §8.8.3),
and the short answer to who has it already (304)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from werkzeug.http import is_resource_modified

from fansite.core.web.packing import CODECS, IDENTITY, LONG, WORTH_IT, Effort, is_text, wanted

Environ = dict[str, Any]
Begin = Callable[..., Any]
WSGI = Callable[[Environ, Begin], Iterable[bytes]]
Header = tuple[str, str]
Headers = Sequence[Header]

# What a form takes beside its body.
BESIDE_THE_BODY = 512
# More than a browser remembers of one address. To compare it would take longer than to answer.
LONGEST_MATCH = 2000

OF_THE_BODY = ("content-length", "content-type", "content-encoding")


def bodiless(environ: Environ) -> bool:
    return environ.get("CONTENT_LENGTH", "") in ("", "0") and "HTTP_TRANSFER_ENCODING" not in environ


@lru_cache(maxsize=512)
def _one(header: Header) -> Header:
    """The same header, and the same in memory on the thousand pages that say the same."""
    return header


@dataclass(frozen=True, slots=True)
class Form:
    """One encoding of it, ready to be sent, with the `headers` that are about its body. `etags` are those by which it is known, its own
    first; what is `hurried` could be smaller."""

    etags: tuple[str, ...]
    headers: tuple[Header, ...]
    body: bytes
    hurried: bool


class Representation:
    """`headers` are those of a 200 answer without length, encoding and ETag.

    Who waits for it to be made gets it packed in a hurry; for who asks next it is packed as it should be. Either has its own ETag, and
    who has one of them has it. What is `lasting` is packed at best, once.
    """

    __slots__ = (
        "_about_body",
        "_digest",
        "_forms",
        "_headers",
        "_last_modified",
        "_lasting",
        "_long",
        "_packable",
        "_sent",
        "size",
    )

    def __init__(self, headers: Headers, body: bytes, encoding: str = IDENTITY, *, lasting: bool = False) -> None:
        known = {name.lower(): value for name, value in headers}
        # All answers say those, an answer with a body says these too; and each form says more of its own.
        self._headers = tuple(_one(header) for header in headers if header[0].lower() not in (*OF_THE_BODY, "etag"))
        self._about_body = tuple(_one(header) for header in headers if header[0].lower() in ("content-type", "content-encoding"))
        self._last_modified = known.get("last-modified")
        self._packable = len(body) >= WORTH_IT and is_text(known.get("content-type", ""))
        self._lasting, self._long, self._sent = lasting, len(body) > LONG, False
        self._digest = hashlib.sha256(body).hexdigest()[:24]
        encoding = encoding if self._packable else IDENTITY
        self._forms: dict[str, Form] = {}
        # Bytes it takes in all its forms, about.
        self.size = 0
        self._keep(encoding, self._form(encoding, body, hurried=not lasting))

    def form_for(self, environ: Environ) -> Form:
        encoding = wanted(environ.get("HTTP_ACCEPT_ENCODING", "")) if self._packable else IDENTITY
        return self._forms.get(encoding) or self._another(encoding)

    def answer(self, environ: Environ, begin: Begin, *more: tuple[str, str]) -> list[bytes]:
        """200 or 304, of GET or HEAD. A list is handed to the server in one piece."""
        form = self.form_for(environ)
        known = self._known(environ, form)
        if known is not None:
            begin("304 NOT MODIFIED", [*self._headers, ("ETag", known), *more])
            return []
        if form.hurried and self._sent:
            form = self._another(wanted(environ.get("HTTP_ACCEPT_ENCODING", "")))
        begin("200 OK", [*self._headers, *form.headers, *more])
        if environ["REQUEST_METHOD"] == "HEAD":
            return []
        self._sent = True
        return [form.body]

    def _known(self, environ: Environ, form: Form) -> str | None:
        """The ETag of what the asker has, which is this."""
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is None and ("HTTP_IF_MODIFIED_SINCE" not in environ or self._last_modified is None):
            return None
        if len(known or "") > LONGEST_MATCH:
            return None
        if known in form.etags:
            return known
        etags = (etag for etag in form.etags if not is_resource_modified(environ, etag, last_modified=self._last_modified))
        return next(etags, None)

    def _another(self, encoding: str) -> Form:
        """Two who ask for it first at once make it twice."""
        known, form = next(iter(self._forms.items()))
        body = form.body if known == IDENTITY else CODECS[known].unpack(form.body)
        return self._keep(encoding, self._form(encoding, body, hurried=False))

    def _keep(self, encoding: str, form: Form) -> Form:
        self._forms[encoding] = form
        self.size = sum(len(known.body) + BESIDE_THE_BODY for known in tuple(self._forms.values()))
        return form

    def _form(self, encoding: str, body: bytes, *, hurried: bool) -> Form:
        headers, etags = list(self._about_body), [f'"{self._digest}"']
        if encoding != IDENTITY:
            codec = CODECS[encoding]
            effort: Effort = "best" if self._lasting else "hurried" if hurried or self._long else "usual"
            body = codec.pack(body, codec.levels[effort])
            etags = [f'"{self._digest}-{encoding}"', f'"{self._digest}-{encoding}-hurried"']
            etags.sort(key=len, reverse=effort == "hurried")
            headers.append(_one(("Content-Encoding", encoding)))
        headers += [("ETag", etags[0]), ("Content-Length", str(len(body)))]
        return Form(tuple(etags), tuple(headers), body, hurried=hurried and encoding != IDENTITY and not self._long)
