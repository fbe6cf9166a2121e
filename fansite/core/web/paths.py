"""Addresses. Nothing is ever built from the Host header: paths come from the route table, absolute addresses from the base address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g
from flask.globals import app_ctx
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, IntegerConverter, Map, Rule, ValidationError

from fansite.core.content import content_of
from fansite.lib.numbers import HIGHEST
from fansite.settings import Settings

V = TypeVar("V", bound=Callable[..., Any])


class Number(IntegerConverter):
    """`<int:…>` in an address: the plain digits of a number that a row can have, in their one spelling."""

    regex = "[0-9]+"

    def __init__(self, map: Map, fixed_digits: int = 0, max: int = HIGHEST) -> None:
        super().__init__(map, fixed_digits=fixed_digits, max=max)
        if fixed_digits:  # others are not led on to a slash behind which nothing stands
            self.regex = f"[0-9]{{{fixed_digits}}}"

    def to_python(self, value: str) -> int:
        if len(value) > len(str(HIGHEST)) or (not self.fixed_digits and value != "0" and value.startswith("0")):
            raise ValidationError()
        return int(super().to_python(value))


class LateRule(Rule):
    """werkzeug compiles two functions for every address, to write it with; here each is compiled when it is first written so."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = super()._compile_builder

        def build(self: Rule, /, **values: Any) -> tuple[str, str]:
            made: Callable[..., tuple[str, str]] = compiled(append_unknown).__get__(self)
            setattr(self, "_build_unknown" if append_unknown else "_build", made)
            return made(**values)

        return build


def unlocalized(view: V) -> V:
    """This address is the same in all languages and answers without a prefix only."""
    view.unlocalized = True  # type: ignore[attr-defined]
    return view


def cacheable(*parameters: str) -> Callable[[V], V]:
    """This view's pages are for everyone, and the page cache may keep them: a stranger's page depends on its address and on these query
    parameters only. Of all others it is shown none."""

    def declared(view: V) -> V:
        view.parameters = parameters  # type: ignore[attr-defined]
        return view

    return declared


def parameters_of(app: Flask, path: str) -> tuple[str, ...] | None:
    """The query parameters of the page at a path (as the server decoded it, without language), None where no page is kept."""
    try:
        endpoint, _values = app.url_map.bind("localhost").match(path.encode("latin-1").decode("utf-8", "replace"), method="GET")
    except HTTPException:
        return None
    return getattr(app.view_functions[endpoint], "parameters", None)


def settings() -> Settings:
    found: Settings = current_app.extensions["fansite"].settings
    return found


def current_language() -> str:
    return getattr(g, "language", None) or settings().language


def path_for(endpoint: str, language: str | None = None, _anchor: str | None = None, **values: Any) -> str:
    """The path of an endpoint, with the prefix of `language` (default: the request's) where it has one. Works without a request."""
    known = {name: value for name, value in values.items() if value is not None}
    context: Any = app_ctx._get_current_object()  # type: ignore[attr-defined]  # asked for once: a page has hundreds of addresses
    site = context.app.extensions["fansite"]
    rule, localized, whole = site.rules.get((endpoint, *known)) or _find_rule(context.app, endpoint, known)
    path = whole or _built(rule, endpoint, known)
    prefix = ""
    if localized:
        site_language = site.settings.language
        language = language or getattr(context.g, "language", None) or site_language
        prefix = "" if language == site_language else f"/{language}"
    return f"{prefix}{path}#{_anchor}" if _anchor else prefix + path


def entry_path(entry: Any, _anchor: str | None = None, **values: Any) -> str:
    content = content_of(entry)
    language = None if content.for_all_languages else entry.language
    return path_for(content.endpoint, language=language, slug=entry.slug, _anchor=_anchor, **values)


def public_url(path: str) -> str:
    return settings().base_url + path


def static_path(name: str) -> str:
    """A file of ours under the version of today."""
    path: str = current_app.extensions["fansite"].assets.url(name)
    return path


def safe_next(target: str | None) -> str | None:
    """A path of this site to go on to, or None: never another host, scheme, or something a browser could read as one."""
    if not target or not target.startswith("/") or target[:2] in ("//", "/\\") or len(target) > 2000:
        return None
    if any(ord(c) <= 32 or c == "\\" or ord(c) == 127 for c in target):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    return target


def in_language(path: str, language: str) -> str:
    """The path of this very page in another language of the interface."""
    return _prefix(language) + path


def _prefix(language: str) -> str:
    return "" if language == settings().language else f"/{language}"


def _rules_of(app: Flask, endpoint: str) -> list[Rule]:
    return list(app.url_map.iter_rules(endpoint)) if endpoint in app.view_functions else []


def _built(rule: Rule, endpoint: str, values: dict[str, Any]) -> str:
    built = rule.build(values)
    if built is None:
        raise BuildError(endpoint, values, "GET")
    return built[1]


def _find_rule(app: Flask, endpoint: str, values: dict[str, Any]) -> tuple[Rule, bool, str | None]:
    """The rule that makes the address of an endpoint from values of these names, whether it stands in each language, and the address
    itself where it takes no values; kept."""
    app.url_map.update()
    fitting = [rule for rule in _rules_of(app, endpoint) if rule.suitable_for(values)]
    if not fitting:
        raise BuildError(endpoint, values, "GET")
    rule = max(fitting, key=lambda rule: "GET" in (rule.methods or ()))
    whole = None if values else _built(rule, endpoint, values)
    found = rule, not getattr(app.view_functions.get(endpoint), "unlocalized", False), whole
    app.extensions["fansite"].rules[endpoint, *values] = found
    return found
