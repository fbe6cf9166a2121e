"""Entries as JSON lines: exactly what the format says, and a line and a reason for everything else."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fansite.transfer import jsonlines
from fansite.transfer.jsonlines import EntryLine
from fansite.transfer.problems import Refused
from tests.effort import takes_at_most
from tests.transfer.export import save

ENTRIES = Path(__file__).parent / "fixtures" / "entries.jsonl"
GOOD: dict[str, Any] = {
    "kind": "news",
    "slug": "one",
    "title": "One",
    "body": "Text",
    "language": "en",
    "published_at": None,
    "tags": [],
}


def read(path: Path) -> list[EntryLine]:
    return list(jsonlines.entries(path, jsonlines.check(path)))


def line(**changes: Any) -> str:
    return json.dumps(GOOD | changes)


def without(name: str) -> str:
    return json.dumps({key: value for key, value in GOOD.items() if key != name})


def test_each_line_is_an_entry():
    first, second, third = read(ENTRIES)
    assert first == EntryLine(
        line=1,
        kind="news",
        slug="new-strings",
        title="New strings",
        body="They *ring*.",
        language="en",
        published_at=datetime(2024, 5, 4, 20, tzinfo=UTC),
        tags=("studio", "strings"),
    )
    assert (second.line, second.translation_of, second.summary, second.author, second.comments_open) == (
        2,
        "new-strings",
        "Enfin.",
        "eli",
        False,
    )
    assert (third.line, third.kind, third.published_at) == (4, "page", None)


def test_the_census_counts_kinds_and_languages():
    census = jsonlines.check(ENTRIES)
    assert census.counts == Counter(news=2, page=1)
    assert census.languages == Counter(en=2, fr=1)
    assert not list(census.problems)


def test_a_byte_order_mark_windows_line_ends_and_a_missing_last_one_are_no_trouble(tmp_path):
    content = b"\xef\xbb\xbf" + line().encode() + b"\r\n\r\n" + line(slug="two").encode()
    assert [(entry.line, entry.slug) for entry in read(save(tmp_path, content))] == [(1, "one"), (3, "two")]


def test_lines_are_counted_right_in_small_pieces_too(tmp_path, monkeypatch):
    monkeypatch.setattr("fansite.transfer.source.PIECE", 1)
    path = save(tmp_path, f"\n\n{line()}\n\n\n{line(slug='two')}\n")
    assert [entry.line for entry in read(path)] == [3, 6]


def test_an_unknown_field_is_told_once_and_passed_over(tmp_path):
    census = jsonlines.check(save(tmp_path, f"{line()}\n{line(slug='two', mood='blue')}\n{line(slug='three', mood=[1])}\n"))
    assert list(census.problems) == ["line 2: the field “mood” is not known and was passed over"]


def test_an_empty_file_holds_no_entries(tmp_path):
    assert read(save(tmp_path, b"")) == []


@pytest.mark.parametrize("text", ["2024-05-04T20:00:00Z", "2024-05-04T22:00:00+02:00", "2024-05-04 20:00", "20240504T200000Z"])
def test_iso_8601_in_its_spellings(tmp_path, text):
    assert read(save(tmp_path, line(published_at=text)))[0].published_at == datetime(2024, 5, 4, 20, tzinfo=UTC)


def test_titles_lose_line_breaks_and_bodies_keep_them(tmp_path):
    (entry,) = read(save(tmp_path, line(title=" One\n two ", body="a\n\nb")))
    assert (entry.title, entry.body) == ("One two", "a\n\nb")


REFUSED = {
    "not JSON": ("{oops", "not JSON"),
    "a list of all": (f"[{line()}]", "one object"),
    "a number": ("12", "one object"),
    "no kind": (without("kind"), "“kind” is missing"),
    "no slug": (without("slug"), "“slug” is missing"),
    "no title": (without("title"), "“title” is missing"),
    "no body": (without("body"), "“body” is missing"),
    "no language": (without("language"), "“language” is missing"),
    "an unknown kind": (line(kind="gig"), "one of news, page is expected, got “gig”"),
    "a list for a kind": (line(kind=["news"]), "text is expected, got a list"),
    "null for a title": (line(title=None), "title: text is expected, got null"),
    "an object for a body": (line(body={"a": 1}), "body: text is expected, got an object"),
    "true for a slug": (line(slug=True), "slug: text is expected, got true or false"),
    "a number for a language": (line(language=1), "language: text is expected, got a number"),
    "a language that is none": (line(language="English"), "a code such as “en”"),
    "a slug with capitals": (line(slug="One"), "small letters, digits and hyphens"),
    "a slug that climbs": (line(slug="../one"), "small letters, digits and hyphens"),
    "a slug too long": (line(slug="a" * 81), "small letters, digits and hyphens"),
    "a title too long": (line(title="t" * 1001), "longer than 1,000"),
    "a summary too long": (line(summary="t" * 501), "longer than 500"),
    "a number for a date": (line(published_at=1714852800), "a date or null is expected"),
    "words for a date": (line(published_at="yesterday"), "a date such as"),
    "a date too early for its zone": (line(published_at="0001-01-01T00:00:00+14:00"), "a date such as"),
    "a year out of range": (line(published_at="9999-12-31"), "year 9999 is out of range"),
    "text for tags": (line(tags="a,b"), "a list is expected, got text"),
    "null for tags": (line(tags=None), "a list is expected, got null"),
    "a number among tags": (line(tags=["a", 1]), "tags: text is expected, got a number"),
    "an empty tag": (line(tags=[""]), "tags is empty"),
    "too many tags": (line(tags=[str(number) for number in range(51)]), "more than 50 tags"),
    "a word for yes": (line(comments_open="yes"), "true or false is expected"),
    "a one for yes": (line(comments_open=1), "true or false is expected"),
    "an author in a list": (line(author=["eli"]), "author: text is expected"),
    "a translation of no slug": (line(translation_of="Not a slug"), "small letters"),
    "a NUL": (line(title="a\0b"), "control character (U+0000)"),
    "half a surrogate pair": (line(body="a\ud800b"), "control character (U+D800)"),
    "NaN": (line(extra=float("nan")), "NaN is not JSON"),
    "infinity": (line(extra=float("inf")), "Infinity is not JSON"),
    "a field twice": ('{"kind": "news", "kind": "page"}', "given twice"),
    "a huge number": ('{"kind": ' + "9" * 10_000 + "}", "number is too large"),
    "nested without end": ("[" * 200_000, "nested too deep"),
    "the same entry again": (line(), "stands on line 1 already"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_line_is_refused_with_its_number(tmp_path, name):
    wrong, reason = REFUSED[name]
    path = save(tmp_path, f"{line()}\n\n{wrong}\n")

    def refused() -> pytest.ExceptionInfo[Refused]:
        with pytest.raises(Refused) as refusal:
            jsonlines.check(path)
        return refusal

    refusal = takes_at_most(2, refused)
    assert refusal.value.line == 3
    assert reason in refusal.value.reason


def test_bytes_that_are_not_utf8_are_refused(tmp_path):
    with pytest.raises(Refused, match="line 2: not UTF-8 at byte 11"):
        jsonlines.check(save(tmp_path, line().encode() + b'\n{"title": \xe9}'))


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_line_longer_than_2_mb_is_refused(tmp_path, end):
    with pytest.raises(Refused, match="line 2: the line is longer than 2 MB"):
        jsonlines.check(save(tmp_path, line() + "\n" + line(slug="two", body="x" * (2 * 1024 * 1024)) + end))


def test_the_same_slug_in_another_language_or_kind_is_another_entry(tmp_path):
    path = save(tmp_path, f"{line()}\n{line(language='fr')}\n{line(kind='page')}\n")
    assert len(read(path)) == 3


def test_a_file_that_changed_since_it_was_checked_is_not_read(tmp_path):
    path = save(tmp_path, line())
    census = jsonlines.check(path)
    save(tmp_path, f"{line()}\n{line(slug='two')}")
    with pytest.raises(Refused, match="changed"):
        list(jsonlines.entries(path, census))
