"""What the forms of fans take."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from fansite.core.web import Form
from fansite.tour.going.models import RADII, RADIUS

MAX_PLACE = 80


class WordForm(Form):
    """One press: the word is the button's."""

    word = StringField()


class PlaceForm(Form):
    place = StringField(_l("Your town"))
    km = SelectField(_l("How far around it"), coerce=int, default=RADIUS, validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.km.choices = [(km, _("%(km)s km", km=km)) for km in RADII]
