"""Which backups were made, when, where to and how large: a short list in the instance folder, for the pages that tell of them."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from fansite.backup.archive import opened
from fansite.core.errors import Refused

NAME = "backups.jsonl"
MOST = 100


@dataclass(frozen=True)
class Made:
    at: str
    file: str
    bytes: int
    seconds: float

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def path(self) -> Path:
        return Path(self.file)


def made(instance: Path) -> list[Made]:
    """Newest first; what cannot be read is left out."""
    found = []
    with suppress(OSError):
        for line in (instance / NAME).read_text(encoding="utf-8").splitlines():
            with suppress(ValueError, TypeError):
                found.append(Made(**json.loads(line)))
    return sorted(found, key=lambda each: each.at, reverse=True)


def note(instance: Path, newest: Made) -> None:
    lines = [json.dumps(asdict(each)) for each in [newest, *made(instance)][:MOST]]
    descriptor, part = tempfile.mkstemp(dir=instance, prefix=f".{NAME}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in reversed(lines)))
    os.replace(part, instance / NAME)


def folders(instance: Path) -> list[Path]:
    """Where backups of this site still lie, as far as it knows."""
    return sorted({each.path.parent for each in made(instance) if each.path.parent.is_dir()})


def rotate(folder: Path, site: str, keep: int) -> list[Path]:
    """Removes all but the newest of this site's backups in a folder; whatever else lies there stays."""
    ours: list[tuple[str, Path]] = []
    for path in folder.glob("*.zip"):
        with suppress(Refused, OSError), opened(path) as archive:
            if archive.manifest.site == site:
                ours.append((archive.manifest.made_at, path))
    gone = [path for _at, path in sorted(ours, reverse=True)[keep:]]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone
