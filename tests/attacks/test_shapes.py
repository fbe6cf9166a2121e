"""Whatever stands where a word or a number was expected, it is refused or taken as text, and every page still answers (SECURITY §4.20, 33, 34)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest
from flask import Response, g

from fansite.core.web import failures
from tests.attacks.ground import FORMS, FROM_HERE, facts
from tests.databases import ON_POSTGRESQL

HIGH = 2**63
TEXTS = [
    b"", b"-1", b"1.5", b"NaN", b"1_000", b"\xc2\xb2", b"\xd9\xa3", b"9" * 5000, str(HIGH).encode(), str(HIGH - 1).encode(), str(2**31).encode(), b"null", b"__class__",
    b"a\x00b", b"\xed\xa0\x80", b"\xff\xfe", b"\xe2\x80\xaegnp", b"a\r\nBcc: all@example.org", b"{{7*7}}${7*7}<%= 7 %>", b"%s%n%(x)s{0}{x}",
    b"' OR 1=1 --", b"../../../../etc/passwd", b"a" * 70000, "\u0301".encode() * 500, "\U0001f525".encode() * 400, b"<script>alert(1)</script>",
    b"0000-00-00T00:00", b"9999-12-31T23:59", b"0001-01-01T00:00",
]  # fmt: skip
BODIES = [
    ("application/json", b'{"body": {"$ne": null}, "email": ["a"], "password": 1e999}'),
    ("application/json", b"[" * 100_000),
    ("application/json", b"null"),
    ("text/plain", b"body=x&email=fay"),
    ("application/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    ("multipart/form-data", b"--x\r\n\r\n"),
    ("multipart/form-data; boundary=", b"----\r\n"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=body; filename=../../x\r\n\r\na"),
    ("multipart/form-data; boundary=x", b"\r" * 100_000),
    ("application/x-www-form-urlencoded; charset=utf-16", "body=x&email=é".encode("utf-16")),
    ("application/x-www-form-urlencoded; charset=nonsense", b"body=%E9&email=%"),
    ("application/x-www-form-urlencoded", b"&&&===%%%&=&body&body[]=1&body[x][y]=2&__proto__[a]=b&;"),
    ("", b"body=x"),
    ("\xff/\xfe; =", b"body=x"),
]
FLOODS = [
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=x" % number for number in range(10_000))),
    ("application/x-www-form-urlencoded", b"body=" + b"x" * (2 * 1024 * 1024)),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n" * 1000 + b"--x--"),
    (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data; name=body\r\n\r\n" + b"x" * (2 * 1024 * 1024 + 1),
    ),
]
QUERIES = (
    "q", "kind", "year", "reply", "draft", "next", "email", "username", "done", "said", "status", "translation_of",
    "text_language", "p", "page_id", "resume", "password", "body", "cover", "copy", "sitting", "dropped", "removed", "heap", "title", "seed", "motif", "for",
    "quote", "entry", "before", "after", "gone", "scope", "queue", "shown", "person", "upto", "likeness", "host",
)  # fmt: skip
IN_ADDRESSES = [
    "0", "00", "2026", "9" * 25, str(HIGH), str(2**31), "-1", "%00", "%ED%A0%80", "%FF", "..", "..%2F..", "%2e%2e%5c", "%E2%80%AE", "%0d%0aX:%20y", "a" * 3000,
    "%C2%B2", "%D9%A3", "admin%27--", "%7B%7B7*7%7D%7D", "null", "a.b.c", "~", "%F0%9F%94%A5", ";x=y", "%25%30%30",
]  # fmt: skip
# Of these the router has nothing else to say when the rows stand elsewhere.
OF_THE_ROUTER = ("..", "..%2F..", "%2e%2e%5c", "%0d%0aX:%20y", "%7B%7B7*7%7D%7D", "null", "a.b.c", "~", ";x=y", "%25%30%30")


def encoded(data: dict[str, str], field: str, value: bytes) -> str:
    return urlencode({key: text for key, text in data.items() if key != field}) + f"&{field}={quote_from_bytes(value)}"


# Acts of one editor take the same form: the others' own fields are enough.
LONG, VERY_LONG = 4, 16
EDITOR = re.compile(r"/staff/(news|page)/")
FIELDS = {
    **{name: tuple(act.data) for name, act in FORMS.items() if not EDITOR.match(act.path)},
    "save": tuple(FORMS["save"].data), "write a page": ("menu_order",), "publish": ("when", "at"), "withdraw": ("reason",),
    "save a gig": ("venue", "version"), "keep a copy": ("title", "body", "sitting", "tab", "turn", "version"), "drop a copy": ("sitting", "undo"), "compare": ("body", "version"),
}  # fmt: skip


# What is no longer where it was, once an act was done.
MOVED = {
    "username": {"/fans/fay", "/fans/fay/gigs", "/fans/fay/followers"},
    "withdraw": {"/news/lisbon", "/news/lisbon/feed.xml"},
    "close an account": {"/fans/nora"},
}


# A server refuses what is too long or no text by itself, in whichever form: there every fifth is asked.
ASKED = [name for name, fields in FIELDS.items() if fields][:: 5 if ON_POSTGRESQL else 1]


# Pages show what is written: where nothing was, they are those of the tests before, and of this one.
def test_before_any_of_it_every_page_answers(ground: Any) -> None:
    assert set(ground.pages().values()) == {200}


@pytest.mark.parametrize("name", ASKED)
def test_no_field_of_a_form_breaks_anything(ground: Any, without_limits: None, name: str) -> None:
    act, before = FORMS[name], facts()
    for number, field in enumerate(FIELDS[name]):
        client, token = ground.browser(act.who)
        # Of all but the shortest forms each field takes a share; its neighbours take the others, and so does the other database.
        share = 1 if len(FIELDS[name]) == 1 else 2 if len(FIELDS[name]) <= LONG else 3 if len(FIELDS[name]) <= VERY_LONG else 6
        for value in TEXTS[(number + ON_POSTGRESQL) % share :: share]:
            body = encoded({**act.data, "csrf_token": token}, field, value)
            answer = client.post(ground.path(act), data=body, content_type="application/x-www-form-urlencoded", headers=FROM_HERE)
            assert answer.status_code < 500, (field, value[:40])
    if facts() != before:
        assert {path for path, status in ground.pages().items() if status != 200} <= MOVED.get(name, set())


@pytest.mark.once
@pytest.mark.parametrize("first", range(0, len(FORMS), 8))
def test_no_kind_of_body_breaks_anything(ground: Any, without_limits: None, first: int) -> None:
    before = facts()
    for name in list(FORMS)[first : first + 8]:
        client, _token = ground.browser(FORMS[name].who)
        how = {"path": ground.path(FORMS[name]), "headers": FROM_HERE}
        for content_type, body in BODIES:
            answer = client.post(data=body, content_type=content_type, **how)
            assert answer.status_code < 500, (name, content_type, body[:40])
        for content_type, body in FLOODS:
            answer = client.post(data=body, content_type=content_type, **how)
            assert answer.status_code == 413, (name, content_type, body[:40])
    if facts() != before:
        assert set(ground.pages().values()) == {200}


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is hostile in this request. Of each that fails, each failure is made a page once for strangers and once for the team: there
    are thousands, and it stands in all of them in the same place."""
    made, now, told = failures.failure_page, [""], set[Any]()

    def once(settings: Any, code: int, text: object = "") -> Response:
        failure = (code, str(text), g.get("person") is None, *now)
        if failure in told:
            return Response(status=code)
        told.add(failure)
        return made(settings, code, text)

    monkeypatch.setattr(failures, "failure_page", once)
    return now


@pytest.mark.slow
def test_no_address_and_no_query_breaks_anything(app: Any, ground: Any, without_limits: None, asked_for: list[str]) -> None:
    stranger, (ada, _token) = app.test_client(), ground.browser("ada")
    for number, rule in enumerate(app.url_map.iter_rules()):
        client = ada if getattr(app.view_functions[rule.endpoint], "needs", None) else stranger
        for path, asked_for[0] in addresses(rule.rule, number) if "GET" in (rule.methods or ()) else ():
            with client.get(path, headers={"Accept": "text/html"}) as answer:
                assert answer.status_code < 500, path


def addresses(rule: str, number: int) -> list[tuple[str, str]]:
    """The hostile spellings of an address, and the honest one with a third of the hostile queries: the next two have the others, the other
    database another third. Beside each what is hostile in it."""
    values = [value for value in IN_ADDRESSES if not (ON_POSTGRESQL and value in OF_THE_ROUTER)]
    paths = [(re.sub(r"<[^>]+>", value, rule), value) for value in values] if "<" in rule else []
    honest = (
        re.sub(r"<int[^>]*>", "1", rule).replace("<kind>", "news").replace("<token>", "reset-key").replace("<slug>", "lisbon")
    )
    queries = ["&".join(f"{name}={quote_from_bytes(value)}" for name in QUERIES) for value in TEXTS[1:] if len(value) < 100]
    pages = [f"page={quote_from_bytes(value)}" for value in TEXTS[:14] if len(value) < 100]
    return [
        *paths,
        *((f"/fr{path}", f"{value} in French") for path, value in paths[:4]),
        *((f"{honest}?{query}", query) for query in [*queries, *pages][(number + ON_POSTGRESQL) % 3 :: 3]),
    ]
