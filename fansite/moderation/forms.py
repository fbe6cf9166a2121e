"""What a moderator sends."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import AnyOf, Length, NumberRange, Optional

from fansite.core.web import Form, NumberField
from fansite.moderation.models import DECISIONS

# More points than any house rules have.
MAX_RULE = 99


class DecisionForm(Form):
    decision = StringField(_l("Decision"), validators=[AnyOf([*DECISIONS, "undo"], message=_l("Please choose a decision."))])
    reason = StringField(
        _l("Reason, told to the author"), validators=[Length(max=1000, message=_l("Please say it in 1,000 characters."))]
    )
    rule = NumberField(validators=[Optional(), NumberRange(1, MAX_RULE)])
    version = NumberField(validators=[Optional()])


class WordsForm(Form):
    kind = StringField(validators=[AnyOf(["banned", "suspect"])])
    words = TextAreaField(
        _l("One word or phrase a line"), validators=[Length(max=20_000, message=_l("That is too long a list."))]
    )
