"""Fits cleaned HTML into a page of the site. Works on nh3's own output, and nh3 cleans again what it returns."""

from __future__ import annotations

import re
from html import escape, unescape

from . import addresses
from .dialects import Trust
from .texts import ATTRIBUTES, TAG

_HEADING = re.compile(rf"<(?P<end>/?)h(?P<level>[1-6])(?P<attributes>{ATTRIBUTES})>")
_LINK = re.compile(rf"<a(?P<attributes>{ATTRIBUTES})>(?P<inner>.*?)</a>", re.DOTALL)
_IMAGE = re.compile(rf"<img(?P<attributes>{ATTRIBUTES})>")
_FIGURE = re.compile(rf"<p>\s*(?P<open><a{ATTRIBUTES}>)?<img(?P<attributes>{ATTRIBUTES})>(?P<close></a>)?\s*</p>")
_EMPTY = re.compile(r"<p>\s*</p>\s*")
_NOTED = re.compile(rf"<(?:sup|li|a){ATTRIBUTES}>")
_NOTE = re.compile(r'( id="| href="#)(fn(?:ref\d*)?:)')
_NOT_OURS = re.compile(r' rel="[^"]*"| title=""')
_ALIGNED = re.compile(rf'<t(?P<cell>[dh])(?P<attributes>{ATTRIBUTES}) align="(?P<side>center|right)"')


def fit(html: str, trust: Trust, id_prefix: str, home: str = "") -> str:
    html = _fit_fan(html) if trust == "fan" else _fit_staff(html, id_prefix, home)
    return _EMPTY.sub("", html)


# ---- fans ---------------------------------------------------------------------------------------------------------------


def _fit_fan(html: str) -> str:
    html = _HEADING.sub(lambda tag: "</strong></p>" if tag["end"] else "<p><strong>", html)
    html = _LINK.sub(_honest_link, html)
    return _IMAGE.sub(_as_link, html)


def _honest_link(link: re.Match[str]) -> str:
    return _link(_attribute(link, "href"), _IMAGE.sub(lambda image: _attribute(image, "alt"), link["inner"]))


def _as_link(image: re.Match[str]) -> str:
    return _link(_attribute(image, "src"), _attribute(image, "alt"))


def _link(address: str, inner: str) -> str:
    """A link that has a text, and names its real host when the text names another (SECURITY §4.30)."""
    if not address:
        return inner
    text = unescape(TAG.sub("", inner))
    host = addresses.other_host(text, unescape(address))
    return f'<a href="{address}">{inner if text.strip() else address}</a>' + (f" ({escape(host)})" if host else "")


# ---- staff --------------------------------------------------------------------------------------------------------------


def _fit_staff(html: str, id_prefix: str, home: str) -> str:
    html = _HEADING.sub(_Outline(), html)
    html = _without_elsewhere(html, home)
    html = _ALIGNED.sub(r'<t\g<cell>\g<attributes> class="align-\g<side>"', html)
    html = _FIGURE.sub(_figure, html)
    html = _IMAGE.sub(_described, html)
    html = _LINK.sub(_outward, html)
    return _NOTED.sub(lambda tag: _NOTE.sub(rf"\1{id_prefix}\2", tag[0]), html) if id_prefix else html


def _without_elsewhere(html: str, home: str) -> str:
    """A browser fetches no picture of another site for us, and none should learn who reads: it becomes a link that says where it lies."""
    if home:
        html = html.replace(f'src="{home}/', 'src="/')
    html = _LINK.sub(lambda link: _IMAGE.sub(_in_words, link[0]), html)
    return _IMAGE.sub(_as_link_elsewhere, html)


def _in_words(image: re.Match[str]) -> str:
    return (_attribute(image, "alt") or _attribute(image, "src")) if _lies_elsewhere(image) else image[0]


def _as_link_elsewhere(image: re.Match[str]) -> str:
    if not _lies_elsewhere(image):
        return image[0]
    return f'<a class="elsewhere" href="{_attribute(image, "src")}">{_in_words(image)}</a>'


def _lies_elsewhere(image: re.Match[str]) -> bool:
    return _attribute(image, "src").startswith("http")


class _Outline:
    """The page's title is the only h1: what a text begins with becomes h2, and no level is left out."""

    def __init__(self) -> None:
        self._above: list[int] = []
        self._open: list[int] = []

    def __call__(self, tag: re.Match[str]) -> str:
        if tag["end"]:
            return f"</h{self._open.pop() if self._open else 2}>"
        level = int(tag["level"])
        while self._above and self._above[-1] >= level:
            self._above.pop()
        self._above.append(level)
        self._open.append(min(6, 1 + len(self._above)))
        return f"<h{self._open[-1]}{tag['attributes']}>"


def _figure(picture: re.Match[str]) -> str:
    """A picture alone in its paragraph, with a title, is a figure and the title its caption."""
    title = _attribute(picture, "title")
    if not title:
        return picture[0]
    rest = picture["attributes"].replace(f' title="{title}"', "")
    return f"<figure>{picture['open'] or ''}<img{rest}>{picture['close'] or ''}<figcaption>{title}</figcaption></figure>"


def _described(image: re.Match[str]) -> str:
    if not _attribute(image, "src"):
        return _attribute(image, "alt")
    return image[0] if ' alt="' in image["attributes"] else f'<img{image["attributes"]} alt="">'


def _outward(link: re.Match[str]) -> str:
    address = _attribute(link, "href")
    if not address:
        return link["inner"]
    sponsored = "sponsored" in _attribute(link, "rel")
    attributes = _NOT_OURS.sub("", link["attributes"])
    if address.startswith("http"):
        attributes += ' rel="sponsored noopener"' if sponsored else ' rel="noopener"'
    return f"<a{attributes}>{link['inner']}</a>"


def _attribute(tag: re.Match[str], name: str) -> str:
    """The value as it is written: escaped."""
    found = re.search(rf' {name}="([^"]*)"', tag["attributes"])
    return found[1] if found else ""
