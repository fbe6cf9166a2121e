"""What a moderator sends."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
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


class PersonForm(Form):
    """What is to become of somebody: of their standing (`taken`, `given`), or of their account (`closed`, `open`)."""

    to = StringField(validators=[AnyOf(["taken", "given", "closed", "open"], message=_l("Please choose a decision."))])
    reason = StringField(_l("Reason"), validators=[Length(max=500, message=_l("Please say it in 500 characters."))])


class CleanupForm(Form):
    reason = StringField(
        _l("Reason, told to the authors"), validators=[Length(max=500, message=_l("Please say it in 500 characters."))]
    )
    everything = BooleanField(_l("With everything else these people put here"))
    closes = BooleanField(_l("Close their accounts"))
    nonce = StringField(validators=[Length(max=64)])


class WordsForm(Form):
    kind = StringField(validators=[AnyOf(["banned", "suspect"])])
    words = TextAreaField(
        _l("One word or phrase a line"), validators=[Length(max=20_000, message=_l("That is too long a list."))]
    )
