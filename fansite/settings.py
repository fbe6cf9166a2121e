"""One table of settings. Help, README and tests read the same table; a wrong value is refused at start in words."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent.parent
KNOWN_LANGUAGES = ("en", "fr")


class WrongSetting(Exception):
    """A setting nobody can work with; the message is one line for the operator."""


@dataclass(frozen=True)
class Setting:
    """One row of the table: the environment name is `FANSITE_` and the upper-cased name."""

    name: str
    default: str
    sentence: str
    read: Callable[[str], Any] = str
    secret: bool = False

    @property
    def variable(self) -> str:
        return f"FANSITE_{self.name.upper()}"


def _folder(text: str) -> Path:
    return Path(text).expanduser().resolve()


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("expected http:// or https:// and a host, like https://band.example")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _one_of_schemes(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text.startswith(schemes):
            raise ValueError(f"expected {' or '.join(schemes)}")
        return text

    return read


def _switch(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError("expected on or off")
    return text.lower() == "on"


def _count(text: str) -> int:
    if not text.isdigit() or int(text) > 10:
        raise ValueError("expected a whole number from 0 to 10")
    return int(text)


def _language(text: str) -> str:
    if text not in KNOWN_LANGUAGES:
        raise ValueError(f"expected one of {', '.join(KNOWN_LANGUAGES)}")
    return text


def _languages(text: str) -> tuple[str, ...]:
    languages = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not languages:
        raise ValueError(f"expected a list like {','.join(KNOWN_LANGUAGES)}")
    return tuple(_language(language) for language in languages)


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("expected a time zone like Europe/Paris") from None


def _name(text: str) -> str:
    if not text.strip() or len(text) > 80 or any(ord(c) < 32 for c in text):
        raise ValueError("expected a name of 1 to 80 characters")
    return text.strip()


def _key(text: str) -> str:
    if text and len(text) < 32:
        raise ValueError("expected at least 32 characters")
    return text


TABLE = (
    Setting("instance_path", str(ROOT / "instance"), "Folder of all run-time data.", _folder),
    Setting(
        "base_url",
        "http://127.0.0.1:8000",
        "The one public address; every link in mails, feeds and canonicals starts with it.",
        _base_url,
    ),
    Setting(
        "site_name", "Our band", "The band's name, until one is given in the site itself (`fansite init --site-name`).", _name
    ),
    Setting(
        "database_url",
        "sqlite:",
        "`sqlite:` (a file in the instance folder) or `postgresql://…`.",
        _one_of_schemes("sqlite:", "postgresql://"),
        secret=True,
    ),
    Setting("search_url", "whoosh:", "`whoosh:` (an index in the instance folder).", _one_of_schemes("whoosh:")),
    Setting("storage_url", "files:", "`files:` (the folder `media` of the instance folder).", _one_of_schemes("files:")),
    Setting(
        "mail_url",
        "folder:",
        "`folder:` (`.eml` files in the instance folder), `smtp://user:password@host:587` or `smtps://…:465`.",
        _one_of_schemes("smtp://", "smtps://", "folder:"),
        secret=True,
    ),
    Setting("mail_from", "", "Sender of every mail; empty: `noreply@` and the host of the base address."),
    Setting("trusted_proxies", "0", "How many proxies in front are believed about a visitor's address.", _count),
    Setting("limits", "on", "`off` lifts rate limits and anti-flood pauses; only with a loopback base address.", _switch),
    Setting("language", "en", "Language served without a prefix.", _language),
    Setting("languages", "en,fr", "All languages of the site, separated by commas.", _languages),
    Setting("timezone", "UTC", "Time zone in which dates are shown and entered.", _zone),
    Setting("secret_key", "", "Signs form tokens; empty: made once and kept in the instance folder.", _key, secret=True),
)


@dataclass(frozen=True)
class Settings:
    instance_path: Path
    base_url: str
    site_name: str
    database_url: str
    search_url: str
    storage_url: str
    mail_url: str
    mail_from: str
    trusted_proxies: int
    limits: bool
    language: str
    languages: tuple[str, ...]
    timezone: ZoneInfo
    secret_key: str

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https:")

    @property
    def sender(self) -> str:
        host = self.host if "." in self.host and not self.loopback else "example.org"
        return self.mail_from or f"noreply@{host.removeprefix('www.')}"

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite:")


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Reads `FANSITE_*` and `FANSITE_*_FILE`; raises `WrongSetting` with one clear line."""
    environment = os.environ if environment is None else environment
    values = {setting.name: _value(setting, environment) for setting in TABLE}
    settings = Settings(**values)
    if settings.language not in settings.languages:
        raise WrongSetting(
            f"FANSITE_LANGUAGES: {settings.language}, the site's language, is missing in {','.join(settings.languages)!r}"
        )
    if not settings.limits and not settings.loopback:
        raise WrongSetting(f"FANSITE_LIMITS: off is only for a loopback FANSITE_BASE_URL, not {settings.base_url}")
    return settings


def source_of(setting: Setting, environment: Mapping[str, str] | None = None) -> str:
    """Where the value comes from, for `fansite settings`: `environment`, `file` or `default`."""
    environment = os.environ if environment is None else environment
    if environment.get(setting.variable):
        return "environment"
    return "file" if environment.get(f"{setting.variable}_FILE") else "default"


def _value(setting: Setting, environment: Mapping[str, str]) -> Any:
    text = environment.get(setting.variable, "")
    file = environment.get(f"{setting.variable}_FILE", "")
    if text and file:
        raise WrongSetting(f"{setting.variable}: also given by {setting.variable}_FILE; keep one of them")
    if file:
        text = _file_text(setting, file)
    text = text or setting.default
    try:
        return setting.read(text)
    except ValueError as problem:
        shown = "a value that is not shown" if setting.secret and ("@" in text or setting.name == "secret_key") else repr(text)
        raise WrongSetting(f"{setting.variable}: {problem}, got {shown}") from None


def _file_text(setting: Setting, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise WrongSetting(
            f"{setting.variable}_FILE: cannot read {file!r}: {getattr(problem, 'strerror', None) or problem}"
        ) from None


def unknown(environment: Mapping[str, str] | None = None) -> list[str]:
    """Variables that look like ours and are none: most likely misspelt, so `serve` and `settings` say so."""
    environment = os.environ if environment is None else environment
    known = {setting.variable for setting in TABLE}
    return sorted(v for v in environment if v.startswith("FANSITE_") and v.removesuffix("_FILE") not in known)


assert [f.name for f in fields(Settings)] == [s.name for s in TABLE]  # one table, one shape
