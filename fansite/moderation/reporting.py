"""What anybody may say is wrong, on the form of whatever can be reported."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length

from fansite.core.web import Form
from fansite.moderation.models import CATEGORIES

CATEGORY_WORDS = {
    "spam": _l("Spam or advertising"),
    "abuse": _l("Insult or threat"),
    "off-topic": _l("Has nothing to do with this page"),
    "private": _l("Tells something private about somebody"),
    "illegal": _l("Against the law"),
    "other": _l("Something else"),
}


class ReportForm(Form):
    category = RadioField(
        _l("What is wrong with it?"),
        choices=[SelectChoice(category, CATEGORY_WORDS[category]) for category in CATEGORIES],
        validators=[InputRequired(_l("Please choose what is wrong."))],
        validate_choice=False,
    )
    note = TextAreaField(
        _l("Anything the moderators should know"), validators=[Length(max=1000, message=_l("Please say it in 1,000 characters."))]
    )
