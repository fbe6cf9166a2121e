"""Style sheets, scripts and drawings under a path that changes with their content, so that they can be kept for a year."""

from __future__ import annotations

import hashlib
from pathlib import Path


class Assets:
    """All files of one folder share one version: module scripts import each other by relative paths."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.version = self._version()

    def url(self, name: str) -> str:
        if not (self.folder / name).is_file():
            raise FileNotFoundError(f"static/{name}")
        return f"/static/{self.version}/{name}"

    def _version(self) -> str:
        digest = hashlib.sha256()
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(self.folder).as_posix().encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()[:12]
