"""The site's own pictures in a text: the feature that keeps them writes each anew, with its sizes. Markup only says where they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape, unescape

from .texts import ATTRIBUTES


@dataclass(frozen=True)
class Image:
    """A picture as a text names it."""

    src: str
    alt: str


@dataclass(frozen=True)
class Written:
    """The HTML that shows it, and whose it is."""

    html: str
    credit: str = ""


# Of all pictures of a text at once: what is written in the place of each, None where nothing is known of it.
Pictures = Callable[[Sequence[Image]], Sequence[Written | None]]

_IMAGE = re.compile(rf"<img(?P<attributes>{ATTRIBUTES})>")
_ALONE = re.compile(rf"<p>\s*(?P<open><a{ATTRIBUTES}>)?(?P<image><img{ATTRIBUTES}>)(?P<close></a>)?\s*</p>")
_CAPTIONED = re.compile(rf"(?P<image><img{ATTRIBUTES}>)(?P<close>(?:</a>)?<figcaption>)(?P<caption>.*?)</figcaption>", re.DOTALL)
_WRITTEN = re.compile(r'<span class="picture[^"]*">.*?</picture></span>', re.DOTALL)
_KEPT_BY_READERS = ("src", "alt", "width", "height")


def with_pictures(html: str, pictures: Pictures) -> str:
    """Works on what was cleaned; whatever `pictures` writes goes into the page as it is."""
    images = list(dict.fromkeys(_IMAGE.findall(html)))
    if not images:
        return html
    named = [Image(_value(image, "src"), _value(image, "alt")) for image in images]
    written = {f"<img{image}>": found for image, found in zip(images, pictures(named), strict=True) if found}

    def alone(found: re.Match[str]) -> str:
        picture = written.get(found["image"])
        if picture is None:
            return found[0]
        caption = f"<figcaption>{_credit(picture)}</figcaption>" if picture.credit else ""
        return f"<figure>{found['open'] or ''}{picture.html}{found['close'] or ''}{caption}</figure>"

    def captioned(found: re.Match[str]) -> str:
        picture = written.get(found["image"])
        if picture is None or not picture.credit:
            return found[0]
        return f"{found['image']}{found['close']}{found['caption']} {_credit(picture)}</figcaption>"

    html = _CAPTIONED.sub(captioned, _ALONE.sub(alone, html))
    return _IMAGE.sub(lambda image: written[image[0]].html if image[0] in written else image[0], html)


def simple(html: str) -> str:
    """For feed readers and mails: each picture as one plain element."""

    def plain(found: re.Match[str]) -> str:
        image = _IMAGE.findall(found[0])[-1]
        kept = "".join(f' {name}="{escape(_value(image, name))}"' for name in _KEPT_BY_READERS)
        return f"<img{kept}>"

    return _WRITTEN.sub(plain, html)


def _credit(picture: Written) -> str:
    return f'<span class="credit">{escape(picture.credit)}</span>'


def _value(attributes: str, name: str) -> str:
    found = re.search(rf' {name}="([^"]*)"', attributes)
    return unescape(found[1]) if found else ""
