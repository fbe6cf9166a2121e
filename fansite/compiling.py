"""`python -m fansite.compiling`: every template in every language is compiled, so that no start does it; `make setup` calls it."""

from __future__ import annotations

import tempfile

from fansite.app import create_app
from fansite.core.web.compiled import CompiledTemplates, sweep
from fansite.core.web.spoken import environment_in
from fansite.settings import load


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = load({"FANSITE_INSTANCE_PATH": folder})
        app = create_app(settings)
    kept: set[str] = set()
    for language in settings.languages:
        environment = environment_in(app, language)
        cache = environment.bytecode_cache
        assert isinstance(cache, CompiledTemplates)
        kept.update(cache.keep(environment, environment.list_templates(extensions=["html", "txt"])))
    sweep(kept)


if __name__ == "__main__":
    main()
