from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fansite.accounts import emails, names
from fansite.core.errors import Refused

BAND = "The Paper Marmots"


@pytest.mark.parametrize(
    "name", ["nora", "Nora", "n2", "marmot-nora", "marie_claire", "mary.smith", "x" * 30, "2026", "a--b", "J.P.R"]
)
def test_plain_names_are_taken(app: Any, name: str) -> None:
    names.require_shape(name)
    names.require_unreserved(name, BAND)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "n",
        "x" * 31,
        "-nora",
        "nora-",
        ".nora",
        "no ra",
        "nora\n",
        "no/ra",
        "nora@home",
        "<b>",
        "a\x00b",
        "fans.com",
        "www.nora",
        "nora.fr",
        "evil.example.org",
    ],
)
def test_what_would_break_an_address_or_become_one_is_refused(app: Any, name: str) -> None:
    with pytest.raises(Refused) as refused:
        names.require_shape(name)
    assert refused.value.field == "username"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("аdmin", "looks like “a”"),
        ("admin\u200b", "cannot be seen"),
        ("\u202enora", "cannot be seen"),
        ("Noémie", "“é”"),
        ("日本", "“日”"),
        ("no ra", "spaces"),
    ],
)
def test_the_sign_that_does_not_fit_is_named(app: Any, name: str, word: str) -> None:
    with pytest.raises(Refused) as refused:
        names.require_shape(name)
    assert word in str(refused.value.text)


@pytest.mark.parametrize(
    "name",
    [
        "admin",
        "Admin",
        "adm1n",
        "a-d-m-i-n",
        "adrnin",
        "moderator",
        "m0derator",
        "Staff",
        "deleted",
        "deleted-12",
        "login",
        "contact",
        "wvvw",
    ],
)
def test_names_of_the_site_and_what_looks_like_them_are_refused(app: Any, name: str) -> None:
    with pytest.raises(Refused, match="belongs to the site"):
        names.require_unreserved(name, BAND)


@pytest.mark.parametrize(
    "name",
    ["thepapermarmots", "The-Paper-Marmots", "papermarmots", "paper_marm0ts", "papermarmots-official", "real.papermarmots"],
)
def test_names_that_claim_to_be_the_band_are_refused(app: Any, name: str) -> None:
    with pytest.raises(Refused, match="too like the band"):
        names.require_unreserved(name, BAND)


def test_a_fan_may_name_themselves_after_the_band(app: Any) -> None:
    names.require_unreserved("marmot-nora", BAND)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ada1", "adal"), ("ada-1", "AdaI"), ("m0lly", "molly"), ("rnarmot", "marmot"), ("vvilma", "wilma"), ("a.d_a", "ada")],
)
def test_names_that_look_alike_have_one_likeness(one: str, other: str) -> None:
    assert names.likeness(one) == names.likeness(other)


def test_no_mail_program_finds_an_address_in_a_name() -> None:
    assert names.unlinked("mary.smith") == "mary.\u2060smith"
    assert names.unlinked("nora") == "nora"


@pytest.mark.shared
def test_all_names_of_the_known_list_are_refused(app: Any, shared: Path) -> None:
    listed = (shared / "data" / "lists" / "reserved-usernames-shouldbee.txt").read_text().split()
    taken = []
    for name in listed:
        try:
            names.require_shape(name)
            names.require_unreserved(name, BAND)
            taken.append(name)
        except Refused:
            continue
    assert taken == []


@pytest.mark.shared
def test_a_naughty_string_is_never_a_name_and_never_a_fault(app: Any, shared: Path) -> None:
    import json

    for text in json.loads((shared / "data" / "xss" / "big-list-of-naughty-strings.json").read_text()):
        for check in (names.require_shape, lambda typed: names.require_unreserved(typed, BAND), emails.normal):
            problem = refusal(check, text)
            assert problem is None or str(problem.text)


def refusal(check: Any, text: str) -> Refused | None:
    try:
        check(text)
    except Refused as problem:
        return problem
    return None


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Nora@EXAMPLE.org ", "Nora@example.org"),
        ("nora@bücher.example", "nora@xn--bcher-kva.example"),
        ("ada@band.test", "ada@band.test"),
        ("o'hara+x@a.ie", "o'hara+x@a.ie"),
    ],
)
def test_an_address_is_stored_as_mail_is_sent_to_it(app: Any, typed: str, stored: str) -> None:
    assert emails.normal(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "nora",
        "@x.org",
        "nora@",
        "nora@org",
        "a b@x.org",
        "a@b@x.org",
        "nora@x.org\nBcc: all@x.org",
        "é@x.org",
        "nora@[127.0.0.1]",
        "x" * 250 + "@x.org",
        "<nora@x.org>",
    ],
)
def test_what_is_no_address_is_refused(app: Any, typed: str) -> None:
    with pytest.raises(Refused) as refused:
        emails.normal(typed)
    assert refused.value.field == "email"


def test_addresses_differ_by_more_than_case(app: Any) -> None:
    assert emails.key("Nora@Example.ORG") == emails.key(" nora@example.org")
    assert emails.key("mike@exampıe.org") != emails.key("mike@example.org")
    assert emails.key("strasse@x.org") != emails.key("straße@x.org")
