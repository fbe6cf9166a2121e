"""Pictures as pages show them: addresses of all sizes, faces, and how they are written into texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from markupsafe import Markup

from fansite.core.markup import Image, Written
from fansite.core.web import path_for, public_url
from fansite.lib import drawing
from fansite.media import queries
from fansite.media.models import Photo, Picture

FOLDER = "/media/"
# For browsers that read no `srcset`, feed readers, and who saves it from the page.
USUAL_WIDTH = 1280
# A column of text is never wider than this: larger sizes are fetched by dense screens only.
IN_TEXT = "(min-width: 48rem) 42rem, 100vw"


@dataclass(frozen=True)
class Shown:
    """What `ui/picture.html` needs."""

    src: str
    width: int
    height: int
    alt: str
    focus: str
    blur: str
    webp: str
    fallback: str
    fallback_type: str


def shown(picture: Picture | Photo) -> Shown:
    usual = max(width for width in picture.widths if width <= USUAL_WIDTH or width == picture.widths[0])
    return Shown(
        src=path_of(picture.sized(usual, picture.fallback)),
        width=picture.width,
        height=picture.height,
        alt=picture.alt,
        focus=picture.focus,
        blur=picture.blur,
        webp=_srcset(picture, "webp"),
        fallback=_srcset(picture, picture.fallback),
        fallback_type="image/png" if picture.transparent else "image/jpeg",
    )


def path_of(name: str) -> str:
    return path_for("media.show", name=name)


def shared(picture: Picture) -> dict[str, str]:
    """What a link to a page with this cover shows elsewhere."""
    width = min(picture.width, 1200)
    return {
        "og:image": public_url(path_of(picture.shared_name)),
        "og:image:width": str(width),
        "og:image:height": str(max(1, round(picture.height * width / picture.width))),
        "og:image:alt": picture.alt,
    }


def link_picture(entry: Any) -> dict[str, str]:
    """What a link to an entry shows elsewhere: the card that was drawn for it, until then its cover, or what the whole site shows."""
    if not entry.card:
        return shared(entry.cover) if entry.cover is not None else {}
    address = public_url(path_for("seo.card", name=entry.card))
    return {"og:image": address, "og:image:width": "1200", "og:image:height": "630", "og:image:alt": entry.title}


def addresses_of(picture_ids: Collection[int]) -> dict[int, str]:
    """Number of a picture → its path."""
    return {number: path_of(picture.name) for number, picture in queries.by_ids(picture_ids).items()}


def image_object(picture: Picture) -> dict[str, Any]:
    """For schema.org."""
    told = shared(picture)
    facts = {"url": told["og:image"], "width": int(told["og:image:width"]), "height": int(told["og:image:height"])}
    more = {"caption": picture.alt, "creditText": picture.credit}
    return {"@type": "ImageObject", **facts, **{name: value for name, value in more.items() if value}}


def avatar(who: Any, size: int = 44) -> Markup:
    """The face of an account, hidden from readers since the name always stands beside it: the picture everybody may see, or one drawn
    from the name. Of a bare name, the drawn one."""
    face = None if isinstance(who, str) or not getattr(who, "active", False) else who.face
    if face:
        return face_image(face)
    name = who if isinstance(who, str) else getattr(who, "username_key", None)
    return Markup(drawing.avatar((name or "?").lower()))


def face_image(name: str, alt: str = "") -> Markup:
    address = path_for("media.face", name=name)
    return Markup('<img class="avatar" src="{}" alt="{}" width="256" height="256" loading="lazy">').format(address, alt)


def drawing_of(entry: Any) -> str:
    """The seed of an entry's drawn cover: the one the desk chose, or its own number, the same for all translations."""
    return f"seed:{entry.cover_seed}" if entry.cover_seed else f"{entry.kind}:{entry.group_id or 'new'}"


def in_texts(images: Sequence[Image]) -> list[Written | None]:
    """How `markup` writes the pictures of a text: those of the library in all their sizes. A text's own words win over the library's."""
    known = queries.named(image.src.removeprefix(FOLDER) for image in images if image.src.startswith(FOLDER))
    return [_written(image, known.get(image.src.removeprefix(FOLDER))) for image in images]


def _written(image: Image, picture: Picture | None) -> Written | None:
    if picture is None:
        return None
    macro: Any = current_app.jinja_env.get_template("ui/picture.html").module
    html = str(macro.picture(picture, sizes=IN_TEXT, alt=image.alt or picture.alt)).strip()
    return Written(html, picture.credit)


def _srcset(picture: Picture | Photo, kind: str) -> str:
    return ", ".join(f"{path_of(picture.sized(width, kind))} {width}w" for width in picture.widths)


def described(picture: Picture) -> dict[str, Any]:
    """A picture of the library for a script: the editor puts `markdown` into a text, and asks for words at `edit` while there are none."""
    return {
        "id": picture.id,
        "address": path_of(picture.name),
        "small": path_of(picture.sized(picture.widths[0], picture.fallback)),
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt,
        "described": picture.described,
        "credit": picture.credit,
        "markdown": f"![{_label(picture.alt)}]({path_of(picture.name)})",
        "edit": path_for("media.picture", picture_id=picture.id),
        "next": path_for("media.picture", picture_id=picture.id, done="kept"),
    }


def _label(alt: str) -> str:
    return alt.replace("\\", "").replace("[", "(").replace("]", ")")
