"""WordPress's own shortcodes as plain HTML; those of plug-ins leave nothing behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from html import escape, unescape
from typing import NamedTuple


class Picture(NamedTuple):
    address: str
    alt: str = ""
    caption: str = ""


# The pictures of a `[gallery]`: those with these numbers or, without any, all that belong to the post.
Gallery = Callable[[tuple[int, ...]], Iterable[Picture]]

_CODES = ("code", "sourcecode", "source", "php", "html", "css")
_PLAYERS = {
    "youtube": "https://www.youtube.com/watch?v=",
    "dailymotion": "https://www.dailymotion.com/video/",
    "vimeo": "https://vimeo.com/",
}
_MEDIA = frozenset(("audio", "video", "playlist"))

_PICTURE = re.compile(r"\s*(?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?", re.IGNORECASE)
_ESCAPED = re.compile(r"\[(\[[\w-]+[^\]\[]*\])\]")
_ANY = re.compile(r"\[(?P<end>/?)(?P<name>[a-zA-Z][\w-]{1,40})(?P<attributes>(?:[ =:][^\]\[]*)?)\]")
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))|"([^"]*)"|([^\s"]+)""")
# `[dewplayer:https://…/song.mp3]`: what it played is worth more than the player.
_ADDRESS = re.compile(r":(https?://[^\s\]]+)")
_OF_A_PLUGIN = re.compile(r"""\s[\w-]+=["'\w]""")


def expanded(html: str, gallery: Gallery | None) -> str:
    for name in _CODES:
        html = _pairs(html, name, lambda _attributes, inner: _code(inner))
    html = _pairs(html, "embed", lambda _attributes, inner: f"\n\n{inner.strip()}\n\n")
    for name in ("caption", "wp_caption"):
        html = _pairs(html, name, _figure)
    html = _ESCAPED.sub(lambda found: _literal(found[1]), html)
    plugins = frozenset(found["name"].lower() for found in _ANY.finditer(html) if _OF_A_PLUGIN.search(found["attributes"]))
    return _ANY.sub(partial(_single, gallery=gallery, plugins=plugins), html)


def _pairs(html: str, name: str, change: Callable[[str, str], str]) -> str:
    """`[name …]inner[/name]` changed. Stops at the first that is never closed, so that the time stays linear."""
    opening, closing = re.compile(rf"\[{name}((?:\s[^\]\[]*)?)\]"), f"[/{name}]"
    result: list[str] = []
    at = 0
    while found := opening.search(html, at):
        end = html.find(closing, found.end())
        if end < 0:
            break
        result += [html[at : found.start()], change(found[1], html[found.end() : end])]
        at = end + len(closing)
    return "".join([*result, html[at:]])


def _single(code: re.Match[str], gallery: Gallery | None, plugins: frozenset[str]) -> str:
    name, attributes = code["name"].lower(), code["attributes"]
    if name == "gallery":
        return _gallery(_values(attributes), gallery)
    if name in _PLAYERS:
        return _player(name, _values(attributes))
    if name in _MEDIA:
        addresses = [value for value in _values(attributes).values() if re.match(r"https?://|/", value)]
        return f"\n\n{escape(addresses[0])}\n\n" if addresses and not code["end"] else ""
    if played := _ADDRESS.fullmatch(attributes):
        return escape(unescape(played[1]))
    # A word in brackets is somebody's text; with attributes it was a plug-in's.
    return "" if _OF_A_PLUGIN.search(attributes) or (code["end"] and name in plugins) else code[0]


def _values(attributes: str) -> dict[str, str]:
    """Named values by name, others by their place: `[youtube abc]`, `[youtube=https://…]`."""
    found: dict[str, str] = {}
    for place, value in enumerate(_ATTRIBUTE.finditer(attributes.lstrip(" ="))):
        found[value[1] or str(place)] = unescape(next(part for part in value.groups()[1:] if part is not None))
    return found


def _gallery(values: dict[str, str], gallery: Gallery | None) -> str:
    numbers = tuple(int(number) for number in re.findall(r"\d{1,12}", values.get("ids") or values.get("include") or ""))
    pictures = gallery(numbers) if gallery else ()
    return (
        "\n\n"
        + "".join(_framed(f'<img src="{escape(p.address)}" alt="{escape(p.alt)}">', escape(p.caption)) for p in pictures)
        + "\n\n"
    )


def _player(name: str, values: dict[str, str]) -> str:
    value = values.get("id") or values.get("0") or ""
    address = value if value.startswith("http") else _PLAYERS[name] + value
    return f"\n\n{escape(address)}\n\n" if value else ""


def _figure(attributes: str, inner: str) -> str:
    picture = _PICTURE.match(inner)
    text = inner[picture.end() :].strip() if picture else ""
    text = text or escape(_values(attributes).get("caption", ""))
    return "\n\n" + _framed(picture[0].strip() if picture else inner, text) + "\n\n"


def _framed(picture: str, caption: str) -> str:
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>\n" if caption else f"<figure>{picture}</figure>\n"


def _code(text: str) -> str:
    return f"<pre><code>{_literal(escape(unescape(text.strip()), quote=False))}</code></pre>"


def _literal(text: str) -> str:
    return text.replace("[", "&#91;")
