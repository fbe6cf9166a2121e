"""No text keeps a processor busy: it is refused in words, or rendered within a tenth of a second (SECURITY §4.18, DEPENDENCIES §5.7).

The renderer's estimate of a text (`core/markup/effort`) is held against what the text really takes.
"""

from __future__ import annotations

import random
from functools import cache

import pytest

from fansite.core import markup
from fansite.core.markup import effort
from tests.effort import takes_at_most

FAN_LIMIT = 10_000
STAFF_LIMIT = 200_000
BAR = 0.100
# A fan's limit is the short text of the bar; a longer one may take this much more for each character.
MORE = 0.000_003

PATHOLOGICAL = {
    "open brackets": "[",
    "open pictures": "![",
    "nested brackets": "[[a]",
    "links without an end": "[a](",
    "pictures without an end": "![a](",
    "references without an end": "[a][",
    "link titles without an end": '[a](b "c ',
    "link titles, two quotes": "[a](b \"c' ",
    "addresses in angles": "[a](<b ",
    "links, escapes": "[a](<> \\> ",
    "brackets and line ends": "[a](\n\\\\[[ ",
    "brackets and escapes": "[[x\\`\n",
    "brackets and code": "[`a`",
    "brackets and footnotes": "[[^a]",
    "reference definitions": "[a]: b\n",
    "empty definitions": "[a]: \n",
    "footnotes": "[^a] ",
    "footnote definitions": "[^a]: b\n",
    "empty footnotes": "[^a]: \n\n",
    "abbreviations": "*[a]: b\n",
    "abbreviations used": "*[A]: b\n\nA A A\n\n",
    "open tags": "<a ",
    "open attributes": '<a b="',
    "autolinks": "<http://",
    "mail autolinks": "<a@b ",
    "divs": "<div>",
    "bold tags": "<b>\n\n",
    "comments": "<!-- ",
    "comments in comments": "<!-- <!--",
    "comment ends": "-- >",
    "instructions": "<?",
    "cdata": "<![CDATA[",
    "stars": "*",
    "emphasis": "*a*",
    "emphasis that opens": "*a ",
    "strong, unpaired": "**a *b ",
    "underscores": "_a",
    "mixed marks": "*_~~",
    "backticks": "`",
    "backtick runs": "`a``b```c",
    "backslashes": "\\",
    "entities": "&a;",
    "quotes": ">",
    "quotes with spaces": "> ",
    "quotes with tabs": "\t> ",
    "lists in lists": "- + ",
    "numbers in numbers": "1. ",
    "items": "- a\n",
    "empty items": "- \n",
    "deeper and deeper": "".join("  " * depth + "- a\n" for depth in range(100)),
    "headings": "# a\n",
    "signs of headings": "## # ",
    "underlines": "=\n",
    "rules": "---\n",
    "rules and text": "a\n---\n",
    "tables": "a|b\n-|-\n",
    "bars": "|",
    "definitions": "a\n: b\n",
    "fences": "```\n",
    "fences that grow": "".join("`" * length + "\n" for length in range(3, 140)),
    "fences with settings": '``` hl_lines="\n',
    "addresses": "http://a.b/( ",
    "addresses of underscores": "http://a" + "_" * 300,
    "addresses of brackets": "https://a" + ")" * 300,
    "line ends": "a\n",
    "hard breaks": "a  \n",
    "paragraphs": "a\n\n",
    "empty lines": "\n",
    "spaces": " ",
    "marks over letters": "\u0300",
}
texts = pytest.mark.parametrize("unit", PATHOLOGICAL.values(), ids=PATHOLOGICAL)


def accepted(text: str, limit: int) -> bool:
    try:
        markup.check(text, limit=limit)
    except markup.TooComplex:
        return False
    return True


@cache
def longest_accepted(unit: str, limit: int) -> str:
    """The longest text of this kind that is not refused: the worst of them."""
    most, high = limit // len(unit), 1
    while high < most and accepted(unit * high, limit):  # from below: long ones take longest to refuse
        high *= 2
    if high >= most and accepted(unit * most, limit):
        return unit * most
    low, high = high // 2, min(high, most) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if accepted(unit * middle, limit) else (low, middle - 1)
    return unit * low


