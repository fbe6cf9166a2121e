"""What is sent from the desk of the rules: each text in every language of the site."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired

from fansite.core.web import Form, NumberField


def rules_form(languages: tuple[str, ...], **values: Any) -> Form:
    """`short_en`, `body_en`, `changed_en` and so on. How long and in which languages is the operation's to judge."""
    fields: dict[str, Any] = {"after": NumberField(validators=[InputRequired()])}
    for language in languages:
        written = {"lang": language}
        fields[f"short_{language}"] = StringField(_l("In one line, over the comment box"), render_kw=written)
        fields[f"body_{language}"] = TextAreaField(_l("The rules"), render_kw=written)
        fields[f"changed_{language}"] = StringField(_l("What changed"), render_kw=written)
    made: Form = type("RulesForm", (Form,), fields)(**values)
    return made
