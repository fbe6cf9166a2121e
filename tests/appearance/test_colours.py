"""Whether people can read what is printed in the chosen inks."""

from __future__ import annotations

import pytest

from fansite.appearance.inks import INKS, PAIRS, failing, faults, own_colour, tokens_of
from fansite.appearance.palette import Palette, Unreadable, declared
from fansite.appearance.themes import FOLDER, themes
from fansite.appearance.themes import faults as faults_of_sheet
from fansite.lib.colours import Colour, contrast, from_hex, mixed

# As measured when the look was designed: (front, back, by day, by night).
MEASURED = (
    ("color-ink", "color-paper", 14.3, 15.4),
    ("color-ink-soft", "color-paper", 7.4, 9.4),
    ("color-ink-soft", "color-well", 6.7, 9.9),
    ("color-on-first", "color-first", 10.4, 9.6),
    ("color-on-second", "color-second", 8.5, 8.4),
    ("color-on-fourth", "color-fourth", 6.6, 9.7),
    ("color-on-scene", "scene-sky", 10.4, 14.4),
    ("color-on-scene", "scene-1", 8.3, 9.5),
    ("color-link", "color-paper", 7.9, 11.9),
    ("color-link", "color-sheet", 8.6, 10.3),
    ("color-third", "color-paper", 5.3, 8.0),
    ("color-third", "color-third-pale", 4.8, 5.3),
    ("color-fourth", "color-fourth-pale", 5.6, 6.1),
    ("color-bright", "color-night", 10.0, 13.1),
    ("color-edge", "color-sheet", 4.8, 5.1),
)


@pytest.mark.parametrize(("front", "back", "day", "night"), MEASURED)
def test_the_sheets_are_read_as_they_were_measured(front, back, day, night):
    palette = Palette()

    assert contrast(palette.colour(front), palette.colour(back)) == pytest.approx(day, abs=0.11)
    assert contrast(palette.colour(front, True), palette.colour(back, True)) == pytest.approx(night, abs=0.11)


def test_known_contrasts():
    black, white, grey = (from_hex(text) for text in ("#000000", "#ffffff", "#767676"))

    assert contrast(black, white) == pytest.approx(21)
    assert contrast(grey, white) == pytest.approx(4.54, abs=0.01)
    assert contrast(white, grey) == contrast(grey, white)


@pytest.mark.parametrize("text", ["#ff0000", "#00ff00", "#0000ff", "#fccc4c", "#123456", "#ffffff", "#000000", "#808080"])
def test_a_colour_survives_the_way_to_oklch_and_back(text):
    assert from_hex(text).hex == text


def test_known_colours_in_oklch():
    red = from_hex("#ff0000")

    assert (round(red.lightness, 3), round(red.chroma, 3), round(red.hue, 1)) == (0.628, 0.258, 29.2)
    assert mixed(from_hex("#000000"), 0.5, from_hex("#ffffff")).lightness == pytest.approx(0.5)
    assert Colour(0.9, 0.4, 150).hex.startswith("#00"), "what no screen shows is cut off at the edge"


@pytest.mark.parametrize("text", ["", "#fff", "red", "#12345g", "#1234567", "url(x)"])
def test_what_is_no_colour(text):
    assert from_hex(text) is None


# ---- the inks ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", sorted(themes()))
def test_a_theme_as_it_was_delivered_can_be_read_by_day_and_by_night(key):
    assert list(failing(Palette(themes()[key].tokens))) == []


@pytest.mark.parametrize("key", sorted(themes()))
def test_a_themes_own_colours_chosen_by_hand_are_no_fault(key):
    own = {ink.name: own_colour(ink, themes()[key].tokens) for ink in INKS}

    assert faults(themes()[key].tokens, own) == []


@pytest.mark.parametrize(
    ("ink", "colour"),
    [
        ("second", "#ffcc00"),
        ("third", "#ff9999"),
        ("first", "#101040"),
        ("paper", "#8888ff"),
        ("ink", "#ccccff"),
        ("fourth", "#00ff00"),
    ],
)
def test_a_colour_nobody_could_read_is_refused_with_the_nearest_that_can_be_read(ink, colour):
    (fault,) = faults({}, {ink: colour})

    assert fault.ink.name == ink and fault.pair in PAIRS
    assert fault.ratio < fault.pair.least
    assert list(failing(Palette(tokens_of({ink: fault.instead})))) == []
    wanted, instead = from_hex(colour), from_hex(fault.instead)
    assert abs(wanted.hue - instead.hue) < 12 or instead.chroma < 0.05, "it stays the same colour"


def test_the_nearest_is_as_near_as_it_gets():
    """A step back towards what was wanted, and it fails again."""
    (fault,) = faults({}, {"third": "#ff9999"})
    wanted, instead = from_hex("#ff9999"), from_hex(fault.instead)
    between = Colour(instead.lightness + 0.04 * (1 if wanted.lightness > instead.lightness else -1), wanted.chroma, wanted.hue)

    assert list(failing(Palette(tokens_of({"third": between.hex}))))


def test_two_colours_are_judged_together():
    both = faults({}, {"paper": "#1b1b2f", "ink": "#f2efe6"})
    alone = faults({}, {"ink": "#f2efe6"})

    assert [fault.ink.name for fault in alone] == ["ink"]
    assert both, "the night is mixed from the same inks: dark paper and pale ink by day would be unreadable somewhere"


# ---- themes -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", sorted(set(themes()) - {""}))
def test_a_theme_is_tokens_and_artwork_only(key):
    assert faults_of_sheet(themes()[key].sheet) == []
    assert {path.stem for path in (FOLDER / key).glob("*.svg")} == set(themes()[key].art)
    assert {path.suffix for path in (FOLDER / key).iterdir()} <= {".svg", ".css", ".json"}


@pytest.mark.parametrize(
    ("sheet", "fault"),
    [
        (":root { --hue-ink: 3; }", "@layer"),
        ("@layer theme { .button { color: red; } }", ".button"),
        ("@layer theme { :root { --nothing-known: 3; } }", "--nothing-known"),
        ("@layer theme { :root { color: red; } }", "color"),
        ("@layer theme { :root, body { --hue-ink: 3; } }", "body"),
        ("@layer theme { .scene__sun { fill: url(https://elsewhere.example/x); } }", "url("),
    ],
)
def test_what_a_theme_may_not_do(sheet, fault):
    assert any(fault in told for told in faults_of_sheet(sheet))


@pytest.mark.parametrize("key", sorted(set(themes()) - {""}))
def test_a_themes_artwork_is_small_and_holds_nothing_but_shapes(key):
    for path in (FOLDER / key).glob("*.svg"):
        drawing = path.read_text()
        assert len(drawing) < 8000
        assert not any(word in drawing for word in ("<script", "style=", "<style", "http", "{{", "{%", "<image", "href"))


def test_a_value_the_check_does_not_know_is_said_aloud():
    with pytest.raises(Unreadable):
        Palette({"color-ink": "lab(50% 20 20)"}).colour("color-ink")
    assert declared(":root { --a: 1; } @media print { :root { --a: 2; } }") == {"a": "1"}
