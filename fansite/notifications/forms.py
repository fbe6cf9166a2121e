"""What a browser may send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, Length

from fansite.core.notices import Kind
from fansite.core.web import Form, NumberField
from fansite.core.web.forms import LongList
from fansite.core.web.paths import settings
from fansite.lib import localtime
from fansite.notifications.channels import PACE_LABELS, Channel
from fansite.notifications.hours import QUIET
from fansite.notifications.models import MAX_ENDPOINT

HOURS = [SelectChoice(str(hour), f"{hour:02d}:00") for hour in range(24)]
Choosable = Sequence[tuple[Kind, Sequence[Channel]]]


class ClockForm(Form):
    """When one is told; the boxes of what one is told of are added to it."""

    zone = SelectField(_l("Your time zone"), default="", widget=LongList())
    quiet_from = SelectField(_l("Quiet from"), coerce=int, choices=HOURS, default=QUIET[0])
    quiet_until = SelectField(_l("Quiet until"), coerce=int, choices=HOURS, default=QUIET[1])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone.choices = _zones()

    def pace_of(self, kind: str, channel: Channel) -> str:
        """What was chosen in a box: how soon, or `off`."""
        said = self[box_name(kind, channel.name)].data
        return str(said) if len(channel.paces) > 1 else "now" if said else "off"


class DeviceForm(Form):
    """What a browser tells of itself when somebody lets it."""

    endpoint = StringField(validators=[DataRequired(), Length(max=MAX_ENDPOINT)])
    p256dh = StringField(validators=[DataRequired(), Length(max=100)])
    auth = StringField(validators=[DataRequired(), Length(max=40)])


class ReadingForm(Form):
    """How far they saw."""

    newest = NumberField()


def box_name(kind: str, channel: str) -> str:
    return f"{channel}-{kind}".replace(".", "_")


def choice_form(choosable: Choosable, given: Mapping[str, Any] | None = None) -> ClockForm:
    """A box for each kind and each way of telling; `given` says what stands in them, without it the browser does."""
    boxes = {box_name(kind.name, channel.name): _box(kind, channel) for kind, channels in choosable for channel in channels}
    made = type("ChoiceForm", (ClockForm,), boxes)
    return made(formdata=None, data=given) if given is not None else made()  # type: ignore[no-any-return]


def _box(kind: Kind, channel: Channel) -> Field:
    """Ticked, where there is nothing more to say than yes."""
    if len(channel.paces) == 1:
        return BooleanField(kind.label)
    paces = [SelectChoice("off", _l("no")), *(SelectChoice(pace, PACE_LABELS[pace]) for pace in channel.paces)]
    return SelectField(kind.label, choices=paces, default="off")


def _zones() -> list[SelectChoice]:
    """By continent; first the site's own, for who does not mind."""
    own = SelectChoice("", _("As the site: %(zone)s", zone=settings().timezone.key))
    named = [(name, *name.partition("/")) for name in sorted(localtime.zones())]
    return [own, *(SelectChoice(name, place.replace("_", " "), optgroup=continent) for name, continent, _slash, place in named)]
