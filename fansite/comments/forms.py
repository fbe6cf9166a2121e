"""What a browser may send about comments."""

from __future__ import annotations

import hashlib

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import AnyOf, NumberRange, Optional

from fansite.core.web import Form, NumberField

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


class ReactionForm(Form):
    """The button says what is wanted, so that a second press of the same one changes nothing."""

    given = HiddenField(validators=[AnyOf(("yes", "no"))])


class EditForm(Form):
    body = TextAreaField(_l("Your comment"))
