"""One table of settings. Help, README and tests read the same table; a wrong value is refused at start in words."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent.parent
KNOWN_LANGUAGES = ("en", "fr")
LONGEST_NAME = 80
USUAL_PORTS = {"http": "80", "https": "443"}
# In the letters a browser sends as `Origin`: a name in other letters has its `xn--` form there.
BASE_URL = re.compile(r"(https?)://([a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?/?", re.IGNORECASE)
ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.IGNORECASE)

WEB_ADDRESS = re.compile(r"https://[a-z0-9][a-z0-9.-]*(?::[0-9]{1,5})?(?:/[!-~]*)?", re.IGNORECASE)


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
    parts = BASE_URL.fullmatch(text)
    if parts is None or not _is_port(parts[3] or "80") or not _is_host(parts[2]):
        raise ValueError("expected http:// or https:// and a host, like https://band.example")
    scheme, host, port = parts[1].lower(), parts[2].lower(), parts[3]
    return f"{scheme}://{host}" + (f":{int(port)}" if port and port != USUAL_PORTS[scheme] else "")


def _is_host(text: str) -> bool:
    try:
        return not text.startswith("[") or ip_address(text[1:-1]).version == 6
    except ValueError:
        return False


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 65536


def _exactly(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"expected {', '.join(words[:-1])} or {words[-1]}")
        return text

    return read


def _one_of_schemes(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text.startswith(schemes):
            raise ValueError(f"expected {' or '.join(schemes)}")
        return text

    return read


def _database_url(text: str) -> str:
    if text != "sqlite:" and not text.startswith("postgresql://"):
        raise ValueError("expected sqlite: or postgresql://")
    if text != "sqlite:" and find_spec("psycopg") is None:
        raise ValueError("postgresql:// needs a package that is not installed, psycopg[binary]")
    return text


def _mail_url(text: str) -> str:
    _one_of_schemes("smtp://", "smtps://", "folder:")(text)
    if not text.startswith("folder:") and not _is_server(text):
        raise ValueError("expected smtp://user:password@mail.example:587, with %2F %3F %23 for / ? # in a password")
    return text


def _is_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0 and not (parts.path.strip("/") or parts.query or parts.fragment)
    except ValueError:
        return False


def _mail_from(text: str) -> str:
    if text and not ADDRESS.fullmatch(text):
        raise ValueError("expected an address like hello@band.example")
    return text


def _security_contact(text: str) -> str:
    mail = text.startswith("mailto:") and ADDRESS.fullmatch(text.removeprefix("mailto:"))
    if text and not mail and not WEB_ADDRESS.fullmatch(text):
        raise ValueError("expected mailto:security@band.example or https://…")
    return text


def _switch(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError("expected on or off")
    return text.lower() == "on"


def _count_up_to(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) > most:
            raise ValueError(f"expected a whole number from 0 to {most}")
        return int(text)

    return read


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
    if len(text) > LONGEST_NAME or any(ord(c) < 32 for c in text):
        raise ValueError(f"expected a name of 1 to {LONGEST_NAME} characters")
    return text


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
        _database_url,
        secret=True,
    ),
    Setting(
        "search_url",
        "whoosh:",
        "`whoosh:` (an index in the instance folder), or from some 20,000 texts and comments on `sqlite:` or `postgres:` (in the site's own database).",
        _exactly("whoosh:", "sqlite:", "postgres:"),
    ),
    Setting("storage_url", "files:", "`files:` (the folder `media` of the instance folder).", _one_of_schemes("files:")),
    Setting(
        "mail_url",
        "folder:",
        "`folder:` (`.eml` files in the instance folder), `smtp://user:password@host:587` or `smtps://…:465`.",
        _mail_url,
        secret=True,
    ),
    Setting("mail_from", "", "Sender of every mail; empty: `noreply@` and the host of the base address.", _mail_from),
    Setting("contact_mail", "", "Where letters of the contact form are mailed to; empty: to the owners.", _mail_from),
    Setting(
        "security_contact",
        "",
        "Whom `security.txt` names: `mailto:…` or `https://…`; empty: the sender of mails and the contact page.",
        _security_contact,
    ),
    Setting("page_memory", "8", "Mebibytes of rendered pages each web process keeps ready; 0: none.", _count_up_to(4096)),
    Setting("trusted_proxies", "0", "How many proxies in front are believed about a visitor's address.", _count_up_to(10)),
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
    contact_mail: str
    security_contact: str
    page_memory: int
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
    own = "sqlite:" if settings.sqlite else "postgres:"
    if settings.search_url not in ("whoosh:", own):
        raise WrongSetting(
            f"FANSITE_SEARCH_URL: {settings.search_url} keeps the index in the site's own database, and for that of FANSITE_DATABASE_URL"
            f" it is {own}"
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
    text = environment.get(setting.variable, "").strip()
    file = environment.get(f"{setting.variable}_FILE", "")
    if text and file:
        raise WrongSetting(f"{setting.variable}: also given by {setting.variable}_FILE; keep one of them")
    if file:
        text = _file_text(setting, file)
    text = text or setting.default
    try:
        return setting.read(text)
    except ValueError as problem:
        raise WrongSetting(f"{setting.variable}: {problem}, got {_shown(setting, text)}") from None


def _shown(setting: Setting, text: str) -> str:
    """Of what is secret no more than the scheme, which tells a mistyped one."""
    scheme, colon, rest = text.partition(":")
    if not setting.secret:
        return repr(text)
    return repr(f"{scheme}:…" if rest else text) if colon and setting.name != "secret_key" else "a value that is not shown"


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
