"""The application: opens every feature, and is the only place that knows all of them."""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, g
from jinja2 import StrictUndefined
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix

from fansite.backends.clock import Clock, MappedClock
from fansite.backends.mail import Mailer, open_mailer
from fansite.backends.search import Search, open_search
from fansite.backends.storage import Storage, open_storage
from fansite.core import changes, keys, limits, mail, readership, renewal
from fansite.core.content import Content
from fansite.core.db import db
from fansite.core.db.annexes import Annex
from fansite.core.db.engine import database_uri, empty_log, engine_options
from fansite.core.feature import Aside, Check, Drafts, Feature, Findable, HomeSection, Personal, Reviewable, Shelf, SitemapPart
from fansite.core.kept import site_name
from fansite.core.markup import Pictures
from fansite.core.notices import Kind
from fansite.core.outbox import Listener, Outbox, Routine, upkeep
from fansite.core.readership import Readership, readership_of
from fansite.core.web import templating
from fansite.core.web.assets import Assets, StaticFiles
from fansite.core.web.failures import open_failures
from fansite.core.web.files import open_files
from fansite.core.web.guard import headers_of_all, open_guard
from fansite.core.web.language import LanguagePrefix, open_languages
from fansite.core.web.page_cache import PageCache
from fansite.core.web.parts import Parts
from fansite.core.web.paths import LateRule, Number, parameters_of
from fansite.core.web.records import configure_logs, open_records
from fansite.core.web.representation import WSGI
from fansite.core.web.spoken import SpokenEnvironment
from fansite.features import FEATURES
from fansite.settings import ROOT, Settings, load

MEBIBYTE = 1024 * 1024
MAX_REQUEST_BYTES = 2 * MEBIBYTE


@dataclass
class Site:
    """What `app.extensions["fansite"]` holds: the settings, the backends, and what the features declared."""

    settings: Settings
    clock: Clock
    search: Search
    storage: Storage
    mailer: Mailer
    limiter: FixedWindowRateLimiter
    outbox: Outbox = field(default_factory=Outbox)
    contents: dict[str, Content] = field(default_factory=dict)
    findables: dict[str, Findable] = field(default_factory=dict)
    reviewables: dict[str, Reviewable] = field(default_factory=dict)
    sitemap: dict[str, SitemapPart] = field(default_factory=dict)
    drafts: list[Drafts] = field(default_factory=list)
    personal: list[Personal] = field(default_factory=list)
    home_sections: list[HomeSection] = field(default_factory=list)
    # By the place of the pages they stand beside.
    asides: dict[str, list[Aside]] = field(default_factory=dict)
    pictures: Pictures | None = None
    shelves: dict[str, Shelf] = field(default_factory=dict)
    old_addresses: list[Callable[[str], str | None]] = field(default_factory=list)
    rules: dict[tuple[str, ...], Any] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    notices: dict[str, Kind] = field(default_factory=dict)
    kept: dict[str, tuple[int, Any]] = field(default_factory=dict)
    # Language → templates in it.
    spoken: dict[str, Any] = field(default_factory=dict)
    parts: Parts = field(default_factory=Parts)
    assets: Assets = field(default_factory=lambda: Assets(ROOT / "static"))
    pages: PageCache = field(init=False)
    readership: Readership = field(init=False)

    def site_name(self) -> str:
        return site_name()


