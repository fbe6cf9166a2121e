"""Files that come with a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request

V = TypeVar("V", bound=Callable[..., Any])

# What else stands in a form beside its file.
THE_REST = 1024 * 1024


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
