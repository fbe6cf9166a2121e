from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SearchField, StringField
from wtforms.validators import Optional

from fansite.core.web import Form


class SearchForm(Form):
    q = SearchField(_l("Search for"))
    kind = StringField(validators=[Optional()])
    year = IntegerField(validators=[Optional()])
