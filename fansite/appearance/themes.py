"""Themes: a folder of artwork, one sheet of tokens and a declaration. None touches a template or a selector of the site."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fansite.appearance.palette import COMMENT, declared, usual
from fansite.settings import ROOT

FOLDER = ROOT / "templates" / "appearance" / "themes"
OWN = ""
# What a theme may draw anew: each is a file of the same name in its folder.
ARTWORK = (
    "asleep",
    "duo",
    "letter",
    "mark",
    "notice",
    "peek",
    "piano",
    "ridge",
    "scene",
    "string",
    "ukulele",
)
LAYER = re.compile(r"\s*@layer theme\s*\{(.*)\}\s*", re.DOTALL)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
# The page as a whole, at any hour, and parts of the artwork.
ALLOWED = re.compile(r':root|\[data-hour="(?:dusk|night)"\]|\.(?:scene|ridge|m|ink|mark|wordmark|marmot)(?:__|-)?[a-z0-9_-]*')
REMOTE = re.compile(r"url\(|@import|expression|javascript:", re.IGNORECASE)


@dataclass(frozen=True)
class Theme:
    key: str
    name: str
    # In a few words, by language.
    about: Mapping[str, str]
    art: tuple[str, ...]
    sheet: str
    # Whether the name is cut with the scissors' capitals; a theme of another hand sets it in its type.
    cuts_the_name: bool = False

    def label(self, language: str) -> str:
        about = self.about.get(language) or self.about.get("en", "")
        return f"{self.name} ({about})" if about else self.name

    def drawing(self, name: str) -> str:
        """The template of a drawing: the theme's, or the site's own."""
        return f"appearance/themes/{self.key}/{name}.svg" if name in self.art else f"parts/art/{name}.svg"

    @property
    def tokens(self) -> Mapping[str, str]:
        return declared(self.sheet)


PAPER = Theme(
    OWN, "Paper", {"en": "four inks, cut with scissors", "fr": "quatre encres, découpées aux ciseaux"}, (), "", cuts_the_name=True
)


@cache
def themes() -> Mapping[str, Theme]:
    """All that were delivered with the site, its own first."""
    return {
        OWN: PAPER,
        **{folder.name: _read(folder) for folder in sorted(FOLDER.iterdir()) if (folder / "theme.json").is_file()},
    }


def theme(key: str) -> Theme:
    """One that is gone since it was chosen gives way to the site's own."""
    return themes().get(key, PAPER)


def faults(sheet: str) -> list[str]:
    """What a theme's sheet holds besides tokens that are known and rules for artwork."""
    plain = COMMENT.sub("", sheet)
    layer = LAYER.fullmatch(plain)
    if layer is None:
        return ["everything stands in @layer theme"]
    found = [f"{name} stands in a theme" for name in REMOTE.findall(plain)]
    for selectors, body in RULE.findall(layer[1]):
        found += [f"{one.strip()} is no artwork" for one in selectors.split(",") if not ALLOWED.fullmatch(one.strip())]
        if ":root" in selectors or "data-hour" in selectors:
            names = [line.partition(":")[0].strip() for line in body.split(";") if line.strip()]
            found += [
                f"{name} is no token" for name in names if name.removeprefix("--") not in usual() or not name.startswith("--")
            ]
    return found


def _read(folder: Path) -> Theme:
    told = json.loads((folder / "theme.json").read_text())
    return Theme(
        folder.name,
        told["name"],
        told["about"],
        tuple(told["art"]),
        (folder / "theme.css").read_text(),
        told.get("cuts_the_name", False),
    )
