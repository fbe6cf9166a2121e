"""What the form of one's own page takes."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField

from fansite.accounts.visibility import EVERYONE, ME, MEMBERS
from fansite.core.web import Form
from fansite.fans.operations import Wanted


def _seen(label: Any, default: str = EVERYONE) -> Any:
    return SelectField(label, default=default, validate_choice=False)


class ProfileForm(Form):
    bio = TextAreaField(_l("About you"))
    bio_to = _seen(_l("Who sees what you say about you"))
    songs = TextAreaField(_l("Songs on repeat"))
    songs_to = _seen(_l("Who sees your songs"))
    city = StringField(_l("Your town"))
    city_to = _seen(_l("Who sees your town"), MEMBERS)
    evenings_to = _seen(_l("Who sees your evenings"))
    badges_to = _seen(_l("Who sees your counts and badges"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(EVERYONE, _("Everybody")), (MEMBERS, _("Who is signed in")), (ME, _("Only me"))]
        for box in self:
            if isinstance(box, SelectField):
                box.choices = choices

    def wanted(self) -> Wanted:
        said = {name: value or "" for name, value in self.data.items()}
        return Wanted(**said | {"songs": said["songs"].splitlines()})
