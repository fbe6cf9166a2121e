"""What a browser may send about comments."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

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


class CommentForm(Form):
    """Length and cost are the operation's to judge: what is refused must come back whole."""

    body = TextAreaField(_l("Your comment"))
    parent = IntegerField(validators=[Optional()])
    nonce = HiddenField(validators=[Optional(), Length(max=64)])


class ReportForm(Form):
    category = RadioField(
        _l("What is wrong with it?"),
        choices=[(category, CATEGORY_WORDS[category]) for category in CATEGORIES],
        validators=[InputRequired(_l("Please choose what is wrong."))],
        validate_choice=False,
    )
    note = TextAreaField(
        _l("Anything the moderators should know"), validators=[Length(max=1000, message=_l("Please say it in 1,000 characters."))]
    )


class EditForm(Form):
    body = TextAreaField(_l("Your comment"))
