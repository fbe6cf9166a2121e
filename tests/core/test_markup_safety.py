"""Nothing a fan writes, and nothing an import brings, acts in anybody's browser."""

from __future__ import annotations

import html as html_words
import json
import logging
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fansite.core import markup
from tests.core.live_content import live

HOSTILE = [json.loads(line) for line in (Path(__file__).parent / "data/hostile.jsonl").read_text("utf-8").splitlines()]
PIECES = """[ ![ ]( ) ][ ]: [^a] *[A]: < > </ <!-- --> <b> <div> <svg> <a href=" " ' ` ``` ~~~ * ** _ ~~ \\ & &#58; &lt; # - 1. > | --- === :
javascript: data: https://evil.example //evil.example @ www. <script> onerror= é 😀 \u202e \u200d \u0000 word""".split()
trusts = pytest.mark.parametrize("trust", ["fan", "staff"])
PIECE = st.sampled_from([*PIECES, " ", "  ", "    ", "\n", "\n\n", "\t"])


@trusts
@pytest.mark.parametrize("case", HOSTILE, ids=[case["why"] for case in HOSTILE])
def test_a_hostile_text_renders_harmless(case, trust):
    html = markup.render(case["text"], trust=trust)

    assert live(html, trust) == []


@trusts
@pytest.mark.parametrize("case", HOSTILE, ids=[case["why"] for case in HOSTILE])
def test_hostile_html_is_cleaned(case, trust):
    html = markup.clean_html(case["text"], trust)

    assert live(html, trust) == []


@trusts
@pytest.mark.parametrize("case", HOSTILE, ids=[case["why"] for case in HOSTILE])
def test_cleaning_twice_changes_nothing(case, trust):
    once = markup.clean_html(case["text"], trust)

    assert live(markup.clean_html(once, trust), trust) == []


def test_the_oracle_sees_what_acts():
    assert live('<a href="javascript:x">a</a>', "fan")
    assert live('<a href=" java\tscript:x">a</a>', "fan")
    assert live('<a href="//evil.example">a</a>', "fan")
    assert live("<img src=x>", "fan")
    assert live('<p onclick="x">', "staff")
    assert live("<svg><p>x</p></svg>", "staff")
    assert live("a\u202eb", "staff")
    assert not live('<a href="/a:b">a</a><a href="a/b">b</a><a href="#x">c</a>', "fan")


@trusts
@settings(max_examples=150, deadline=None, derandomize=True)
@given(pieces=st.lists(PIECE, max_size=60))
def test_any_mixture_of_signs_renders_harmless_and_always_the_same(trust, pieces):
    text = "".join(pieces)

    html = markup.render(text, trust=trust)

    assert live(html, trust) == []
    assert markup.render(text, trust=trust) == html


@trusts
@settings(max_examples=100, deadline=None, derandomize=True)
@given(text=st.text(max_size=300))
def test_any_text_renders(trust, text):
    html = markup.render(text, trust=trust)

    assert live(html, trust) == []
    markup.plain(html)
    markup.summary_of(text)


# ---- links that deceive (SECURITY §4.30) ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[https://bank.example](https://evil.example)", " (evil.example)"),
        ("[bank.example](//evil.example)", " (evil.example)"),
        ("[go to bank.example/login now](https://evil.example/bank.example)", " (evil.example)"),
        ("[bank&#46;example](https://evil.example)", " (evil.example)"),
        ("[bank\\.example](https://evil.example)", " (evil.example)"),
        ("[bank。example](https://evil.example)", " (evil.example)"),
        ("[ｂａｎｋ.example](https://evil.example)", " (evil.example)"),
        ("[b\u200bank.example](https://evil.example)", " (evil.example)"),
        ("[**bank**.example](https://evil.example)", " (evil.example)"),
        ("[bank.example](https://bank.example.evil.example)", " (bank.example.evil.example)"),
        ("[bank.example](https://evilbank.example)", " (evilbank.example)"),
        ("[bank.example](https:\\\\evil.example\\@bank.example)", " (evil.example)"),
        ("[apple.com](https://аpple.com)", " (xn--pple-43d.com)"),
        ("[info@bank.example](mailto:info@evil.example)", " (evil.example)"),
        ("![bank.example](https://evil.example/x.png)", " (evil.example)"),
        ("<https://bank.example@evil.example>", " (evil.example)"),
        ("https://bank.example@evil.example/", " (evil.example)"),
    ],
)
def test_a_link_shows_its_real_host_when_its_text_names_another(text, shown):
    assert f"</a>{shown}" in markup.render(text, trust="fan")


