"""`make test`: lint, format, types, templates, translations, then every test this machine can run.

Says in one line per missing program what was left out and how to get it; with CI=true what is left out is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CI = os.environ.get("CI") == "true"
# What a whole run leaves in the folder of temporary files, and as much again.
ROOM = 4 * 1024**3

# program → (where else it may be, what is left out without it, how to get it)
PROGRAMS = {
    "chromium": (("google-chrome", "chromium-browser"), "tests in a browser", "apt-get install chromium"),
    "nginx": (("/usr/sbin/nginx",), "tests behind nginx", "apt-get install nginx"),
    "initdb": (("/usr/lib/postgresql/*/bin/initdb",), "migrations on PostgreSQL", "apt-get install postgresql"),
}


def main() -> int:
    missing = [name for name in PROGRAMS if not found(name)]
    for name in missing:
        _others, what, how = PROGRAMS[name]
        print(f"{name} is missing: {what} are left out. To have them: {how}")
    if missing and CI:
        print("With CI=true nothing may be left out.")
        return 1
    for title, command in steps():
        print(f"\n== {title}", flush=True)
        if subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode != 0:
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


def steps() -> list[tuple[str, list[str]]]:
    code = ["fansite", "tests", "migrations", "wsgi.py"]
    return [
        ("Lint", [str(BIN / "ruff"), "check", *code]),
        ("Format", [str(BIN / "ruff"), "format", "--check", *code]),
        ("Types", [str(BIN / "mypy")]),
        ("Templates", [str(BIN / "djlint"), "--quiet", "--lint", "templates"]),
        ("Tests", [str(BIN / "pytest"), "-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile", *sys.argv[1:]]),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
