"""Forms are input: shape, length, words for the visitor; `data` comes out in the domain's type."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from babel import support
from flask import request
from flask_wtf import FlaskForm
from markupsafe import escape
from wtforms import Field, IntegerField
from wtforms.i18n import messages_path
from wtforms.widgets import Select

from fansite.core.db import db
from fansite.core.errors import Conflict, Problem, Refused
from fansite.core.web.language import locale_of
from fansite.core.web.paths import current_language
from fansite.lib.accents import composed
from fansite.lib.numbers import HIGHEST

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: Any) -> Any:
    """One spelling of what was typed: NFC, `\\n` as line end, no control characters (databases and XML refuse them)."""
    if not isinstance(text, str):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return composed(CONTROLS.sub("", text))


class LongList(Select):
    """Hundreds to choose from. The library sorts and escapes the attributes of each; most have nothing but their value."""

    @classmethod
    def render_option(cls, choice: Any, **kwargs: Any) -> str:
        if choice.render_kw or kwargs:
            return str(super().render_option(choice, **kwargs))
        chosen = " selected" if choice.selected else ""
        return f'<option{chosen} value="{escape(choice.value)}">{escape(choice.label or choice.value)}</option>'


class NumberField(IntegerField):
    """A whole number that a row can hold; the library's own stumbles over one of hundreds of digits."""

    data: int | None

    def process_formdata(self, valuelist: Any) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and abs(self.data) > HIGHEST:
            self.data = None
            raise ValueError(self.gettext("Not a valid integer value."))


@lru_cache(maxsize=16)
def _words(locale: str) -> Any:
    """The library's own words about what is wrong with a field; it would read them from the disk for each request."""
    return support.Translations.load(messages_path(), [locale], "wtforms")


class Form(FlaskForm):
    """Tokens are checked for every request in one place (`core/web/guard`), not form by form."""

    class Meta:
        csrf = False

        def get_translations(self, _form: Any) -> Any:
            return _words(locale_of(current_language()))

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            filters = [clean, *unbound_field.kwargs.get("filters", [])]
            return unbound_field.bind(form=form, filters=filters, **options)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was typed into boxes: a file or a JSON object of the same name is nothing."""
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return request.form if request.method == "POST" else None

    def attempt(self, act: Callable[[], Any]) -> int | None:
        """Does it. What an operation refuses is undone and told beside its box: the status of the answer, None when all went well."""
        try:
            act()
        except (Refused, Conflict) as problem:
            db.session.rollback()
            self.refuse(problem)
            return problem.status
        return None

    def refuse(self, problem: Problem) -> None:
        """Puts what an operation refused beside the box it is about, or over the form."""
        field = self._fields.get(problem.field or "")
        if field is not None:
            field.errors = [*field.errors, problem.text]
        else:
            self.form_errors.append(problem.text)
