"""What the desk may send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.utils import unset_value
from wtforms.validators import InputRequired, NumberRange, Optional

from fansite.core.content import MAX_TITLE
from fansite.core.errors import Refused
from fansite.core.web import Form, NumberField
from fansite.core.web.paths import current_language, settings
from fansite.core.wording import Wording
from fansite.lib.numbers import number_or_none
from fansite.lib.times import now
from fansite.media.choosing import CoverForm
from fansite.tour import at_desk as tours

# What can be drawn, in words.
MOTIF_NAMES = {
    "ridges": _l("Hills"),
    "crater": _l("A volcano"),
    "rain": _l("Rain"),
    "gables": _l("Roofs"),
    "train": _l("A train"),
    "keys": _l("Piano keys"),
    "gentian": _l("Gentians"),
    "marmots": _l("Marmots"),
}

# What one still writes about.
LATELY = timedelta(days=90)
MOST_TICKED = 500

LOCAL = "%Y-%m-%dT%H:%M"


class EntryForm(CoverForm):
    """What every kind has. Lengths are the operations' business: they say more than a box that stops taking letters."""

    title = StringField(_l("Title"), [InputRequired(_l("Give it a title."))], render_kw={"maxlength": MAX_TITLE})
    body = TextAreaField(_l("Text"), description=_l("Markdown: **bold**, *italic*, ## heading, [words](address)."))
    summary = TextAreaField(
        _l("Summary"), description=_l("For lists, search engines and feeds. Left empty, the text's beginning serves.")
    )
    slug = StringField(_l("Address"), description=_l("Left empty, it is made of the title. An old address leads to the new one."))
    language = SelectField(_l("Language"))
    translation_of = SelectField(_l("Translation of"), coerce=number_or_none, validate_choice=False)
    comments_open = BooleanField(_l("Comments are open"))
    cover_motif = SelectField(_l("What is drawn"), validate_choice=False)
    cover_seed = HiddenField(default="0")
    version = HiddenField(default="1")
    # The name under which this window keeps its working copy.
    sitting = HiddenField(default="")
    # Of the acts beside saving.
    at = DateTimeLocalField(_l("Publish at"), [Optional()], format=[LOCAL, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"])
    reason = StringField(_l("Why"), description=_l("Only the staff read this."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reader = current_language()
        self.language.choices = [(code, Locale.parse(code).get_display_name(reader) or code) for code in settings().languages]
        self.translation_of.choices = [("", "–")]
        self.cover_motif.choices = [("", _l("Whatever comes")), *((name, label) for name, label in MOTIF_NAMES.items())]

    @property
    def seen_version(self) -> int:
        return number_or_none(self.version.data) or 0

    def wording(self) -> Wording:
        return Wording(
            title=self.title.data or "",
            body=self.body.data or "",
            summary=self.summary.data or "",
            slug=self.slug.data or "",
            language=self.language.data,
            translation_of=self.translation_of.data,
            comments_open=bool(self.comments_open.data),
            cover_id=self.cover.data,
            cover_seed=number_or_none(self.cover_seed.data) or 0,
            cover_motif=self.motif,
        )

    @property
    def motif(self) -> str:
        return self.cover_motif.data if self.cover_motif.data in MOTIF_NAMES else ""

    def own(self) -> dict[str, Any]:
        """What only this kind has."""
        return {}


class EveningsField(Field):
    """Evenings to tick, each a box of its own name (`gigs-12`): so whatever keeps what was typed keeps every one of them."""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        self.object_data = [] if data is unset_value else data
        self.data = self.object_data
        if formdata is not None:
            named = (name.removeprefix(f"{self.name}-") for name in formdata if name.startswith(f"{self.name}-"))
            self.data = [number for number in dict.fromkeys(map(number_or_none, named)) if number is not None][:MOST_TICKED]

    @cached_property
    def choices(self) -> list[tours.Choice]:
        return tours.to_choose(now().date() - LATELY, self.data)

    @property
    def by_tour(self) -> list[tuple[str, list[tours.Choice]]]:
        """(name, evenings) of each tour, the one that begins first first; "" is for those of none."""
        found: dict[str, list[tours.Choice]] = {}
        for choice in self.choices:
            found.setdefault(choice.tour, []).append(choice)
        return list(found.items())

    def _value(self) -> str:
        """In words, to be compared."""
        return "\n".join(f"{choice.day.isoformat()} {choice.title}" for choice in self.choices if choice.id in self.data)


class NewsForm(EntryForm):
    tags = StringField(_l("Tags"), description=_l("Separated by commas."))
    gigs = EveningsField(_l("The evenings it is about"))

    def own(self) -> dict[str, Any]:
        return {"tags": [name for name in (self.tags.data or "").split(",") if name.strip()], "gigs": self.gigs.data}


class PageForm(EntryForm):
    menu_order = NumberField(
        _l("Place in the menu"),
        [Optional(), NumberRange(0, 999)],
        description=_l("1 comes first. Left empty, it is not in the menu."),
    )

    def own(self) -> dict[str, Any]:
        return {"menu_order": self.menu_order.data}


class TagForm(Form):
    name = StringField(_l("Name"), [InputRequired(_l("Give it a name."))], render_kw={"maxlength": 60})


def moment_of(local: datetime, zone: ZoneInfo) -> datetime:
    """What the clock on the wall will say, as a moment. Of an hour that comes twice the first is meant; one that is skipped is refused."""
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise Refused(_l("The clocks go forward that night: this time does not exist. Take an hour later."), field="at")
    return moment


def on_the_wall(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.astimezone(zone).replace(tzinfo=None) if moment is not None else None
