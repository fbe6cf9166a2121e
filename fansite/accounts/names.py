"""Usernames: their shape, what they look like to the eye, and which belong to the site."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from anyascii import anyascii
from flask_babel import lazy_gettext as _l

from fansite.core.errors import Refused

MIN_LENGTH = 2
MAX_LENGTH = 30
_SHAPE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_FOLDS = (("0", "o"), ("1", "i"), ("l", "i"), ("rn", "m"), ("vv", "w"))
# Mail programs make links of names that end like this; so do all two-letter endings.
_ENDINGS = frozenset(
    """app art band biz blog club com dev edu fan fans fun gov info int io ink link live media mil mobi music name net news online
    org page pro shop show site space store studio team tech tel tours tv video vip website wiki world xxx xyz zip""".split()
)
# Before or after the band's name they make a name that claims to be the band.
_CLAIMS = (
    "",
    "the",
    "official",
    "officiel",
    "band",
    "music",
    "musique",
    "hq",
    "team",
    "admin",
    "staff",
    "real",
    "groupe",
    "site",
    "shop",
)


def key(username: str) -> str:
    """The one address of a profile."""
    return username.strip().lower()


def likeness(username: str) -> str:
    """What a name looks like: `Ada-1`, `adal` and `a.d.a.I` are one to the eye."""
    text = re.sub(r"[-_.\s]", "", username.lower())
    for seen, same in _FOLDS:
        text = text.replace(seen, same)
    return text


def require_shape(username: str) -> None:
    """Plain letters and digits: names stand in addresses, and are told apart at a glance."""
    foreign = next((sign for sign in username if not sign.isascii() or not sign.isprintable() or sign == " "), None)
    if foreign is not None:
        raise Refused(_about(foreign), field="username")
    if not MIN_LENGTH <= len(username) <= MAX_LENGTH:
        raise Refused(
            _l("A name here has %(least)d to %(most)d characters.", least=MIN_LENGTH, most=MAX_LENGTH), field="username"
        )
    if not _SHAPE.fullmatch(username):
        raise Refused(
            _l(
                "Letters and digits, and inside also hyphen, dot and underscore; the first and the last sign is a letter or a digit."
            ),
            field="username",
        )
    if reads_as_address(username):
        raise Refused(_l("That reads like a web address. Leave out the dot."), field="username")


def require_unreserved(username: str, site_name: str) -> None:
    """For strangers: neither the site's own words nor the band's name."""
    look = likeness(username)
    if look in RESERVED or look.startswith(likeness("deleted")):
        raise Refused(_l("That name belongs to the site. Choose another."), field="username")
    if look in _names_of_the_band(site_name):
        raise Refused(_l("That is too like the band's own name. Choose another."), field="username")


def reads_as_address(username: str) -> bool:
    """`fans.com` would become a link in every mail program that shows it."""
    if username.lower().startswith("www."):
        return True
    *_before, ending = username.lower().split(".")
    return bool(_before) and (re.fullmatch(r"[a-z]{2}", ending) is not None or ending in _ENDINGS)


def unlinked(username: str) -> str:
    """For mails: a word joiner after each dot, so that no program takes the name for an address."""
    return username.replace(".", ".\u2060")


def _about(sign: str) -> object:
    if sign.isspace():
        return _l("A name here has no spaces. A hyphen does the same.")
    if not sign.isprintable() or unicodedata.category(sign) in ("Cf", "Mn"):
        return _l("There is a sign in it that cannot be seen. Type the name by hand.")
    twin = _twin(sign)
    if twin:
        return _l(
            "“%(sign)s” only looks like “%(twin)s”: it is a letter of another alphabet. Names here use plain letters from a to z.",
            sign=sign,
            twin=twin,
        )
    return _l("“%(sign)s” does not fit in a name here: plain letters from a to z, digits, hyphen, dot, underscore.", sign=sign)


def _twin(sign: str) -> str | None:
    """The plain letter this one is easily taken for."""
    from confusable_homoglyphs import confusables  # 7 MB of tables, for the few who write a name in another alphabet

    found = confusables.is_confusable(sign, preferred_aliases=["latin"])
    twins = [glyph["c"] for one in found or () for glyph in one["homoglyphs"]]
    return next((twin for twin in twins if twin.isascii() and twin.isalnum()), None)


def _names_of_the_band(site_name: str) -> set[str]:
    words = re.findall(r"[a-z0-9]+", anyascii(site_name).lower())
    without = words[1:] if words[:1] in (["the"], ["les"], ["le"], ["la"]) else words
    names = {likeness("".join(words)), likeness("".join(without))} - {""}
    return {
        before + name + after
        for name in names
        for before, after in ((likeness(one), likeness(two)) for one in _CLAIMS for two in _CLAIMS)
    }


def _reserved() -> frozenset[str]:
    lines = (Path(__file__).parent / "reserved_names.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(likeness(name) for line in lines if not line.startswith("#") for name in line.split())


RESERVED = _reserved()
