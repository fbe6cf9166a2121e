"""What the desk may send about gigs. Lengths and sense are the operations' business: what is refused comes back whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    HiddenField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from fansite.core.db import db
from fansite.core.errors import Refused
from fansite.core.web import Form
from fansite.core.web.forms import LongList
from fansite.core.web.paths import current_language, settings
from fansite.lib import localtime
from fansite.lib.numbers import number_or_none
from fansite.media.choosing import CoverForm
from fansite.tour import at_desk
from fansite.tour.models import Gig, Venue
from fansite.tour.operations.gigs import Facts
from fansite.tour.operations.venues import House, countries
from fansite.tour.words import country_name, house_label

TICKET_WORDS = {
    "": _l("None, or nobody said"),
    "later": _l("On sale later"),
    "on_sale": _l("On sale"),
    "sold_out": _l("Sold out"),
}
NOBODY = SelectChoice("", "–")
HOUR = ["%H:%M", "%H:%M:%S"]


# Where several are meant. Who sees more types one word more.
MOST_MEANT = 20


class HouseBox(StringField):
    """A house of the list by what it is called, however many there are. Where several are meant, they stand below to choose from."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, **more, render_kw={"list": "houses", "autocomplete": "off"})
        self.meant: Sequence[Venue] = ()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """What was chosen below comes after what was typed."""
        self.data = valuelist[-1] if valuelist else ""

    def _value(self) -> str:
        number = number_or_none(self.data)
        house = db.session.get(Venue, number) if number is not None else None
        return house_label(house) if house is not None else str(self.data or "")

    def house(self) -> Venue | None:
        """The one that is meant; None where nothing was typed."""
        words = str(self.data or "").strip()
        if not words:
            return None
        found = at_desk.venues_meant(words, MOST_MEANT)
        if not found:
            raise Refused(_l("No house of the list is called so."), field=self.name)
        if len(found) > 1:
            self.meant = found
            raise Refused(_l("Several houses are called so. Choose the one you mean."), field=self.name)
        return found[0]


