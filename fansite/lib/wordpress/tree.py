"""Foreign HTML as a small, well-formed tree: a short list of elements, players as links, nothing nested beyond measure."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import nh3
from bs4 import BeautifulSoup, Tag

from fansite.lib.depth import shallow

_TAGS = frozenset(
    """a abbr acronym address article aside audio b big blockquote br caption center cite code dd del details dfn div dl dt em embed
    figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i iframe img ins kbd li main mark nav object ol p param pre q s samp section
    small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var video source""".split()
)
_ATTRIBUTES = {
    "pre": {"class"},
    "span": {"style"},
    "a": {"href", "title", "class"},
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
    clean_content_tags={
        "script",
        "style",
        "template",
        "noscript",
        "noembed",
        "noframes",
        "title",
        "textarea",
        "select",
        "xmp",
        "svg",
        "math",
    },
)
# The classic editor's buttons wrote what HTML has elements for as styles.
_SPOKEN_BY_STYLE = (
    (re.compile(r"text-decoration:[^;]*line-through"), "del"),
    (re.compile(r"text-decoration:[^;]*underline"), "u"),
    (re.compile(r"font-weight:\s*(?:bold|[6-9]00)"), "strong"),
    (re.compile(r"font-style:\s*italic"), "em"),
)
_PLAYERS = (
    (
        re.compile(r"(?:https?:)?//(?:www\.)?youtube(?:-nocookie)?\.com/(?:embed|v)/([\w-]{6,20})"),
        "https://www.youtube.com/watch?v=",
    ),
    (re.compile(r"(?:https?:)?//player\.vimeo\.com/video/(\d+)"), "https://vimeo.com/"),
    (re.compile(r"(?:https?:)?//(?:www\.)?vimeo\.com/moogaloop\.swf\?[^\"]*?clip_id=(\d+)"), "https://vimeo.com/"),
    (
        re.compile(r"(?:https?:)?//(?:www\.)?dailymotion\.com/(?:embed/video|swf|swf/video)/(\w+)"),
        "https://www.dailymotion.com/video/",
    ),
)


def tree_of(html: str, base_url: str | None) -> BeautifulSoup:
    soup = BeautifulSoup(f"<body>{_CLEANER.clean(shallow(html))}</body>", "html.parser")
    for player in soup.find_all(["iframe", "embed", "object", "video", "audio"]):
        if not player.decomposed:
            _as_link(soup, player)
    for verse in soup.find_all("pre", class_="wp-block-verse"):
        _as_lines(soup, verse)
    for span in soup.find_all("span", style=True):
        _as_spoken(soup, span)
    for button in soup.find_all("a", class_="wp-block-file__button"):
        button.insert_before(" ")  # else it stands right at the file's name
    for element in soup.find_all(["a", "img"]):
        _complete(element, base_url)
    return soup


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


def _as_lines(soup: BeautifulSoup, verse: Tag) -> None:
    """A poem is set like code in the block editor, and is none."""
    verse.name = "p"
    for text in verse.find_all(string=re.compile("\n")):
        first, *others = str(text).split("\n")
        text.replace_with(first, *(part for line in others for part in (soup.new_tag("br"), line)))


def _as_spoken(soup: BeautifulSoup, span: Tag) -> None:
    style = str(span["style"]).lower()
    for pattern, name in _SPOKEN_BY_STYLE:
        if pattern.search(style) and span.find_parent(name) is None:
            span.wrap(soup.new_tag(name))


def _complete(element: Tag, base_url: str | None) -> None:
    """With its whole address: what was relative to the old site would be broken on this one."""
    name = "href" if element.name == "a" else "src"
    address = str(element.get(name) or element.get("data-src") or "").strip()
    if address.startswith("//"):
        address = f"https:{address}"
    elif base_url and address and not address.startswith("#"):
        address = _joined(base_url, address)
    element[name] = address


def _joined(base_url: str, address: str) -> str:
    try:
        return urljoin(base_url, address)
    except ValueError:  # such as "http://[oops"
        return address


def page_of(player: str) -> str:
    """The page of a film, from the address of its player."""
    for pattern, page in _PLAYERS:
        found = pattern.match(player)
        if found:
            return page + found[1]
    return f"https:{player}" if player.startswith("//") else player
