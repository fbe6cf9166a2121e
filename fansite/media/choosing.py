"""Choosing the picture over something: one of the library, or one that comes along with the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from fansite.core.errors import Refused
from fansite.core.web import Form, sent_file
from fansite.lib.numbers import number_or_none
from fansite.media import queries
from fansite.media.models import MAX_ALT, Picture
from fansite.media.operations import keep_picture

# The last pictures of the library to choose from; the older ones have a button in the library.
COVERS = 11


class CoverForm(Form):
    # A picture of the library, or none.
    cover = SelectField(_l("Cover"), coerce=number_or_none, validate_choice=False)
    cover_alt = StringField(
        _l("What the new picture shows"),
        description=_l("For everyone who does not see it: “Two on a stage, one laughing”."),
        render_kw={"maxlength": MAX_ALT},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cover.choices = [("", "–")]

    def take_picture(self, *, by: Any) -> Refused | None:
        """One that came along is kept whatever becomes of the rest; what is wrong with it stands beside its box."""
        try:
            data = sent_file("cover_file")
            if data is not None:
                self.cover.data = keep_picture(data, self.cover_alt.data or "", by=by).id
            elif self.cover.data is not None and queries.in_library(self.cover.data) is None:
                self.cover.data = None
                raise Refused(_("This picture is no longer in the library."))
        except Refused as problem:
            self.cover.errors = [*self.cover.errors, problem.text]
            return problem
        return None

    def covers(self) -> tuple[Picture | None, Sequence[Picture]]:
        """The one that is chosen, and those there are to choose from."""
        chosen = queries.in_library(self.cover.data)
        return chosen, [*([chosen] if chosen else []), *(one for one in queries.latest(COVERS) if one is not chosen)]
