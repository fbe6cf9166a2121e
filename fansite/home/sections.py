"""What the front page is made of. Each part asks for its own things, and one that finds nothing leaves no trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from fansite.appearance import chosen_sections
from fansite.bonds.queries import hears_everybody, ties_of
from fansite.comments import queries as comments
from fansite.core.feature import BESIDE_THINGS, HomeSection
from fansite.core.kept import kept_as_told
from fansite.core.web.pages import SITE_TAG
from fansite.core.web.parts import rendered
from fansite.fans import queries as fans
from fansite.news import queries as news

LATEST_NEWS = 7
# Sheets on the first screen.
IN_FRONT = 2
# Of these, how many stand on the first screen.
NEWS_IN_FRONT = 3
LATEST_COMMENTS = 5
# What others said, in place of what this reader does not read.
SPARE = 20
NEW_FANS = 8


def _new() -> dict[str, Any]:
    """Stands there without any post as well: somebody has to be told how to write the first."""
    return _cards(news.latest(g.language, NEWS_IN_FRONT))


def _before() -> dict[str, Any] | None:
    older = news.latest(g.language, LATEST_NEWS - NEWS_IN_FRONT, after=NEWS_IN_FRONT)
    return _cards(older) if older else None


def _who_may_write(person: Any) -> str:
    """Of an empty site."""
    return "staff" if person is not None and person.is_staff else ""


def _cards(posts: Sequence[Any]) -> dict[str, Any]:
    """Each says how much is said below it."""
    return {"posts": posts, "tags": [f"entry:{post.id}" for post in posts]}


def _said() -> dict[str, Any]:
    """Nobody whom this reader does not read: for each of theirs an older one."""
    unheard = ties_of(g.get("person")).unheard
    latest = comments.latest(LATEST_COMMENTS + (SPARE if unheard else 0))
    said = [heard for heard in latest if heard.said.author_id not in unheard][:LATEST_COMMENTS]
    return {"said": said, "tags": [f"account:{heard.said.author_id}" for heard in said]}


def _fans() -> dict[str, Any] | None:
    unheard = ties_of(g.get("person")).unheard
    people = [person for person in fans.newest(NEW_FANS) if person.id not in unheard]
    return {"people": people, "tags": [f"account:{person.id}" for person in people]} if people else None


SECTIONS = (
    HomeSection(
        "new",
        _l("The latest news"),
        _l("new!"),
        "home/_new.html",
        _new,
        tags=("list:news",),
        wide=True,
        order=10,
        alike=_who_may_write,
    ),
    HomeSection(
        "said",
        _l("The latest comments"),
        _l("just said"),
        "home/_said.html",
        _said,
        tags=("list:comments",),
        wide=True,
        order=30,
        alike=hears_everybody,
    ),
    HomeSection(
        "before",
        _l("Older news"),
        _l("before that"),
        "home/_before.html",
        _before,
        tags=("list:news",),
        more="news.index",
        more_label=_l("All news"),
        wide=True,
        order=40,
    ),
    HomeSection(
        "fans",
        _l("New fans"),
        _l("new here"),
        "home/_fans.html",
        _fans,
        tags=("list:fans", "list:comments"),
        more="fans.index",
        more_label=_l("All fans"),
        order=50,
        alike=hears_everybody,
    ),
)


@dataclass(frozen=True)
class Shown:
    """A part of the page as it is written there; empty where it found nothing."""

    section: HomeSection
    html: Markup
    tags: tuple[str, ...]
    until: datetime | None


def shown() -> tuple[list[Shown], set[str]]:
    """The parts an owner wants, in that order, as far as there is something in them; and what all depends on: those that found nothing as
    well, since once they do, the page is another."""
    parts: list[Shown] = []
    tags: set[str] = set()
    for section in chosen_sections():
        part = _shown(section, in_front=len(parts) < IN_FRONT)
        tags.update(part.tags)
        if part.html:
            parts.append(part)
    return parts, tags


def _shown(section: HomeSection, *, in_front: bool) -> Shown:
    alike = None if "previewed_facts" in g else section.alike(g.get("person"))
    if alike is None:
        return _made(section, in_front)
    name = f"home:{section.name}:{g.language}:{in_front}:{alike}"

    def make() -> tuple[Shown, Sequence[str], datetime | None]:
        made = _made(section, in_front)
        return made, (*made.tags, SITE_TAG), made.until

    return kept_as_told(name, make)


def _made(section: HomeSection, in_front: bool) -> Shown:
    found = section.find() or {}
    tags, until = (*section.tags, *found.get("tags", ())), found.get("until")
    if not found.keys() - BESIDE_THINGS:
        return Shown(section, Markup(), tags, until)
    return Shown(
        section, rendered(section.template, found=found, in_front=in_front, level=3, person=g.get("person")), tags, until
    )


def rows(parts: list[Shown]) -> list[list[Shown]]:
    """Side by side what fits: a wide part takes the narrow ones after it beside it."""
    laid: list[list[Shown]] = []
    for part in parts:
        if part.section.wide or not laid or not laid[-1][0].section.wide:
            laid.append([part])
        else:
            laid[-1].append(part)
    return laid
