"""The code base holds itself to `fansite/features.py`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from fansite.features import LAYERS
from tests.conftest import ROOT

PRIVATE = {"views", "api", "forms", "listeners", "commands"}
LAYER_OF = {name: number for number, layer in enumerate(LAYERS) for name in layer}
MODULES = sorted(path for path in (ROOT / "fansite").rglob("*.py") if path.name != "__init__.py" or path.parent.name != "fansite")


def place_of(path: Path) -> str:
    return path.relative_to(ROOT / "fansite").parts[0].removesuffix(".py")


def imports_of(path: Path) -> list[str]:
    package = path.relative_to(ROOT).with_suffix("").parts
    names = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = package[: len(package) - node.level + (1 if path.name == "__init__.py" else 0)]
                base = ".".join([*up, *([base] if base else [])])
            names += [f"{base}.{alias.name}" for alias in node.names]
    return [name for name in names if name.startswith("fansite.")]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path):
    here = place_of(path)
    assert here in LAYER_OF, f"{here} stands in no layer: see fansite/features.py"
    for name in imports_of(path):
        there = name.split(".")[1]
        if there == here or there not in LAYER_OF:
            continue
        assert LAYER_OF[there] < LAYER_OF[here], (
            f"{path.relative_to(ROOT)} imports {name}: {here} stands not above {there}, see fansite/features.py"
        )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_entry_points_are_private_to_their_feature(path):
    here = place_of(path)
    for name in imports_of(path):
        parts = name.split(".")
        if len(parts) > 2 and parts[1] != here and parts[2] in PRIVATE:
            assert parts[1] in ("core", "lib", "backends"), (
                f"{path.relative_to(ROOT)} imports {name}: {parts[2]} is private to {parts[1]}"
            )


def test_lib_knows_neither_flask_nor_database():
    for path in (ROOT / "fansite" / "lib").rglob("*.py"):
        text = path.read_text()
        assert "import flask" not in text, path
        assert "from flask" not in text, path
        assert "sqlalchemy" not in text, path


def test_features_templates_styles_and_tests_have_the_same_names():
    features = {name for layer in LAYERS for name in layer}
    shared = {"layouts", "ui", "parts", "mail", "errors"}
    for folder in (ROOT / "templates").glob("[!_]*"):
        assert folder.name in features | shared, f"templates/{folder.name} belongs to no feature"
    general = {"tokens", "base", "ui", "errors"}
    for sheet in (ROOT / "static" / "css").glob("*.css"):
        assert sheet.stem in features | general, f"static/css/{sheet.name} belongs to no feature"
    special = {"structure", "attacks", "backends", "journeys", "bench", "browser", "data"}
    for folder in (ROOT / "tests").iterdir():
        if folder.is_dir() and not folder.name.startswith("__"):
            assert folder.name in features | special, f"tests/{folder.name} belongs to no feature"


def test_nothing_at_the_top_but_what_is_agreed():
    allowed = set(
        "fansite templates static migrations instance tests wsgi.py pyproject.toml README.md Makefile CHANGELOG.md LICENSE docs deploy .ci".split()
    )
    import subprocess

    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    top = {name.split("/")[0] for name in tracked}
    assert top <= allowed | {".gitignore"}
