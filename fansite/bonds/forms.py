"""What the buttons send."""

from __future__ import annotations

from wtforms import StringField

from fansite.core.web import Form


class TieForm(Form):
    """One press: `undo` takes it back; `back` is `list` where it was pressed in one's own list."""

    undo = StringField()
    back = StringField()
