"""A setlist as people write it down: a song a line, in either language, and the same again when it is written back."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fansite.tour.setlists.models import likeness_of
from fansite.tour.setlists.notation import MOST_LINES, MOST_PROBLEMS, MOST_SIGNS, Line, read, write

pytestmark = pytest.mark.once


def one(text: str, **more) -> Line:
    found = read(text, **more)
    assert not found.problems
    (line,) = found.lines
    return line


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("Hay", Line(0, "Hay")),
        ("  Hay \t ", Line(0, "Hay")),
        ("1. Hay", Line(0, "Hay")),
        ("12) Hay", Line(0, "Hay")),
        ("- Hay", Line(0, "Hay")),
        ("• Hay", Line(0, "Hay")),
        ("99 Luftballons", Line(0, "99 Luftballons")),
        ("Hay (Part 2)", Line(0, "Hay (Part 2)")),
        ("Hurt (Nine Inch Nails cover)", Line(0, "Hurt", "Nine Inch Nails")),
        ("Hurt (cover of Nine Inch Nails)", Line(0, "Hurt", "Nine Inch Nails")),
        ("Avec le temps (reprise de Léo Ferré)", Line(0, "Avec le temps", "Léo Ferré")),
        ("La Mauvaise Réputation (reprise d’Higelin)", Line(0, "La Mauvaise Réputation", "Higelin")),
        ("Le Gorille (Georges Brassens, reprise)", Line(0, "Le Gorille", "Georges Brassens")),
        ("La Bourrée du Chat (trad.)", Line(0, "La Bourrée du Chat", "trad.")),
        ("1999 (Prince (the Artist) cover)", Line(0, "1999", "Prince (the Artist)")),
        ("Salt Road, with Anke", Line(0, "Salt Road", guests="Anke")),
        ("Salt Road with Anke & the Kettles", Line(0, "Salt Road", guests="Anke & the Kettles")),
        ("Salt Road avec Anke", Line(0, "Salt Road", guests="Anke")),
        ("Salt Road (avec Anke)", Line(0, "Salt Road", guests="Anke")),
        ("Salt Road – feat. Anke", Line(0, "Salt Road", guests="Anke")),
        ("Hurt (Cash cover) with Anke", Line(0, "Hurt", "Cash", "Anke")),
        ("Hurt with Anke (Cash cover)", Line(0, "Hurt", "Cash", "Anke")),
        ("Hay // a child asked", Line(0, "Hay", note="a child asked")),
        ("Hay, with Anke // twice", Line(0, "Hay", guests="Anke", note="twice")),
        ("// Jeanne tells of the goat", Line(0, "", note="Jeanne tells of the goat")),
        ("[tape] The 23:10 to Nevers", Line(0, "The 23:10 to Nevers", tape=True)),
        ("The 23:10 to Nevers [bande]", Line(0, "The 23:10 to Nevers", tape=True)),
        ("Bells // from the car [tape]", Line(0, "Bells", note="from the car", tape=True)),
        ('"Dancing with Myself"', Line(0, "Dancing with Myself")),
        ("« Encore »", Line(0, "Encore")),
        ("“Heroes” (David Bowie cover)", Line(0, "Heroes", "David Bowie")),
        ('"Heroes" and others', Line(0, '"Heroes" and others')),
        ("http://hay.example", Line(0, "http://hay.example")),
    ],
)
def test_a_line_is_read_as_it_is_meant(typed, line):
    assert one(typed) == line
    assert read(write([line])).lines == [line]


def test_a_title_that_is_known_is_not_taken_apart():
    assert one("Dancing with Myself", known={likeness_of("dancing with myself")}).title == "Dancing with Myself"
    assert one("Dancing with Myself").guests == "Myself"


@pytest.mark.parametrize(
    "sign", ["Encore", "encore:", "ENCORE 1", "Rappel", "Rappel :", "1er rappel", "— Rappel —", "---", "———", "***", "Bis"]
)
def test_an_encore_begins_at_its_sign(sign):
    assert [line.part for line in read(f"Hay\n{sign}\nPuy").lines] == [0, 1]


def test_the_next_sign_is_the_next_encore_and_two_in_a_row_are_one():
    assert [line.part for line in read("Hay\n\n---\nEncore\n\nPuy\nRappel\nHay\n---").lines] == [0, 1, 2]


def test_lines_end_as_any_phone_ends_them():
    assert [line.title for line in read("Hay\r\nPuy\rSalt Road\n\n\u2028Two Coats").lines] == [
        "Hay",
        "Puy",
        "Salt Road",
        "Two Coats",
    ]


def test_what_cannot_be_seen_is_left_out():
    line = one("\u202eyaH\u202c\x00 \u200bPuy\ufeff // \x1b[31mred\u2066")
    assert line == Line(0, "yaH Puy", note="[31mred")
    assert one("👩\u200d🎤").title == "👩\u200d🎤"


def test_formulas_and_markup_are_words():
    assert one("=HYPERLINK(1)").title == "=HYPERLINK(1)"
    assert one("<script>alert(1)</script>").title == "<script>alert(1)</script>"


def told(text: str) -> list[str]:
    return [str(problem) for problem in read(text).problems]


def test_what_is_wrong_is_told_with_its_line(app, cast):
    with app.test_request_context():
        (first, second) = told("Hay\n\n(Brassens cover)\n" + "x" * 121)
        assert first == "Line 3: there is no title."
        assert second.startswith("Line 4: “xxxxx") and "120 characters" in second
        assert told("[tape]") == ["Line 1: there is no title."]
        assert "300 characters" in told(f"Hay // {'x' * 301}")[0]
        assert "200 characters" in told(f"Hay, with {'x' * 201}")[0]
        assert told("x" * 5000)
        assert len(told("(x cover)\n" * 100)) == MOST_PROBLEMS


def test_ten_thousand_lines_are_too_many_and_told_in_one_sentence(app, cast):
    with app.test_request_context():
        assert told("a\n" * (MOST_SIGNS // 2)) == [f"Line {MOST_LINES + 1}: an evening has {MOST_LINES} lines at most."]
        assert told("Hay\n" * 10_000) == [f"That is too long for a setlist: {MOST_SIGNS} characters at most."]


@pytest.mark.parametrize(
    "bad",
    ["(" * 600, "((((with " * 60, " with x" * 80, ", with" * 100, '"' * 599, "[tape]" * 100, "//" * 300, "a" + "\u0301" * 500],
)
def test_hostile_lines_are_read_in_no_time(bad):
    began = time.perf_counter()
    found = read("\n".join([bad] * (MOST_SIGNS // (len(bad) + 1))))
    write([line for line in found.lines if line.title or line.note])
    assert time.perf_counter() - began < 2


WORDS = """with avec feat. ( ) [ ] trad. // [tape] [bande] " "" “ ” « » , – 1. - Hay Anke é Encore --- : '"""
PIECES = st.sampled_from([*WORDS.split(" "), " cover", "cover of", "reprise de", "1. ", "- ", "\n"])
TYPED = st.lists(PIECES, max_size=14).map("".join) | st.lists(PIECES, max_size=14).map(" ".join) | st.text(max_size=40)


@settings(max_examples=400, deadline=None)
@given(TYPED)
def test_what_was_read_is_written_so_that_it_is_read_again(text):
    found = read(text)
    if not found.problems:
        assert read(write(found.lines)).lines == found.lines


@pytest.mark.parametrize(
    ("one_way", "another"),
    [
        ("The Guard’s Daughter", "the guards daughter"),
        ("À la claire fontaine", "A LA CLAIRE FONTAINE"),
        ("L’Œuvre", "l'oeuvre"),
        ("Straße", "STRASSE"),
        ("Ame\u0301lie", "Amélie"),
        ("Whistle Twice!", "Whistle  twice"),
    ],
)
def test_two_spellings_of_a_title_are_one(one_way, another):
    assert likeness_of(one_way) == likeness_of(another)


@pytest.mark.parametrize(("one_way", "another"), [("か", "が"), ("!!!", "???"), ("Hay", "Hay 2"), ("夜", "葉")])
def test_two_titles_are_two(one_way, another):
    assert likeness_of(one_way) != likeness_of(another)
