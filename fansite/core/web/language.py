"""Languages by address: the site's own without a prefix, every other under `/<language>/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from babel import support
from flask import Flask, abort, g, redirect, request
from flask_babel import Babel, Domain, refresh
from werkzeug.routing import RequestRedirect

from fansite.core.web.paths import current_language
from fansite.core.web.representation import WSGI
from fansite.settings import ROOT, Settings

ENVIRON_KEY = "fansite.language"
# The one address of what was asked for under the prefix of the site's own language, or with a slash too many or too few.
MOVED_KEY = "fansite.moved"
# The query as it was sent, where a page was shown only the parameters it declares: who is sent on takes all of it along.
QUERY_KEY = "fansite.query"
IN_PATHS = "/:@!$&'()*+,;=~"
IN_QUERIES = IN_PATHS + "?%"
# Dates and numbers as Europe writes them.
LOCALES = {"en": "en_GB"}


class LanguagePrefix:
    """WSGI: moves a language prefix from the path to SCRIPT_NAME, so that everything behind it routes the same."""

    def __init__(self, app: WSGI, settings: Settings) -> None:
        self.app, self.default, self.languages = app, settings.language, settings.languages

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        first, slash, rest = path[1:].partition("/")
        language = first.lower()
        if language not in self.languages:
            moved = f"/{path.lstrip('/')}" if path.startswith("//") else None  # werkzeug takes it for a single one
        elif language == self.default:
            moved = f"/{rest}"
        else:
            moved = f"/{language}/{rest.lstrip('/')}" if not slash or rest.startswith("/") or first != language else None
            environ.update({ENVIRON_KEY: language, "PATH_INFO": f"/{rest}", "SCRIPT_NAME": f"/{language}"})
        if moved is not None:
            environ[MOVED_KEY] = moved
        return self.app(environ, start_response)


def location(path: str) -> str:
    """A path of this site, as the server decoded it, ready for a redirect: never one a browser could take for another host."""
    query = request.environ.get(QUERY_KEY) or request.query_string.decode("latin-1")
    return "/" + quote(path.lstrip("/\\"), safe=IN_PATHS) + (f"?{quote(query, safe=IN_QUERIES)}" if query else "")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Words and paths are those of this language meanwhile: for what is written to somebody who is not asking."""
    before = g.get("language")
    g.language = language
    refresh()
    try:
        yield
    finally:
        g.language = before
        refresh()


@lru_cache(maxsize=16)
def words_in(language: str) -> Any:
    """The translations of one language, whoever asks and in whatever language they are spoken to."""
    return support.Translations.load(str(ROOT / "fansite" / "translations"), [locale_of(language)])


class Words(Domain):
    """The language of the request decides; Flask-Babel would look for a locale at every word."""

    def get_translations(self) -> Any:
        return words_in(current_language())


def locale_of(language: str) -> str:
    return LOCALES.get(language, language)


def open_languages(app: Flask, settings: Settings) -> Babel:
    app.config.update(
        BABEL_DEFAULT_LOCALE=locale_of(settings.language), BABEL_TRANSLATION_DIRECTORIES=str(app.config["TRANSLATIONS"])
    )
    babel = Babel(app, locale_selector=lambda: locale_of(current_language()), timezone_selector=lambda: settings.timezone.key)
    babel.domain_instance = Words()

    @app.before_request
    def speak() -> Any:
        g.language = request.environ.get(ENVIRON_KEY, settings.language)
        if MOVED_KEY in request.environ:
            return _gone_on(request.environ[MOVED_KEY].encode("latin-1").decode("utf-8", "replace"))
        wrong = request.routing_exception
        if isinstance(wrong, RequestRedirect) and request.method in ("GET", "HEAD"):
            return redirect(relative(wrong.new_url), 301)
        view = app.view_functions.get(request.endpoint or "")
        if getattr(view, "unlocalized", False) and ENVIRON_KEY in request.environ:
            return _gone_on(request.path) if request.method in ("GET", "HEAD") else None
        return None

    return babel


def _gone_on(path: str) -> Any:
    """What was sent to an address that is none is not taken there unasked."""
    return redirect(location(path), 301) if request.method in ("GET", "HEAD") else abort(404)


def relative(url: str) -> str:
    """Werkzeug builds redirects with the Host header; ours are paths."""
    parts = urlsplit(url)
    path = "/" + parts.path.lstrip("/\\")
    return f"{path}?{parts.query}" if parts.query else path


def speak_as_visitor(settings: Settings) -> None:
    """For pages that have no language of their own, like errors: the first of the visitor's languages that we have."""
    if ENVIRON_KEY in request.environ:
        return
    wanted = request.accept_languages.best_match(settings.languages)
    if wanted and wanted != g.get("language"):
        g.language = wanted
        refresh()
