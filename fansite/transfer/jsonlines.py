"""Entries as JSON lines, one object a line: `{kind, slug, title, body, language, published_at, tags}`, bodies in Markdown.

Strict: a value of the wrong type is refused with its line, never bent into shape. Fields we do not know are told and passed over.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from fansite.lib.slugs import MAX_SLUG, is_slug
from fansite.lib.times import utc
from fansite.transfer.problems import Problems, Refused
from fansite.transfer.source import MAX_BYTES, Progress, fingerprint, pieces

KINDS = ("news", "page")
MAX_LINE = 2 * 1024 * 1024
MAX_ENTRIES = 200_000
# A title longer than the site's own limit is cut with a remark; this is no title.
MAX_TITLE = 1000
MAX_SUMMARY = 500
MAX_TAGS = 50
MAX_TAG = 80
MAX_NAME = 60
MAX_UNKNOWN = 50
YEARS = range(1900, 2200)
REQUIRED = ("kind", "slug", "title", "body", "language")
OPTIONAL = ("published_at", "tags", "summary", "author", "translation_of", "comments_open")

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")
# Half a surrogate pair is no character, and no database takes it; the other control characters are nobody's text.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class EntryLine:
    line: int
    kind: str
    slug: str
    title: str
    body: str
    language: str
    # Past: published. Future: scheduled. None: a draft.
    published_at: datetime | None
    tags: tuple[str, ...]
    summary: str = ""
    author: str | None = None
    translation_of: str | None = None
    comments_open: bool = True


@dataclass(slots=True)
class Census:
    counts: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    problems: Problems = field(default_factory=Problems)
    fingerprint: tuple[int, int, int] = (0, 0, 0)


def check(path: Path, *, progress: Progress | None = None, max_bytes: int = MAX_BYTES) -> Census:
    """Reads the whole file or raises `Refused`, so that nothing of a broken one is written."""
    census = Census(fingerprint=fingerprint(path))
    lines: dict[int, int] = {}
    unknown: dict[str, int] = {}
    for entry in _entries(path, unknown, progress, max_bytes):
        earlier = lines.setdefault(hash((entry.kind, entry.language, entry.slug)), entry.line)
        if earlier != entry.line:
            raise Refused(entry.line, f"{entry.kind} “{entry.slug}” in {entry.language} stands on line {earlier} already")
        if len(lines) > MAX_ENTRIES:
            raise Refused(entry.line, f"more than {MAX_ENTRIES:,} entries")
        census.counts[entry.kind] += 1
        census.languages[entry.language] += 1
    for name, line in unknown.items():
        census.problems.note(line, f"the field “{name}” is not known and was passed over")
    return census


def entries(path: Path, census: Census, *, progress: Progress | None = None, max_bytes: int = MAX_BYTES) -> Iterator[EntryLine]:
    """What `census` counted, line by line."""
    if fingerprint(path) != census.fingerprint:
        raise Refused(None, "the file changed since it was checked")
    yield from _entries(path, {}, progress, max_bytes)


def _entries(path: Path, unknown: dict[str, int], progress: Progress | None, max_bytes: int) -> Iterator[EntryLine]:
    for number, line in _lines(path, progress, max_bytes):
        line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if not line.strip():
            continue
        try:
            thing = _decoded(line)
            for name in thing.keys() - {*REQUIRED, *OPTIONAL}:
                if len(unknown) < MAX_UNKNOWN:
                    unknown.setdefault(_UNPRINTABLE.sub("", name)[:MAX_NAME], number)
            yield _entry(thing, number)
        except _Wrong as wrong:
            raise Refused(number, str(wrong)) from wrong


def _lines(path: Path, progress: Progress | None, max_bytes: int) -> Iterator[tuple[int, bytes]]:
    number, rest = 0, b""
    try:
        for piece in pieces(path, progress=progress, max_bytes=max_bytes):
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                number += 1
                yield number, _measured(line, number)
            _measured(rest, number + 1)
    except Refused as refusal:
        raise Refused(refusal.line or number + 1, refusal.reason) from refusal
    yield number + 1, rest


def _measured(line: bytes, number: int) -> bytes:
    if len(line) > MAX_LINE:
        raise Refused(number, f"the line is longer than {MAX_LINE // 1024**2} MB")
    return line


class _Wrong(ValueError):
    """A line that is not an entry; says why."""


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        thing = json.loads(line.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_number, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise _Wrong(f"not UTF-8 at byte {error.start + 1} of the line") from error
    except json.JSONDecodeError as error:
        raise _Wrong(f"not JSON ({error.msg} at character {error.pos + 1})") from error
    except RecursionError as error:
        raise _Wrong("nested too deep") from error
    if not isinstance(thing, dict):
        raise _Wrong("one object {…} a line is expected")
    return thing


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    thing = dict(pairs)
    if len(thing) < len(pairs):
        raise _Wrong("a field is given twice")
    return thing


def _no_number(name: str) -> None:
    raise _Wrong(f"{name} is not JSON")


def _integer(digits: str) -> int:
    if len(digits) > 20:
        raise _Wrong("a number is too large")
    return int(digits)


def _entry(thing: dict[str, Any], line: int) -> EntryLine:
    for name in REQUIRED:
        if name not in thing:
            raise _Wrong(f"“{name}” is missing")
    kind = _text(thing, "kind", 20)
    if kind not in KINDS:
        raise _Wrong(f"kind: one of {', '.join(KINDS)} is expected, got “{kind}”")
    language = _text(thing, "language", 20)
    if not _LANGUAGE.fullmatch(language):
        raise _Wrong(f"language: a code such as “en” is expected, got “{language}”")
    return EntryLine(
        line=line,
        kind=kind,
        slug=_slug(thing, "slug") or "",
        title=_one_line(thing, "title", MAX_TITLE, empty=True),
        body=_text(thing, "body", MAX_LINE, empty=True),
        language=language,
        published_at=_moment(thing.get("published_at")),
        tags=_tags(thing.get("tags", [])),
        summary=_one_line(thing, "summary", MAX_SUMMARY, empty=True) if thing.get("summary") is not None else "",
        author=_one_line(thing, "author", MAX_NAME) if thing.get("author") is not None else None,
        translation_of=_slug(thing, "translation_of"),
        comments_open=_yes_or_no(thing, "comments_open"),
    )


def _text(thing: dict[str, Any], name: str, longest: int, *, empty: bool = False) -> str:
    value = thing[name]
    if not isinstance(value, str):
        raise _Wrong(f"{name}: text is expected, got {_kind_of(value)}")
    if not empty and not value.strip():
        raise _Wrong(f"{name} is empty")
    if len(value) > longest:
        raise _Wrong(f"{name} is longer than {longest:,} letters")
    if odd := _UNPRINTABLE.search(value):
        raise _Wrong(f"{name} holds a control character (U+{ord(odd.group()):04X})")
    return value


def _one_line(thing: dict[str, Any], name: str, longest: int, *, empty: bool = False) -> str:
    return " ".join(_text(thing, name, longest, empty=empty).split())


def _slug(thing: dict[str, Any], name: str) -> str | None:
    if thing.get(name) is None and name not in REQUIRED:
        return None
    slug = _text(thing, name, 500)
    if not is_slug(slug):
        raise _Wrong(f"{name}: up to {MAX_SLUG} small letters, digits and hyphens are expected, got “{slug[:MAX_SLUG]}”")
    return slug


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise _Wrong(f"published_at: a date or null is expected, got {_kind_of(value)}")
    try:
        moment = utc(datetime.fromisoformat(value[:60]))
    except (ValueError, OverflowError) as error:
        raise _Wrong(f"published_at: a date such as 2026-11-24T18:00:00+01:00 is expected, got “{value[:60]}”") from error
    if moment.year not in YEARS:
        raise _Wrong(f"published_at: the year {moment.year} is out of range")
    return moment


def _tags(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _Wrong(f"tags: a list is expected, got {_kind_of(value)}")
    if len(value) > MAX_TAGS:
        raise _Wrong(f"more than {MAX_TAGS} tags")
    return tuple(dict.fromkeys(_one_line({"tags": tag}, "tags", MAX_TAG) for tag in value))


def _yes_or_no(thing: dict[str, Any], name: str) -> bool:
    value = thing.get(name, True)
    if not isinstance(value, bool):
        raise _Wrong(f"{name}: true or false is expected, got {_kind_of(value)}")
    return value


def _kind_of(value: Any) -> str:
    names = {
        type(None): "null",
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "an object",
    }
    return names[type(value)]
