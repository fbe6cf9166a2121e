"""The bytes of a file to import, plain or gzipped, in small pieces and never more than we are willing to read."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from fansite.transfer.problems import Refused

PIECE = 64 * 1024
# Unpacked. WordPress itself cuts exports far below this, and a larger one is hours of work in one command.
MAX_BYTES = 160 * 1024 * 1024
# Exports pack 5 to 15 times. Small files may be as dense as they like.
MAX_RATIO = 100
RATIO_COUNTS_FROM = 8 * 1024 * 1024

Progress = Callable[[int], None]


def pieces(path: Path, *, progress: Progress | None = None, max_bytes: int = MAX_BYTES) -> Iterator[bytes]:
    """The unpacked bytes; `progress` is told how many bytes of the file on disk were read since last time."""
    with path.open("rb") as file:
        stream = _unpacked(file)
        if stream is file:  # its length is known before any of it is read
            _check_size(path.stat().st_size, 0, packed=False, max_bytes=max_bytes)
        total = told = 0
        while piece := _read(stream):
            total += len(piece)
            read = file.tell()
            _check_size(total, read, packed=stream is not file, max_bytes=max_bytes)
            if progress is not None:
                progress(read - told)
            told = read
            yield piece


def fingerprint(path: Path) -> tuple[int, int, int]:
    """Differs when the file was replaced or written to between two readings."""
    stat = path.stat()
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    """By its first bytes, not its name: browsers unpack a download and keep the `.gz`."""
    start = file.read(4)
    file.seek(0)
    if start == b"PK\x03\x04":
        raise Refused(
            None, "this is a ZIP archive: unpack it and import the files inside; of a spreadsheet, save the table as CSV"
        )
    return gzip.GzipFile(fileobj=file, mode="rb") if start[:2] == b"\x1f\x8b" else file  # type: ignore[return-value]


def _read(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(PIECE)
    except EOFError as error:
        raise Refused(None, "the gzip file is cut off") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Refused(None, f"the gzip file is damaged ({error})") from error


def _check_size(total: int, read: int, *, packed: bool, max_bytes: int) -> None:
    if total > max_bytes:
        raise Refused(None, f"the file is larger than {max_bytes // 1024**2} MB: export it in parts, by author or by year")
    if packed and total > RATIO_COUNTS_FROM and total > read * MAX_RATIO:
        raise Refused(None, f"the file unpacks to more than {MAX_RATIO} times its size: no export does")