@texts
@pytest.mark.parametrize("length", [FAN_LIMIT, 60_000], ids=["cut to the limit", "whole"])
def test_a_pathological_text_of_a_fan_is_refused_or_quick(unit, length):
    text = (unit * (length // len(unit) + 1))[:length]

    takes_at_most(BAR, lambda: accepted(text, FAN_LIMIT))
    # The renderer holds by itself, whoever forgot to ask.
    takes_at_most(BAR + MORE * max(0, length - FAN_LIMIT), lambda: markup.render(text, trust="fan"))


@texts
def test_the_longest_text_of_its_kind_that_a_fan_may_send_is_quick(unit):
    text = longest_accepted(unit, FAN_LIMIT)

    takes_at_most(BAR, lambda: markup.render(text, trust="fan"))


@texts
@pytest.mark.parametrize("limit", [FAN_LIMIT, STAFF_LIMIT])
def test_the_longest_text_of_its_kind_that_staff_may_write_takes_linear_time(unit, limit):
    text = longest_accepted(unit, limit)

    takes_at_most(BAR + MORE * max(0, len(text) - FAN_LIMIT), lambda: markup.render(text, trust="staff"))


@pytest.mark.parametrize("trust", ["fan", "staff"])
def test_mixtures_that_are_accepted_are_quick(trust):
    chance = random.Random(7)
    for _ in range(60):
        units = [chance.choice([*PATHOLOGICAL.values()])[:40] + chance.choice(["", " ", "\n", "\n\n", "x"]) for _ in range(3)]
        text = longest_accepted("".join(unit * chance.choice([1, 5, 50]) for unit in units), FAN_LIMIT)
        takes_at_most(BAR, lambda text=text: markup.render(text, trust=trust))


# ---- what must pass ---------------------------------------------------------------------------------------------------

SENTENCE = "The **quick** brown fox jumps over the [lazy dog](https://dog.example/a_b) and *the band* plays on. "


def test_a_long_ordinary_text_passes_and_is_quick():
    text = "\n\n".join(["## A chapter", SENTENCE * 6, "- one\n- two\n- three", "> said who?"] * 230)

    assert len(text.split()) > 20_000
    assert accepted(text, STAFF_LIMIT)
    takes_at_most(4 * BAR, lambda: markup.render(text, trust="staff"))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"{n}. Song number {n} (live)" for n in range(1, 200)),
        "\n".join(f"- [Song {n}](https://a.example/song-{n}) – 3:{n:02d}" for n in range(100)),
        "\n".join(["Town | Venue | Date", "--- | --- | ---", *(f"Lyon | Le Sirius | 2027-01-{n:02d}" for n in range(1, 32))]),
        "> > > He said\n\n> > she said\n\n> they said",
        "* * * * * * * * * * * * * * * *",
        "word " * 1_900,
        "I <3 you " * 50,
        ("verse\n" * 4 + "\n") * 300,
        "".join(f"**{n}** _{n}_ `{n}` " for n in range(300)),
    ],
    ids=["setlist", "links", "table", "quotes", "rule", "one paragraph", "hearts", "song", "marks"],
)
def test_what_fans_really_write_passes(text):
    assert accepted(text, FAN_LIMIT)


def test_nested_but_readable_lists_pass():
    assert accepted("\n".join("  " * (n % 7) + f"- item {n}" for n in range(200)), FAN_LIMIT)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 10_001, "10001 characters; 10000 are the most"),
        ("[" * 2_000, "open brackets"),
        ("> " * 40 + "a", "nested too deep"),
        ("*a* " * 2_500, "too many stars"),
        ("<a " * 3_000, "“<” signs"),
        ("---\n" * 2_400, "lists, headings or rules"),
    ],
)
def test_a_refusal_says_what_to_change(text, words):
    with pytest.raises(markup.TooComplex) as refusal:
        markup.check(text, limit=FAN_LIMIT)

    assert words in str(refusal.value.text)
    assert refusal.value.field == "body"
    assert refusal.value.status == 422


def test_the_length_that_counts_is_that_of_the_tidy_text():
    assert accepted("a\r\n" * 5_000, FAN_LIMIT)


def test_the_estimate_names_its_cause():
    assert effort.too_much("[" * 2_000) == "brackets"
    assert effort.too_much("ordinary") == ""
