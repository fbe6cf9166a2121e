"""What a browser may send about discussions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional

from fansite.core.web import Form, NumberField
from fansite.talk.operations.drafting import MORE


class StartForm(Form):
    """Length and cost are the operation's to judge: what is refused must come back whole."""

    title = StringField(_l("What is it about?"))
    body = TextAreaField(_l("Your text"))
    tags = StringField(_l("Tags"))
    question = StringField(_l("Question"))
    options = TextAreaField(_l("Answers, one a line"))
    ends_on = DateField(_l("Open until the end of"), [Optional()])
    nonce = HiddenField()
    # The version of the house rules that was shown as new over the box.
    rules = NumberField(validators=[Optional(), NumberRange(1)])

    def more(self) -> dict[str, str]:
        """What is kept with a draft beside its words."""
        day = self.ends_on.data
        return {name: self[name].data or "" for name in MORE} | {"ends_on": day.isoformat() if day else ""}

    @property
    def asks(self) -> bool:
        """Somebody began to fill in the poll, or what they filled in is wrong."""
        boxes = (self.question, self.options, self.ends_on)
        return any(box.data or box.errors for box in boxes)


class RewordForm(Form):
    title = StringField(_l("What is it about?"))
    body = TextAreaField(_l("Your text"))


class TagsForm(Form):
    tags = StringField(_l("Tags"))


class SolutionForm(Form):
    solved = BooleanField()


class PinForm(Form):
    pinned = BooleanField()


class ClosingForm(Form):
    closed = BooleanField()


class VoteForm(Form):
    """`option` is the answer's number; `none` takes a vote back."""

    option = StringField(_l("Your vote"))
