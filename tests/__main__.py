"""`make test`: lint, format, types, templates, translations, then every test this machine can run.

Says in one line per missing program what was left out and how to get it; with CI=true what is left out is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CI = os.environ.get("CI") == "true"
# What asks a database through the application is done once more on a real server. These do not, or have their own:
NOT_ON_POSTGRESQL = {
    "backends": "behind the application, each against all there are",
    "backup": "how a file is saved and restored; the drill saves and restores a server's database as well",
    "bench": "measures",
    "browser": "what a page looks like, of whatever rows",
    "lib": "without an application",
    "serve": "real processes; those that share rows run on a server of their own",
    "structure": "the code itself; but for the plans of queries",
}
# What a whole run leaves in the folder of temporary files, and as much again.
ROOM = 4 * 1024**3

# program → (where else it may be, what is left out without it, how to get it)
PROGRAMS = {
    "chromium": (("google-chrome", "chromium-browser"), "tests in a browser", "apt-get install chromium"),
    "nginx": (("/usr/sbin/nginx",), "tests behind nginx", "apt-get install nginx"),
    "initdb": (("/usr/lib/postgresql/*/bin/initdb",), "tests on PostgreSQL", "apt-get install postgresql"),
}


def main() -> int:
    missing = [name for name in PROGRAMS if not found(name)]
    for name in missing:
        _others, what, how = PROGRAMS[name]
        print(f"{name} is missing: {what} are left out. To have them: {how}")
    if missing and CI:
        print("With CI=true nothing may be left out.")
        return 1
    for title, command, more in steps(without=missing):
        print(f"\n== {title}", flush=True)
        if subprocess.run(command, cwd=ROOT, env={**environment(), **more}, check=False).returncode != 0:
            print(f"\n{title}: failed")
            return 1
    return 0


def environment() -> dict[str, str]:
    """Every program the tests start finds its modules compiled, and thousands of small databases are written to memory where there is room."""
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM:
        settings.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
    return settings


def found(name: str) -> bool:
    others = PROGRAMS[name][0]
    return bool(shutil.which(name)) or any(
        shutil.which(o) if "/" not in o else list(Path("/").glob(o.lstrip("/"))) for o in others
    )


def steps(*, without: list[str]) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """(title, command, settings beside the usual ones)."""
    code = ["fansite", "tests", "migrations", "wsgi.py"]
    pytest = [str(BIN / "pytest"), "-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadscope"]
    yield "Lint", [str(BIN / "ruff"), "check", *code], {}
    yield "Format", [str(BIN / "ruff"), "format", "--check", *code], {}
    yield "Types", [str(BIN / "mypy")], {}
    yield "Templates", [str(BIN / "djlint"), "--quiet", "--lint", "templates"], {}
    yield "Tests", [*pytest, *sys.argv[1:]], {}
    if "initdb" not in without and not sys.argv[1:]:
        yield "Tests on PostgreSQL", [*pytest, *on_postgresql()], {"TEST_DATABASE": "postgresql"}


def on_postgresql() -> list[str]:
    folders = {path.name for path in (ROOT / "tests").iterdir() if (path / "__init__.py").exists()}
    assert folders >= NOT_ON_POSTGRESQL.keys()
    return [*(f"tests/{name}" for name in sorted(folders - NOT_ON_POSTGRESQL.keys())), "tests/structure/test_query_plans.py"]


if __name__ == "__main__":
    raise SystemExit(main())
