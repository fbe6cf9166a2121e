"""Foreign HTML as a small, well-formed tree: a short list of elements, players as links, nothing nested beyond measure."""

from __future__ import annotations

import re
from html import escape

import nh3
from bs4 import BeautifulSoup, Tag

# Deeper elements give up their tags and keep their text.
DEEPEST = 50
# These end by themselves when the next one begins: open ones do not mean depth.
_NOT_DEPTH = frozenset(
    """p li dt dd tr td th thead tbody tfoot option colgroup br hr img input meta link area base col embed param source track wbr""".split()
)
# Left open, these are opened again in each paragraph that follows.
_FORMATTING = frozenset("b big code em font i s small strike strong tt u".split())
_DEEPEST_FORMATTING = 8
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]*)")

_TAGS = frozenset(
    """a abbr acronym address article aside audio b big blockquote br caption center cite code dd del details dfn div dl dt em embed
    figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i iframe img ins kbd li main mark nav object ol p param pre q s samp section
    small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var video source""".split()
)
_ATTRIBUTES = {
    "*": {"class"},
    "a": {"href", "title"},
    "img": {"src", "alt", "data-src"},
    "iframe": {"src", "title"},
    "embed": {"src"},
    "object": {"data"},
    "param": {"name", "value"},
    "video": {"src"},
    "audio": {"src"},
    "source": {"src"},
    "abbr": {"title"},
    "acronym": {"title"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "time": {"datetime"},
}
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
    clean_content_tags={"script", "style", "template", "noscript", "noembed", "noframes", "title", "textarea", "select", "xmp", "svg", "math"},
)
_PLAYERS = (
    (re.compile(r"(?:https?:)?//(?:www\.)?youtube(?:-nocookie)?\.com/(?:embed|v)/([\w-]{6,20})"), "https://www.youtube.com/watch?v="),
    (re.compile(r"(?:https?:)?//player\.vimeo\.com/video/(\d+)"), "https://vimeo.com/"),
    (re.compile(r"(?:https?:)?//(?:www\.)?vimeo\.com/moogaloop\.swf\?[^\"]*?clip_id=(\d+)"), "https://vimeo.com/"),
    (re.compile(r"(?:https?:)?//(?:www\.)?dailymotion\.com/(?:embed/video|swf|swf/video)/(\w+)"), "https://www.dailymotion.com/video/"),
)


def tree_of(html: str) -> BeautifulSoup:
    soup = BeautifulSoup(f"<body>{_CLEANER.clean(_shallow(html))}</body>", "html.parser")
    for player in soup.find_all(["iframe", "embed", "object", "video", "audio"]):
        if not player.decomposed:
            _as_link(soup, player)
    return soup


def _shallow(html: str) -> str:
    """Without the tags of elements that stand too deep: parsers take quadratic time for depth, and Python's stack ends."""
    depth = {False: 0, True: 0}

    def kept(tag: re.Match[str]) -> str:
        name = tag["name"].lower()
        if name in _NOT_DEPTH:
            return tag[0]
        formatting = name in _FORMATTING
        deepest = _DEEPEST_FORMATTING if formatting else DEEPEST
        too_deep = depth[formatting] > deepest if tag["end"] else depth[formatting] >= deepest
        depth[formatting] = max(0, depth[formatting] - 1) if tag["end"] else depth[formatting] + 1
        return f"<{tag['end']}x-deep" if too_deep else tag[0]

    return _TAG.sub(kept, html)


def _as_link(soup: BeautifulSoup, player: Tag) -> None:
    """A film or a song of another site is a link to where it plays: nothing is loaded from there."""
    address = next((address for address in _addresses(player) if address), "")
    if not address:
        player.decompose()
        return
    page = page_of(address)
    link = soup.new_tag("a", href=page)
    link.string = str(player.get("title") or page)
    player.replace_with(link)


def _addresses(player: Tag) -> list[str]:
    inside = player.find_all(["embed", "source", "param", "iframe"])
    named = [str(p.get("value", "")) for p in inside if p.name == "param" and p.get("name") in ("movie", "src")]
    return [str(player.get("src", "")), *(str(p.get("src", "")) for p in inside), *named, str(player.get("data", ""))]


def page_of(player: str) -> str:
    """The page of a film, from the address of its player."""
    for pattern, page in _PLAYERS:
        found = pattern.match(player)
        if found:
            return page + found[1]
    return f"https:{player}" if player.startswith("//") else player
