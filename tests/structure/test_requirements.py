"""What the code needs is what an installation has: development tools are not there."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions

import pytest

from tests.conftest import ROOT

# Only on PostgreSQL, and named where that is described.
OPTIONAL = {"psycopg"}
LOCKED = {
    re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower()
    for line in (ROOT / "deploy" / "requirements.txt").read_text().splitlines()
    if re.match(r"[a-z0-9]", line, re.IGNORECASE)
}
FILES = sorted(path for folder in ("fansite", "migrations") for path in (ROOT / folder).rglob("*.py"))


@cache
def installed() -> Mapping[str, list[str]]:
    """Module → whose it is. Every installed file is looked at: once will do."""
    return packages_distributions()


@pytest.mark.parametrize("path", [*FILES, ROOT / "wsgi.py"], ids=lambda path: str(path.relative_to(ROOT)))
def test_everything_that_is_imported_is_installed(path):
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        for name in {full.partition(".")[0] for full in names} - sys.stdlib_module_names - {"fansite"} - OPTIONAL:
            owners = {re.sub(r"[-_.]+", "-", owner).lower() for owner in installed().get(name, ())}
            assert owners & LOCKED, f"{name} is not in deploy/requirements.txt"


# Each is some megabytes and a fiftieth to a tenth of a start.
FOR_FEW = (
    "alembic",
    "bs4",
    "confusable_homoglyphs",
    "cryptography",
    "css_inline",
    "fansite.transfer.operations",
    "http_ece",
    "markdownify",
    "zxcvbn",
)


def test_a_start_loads_nothing_that_few_need(tmp_path):
    """On SQLite, not even what another database speaks."""
    script = "import sys; import fansite.serve, fansite.app; fansite.app.create_app(); print(*sys.modules)"
    environment = {**os.environ, "FANSITE_INSTANCE_PATH": str(tmp_path)}
    loaded = subprocess.run([sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {*FOR_FEW, "sqlalchemy.dialects.postgresql"} & set(loaded.stdout.split())