class HouseForm(Form):
    """A house that is not in the list yet."""

    name = StringField(_l("Name of the house"))
    address = StringField(_l("Street and number"))
    city = StringField(_l("City"))
    country = SelectField(_l("Country"), validate_choice=False, widget=LongList())
    zone = SelectField(
        _l("Time zone"), validate_choice=False, widget=LongList(), description=_l("Left open, it is that of the city.")
    )
    latitude = DecimalField(_l("Latitude"), [Optional(), NumberRange(-90, 90)], places=None)
    longitude = DecimalField(_l("Longitude"), [Optional(), NumberRange(-180, 180)], places=None)
    website = StringField(_l("Its website"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = [
            NOBODY,
            *sorted((SelectChoice(code, country_name(code)) for code in countries()), key=lambda one: one.label),
        ]
        self.zone.choices = [NOBODY, *(SelectChoice(name, name) for name in sorted(localtime.zones()))]

    def house(self) -> House:
        told = {name: getattr(self, name).data or "" for name in ("name", "address", "city", "country", "zone", "website")}
        return House(**told, latitude=_float(self.latitude.data), longitude=_float(self.longitude.data))  # type: ignore[typeddict-item]


class InLanguages(Form):
    """Boxes for the other languages of the site, one of each of `translated` for each: `body_fr`."""

    translated: dict[str, Callable[[str], Any]] = {}

    def process(self, *args: Any, **kwargs: Any) -> None:
        for language, name in self.languages:
            for box, made in self.translated.items():
                bound = self.meta.bind_field(self, made(name), {"name": f"{box}_{language}", "prefix": self._prefix})
                self._fields[f"{box}_{language}"] = bound
        super().process(*args, **kwargs)

    @property
    def languages(self) -> list[tuple[str, str]]:
        """(code, name) of those that are not the site's own."""
        site, reader = settings(), current_language()
        others = (language for language in site.languages if language != site.language)
        return [(language, Locale.parse(language).get_display_name(reader) or language) for language in others]

    def told(self, box: str, language: str) -> str:
        return str(self._fields[f"{box}_{language}"].data or "")


class GigForm(HouseForm, CoverForm, InLanguages):
    translated = {
        "body": lambda language: TextAreaField(_l("Text"), description=language),
        "support": lambda language: StringField(_l("With"), description=language),
        "age": lambda language: StringField(_l("Age"), description=language),
    }
    venue = HouseBox(_l("House"), description=_l("City or name: begin to type. Left empty, it is a new one, below."))
    day = DateField(_l("Day"), [InputRequired(_l("Say on which day."))])
    doors = TimeField(_l("Doors"), [Optional()], format=HOUR)
    starts = TimeField(_l("On stage"), [Optional()], format=HOUR, description=_l("Left open: to be announced."))
    ends = TimeField(_l("End"), [Optional()], format=HOUR, description=_l("After midnight is fine."))
    tour = StringField(_l("Tour"), description=_l("The evenings of one name have a page of their own."))
    support = StringField(_l("With"))
    tickets = SelectField(_l("Tickets"), choices=[SelectChoice(*one) for one in TICKET_WORDS.items()], validate_choice=False)
    ticket_url = StringField(_l("Where to buy them"))
    on_sale_at = DateTimeLocalField(
        _l("On sale from"),
        [Optional()],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        description=_l("By the clock of the house."),
    )
    price = DecimalField(
        _l("Price"), [Optional(), NumberRange(0, 1_000_000)], places=2, description=_l("The lowest, fees included.")
    )
    currency = StringField(_l("Currency"), description=_l("EUR, CHF, GBP …"))
    age = StringField(_l("Age"))
    press_contact = StringField(_l("Press contact"), description=_l("Only the staff read this."))
    body = TextAreaField(_l("Text"), description=_l("What else there is to know. Markdown works."))
    comments_open = BooleanField(_l("Comments are open"))
    version = HiddenField(default="1")

    def facts(self, zone: str) -> Facts:
        """`zone` is that of the house: its clocks say when tickets are sold."""
        chosen = Facts(cover_id=self.cover.data) if self.cover.raw_data else Facts()
        return Facts(
            **chosen,
            day=self.day.data,
            doors=self.doors.data,
            starts=self.starts.data,
            ends=self.ends.data,
            tickets=self.tickets.data or "",
            ticket_url=self.ticket_url.data or "",
            on_sale_at=self.on_sale_at.data.replace(tzinfo=ZoneInfo(zone)) if self.on_sale_at.data else None,
            price=_hundredths(self.price.data),
            currency=self.currency.data or "",
            support=self.support.data or "",
            age=self.age.data or "",
            press_contact=self.press_contact.data or "",
            body=self.body.data or "",
            comments_open=bool(self.comments_open.data),
            texts={language: {box: self.told(box, language) for box in self.translated} for language, _name in self.languages},
        )

    @property
    def seen_version(self) -> int:
        return number_or_none(self.version.data) or 0


def filled(gig: Gig) -> GigForm:
    """With what is known of a gig."""
    names = (
        "day",
        "doors",
        "starts",
        "ends",
        "support",
        "tickets",
        "ticket_url",
        "currency",
        "age",
        "press_contact",
        "body",
        "comments_open",
    )
    known: dict[str, Any] = {name: getattr(gig, name) for name in names}
    known |= {f"{box}_{text.language}": getattr(text, box) for text in gig.texts for box in GigForm.translated}
    return GigForm(
        formdata=None,
        venue=house_label(gig.venue),
        tour=gig.tour.name if gig.tour is not None else "",
        price=Decimal(gig.price) / 100 if gig.price is not None else None,
        on_sale_at=gig.on_sale_at.astimezone(gig.where).replace(tzinfo=None) if gig.on_sale_at else None,
        version=gig.version,
        cover=gig.cover_id,
        **known,
    )


class ChangeForm(InLanguages):
    """Plans change: what, and why."""

    translated = {"reason": lambda language: StringField(_l("Why"), description=language)}

    to = HiddenField()
    day = DateField(_l("New day"), [Optional()])
    doors = TimeField(_l("Doors"), [Optional()], format=HOUR)
    starts = TimeField(_l("On stage"), [Optional()], format=HOUR)
    ends = TimeField(_l("End"), [Optional()], format=HOUR)
    venue = HouseBox(_l("New house"), description=_l("City or name: begin to type."))
    reason = StringField(_l("Why"), description=_l("Everybody reads this: on the page, in calendars."))

    @property
    def reasons(self) -> dict[str, str]:
        return {language: self.told("reason", language) for language, _name in self.languages}


class MergeForm(Form):
    into = HouseBox(_l("Is the same as"), description=_l("City or name: begin to type."))

    def target(self) -> int:
        house = self.into.house()
        if house is None:
            raise Refused(_l("Choose another house to merge it into."), field="into")
        return house.id


def _float(number: Decimal | None) -> float | None:
    return float(number) if number is not None else None


def _hundredths(price: Decimal | None) -> int | None:
    return int((price * 100).to_integral_value()) if price is not None else None
