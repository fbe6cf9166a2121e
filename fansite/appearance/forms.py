"""What an owner may say about the looks."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from fansite.appearance import inks
from fansite.appearance.models import MAX_LINE, MAX_LINK, MAX_LINKS, Wanted
from fansite.appearance.showing import sections
from fansite.appearance.themes import theme, themes
from fansite.core.web import Form
from fansite.core.web.paths import current_language, settings
from fansite.lib.numbers import number_or_none
from fansite.media import queries as pictures
from fansite.media.models import MAX_ALT
from fansite.reactions.models import MAX_WORD
from fansite.reactions.showing import our_word
from fansite.settings import LONGEST_NAME

CHOICE_OF_PICTURES = 60
LOGOS = [("theme", _l("As the theme draws it")), ("text", _l("The name, set in type")), ("picture", _l("A picture"))]
HEROES = [("scene", _l("The drawn scene")), ("picture", _l("A picture"))]
HOURS = [("", _l("Day or night, as the visitor has it")), ("dusk", _l("Always dusk")), ("night", _l("Always night"))]


class AppearanceForm(Form):
    name = StringField(_l("Name of the band"), [InputRequired(_l("A band has a name.")), Length(max=LONGEST_NAME)])
    links = TextAreaField(
        _l("Elsewhere"),
        description=_l("Addresses of the band on other sites, one a line. Search engines are told that these are you."),
    )
    theme = RadioField(_l("Theme"))
    # The theme whose inks the boxes below were filled with: a colour that was left alone is not a choice.
    inks_of = HiddenField()
    own_inks = BooleanField(_l("Take the theme's own colours"))
    logo = RadioField(_l("Logo"), default="theme")
    logo_picture = SelectField(_l("Which picture is the logo"), coerce=number_or_none, validate_choice=False)
    logo_file = FileField(
        _l("Bring a new logo"), description=_l("PNG or WebP with nothing behind the letters sits best on the sky.")
    )
    logo_alt = StringField(
        _l("What the logo says"), description=_l("Left empty, the name of the band."), render_kw={"maxlength": MAX_ALT}
    )
    hero = RadioField(_l("Above the front page"), default="scene")
    hour = RadioField(_l("Hour of the scene"), default="")
    hero_picture = SelectField(_l("Which picture stands above"), coerce=number_or_none, validate_choice=False)
    hero_file = FileField(_l("Bring a new picture"), description=_l("Wide, and calm on the left, where the name stands."))
    hero_alt = StringField(
        _l("What it shows"), description=_l("For everyone who does not see it."), render_kw={"maxlength": MAX_ALT}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.theme.choices = [(one.key, one.label(current_language())) for one in themes().values()]
        self.logo.choices, self.hero.choices, self.hour.choices = LOGOS, HEROES, HOURS
        self.offer_pictures()

    def offer_pictures(self) -> None:
        library = [("", "–"), *((picture.id, picture.alt or f"{picture.id}") for picture in pictures.latest(CHOICE_OF_PICTURES))]
        self.logo_picture.choices = self.hero_picture.choices = library

    def take(self, part: str, picture_id: int) -> None:
        """A picture that came along is the one that is meant."""
        self[part].data, self[f"{part}_picture"].data = "picture", picture_id
        self.offer_pictures()

    def validate_links(self, field: TextAreaField) -> None:
        found = (field.data or "").split()
        if len(found) > MAX_LINKS:
            raise ValidationError(_("Twelve addresses are enough."))
        for address in found:
            if len(address) > MAX_LINK or not _is_address(address):
                raise ValidationError(_("This is no address of a page: %(words)s", words=address[:80]))

    # ---- by language, by ink, by part of the page: as many boxes as there are of each --------------------------------------

    @property
    def line_fields(self) -> list[Any]:
        return [self[f"line_{code}"] for code in settings().languages]

    @property
    def warm_fields(self) -> list[Any]:
        return [self[f"warm_{code}"] for code in settings().languages]

    @property
    def ink_fields(self) -> list[tuple[inks.Ink, Any]]:
        return [(ink, self[f"ink_{ink.name}"]) for ink in inks.INKS]

    @property
    def place_fields(self) -> list[Any]:
        return [self[f"place_{section.name}"] for section in sections()]

    def wanted(self) -> Wanted:
        return Wanted(
            name=" ".join((self.name.data or "").split()),
            lines={code: " ".join((self[f"line_{code}"].data or "").split()) for code in settings().languages},
            warm_words={code: " ".join((self[f"warm_{code}"].data or "").split()) for code in settings().languages},
            links=(self.links.data or "").split(),
            theme=self.theme.data or "",
            colours={} if self.own_inks.data else self._colours(),
            logo=self.logo.data,
            logo_picture=self.logo_picture.data,
            hero=self.hero.data,
            hero_picture=self.hero_picture.data,
            hour=self.hour.data or "",
            sections=self._order(),
        )

    def _colours(self) -> dict[str, str]:
        filled_with = theme(self.inks_of.data or "").tokens
        typed = {ink.name: (field.data or "").lower() for ink, field in self.ink_fields}
        return {ink.name: typed[ink.name] for ink in inks.INKS if typed[ink.name] not in ("", inks.own_colour(ink, filled_with))}

    def _order(self) -> list[str] | None:
        """None as long as nobody moved anything: what a later release brings then finds its place."""
        placed = [
            (field.data, at, section.name) for at, (section, field) in enumerate(zip(sections(), self.place_fields, strict=True))
        ]
        order = [name for place, _at, name in sorted((row for row in placed if row[0]), key=lambda row: row[:2])]
        return None if order == [section.name for section in sections()] else order


def appearance_form(wanted: Wanted | None = None, **kwargs: Any) -> AppearanceForm:
    """The form of this site: its languages, its inks, the parts its features bring. Filled with `wanted`, or with what was sent."""
    fields: dict[str, Any] = {}
    for code in settings().languages:
        language = Locale.parse(code).get_display_name(current_language()) or code
        label = _("A line about the band, %(language)s", language=language)
        fields[f"line_{code}"] = StringField(label, [Length(max=MAX_LINE)], render_kw={"maxlength": MAX_LINE})
        label, hint = (
            _("The warm word, %(language)s", language=language),
            _("On the button below texts and comments. Left empty, it says “%(word)s”.", word=our_word(code)),
        )
        fields[f"warm_{code}"] = StringField(label, [Length(max=MAX_WORD)], description=hint, render_kw={"maxlength": MAX_WORD})
    for ink in inks.INKS:
        is_colour = Regexp(r"^(#[0-9a-fA-F]{6})?$", message=_("A colour is # and six signs from 0 to f."))
        fields[f"ink_{ink.name}"] = StringField(ink.label, [is_colour], description=ink.hint)
    for section in sections():
        fields[f"place_{section.name}"] = IntegerField(section.label, [Optional(), NumberRange(0, 99)])
    form = type("SitesForm", (AppearanceForm,), fields)
    return form(data=_filled(wanted), formdata=None, **kwargs) if wanted is not None else form(**kwargs)  # type: ignore[no-any-return]


def _filled(wanted: Wanted) -> dict[str, Any]:
    order = [section.name for section in sections()] if wanted.sections is None else wanted.sections
    tokens = theme(wanted.theme).tokens
    return {
        **{
            name: value
            for name, value in wanted.stored().items()
            if name not in ("lines", "warm_words", "links", "colours", "sections")
        },
        "links": "\n".join(wanted.links),
        "inks_of": wanted.theme,
        **{f"line_{code}": line for code, line in wanted.lines.items()},
        **{f"warm_{code}": word for code, word in wanted.warm_words.items()},
        **{f"ink_{ink.name}": wanted.colours.get(ink.name) or inks.own_colour(ink, tokens) for ink in inks.INKS},
        **{f"place_{section.name}": order.index(section.name) + 1 if section.name in order else None for section in sections()},
    }


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and "@" not in parts.netloc
