"""What the site keeps secret in its folder: made once, and part of every backup."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

# What signs forms and mailed links.
FORMS = "secret.key"
# What signs messages to browsers: who said that they may be told said so to this key.
PUSH = "push.key"
ALL = (FORMS, PUSH)


def made_once(path: Path, make: Callable[[], str]) -> str:
    """The key in a file. Whoever starts at the same moment, or after a kill, finds a whole one or none."""
    if not path.exists():
        part = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(part, path)
        part.unlink()
    return path.read_text().strip()
