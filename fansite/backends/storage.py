"""Where pictures live."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

KEY = re.compile(r"[a-z0-9]{2,80}\.[a-z0-9]{2,5}")


class Storage(Protocol):
    def put(self, key: str, data: bytes) -> None:
        """Stores all of it or nothing; the same key again replaces it."""

    def open(self, key: str) -> BinaryIO:
        """A readable file. Raises `FileNotFoundError`."""

    def drop(self, key: str) -> None:
        """Removes it; what is not there is no error."""

    def keys(self) -> Iterator[str]:
        """Every key something is stored under, in order. What is put or dropped meanwhile may or may not be among them."""

    def size(self, key: str) -> int:
        """How many bytes it has. Raises `FileNotFoundError`."""


def open_storage(url: str, folder: Path) -> Storage:
    return FileStorage(Path(url.removeprefix("files:")) if url != "files:" else folder)


class FileStorage:
    """Files in a folder, spread over sub-folders by the first two signs of the key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise

    def open(self, key: str) -> BinaryIO:
        return self._path(key).open("rb")

    def drop(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        for folder in sorted(self.folder.glob("??")):
            # Parts of what is being written, and what somebody else put there, are no keys.
            yield from sorted(path.name for path in folder.iterdir() if KEY.fullmatch(path.name) and path.name[:2] == folder.name)

    def size(self, key: str) -> int:
        return self._path(key).stat().st_size

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise FileNotFoundError(key)
        return self.folder / key[:2] / key
