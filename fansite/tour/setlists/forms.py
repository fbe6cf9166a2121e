"""What the desk may send about setlists, songs and press links. Sense and lengths are the operations' business."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from fansite.core.errors import Refused
from fansite.core.web import Form
from fansite.core.web.paths import settings
from fansite.lib.numbers import number_or_none
from fansite.tour.setlists import queries
from fansite.tour.setlists.operations import Link
from fansite.tour.words import language_name

NOBODY = SelectChoice("", "–")


class SetlistForm(Form):
    text = TextAreaField(_l("One song a line"))
    version = HiddenField(default="1")
    # `preview` or `save`.
    act = HiddenField()

    @property
    def seen_version(self) -> int:
        return number_or_none(self.version.data) or 0


class SongForm(Form):
    title = StringField(_l("Title"))
    artist = StringField(_l("Whose song it is"), description=_l("Left open, it is our own."))


class MergeSongForm(Form):
    into = SelectField(_l("Is the same as"), coerce=number_or_none, validate_choice=False)

    def offer(self, but: int) -> None:
        self.into.choices = [NOBODY, *(SelectChoice(song.id, song.title) for song in queries.others(but))]

    def target(self) -> int:
        if not self.into.data:
            raise Refused(_l("Choose another song to merge it into."), field="into")
        return int(self.into.data)


class PressForm(Form):
    url = StringField(_l("Address of the page"))
    title = StringField(_l("Its headline"))
    outlet = StringField(_l("Where it appeared"), description=_l("The paper, the station, the blog."))
    day = DateField(_l("Day"), [Optional()])
    language = SelectField(_l("Language"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = dict.fromkeys((*settings().languages, *LANGUAGES))
        self.language.choices = [NOBODY, *(SelectChoice(code, language_name(code)) for code in known)]

    def link(self) -> Link:
        told = {name: getattr(self, name).data or "" for name in ("url", "title", "outlet", "language")}
        return Link(**told, day=self.day.data)  # type: ignore[typeddict-item]


# Of the papers where a band from here plays.
LANGUAGES = ("en", "fr", "de", "nl", "it", "es", "pt", "ca", "da", "sv", "nb", "fi", "pl", "cs", "ja")
