"""What the desk may send about gigs. Lengths and sense are the operations' business: what is refused comes back whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

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

from fansite.core.errors import Refused
from fansite.core.web import Form
from fansite.lib import localtime
from fansite.lib.numbers import row_number
from fansite.tour import queries
from fansite.tour.models import Gig
from fansite.tour.operations.gigs import Facts
from fansite.tour.operations.venues import House, countries
from fansite.tour.words import country_name

TICKET_WORDS = {
    "": _l("None, or nobody said"),
    "later": _l("On sale later"),
    "on_sale": _l("On sale"),
    "sold_out": _l("Sold out"),
}
NOBODY = SelectChoice("", "–")
HOUR = ["%H:%M", "%H:%M:%S"]


def houses(but: int | None = None) -> list[SelectChoice]:
    """All in the list, to choose from."""
    return [SelectChoice(house.id, f"{house.city}: {house.name}") for house in queries.venues() if house.id != but]


def number_or_none(text: Any) -> int | None:
    try:
        return row_number(str(text or ""))
    except ValueError:
        return None


class HouseForm(Form):
    """A house that is not in the list yet."""

    name = StringField(_l("Name of the house"))
    address = StringField(_l("Street and number"))
    city = StringField(_l("City"))
    country = SelectField(_l("Country"), validate_choice=False)
    zone = SelectField(_l("Time zone"), validate_choice=False, description=_l("Left open, it is that of the city."))
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


class GigForm(HouseForm):
    venue = SelectField(_l("House"), coerce=number_or_none, validate_choice=False)
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.venue.choices = [SelectChoice("", _l("– a new one, below –")), *houses()]

    def facts(self, zone: str) -> Facts:
        """`zone` is that of the house: its clocks say when tickets are sold."""
        return Facts(
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
    return GigForm(
        formdata=None,
        venue=gig.venue_id,
        tour=gig.tour.name if gig.tour is not None else "",
        price=Decimal(gig.price) / 100 if gig.price is not None else None,
        on_sale_at=gig.on_sale_at.astimezone(gig.where).replace(tzinfo=None) if gig.on_sale_at else None,
        version=gig.version,
        **known,
    )


class ChangeForm(Form):
    """Plans change: what, and why."""

    to = HiddenField()
    day = DateField(_l("New day"), [Optional()])
    doors = TimeField(_l("Doors"), [Optional()], format=HOUR)
    starts = TimeField(_l("On stage"), [Optional()], format=HOUR)
    ends = TimeField(_l("End"), [Optional()], format=HOUR)
    venue = SelectField(_l("New house"), coerce=number_or_none, validate_choice=False)
    reason = StringField(_l("Why"), description=_l("Everybody reads this: on the page, in calendars."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.venue.choices = [NOBODY, *houses()]


class MergeForm(Form):
    into = SelectField(_l("Is the same as"), coerce=number_or_none, validate_choice=False)

    def target(self) -> int:
        if not self.into.data:
            raise Refused(_l("Choose another house to merge it into."), field="into")
        return int(self.into.data)


def _float(number: Decimal | None) -> float | None:
    return float(number) if number is not None else None


def _hundredths(price: Decimal | None) -> int | None:
    return int((price * 100).to_integral_value()) if price is not None else None
