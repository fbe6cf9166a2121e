"""What the forms of this feature take."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import AnyOf, InputRequired, Length

from fansite.core.web import Form

MAX_TYPED = 254


def _strip(text: Any) -> Any:
    return text.strip() if isinstance(text, str) else text


class Secret(PasswordField):
    """A password comes out exactly as it was typed, and never goes back to the page."""

    def __init__(self, *args: Any, filters: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class Doors(Form):
    """Where to go on to after the door: another page, or the text that waits to be posted."""

    next = StringField(validators=[Length(max=2000)])
    draft = StringField(validators=[Length(max=200)])


class LoginForm(Doors):
    email = StringField(
        _l("E-mail or name"),
        filters=[_strip],
        validators=[InputRequired(_l("Your address, or your name here.")), Length(max=MAX_TYPED)],
    )
    password = Secret(_l("Password"), validators=[InputRequired(_l("Your password."))])


class LogoutForm(Form):
    """`device` is put there by a script: by which mark this browser is told, or `none`."""

    device = StringField(validators=[Length(max=64)])


class JoinForm(Doors):
    email = EmailField(_l("E-mail"), filters=[_strip])
    username = StringField(_l("Name on the site"), filters=[_strip])
    password = Secret(_l("Password"))


class ConfirmForm(Form):
    username = StringField(_l("Name on the site"), filters=[_strip])


class AskResetForm(Doors):
    email = StringField(
        _l("E-mail or name"),
        filters=[_strip],
        validators=[InputRequired(_l("Your address, or your name here.")), Length(max=MAX_TYPED)],
    )


class ResetForm(Doors):
    password = Secret(_l("New password"), validators=[InputRequired(_l("A password of eight characters or more."))])


class PasswordForm(Form):
    password = Secret(
        _l("Present password"), validators=[InputRequired(_l("Your present password, so that nobody else can do this."))]
    )
    new_password = Secret(_l("New password"), validators=[InputRequired(_l("A password of eight characters or more."))])


class EmailForm(Form):
    email = EmailField(_l("New e-mail"), filters=[_strip], validators=[InputRequired(_l("The address that is to be yours."))])
    password = Secret(_l("Password"), validators=[InputRequired(_l("Your password, so that nobody else can do this."))])


class UsernameForm(Form):
    username = StringField(
        _l("Name on the site"), filters=[_strip], validators=[InputRequired(_l("The name that is to be yours."))]
    )


class LanguageForm(Form):
    language = SelectField(_l("Language of your mails"))


class LeaveForm(Form):
    words = RadioField(
        _l("What becomes of your comments?"),
        choices=[
            SelectChoice("keep", _l("They stay, under “[deleted]”: the answers of others keep their sense")),
            SelectChoice("remove", _l("My texts go as well: an empty place stays above the answers of others")),
        ],
        # Who says nothing about them loses no word.
        filters=[lambda chosen: chosen or "keep"],
        validators=[AnyOf(["keep", "remove"], message=_l("Please choose what becomes of them."))],
        validate_choice=False,
    )
    password = Secret(_l("Password"), validators=[InputRequired(_l("Your password, so that nobody else can do this."))])
