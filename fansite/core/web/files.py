"""Files that come with a form."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import IO, Any, TypeVar

from flask import Flask, request
from flask import Request as FlaskRequest

V = TypeVar("V", bound=Callable[..., Any])

STREAMS = "fansite.streams"
# What else stands in a form beside its file.
THE_REST = 1024 * 1024


class Nowhere(BytesIO):
    """Takes any number of bytes and holds none."""

    def write(self, data: Any) -> int:
        return len(data)


class Request(FlaskRequest):
    """One that knows the temporary files its body was read into, whether or not it was read to the end."""

    # Of somebody whose session ended meanwhile: what they typed beside a file is read, the file is not kept.
    passes_over_files = False

    def _get_file_stream(self, *args: Any, **kwargs: Any) -> IO[bytes]:
        if self.passes_over_files:
            return Nowhere()
        stream = super()._get_file_stream(*args, **kwargs)
        self.environ.setdefault(STREAMS, []).append(stream)
        return stream


def open_files(app: Flask) -> None:
    app.request_class = Request

    @app.teardown_request
    def close(_problem: BaseException | None) -> None:
        """At once, and not when somebody happens to collect what is left: a large file lies on the disk until then."""
        for stream in request.environ.pop(STREAMS, ()):
            stream.close()


def takes_file(most: int) -> Callable[[V], V]:
    """This view's form may bring a file of so many bytes, from somebody who is signed in."""

    def marked(view: V) -> V:
        view.most_bytes = most + THE_REST  # type: ignore[attr-defined]
        return view

    return marked


def sent_file(name: str = "file") -> bytes | None:
    """The bytes of a file that was chosen; its name and type are the sender's word, and nobody asks for them."""
    file = request.files.get(name)
    if file is None:
        return None
    with file.stream as stream:  # a large one lies in a file of its own
        data = stream.read()
    return data if data or file.filename else None
