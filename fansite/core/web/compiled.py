"""Templates as they were compiled when the site was set up, kept beside their sources as Python keeps its own: no start compiles them again.

What is kept was compiled from these very sources, words and rules, or it is compiled anew: a changed template shows at once.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from glob import glob
from io import BytesIO
from pathlib import Path
from typing import Any

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

from fansite.settings import ROOT

FOLDER = ROOT / "templates" / "__pycache__"
# What goes into a template beside its own lines: what it may include, the words, and how its environment is made.
INGREDIENTS = ("templates/[!_]*/**/*.*", "fansite/translations/*/*/*.mo", "fansite/app.py", "fansite/core/web/*.py")


class CompiledTemplates(BytecodeCache):
    """Those of one language. Only `keep` writes: whoever serves may not be able to."""

    def __init__(self, language: str) -> None:
        self.language = language

    def get_bucket(self, environment: Any, name: str, filename: str | None, source: str) -> Bucket:
        made_of = hashlib.sha256(f"{_ingredients()}{filename}\n{source}".encode()).hexdigest()
        bucket = Bucket(environment, f"{name.replace('/', '.')}.{self.language}", made_of)
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        path = FOLDER / bucket.key
        if path.exists():
            bucket.load_bytecode(BytesIO(path.read_bytes()))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """What is compiled while the site runs is not kept."""

    def keep(self, environment: Any, names: Iterable[str]) -> Iterator[str]:
        """Compiles what is not kept yet or no longer true; yields the names of the files of all."""
        FOLDER.mkdir(exist_ok=True)
        for name in names:
            source, filename, _uptodate = environment.loader.get_source(environment, name)
            bucket = self.get_bucket(environment, name, filename, source)
            if bucket.code is None:
                bucket.code = environment.compile(source, name, filename)
                _write(FOLDER / bucket.key, bucket.bytecode_to_string())
            yield bucket.key


def sweep(kept: Iterable[str]) -> None:
    """Removes what is left of templates that are no more."""
    for name in {path.name for path in FOLDER.iterdir()} - set(kept):
        (FOLDER / name).unlink()


def _write(path: Path, data: bytes) -> None:
    """All of it or nothing: a site may be running."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(data)
    draft.replace(path)


@lru_cache(maxsize=1)
def _ingredients() -> str:
    digest = hashlib.sha256(jinja2.__version__.encode())
    for pattern in INGREDIENTS:
        for name in sorted(glob(pattern, root_dir=ROOT, recursive=True)):
            digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()