@pytest.mark.parametrize(
    "text",
    [
        "[our last video](https://video.example/1)",
        "[bank.example](https://bank.example/login)",
        "[www.bank.example](https://bank.example)",
        "[bank.example](https://blog.bank.example/1)",
        "https://bank.example/a",
        "<https://bank.example/a>",
        "[band@bank.example](mailto:band@bank.example)",
        "[the gig](/tour/2027-01-01-lisbon)",
    ],
)
def test_an_honest_link_stays_as_it_is(text):
    assert markup.render(text, trust="fan").endswith("</a></p>")


def test_a_link_without_text_shows_its_address():
    assert ">https://evil.example</a>" in markup.render("[](https://evil.example)", trust="fan")


# ---- characters nobody sees -------------------------------------------------------------------------------------------


def test_text_cannot_turn_the_direction_of_what_follows():
    html = markup.render('a\u202egnp.exe &#x202e;b &#8238;c [x](/y "\u2067z") `\u2066d`', trust="fan")

    assert not re.search("[\u202a-\u202e\u2066-\u2069]", html)


def test_joiners_of_emoji_and_letters_stay():
    assert "👩\u200d🎤" in markup.render("👩\u200d🎤", trust="fan")
    assert "می\u200cخواهم" in markup.render("می\u200cخواهم", trust="fan")


def test_towers_of_marks_are_cut():
    html = markup.render("Z" + "\u0300" * 50 + "algo " + "e" + "&#x301;" * 50 + " Việt", trust="fan")

    assert max(map(len, re.findall("[\u0300-\u036f]+", html))) == 4
    assert "Việt" in html


def test_no_character_that_xml_forbids_is_left():
    html = markup.render("a\x00b\x0bc\ud800d\ufffee\x7f", trust="fan")

    assert html == "<p>abcde</p>"


# ---- poison pills (SECURITY §4.33) ------------------------------------------------------------------------------------


def test_a_text_the_parser_cannot_take_is_shown_as_it_was_typed(caplog):
    with caplog.at_level(logging.ERROR):
        html = markup.render("+ " * 4000 + "<b>\n\nnext", trust="staff")

    assert html.startswith("<p>+ + +")
    assert "&lt;b&gt;" in html
    assert html.endswith("<p>next</p>")


def test_a_failing_parser_fails_no_page(monkeypatch, caplog):
    def break_down(*_):
        raise RecursionError

    monkeypatch.setattr("fansite.core.markup.dialects.to_html", break_down)

    assert markup.render("a <i>\nb", trust="fan") == "<p>a &lt;i&gt;<br>b</p>"
    assert "markdown failed" in caplog.text


# ---- the shared collections -------------------------------------------------------------------------------------------


@pytest.mark.shared
@trusts
def test_no_case_of_the_feed_collection_acts(shared, trust):
    lines = (shared / "data/xss/feedparser-sanitize-cases.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines]

    guilty = []
    for case in cases:
        source = html_words.unescape(case["xml"])
        for html in (markup.render(source, trust=trust), markup.clean_html(source, trust)):
            guilty += [(case["file"], *found) for found in [live(html, trust)] if found]

    assert len(cases) == 745
    assert guilty == []


@pytest.mark.shared
@trusts
def test_all_naughty_strings_render(shared, trust, caplog):
    texts = json.loads((shared / "data/xss/big-list-of-naughty-strings.json").read_text("utf-8"))

    guilty = [(text, found) for text in texts if (found := live(markup.render(text, trust=trust), trust))]

    assert len(texts) == 515
    assert guilty == []
    assert not caplog.records


@pytest.mark.shared
@trusts
def test_all_cases_of_commonmark_render(shared, trust, caplog):
    lines = (shared / "data/markdown/commonmark-spec-cases.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["markdown"] for line in lines]

    guilty = [(text, found) for text in [*texts, "\n\n".join(texts)] if (found := live(markup.render(text, trust=trust), trust))]

    assert len(texts) == 655
    assert guilty == []
    assert not caplog.records
