"""Style sheets, scripts and drawings under a path that changes with their content, so that they can be kept for a year."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from werkzeug.security import safe_join

# What fans' pages are read in is fetched at once and kept: each file of its own is a way to the server and back before anything is seen.
TOGETHER = {"css/site.css": tuple(f"css/{name}.css" for name in ("tokens", "base", "ui", "news", "comments", "home"))}


class Assets:
    """All files of one folder share one version: module scripts import each other by relative paths."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.version = self._version()

    def url(self, name: str) -> str:
        if not self.files(name):
            raise FileNotFoundError(f"static/{name}")
        return f"/static/{self.version}/{name}"

    def files(self, name: str) -> tuple[Path, ...]:
        """What stands at that address, one after the other; empty where nothing does."""
        found = [safe_join(str(self.folder), part) for part in TOGETHER.get(name, (name,))]
        # `os.path` says no of a name that no file system could hold, where `Path` raises.
        paths = tuple(Path(path) for path in found if path is not None and os.path.isfile(path))
        return paths if len(paths) == len(found) else ()

    def _version(self) -> str:
        digest = hashlib.sha256()
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(self.folder).as_posix().encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()[:12]
