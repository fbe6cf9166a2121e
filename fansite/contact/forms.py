"""What somebody may write to the band."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length

from fansite.contact.models import STATES
from fansite.core.web import Form


def _strip(text: Any) -> Any:
    return text.strip() if isinstance(text, str) else text


class LetterForm(Form):
    """How long each may be is the operation's to judge: what is refused must come back whole."""

    name = StringField(_l("Your name"), filters=[_strip], validators=[InputRequired(_l("So that we know whom we answer."))])
    email = EmailField(_l("E-mail"), filters=[_strip], validators=[InputRequired(_l("So that we can answer."))])
    subject = StringField(_l("What is it about?"), filters=[_strip], validators=[InputRequired(_l("In a few words."))])
    body = TextAreaField(_l("Your letter"), validators=[InputRequired(_l("Write something first."))])
    # Nobody sees this box; programs fill in whatever they find.
    website = StringField(_l("Leave this empty"), validators=[Length(max=2000)])


class MarkForm(Form):
    state = StringField(validators=[AnyOf([*STATES, "undo"])])
