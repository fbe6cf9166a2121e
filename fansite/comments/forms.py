"""What a browser may send about comments."""

from __future__ import annotations

import hashlib

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from fansite.core.web import Form, NumberField
from fansite.moderation.models import CATEGORIES

CATEGORY_WORDS = {
    "spam": _l("Spam or advertising"),
    "abuse": _l("Insult or threat"),
    "off-topic": _l("Has nothing to do with this page"),
    "private": _l("Tells something private about somebody"),
    "illegal": _l("Against the law"),
    "other": _l("Something else"),
}


MAX_NONCE = 64


class CommentForm(Form):
    """Length and cost are the operation's to judge: what is refused must come back whole."""

    body = TextAreaField(_l("Your comment"))
    parent = NumberField(validators=[Optional(), NumberRange(1)])
    nonce = HiddenField()
    # The version of the house rules that was shown as new over the box.
    rules = NumberField(validators=[Optional(), NumberRange(1)])


def nonce_of(text: str) -> str | None:
    """What tells a double click or a retry, at the length the table keeps; two long ones that begin alike stay two."""
    return (text if len(text) <= MAX_NONCE else hashlib.sha256(text.encode()).hexdigest()) or None


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


class EditForm(Form):
    body = TextAreaField(_l("Your comment"))
