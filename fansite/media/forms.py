"""What may be said of a picture."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField

from fansite.core.web import Form
from fansite.media.models import MAX_ALT, MAX_CREDIT


class PictureForm(Form):
    alt = StringField(
        _l("What it shows"),
        description=_l(
            "For everyone who does not see it: read aloud, and shown where the picture does not load. “Two on a stage, one laughing” says more than “photo”."
        ),
        render_kw={"maxlength": MAX_ALT},
    )
    decorative = BooleanField(_l("Only decoration: there is nothing to say about it"))
    credit = StringField(
        _l("Whose picture it is"), description=_l("Shown below it: “Photo: Maud Vial”."), render_kw={"maxlength": MAX_CREDIT}
    )
    focus = SelectField(
        _l("What must stay in sight"),
        description=_l("Where a frame cuts something off, this side is kept."),
        validate_choice=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.focus.choices = [
            ("", _l("The middle")),
            ("top", _l("The top")),
            ("bottom", _l("The bottom")),
            ("left", _l("The left side")),
            ("right", _l("The right side")),
        ]
