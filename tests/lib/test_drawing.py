"""Faces and icons."""

import hashlib
from xml.etree import ElementTree

import pytest

from fansite.lib.drawing import TOO_CLOSE, avatar, icon
from fansite.lib.icons import ICONS

NAMES = [f"fan-{number}" for number in range(500)]


def inks_of(picture: str) -> tuple[str, str]:
    """The inks of ground and coat: the first two shapes."""
    shapes = [element.get("class", "") for element in ElementTree.fromstring(picture).iter("path")]
    return shapes[0], shapes[1]


def test_the_same_name_has_the_same_face():
    first = avatar("fay")
    avatar.cache_clear()

    assert avatar("fay") == first


def test_a_face_stays_the_same_from_one_release_to_the_next():
    known = hashlib.sha256(avatar("fay").encode()).hexdigest()

    assert known.startswith("75c60c9bdb24f991"), "fans know themselves by their faces: change them on purpose only"


def test_different_names_have_different_faces():
    faces = {avatar(name) for name in NAMES}

    assert len(faces) >= 0.99 * len(NAMES)


@pytest.mark.parametrize("name", ["", "Zoë 🎹", "<script>", '"x" onload="y', "\ud800", "x" * 10_000])
def test_any_name_gives_a_picture_that_holds_nothing_of_the_name(name):
    picture = avatar(name)

    assert ElementTree.fromstring(picture).tag == "svg"
    assert "script" not in picture and "onload" not in picture and "style" not in picture
    assert len(picture) < 1500


def test_ground_and_coat_can_always_be_told_apart():
    pairs = [set(inks_of(avatar(name))) for name in NAMES]

    assert all(len(pair) == 2 and pair not in TOO_CLOSE for pair in pairs)


def test_every_pair_of_inks_that_can_be_told_apart_is_used():
    pairs = {inks_of(avatar(name)) for name in NAMES}

    assert len(pairs) == 6 * 5 - 2 * len(TOO_CLOSE)


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_is_one_drawing_without_words_of_its_own(name):
    element = ElementTree.fromstring(icon(name))

    assert element.get("aria-hidden") == "true"
    assert element.get("viewBox") == "0 0 24 24"


def test_an_icon_that_stands_alone_has_a_label_and_escapes_it():
    element = ElementTree.fromstring(icon("flag", label='Report "it" <now>'))

    assert element.get("role") == "img"
    assert element.get("aria-label") == 'Report "it" <now>'


def test_an_unknown_icon_is_an_error():
    with pytest.raises(KeyError):
        icon("rocket")
