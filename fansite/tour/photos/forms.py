"""What a fan may say of the photographs they send. The files beside it are the view's to read, one after the other."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import NumberRange, Optional

from fansite.core.web import Form, NumberField
from fansite.tour.photos.models import MAX_CAPTION


class PhotoForm(Form):
    caption = StringField(
        _l("What is to be seen"),
        description=_l(
            "Shown below each you choose now, and read aloud to who does not see it. “Jeanne on the piano lid” says more than “photo”."
        ),
        render_kw={"maxlength": MAX_CAPTION},
    )
    # The version of the house rules that was shown as new over the box.
    rules = NumberField(validators=[Optional(), NumberRange(1)])
