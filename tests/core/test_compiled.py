"""Templates compiled at set-up are loaded, and only where they are still true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader

from fansite.core.web import compiled
from fansite.core.web.compiled import CompiledTemplates, sweep
from fansite.core.web.spoken import environment_in

pytestmark = pytest.mark.once
PAGE = '{% include "part.html" %} {{ _("Reply") }}'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(compiled, "FOLDER", tmp_path / "compiled")
    return tmp_path / "compiled"


@pytest.fixture
def environment(app: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`environment(language, **templates)`: a fresh one, as of a process that has just begun; `.compiled` are the names it compiled itself."""

    def make(language: str, **templates: str) -> Any:
        made = environment_in(app, language).overlay(bytecode_cache=CompiledTemplates(language))
        made.words = environment_in(app, language).words
        made.loader = DictLoader({f"{name}.html": source for name, source in templates.items()})
        made.compiled, plain = [], made.compile

        def watched(source: Any, name: Any = None, *more: Any, **others: Any) -> Any:
            made.compiled.append(name)
            return plain(source, name, *more, **others)

        made.compile = watched
        return made

    return make


def keep(environment: Any) -> list[str]:
    return list(environment.bytecode_cache.keep(environment, environment.list_templates()))


@pytest.mark.parametrize(("language", "says"), [("en", "part Reply"), ("fr", "part Répondre")])
def test_what_was_kept_is_said_again_and_not_compiled_again(environment, language, says):
    keep(environment(language, page=PAGE, part="part"))
    later = environment(language, page=PAGE, part="part")
    assert later.get_template("page.html").render() == says
    assert later.compiled == []


def test_a_template_that_changed_since_is_compiled(environment):
    keep(environment("en", page="before"))
    later = environment("en", page="after")
    assert later.get_template("page.html").render() == "after"
    assert later.compiled == ["page.html"]


def test_after_any_change_of_what_goes_into_them_all_are_compiled(environment, monkeypatch):
    keep(environment("en", page=PAGE, part="part"))
    monkeypatch.setattr(compiled, "_ingredients", lambda: "others")
    later = environment("en", page=PAGE, part="another part")
    assert later.get_template("page.html").render() == "another part Reply"


def test_templates_words_and_how_they_are_compiled_go_into_them(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled, "ROOT", tmp_path)
    files = ["templates/news/_card.html", "fansite/translations/fr/LC_MESSAGES/messages.mo", "fansite/core/web/spoken.py"]
    seen = set()
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True)
        for words in ("one", "two"):
            (tmp_path / name).write_text(words)
            compiled._ingredients.cache_clear()
            seen.add(compiled._ingredients())
    compiled._ingredients.cache_clear()
    assert len(seen) == 2 * len(files)


@pytest.mark.parametrize("spoilt", [b"", b"j2", b"something else altogether"])
def test_half_a_file_is_no_file(environment, folder, spoilt):
    (name,) = keep(environment("en", page="whole"))
    (folder / name).write_bytes(spoilt or (folder / name).read_bytes()[:-7])
    assert environment("en", page="whole").get_template("page.html").render() == "whole"


def test_nothing_is_written_while_the_site_runs(environment, folder):
    assert environment("en", page="whole").get_template("page.html").render() == "whole"
    assert not folder.exists()


def test_a_second_time_only_what_changed_is_compiled_and_what_is_gone_is_removed(environment, folder):
    kept = keep(environment("en", page="a page", part="a part", old="old"))
    assert {path.name for path in folder.iterdir()} == set(kept) and len(kept) == 3
    later = environment("en", page="a page", part="another part")
    sweep(keep(later))
    assert later.compiled == ["part.html"]
    assert len(list(folder.iterdir())) == 2
