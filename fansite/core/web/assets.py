"""Style sheets, scripts and drawings under a path that changes with their content, so that they can be kept for a year."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterable
from pathlib import Path

from fansite.core.web.packing import is_text
from fansite.core.web.representation import WSGI, Begin, Environ, Headers, Representation, bodiless

# What fans' pages are read in is fetched at once and kept: each file of its own is a way to the server and back before anything is seen.
TOGETHER = {"css/site.css": tuple(f"css/{name}.css" for name in ("tokens", "base", "ui", "news", "tour", "comments", "home"))}
FOLDER = "/static/"
A_YEAR = "public, max-age=31536000, immutable"
# Pages of yesterday's version are still open somewhere.
A_MINUTE = "public, max-age=60"
mimetypes.add_type("text/javascript", ".js")


class Assets:
    """The files of one folder as they were when the process began. All share one version: module scripts import each other by relative
    paths."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
        self.version = _version(found)
        self._files: dict[str, tuple[Path, ...]] = {name: (path,) for name, path in found.items()}
        self._files |= {name: tuple(found[part] for part in parts) for name, parts in TOGETHER.items()}

    def url(self, name: str) -> str:
        if name not in self._files:
            raise FileNotFoundError(f"static/{name}")
        return f"{FOLDER}{self.version}/{name}"

    def files(self, name: str) -> tuple[Path, ...]:
        """What stands at that address, one after the other; empty where nothing does."""
        return self._files.get(name, ())


def _version(found: dict[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, path in found.items():
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


class StaticFiles:
    """WSGI: `/static/<version>/<name>` from memory, each file packed once in each process; everything else goes on to the application.

    Files under the version of today are kept for a year; an older version gets today's file, kept for a minute."""

    def __init__(self, application: WSGI, assets: Assets, headers: Headers) -> None:
        self.application, self.assets, self.headers = application, assets, headers
        self._kept: dict[tuple[bool, str], Representation] = {}

    def __call__(self, environ: Environ, begin: Begin) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        if path.startswith(FOLDER) and environ["REQUEST_METHOD"] in ("GET", "HEAD") and bodiless(environ):
            version, _slash, name = path[len(FOLDER) :].partition("/")
            found = self._find(version == self.assets.version, name) if not environ.get("SCRIPT_NAME") else None
            if found is not None:
                return found.answer(environ, begin)
        return self.application(environ, begin)

    def _find(self, current: bool, name: str) -> Representation | None:
        found = self._kept.get((current, name))
        files = self.assets.files(name) if found is None else ()
        if files:
            found = self._kept[current, name] = self._read(name, files, current)
        return found

    def _read(self, name: str, files: tuple[Path, ...], current: bool) -> Representation:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        text = is_text(kind)
        headers = [
            ("Content-Type", f"{kind}; charset=utf-8" if text else kind),
            ("Cache-Control", A_YEAR if current else A_MINUTE),
            *([("Vary", "Accept-Encoding")] if text else []),
            *self.headers,
        ]
        return Representation(headers, b"\n".join(file.read_bytes() for file in files), lasting=True)