class Threaded(Flask):
    """Flask looks at each view and each of what surrounds it, at every request, for whether it is a coroutine: none of ours is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Settings | None = None, *, behind: Callable[[WSGI], WSGI] = lambda application: application) -> Flask:
    """A ready application. Opens no connection, file, map, lock or thread: web processes are forked from it. `behind` stands between
    what is kept ready (static files, pages) and what is made for each request."""
    settings = settings or load()
    configure_logs()
    settings.instance_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    app = Threaded(
        "fansite",
        instance_path=str(settings.instance_path),
        root_path=str(ROOT),
        template_folder=str(ROOT / "templates"),
        static_folder=None,
    )
    app.url_rule_class = LateRule
    app.url_map.converters["int"] = Number
    app.config.update(
        SECRET_KEY=settings.secret_key or keys.made_once(settings.instance_path / keys.FORMS, partial(secrets.token_urlsafe, 48)),
        SQLALCHEMY_DATABASE_URI=database_uri(settings),
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings),
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,
        MAX_FORM_PARTS=200,
        TRANSLATIONS=ROOT / "fansite" / "translations",
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.jinja_environment = SpokenEnvironment
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.extensions["fansite"] = Site(
        settings=settings,
        clock=MappedClock(settings.instance_path / "clock"),
        search=open_search(settings.search_url, settings.instance_path / "search", Annex()),
        storage=open_storage(settings.storage_url, settings.instance_path / "media"),
        mailer=open_mailer(settings.mail_url, settings.instance_path / "outbox"),
        limiter=FixedWindowRateLimiter(limits.SqlStorage()),
    )
    db.init_app(app)
    open_records(app)
    open_files(app)
    _remember_the_clock(app)
    open_languages(app, settings)
    features = {name: _feature(name) for name in FEATURES}
    for feature in features.values():
        if feature.open:
            feature.open(app)
    open_guard(app, settings)
    open_failures(app, settings)
    templating.open_templates(app, settings)
    _own_deliveries(app)
    for feature in features.values():
        _declare(app, feature)
    for feature in features.values():
        if feature.ready:
            feature.ready(app)
    configure_mappers()
    app.wsgi_app = _fronted(app, settings, behind)  # type: ignore[method-assign,assignment]
    return app


def _fronted(app: Flask, settings: Settings, behind: Callable[[WSGI], WSGI]) -> WSGI:
    """The way of a request: language, static file, kept page, application."""
    site: Site = app.extensions["fansite"]
    application = cast(WSGI, app.wsgi_app)
    if settings.trusted_proxies:
        application = ProxyFix(application, x_for=settings.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0)
    site.readership = readership_of(app)
    site.pages = PageCache(
        behind(application),
        site.clock,
        host=urlsplit(settings.base_url).netloc,
        cookie=app.config["SESSION_COOKIE_NAME"],
        parameters=lambda path: parameters_of(app, path),
        read=site.readership.count,
        most_bytes=settings.page_memory * MEBIBYTE,
    )
    return LanguagePrefix(StaticFiles(site.pages, site.assets, headers_of_all(settings)), settings)


def _feature(name: str) -> Feature:
    found: Feature = importlib.import_module(f"fansite.{name}").feature
    return found


def _declare(app: Flask, feature: Feature) -> None:
    site: Site = app.extensions["fansite"]
    site.contents.update({content.kind: content for content in feature.contents})
    site.findables.update({findable.kind: findable for findable in feature.findables})
    site.reviewables.update({reviewable.kind: reviewable for reviewable in feature.reviewables})
    site.sitemap.update({part.kind: part for part in feature.sitemap})
    site.drafts += [feature.drafts] if feature.drafts is not None else []
    site.pictures = feature.pictures or site.pictures
    site.shelves.update({shelf.name: shelf for shelf in feature.shelves})
    if feature.old_addresses:
        site.old_addresses.append(feature.old_addresses)
    site.home_sections.extend(feature.home_sections)
    for aside in feature.asides:
        site.asides[aside.place] = sorted([*site.asides.get(aside.place, ()), aside], key=lambda one: one.order)
    site.personal += [feature.personal] if feature.personal is not None else []
    site.checks.extend(feature.checks)
    site.notices.update({kind.name: kind for kind in feature.notices})
    for listener in feature.listeners:
        site.outbox.add(listener)
    site.outbox.routines.update({routine.name: routine for routine in feature.routines})
    app.jinja_env.globals.update(feature.template_globals)
    for blueprint in feature.blueprints:
        app.register_blueprint(blueprint)


def _own_deliveries(app: Flask) -> None:
    box: Outbox = app.extensions["fansite"].outbox
    box.add(Listener("core.bump", upkeep.bump_again, ("*",)))
    box.add(Listener("core.mail", mail.send_queued, ("mail.queued",), batch=1, lease=mail.LEASE))
    box.routines["core.readership"] = Routine("core.readership", readership.sweep, timedelta(days=1))
    for name, sweep in (
        ("outbox", upkeep.sweep),
        ("limits", limits.sweep),
        ("mail", mail.sweep),
        ("lists", changes.sweep),
        ("log", empty_log),
    ):
        box.routines[f"core.{name}"] = Routine(f"core.{name}", sweep, timedelta(hours=1))
    box.routines["core.texts"] = Routine("core.texts", renewal.render_older, renewal.EVERY)


def _remember_the_clock(app: Flask) -> None:
    @app.before_request
    def look() -> None:
        """Before the first query: what is rendered from here on is as old as this."""
        g.clock_seen = app.extensions["fansite"].clock.seen()
        g.person = None
