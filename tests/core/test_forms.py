"""What browsers send, brought to one spelling, in a time that grows with its length and no faster."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired

from fansite.core.errors import Refused
from fansite.core.web import Form, clean
from fansite.core.web.forms import LongList
from fansite.lib.accents import composed
from fansite.lib.slugs import slugify
from tests.effort import takes_at_most


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("nul\0 bell\a escape\x1b[31m delete\x7f", "nul bell escape[31m delete"),
        ("tab\tstays", "tab\tstays"),
        ("e\u0301te\u0301", "été"),
        ("half a pair \ud83e", "half a pair "),
        ("no character \ufffe\uffff", "no character "),
        ("family 👨‍👩‍👧‍👦 flag 🏴󠁧󠁢󠁳󠁣󠁴󠁿 heart ❤️", "family 👨‍👩‍👧‍👦 flag 🏴󠁧󠁢󠁳󠁣󠁴󠁿 heart ❤️"),
        ("हिन्दी ไทยแลนด์ עִבְרִית العَرَبِيَّة Tiếng Việt", unicodedata.normalize("NFC", "हिन्दी ไทยแลนด์ עִבְרִית العَرَبِيَّة Tiếng Việt")),
        ("", ""),
    ],
)
def test_one_spelling_of_what_was_typed(typed, stored):
    assert clean(typed) == stored


@pytest.mark.parametrize("thing", [None, 12, ["a"], b"bytes"])
def test_what_is_no_text_is_left_alone(thing):
    assert clean(thing) is thing


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")


@given(st.lists(st.tuples(st.sampled_from("aéœz หक"), st.text(alphabet="\u0301\u0323\u0308\u0331", max_size=15))))
def test_what_people_write_is_only_composed(letters):
    text = "".join(letter + accents for letter, accents in letters)
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_a_few_accents_on_one_letter_stay_and_a_tower_of_them_goes():
    assert composed("Z" + "\u0301" * 5 + "o") == unicodedata.normalize("NFC", "Z" + "\u0301" * 5 + "o")
    assert composed("Z" + "\u0301\u0323" * 50 + "o") == "Zo"


PILES = {
    "one letter with all accents": "a" + "\u0301\u0323" * 50_000,
    "accents alone": "\u0323\u0301" * 50_000,
    "accents with joiners between": "a" + ("\u0301\u0323" * 8 + "\u200d") * 6000,
    "many small piles": ("a" + "\u0301\u0323" * 7) * 6600,
    "accents that fall apart": "\u0344" * 100_000,
    "syllables": "\u1100\u1161\u11a8" * 33_000,
    "line ends": "\r\n\r" * 33_000,
}


@pytest.mark.parametrize("act", [clean, slugify])
@pytest.mark.parametrize("text", PILES.values(), ids=PILES)
def test_no_text_takes_longer_than_it_is(act, text):
    takes_at_most(0.1, lambda: act(text))


def test_an_address_is_made_from_the_letters_below_the_pile():
    assert slugify("Où" + "\u0301\u0323" * 300 + " est l’été ?") == "ou-est-l-ete"
    assert slugify("Où est l’été ?") == "ou-est-l-ete"


# ---- forms --------------------------------------------------------------------------------------------------------------------


class Guestbook(Form):
    name = StringField("Name", [DataRequired()], filters=[lambda text: text.strip() if text else text])
    word = StringField("Word")


@pytest.fixture
def sent(app: Any) -> Any:
    """The form as the server reads it when these fields were sent."""

    def read(**fields: Any) -> Guestbook:
        with app.test_request_context("/", method="POST", data=fields):
            return Guestbook()

    return read


def test_fields_are_cleaned_before_their_own_filters(sent):
    form = sent(name=" e\u0301li\0 \r\n", word="a\r\nb")
    assert (form.name.data, form.word.data) == ("éli", "a\nb")


def test_a_file_in_a_box_for_words_is_nothing(app):
    from io import BytesIO

    with app.test_request_context("/", method="POST", data={"name": (BytesIO(b"x"), "x.txt")}):
        form = Guestbook()
        assert not form.validate()
        assert not form.name.data


def test_json_is_no_form(app):
    with app.test_request_context("/", method="POST", json={"name": {"$gt": ""}}):
        assert not Guestbook().name.data


def test_the_first_of_many_values_counts(app):
    with app.test_request_context("/", method="POST", data=MultiDict([("name", "a"), ("name", "b"), ("name[]", "c")])):
        assert Guestbook().name.data == "a"


def test_what_an_operation_refused_stands_beside_its_box(sent):
    form = sent(name="eli")
    form.validate()
    form.refuse(Refused("Somebody has this name.", field="name"))
    form.refuse(Refused("The site is closed."))
    form.refuse(Refused("Nowhere.", field="no such box"))
    assert form.name.errors == ["Somebody has this name."]
    assert form.form_errors == ["The site is closed.", "Nowhere."]


def test_a_long_list_says_what_the_library_would(app):
    choices = [
        SelectChoice("", 'nowhere & "there"'),
        SelectChoice("<fr>", "France", optgroup="Europe"),
        SelectChoice("de", "Germany", {"lang": "en"}, "Europe"),
    ]

    class Long(Form):
        place = SelectField(choices=choices, widget=LongList())

    class Usual(Form):
        place = SelectField(choices=choices)

    with app.test_request_context():
        for chosen in ("", "<fr>", "de"):
            assert str(Long(data={"place": chosen}).place()) == str(Usual(data={"place": chosen}).place())
            assert str(Long(data={"place": chosen}).place()).count("selected") == 1
