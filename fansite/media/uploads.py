"""Files on their way in, piece by piece: a connection that breaks costs the piece, not the file.

A part lies in `instance/uploads/<account>/<token>.<what for>.<length>` and is as long as what arrived of it. Nothing of it is in the
database; it belongs to the account whose folder it lies in, and is gone after a day.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from fansite.core.errors import Conflict, NotFound, Refused, TooMany
from fansite.media import encoding, faces

# What an upload may become, and how large it may be.
LARGEST = {"picture": encoding.MAX_BYTES, "face": faces.MAX_BYTES}
# A folder of pictures dropped at once waits its turn in the browser; more than these at a time are forgotten ones.
MOST_AT_ONCE = {"picture": 8, "face": 1}
# Of all people together: no crowd fills the disk with halves, and no crowd of fans keeps the staff from their work.
MOST_BYTES = 1024 * 1024 * 1024
LIFE_SECONDS = 24 * 3600
COME_BACK = 60
_NAME = re.compile(r"([0-9a-f]{32})\.([a-z]+)\.(\d{1,9})")


class WrongOffset(Conflict):
    """What is sent does not go on where the last piece ended."""

    def __init__(self, offset: int) -> None:
        super().__init__(_l("A piece of this file is missing."))
        self.offset = offset


@dataclass(frozen=True)
class Part:
    path: Path
    token: str
    purpose: str
    length: int

    @property
    def offset(self) -> int:
        try:
            return self.length if self.made is not None else self.path.stat().st_size
        except FileNotFoundError:
            raise NotFound() from None

    @property
    def made(self) -> dict[str, Any] | None:
        """What became of it: kept for who did not hear the answer."""
        try:
            found: dict[str, Any] = json.loads(self._result.read_text())
        except FileNotFoundError:
            return None
        return found

    def _tell(self, made: dict[str, Any]) -> None:
        """All at once: whoever asks meanwhile reads the whole of it or nothing."""
        whole = self._result.with_suffix(".whole")
        whole.write_text(json.dumps(made))
        whole.replace(self._result)

    @property
    def _result(self) -> Path:
        return self.path.with_name(f"{self.token}.made")


def begin(account_id: int, *, purpose: str, length: int) -> Part:
    if purpose not in LARGEST:
        raise NotFound()
    if not 0 < length <= LARGEST[purpose]:
        raise Refused(_l("This picture is larger than %(most)s MB.", most=LARGEST[purpose] // 1024**2), field="file")
    folder = _folder() / str(account_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    oldest_first = sorted((part for part in _parts(folder) if part.purpose == purpose), key=lambda part: -_age(part.path))
    for forgotten in oldest_first[: max(0, len(oldest_first) - MOST_AT_ONCE[purpose] + 1)]:
        drop(forgotten)
    if sum(part.length for part in _every() if part.purpose == purpose and part.made is None) + length > MOST_BYTES:
        raise TooMany(_l("Many people send pictures just now. Try again in a minute."), retry_after=COME_BACK)
    token = secrets.token_hex(16)
    part = Part(folder / f"{token}.{purpose}.{length}", token, purpose, length)
    part.path.touch(mode=0o600, exist_ok=False)
    return part


def find(account_id: int, token: str) -> Part:
    """Somebody else's is not found."""
    for part in _parts(_folder() / str(account_id)):
        if secrets.compare_digest(part.token.encode(), token.encode()):
            return part
    raise NotFound()


def append(part: Part, offset: int, source: IO[bytes]) -> Part:
    """The next piece, at the place where the last ended. What arrived before a connection broke is kept."""
    with _alone(part) as file:
        if part.made is not None or file.tell() != offset:
            raise WrongOffset(part.offset)
        missing = part.length - offset
        while piece := source.read(64 * 1024):
            if len(piece) > missing:
                file.truncate(offset)
                raise Refused(_l("This file is longer than it was said to be."), field="file")
            file.write(piece)
            missing -= len(piece)
    return part


def finish(part: Part, make: Callable[[bytes], dict[str, Any]]) -> Part:
    """All of it is here, and becomes what it was for: once, however often the last piece is sent. The bytes are no longer needed
    then; the answer is, should it get lost."""
    with _alone(part) as file:
        if part.made is None:
            if file.tell() != part.length:
                raise WrongOffset(part.offset)
            try:
                made = make(part.path.read_bytes())
            except Refused:
                drop(part)
                raise
            part._tell(made)
            file.truncate(0)
    return part


def drop(part: Part) -> None:
    for path in (part.path, part._result, part._result.with_suffix(".whole")):
        path.unlink(missing_ok=True)


def sweep() -> None:
    """Routine: what nobody went on with is gone, and so are empty folders."""
    for part in list(_every()):
        if _age(part.path) > LIFE_SECONDS:
            drop(part)
    for folder in _folders():
        with suppress(OSError):
            folder.rmdir()


@contextmanager
def _alone(part: Part) -> Iterator[IO[bytes]]:
    """Two requests for one part, one of them believed to be dead: they write one after the other."""
    try:
        file = part.path.open("r+b")  # one that was dropped meanwhile does not begin again
    except FileNotFoundError:
        raise NotFound() from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0, os.SEEK_END)
        yield file


def _parts(folder: Path) -> Iterator[Part]:
    if folder.is_dir():
        for path in folder.iterdir():
            named = _NAME.fullmatch(path.name)
            if named:
                yield Part(path, named[1], named[2], int(named[3]))


def _every() -> Iterator[Part]:
    for folder in _folders():
        yield from _parts(folder)


def _folders() -> list[Path]:
    return [path for path in _folder().glob("*") if path.is_dir()]


def _folder() -> Path:
    return Path(current_app.extensions["fansite"].settings.instance_path) / "uploads"


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
