"""A tree as the Markdown the site's staff write; what Markdown has no words for stays HTML."""

from __future__ import annotations

import re
from collections import Counter
from html import escape
from typing import Any

import nh3
from bs4 import Tag
from bs4.element import NavigableString
from markdownify import MarkdownConverter

_BLOCKS = frozenset(
    """address article aside blockquote body center dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main nav
    ol p pre section summary table tbody td tfoot th thead tr ul br""".split()
)
_TOO_MUCH_FOR_A_CELL = ["table", "ul", "ol", "dl", "pre", "blockquote", "hr", "figure", "h1", "h2", "h3", "h4", "h5", "h6"]
_ADDRESS = re.compile(r"(https?://[^\s<>\"]+)")
# Characters that mean something in the staff's dialect, anywhere and at the beginning of a line.
_SPECIAL = re.compile(r"[\\`*\[\]]|~~|(?<!\w)_|_(?!\w)")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_AT_LINE_START = re.compile(r"(\s*)(?:(#{1,6}(?=\s)|[-+](?=\s)|>|-{3,}\s*$)|(\d{1,9})(?=\.\s)|([:=|]))")
_UNSAFE_IN_TARGET = str.maketrans({" ": "%20", "<": "%3C", ">": "%3E", "`": "%60", "\\": "%5C", "[": "%5B", "]": "%5D", "\n": ""})
_UNSAFE_IN_TITLE = str.maketrans({'"': "&quot;", "`": "&#96;", "\\": "&#92;", "[": "&#91;", "]": "&#93;", "<": "&lt;", "\n": " "})

_AS_IT_IS = nh3.Cleaner(
    tags=set(
        """a abbr b blockquote br caption cite code dd del details div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd li mark
        ol p pre q s small span strong sub summary sup table tbody td tfoot th thead time tr u ul var""".split()
    ),
    attributes={
        "*": set(),
        "a": {"href"},
        "img": {"src", "alt"},
        "abbr": {"title"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan"},
    },
    link_rel=None,
    url_schemes={"http", "https", "mailto"},
)


# Its type stub leaves the methods out.
_Markdownify: Any = MarkdownConverter


class Converter(_Markdownify):  # type: ignore[misc]
    """markdownify, with our dialect, and linear where it was not."""

    def __init__(self) -> None:
        super().__init__(heading_style="atx", bullets="-", wrap=True, wrap_width=None)
        self._numbers: Counter[int] = Counter()
        self._at_line_start = False

    def process_tag(self, node: Tag, parent_tags: set[str] | None = None) -> str:
        if node.name == "details" or (node.name == "table" and not _has_plain_cells(node)):
            return _as_it_is(node)
        return str(super().process_tag(node, parent_tags=parent_tags))

    # ---- text -------------------------------------------------------------------------------------------------------

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        before = el.previous_sibling
        around = el.parent if before is None else before
        self._at_line_start = isinstance(around, Tag) and around.name in _BLOCKS
        text: str = super().process_text(el, parent_tags=parent_tags)
        return text.lstrip(" ") if self._at_line_start and "_noformat" not in (parent_tags or ()) else text

    def escape(self, text: str, parent_tags: set[str]) -> str:
        parts = _ADDRESS.split(text)
        parts[::2] = [_ENTITY.sub("&amp;", _SPECIAL.sub(r"\\\g<0>", part)).replace("<", "&lt;") for part in parts[::2]]
        text = "".join(parts)
        return _AT_LINE_START.sub(_plain_start, text, count=1) if self._at_line_start and _AT_LINE_START.match(text) else text

    # ---- inline -----------------------------------------------------------------------------------------------------

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_noformat" in parent_tags:
            return text
        prefix, suffix, text = _parted(text)
        address = str(el.get("href") or "")
        if not text or not address:
            return f"{prefix}{text}{suffix}"
        if el.get_text().strip() == address and re.fullmatch(r"https?://[^\s<>]+", address):
            return f"{prefix}<{address}>{suffix}"
        return f"{prefix}[{_one_line(text)}]({_target(address)}){suffix}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _image(el)

    def convert_b(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _emphasis("**", text, parent_tags, {"b", "strong"})

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _emphasis("*", text, parent_tags, {"em", "i", "dfn"})

    def convert_del(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _emphasis("~~", text, parent_tags, {"del", "s", "strike"})

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Code of several lines is a block, whatever it stands in; a table's cell has one line."""
        if el.find("br") is None or parent_tags & {"pre", "td", "th"}:
            return str(super().convert_code(el, text, parent_tags))
        for line_end in el.find_all("br"):
            line_end.replace_with("\n")
        return _fenced(re.sub(r"\n{2,}", "\n", el.get_text()))

    convert_strong = convert_b
    convert_i = convert_dfn = convert_em
    convert_s = convert_strike = convert_del
    convert_tt = convert_code

    def _convert_kept(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Markdown has no sign for these; HTML inside a line is fine."""
        if "_noformat" in parent_tags or not text.strip() or "\n\n" in text:
            return text
        name = "abbr" if el.name == "acronym" else el.name
        title = f' title="{escape(str(el["title"]))}"' if name == "abbr" and el.get("title") else ""
        return f"<{name}{title}>{text}</{name}>"

    convert_abbr = convert_acronym = convert_cite = convert_ins = convert_kbd = convert_mark = convert_q = _convert_kept
    convert_small = convert_sub = convert_sup = convert_u = convert_var = _convert_kept

    # ---- blocks -----------------------------------------------------------------------------------------------------

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return str(super().convert_p(el, text, parent_tags)) if text.strip() else ""

    convert_address = convert_aside = convert_body = convert_center = convert_main = _Markdownify.convert_div
    convert_header = convert_footer = convert_nav = _Markdownify.convert_div

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:
        return str(super().convert_hN(n, el, text, parent_tags)) if text.strip() else ""

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip()
        if not text:
            return ""
        sign = "-"
        if el.parent is not None and el.parent.name == "ol":
            start = str(el.parent.get("start") or "")
            self._numbers[id(el.parent)] += 1
            sign = f"{self._numbers[id(el.parent)] + (int(start) - 1 if re.fullmatch(r'[0-9]{1,6}', start) else 0)}."
        return f"{sign} {_indented(text, ' ' * (len(sign) + 1))}\n"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if el.find("a"):
            return _as_it_is(el)
        for line_end in el.find_all("br"):
            line_end.replace_with("\n")
        return _fenced(el.get_text())

    def convert_figure(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        pictures = el.find_all("img")
        caption = el.find("figcaption")
        if len(pictures) != 1 or caption is None or not caption.get_text().strip() or pictures[0].find_parent("figcaption"):
            return f"\n\n{text.strip()}\n\n"
        if caption.find("a"):
            return _as_it_is(el)
        picture = _image(pictures[0], caption.get_text())
        link = pictures[0].find_parent("a")
        return f"\n\n[{picture}]({_target(str(link['href']))})\n\n" if link and link.get("href") else f"\n\n{picture}\n\n"

    # ---- tables -----------------------------------------------------------------------------------------------------

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        caption = [line for line in text.split("\n") if line.strip() and not line.startswith("|")]
        rows = [line for line in text.split("\n") if line.startswith("|")]
        columns = len(el.find_all("tr", limit=1)[0].find_all("th"))
        rows.insert(1, "|" + " --- |" * columns)
        return "\n\n" + "\n".join(rows) + "\n\n" + "\n".join(caption) + "\n\n"

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"|{text}\n"

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f" {_one_line(text.strip()).replace('|', chr(92) + '|')} |"

    convert_th = convert_td


def _has_plain_cells(table: Tag) -> bool:
    """Markdown's tables have a head, one line to a row and no spans."""
    rows = table.find_all("tr", limit=2)
    head = rows[0].find_all(["td", "th"]) if len(rows) == 2 else []
    headed = len(head) > 1 and all(cell.name == "th" for cell in head)
    return headed and not table.find(_TOO_MUCH_FOR_A_CELL) and not table.find(_is_spanning)


def _is_spanning(cell: Tag) -> bool:
    return cell.has_attr("colspan") or cell.has_attr("rowspan")


def _plain_start(start: re.Match[str]) -> str:
    space, sign, number, other = start.groups()
    if number:
        # The dot that follows is what makes it a list.
        return f"{space}{number}\\"
    return f"{space}\\{sign}" if sign else f"{space}&#{ord(other)};"


def _emphasis(sign: str, text: str, parent_tags: set[str], same: set[str]) -> str:
    """Not around paragraphs, and not twice."""
    if "_noformat" in parent_tags or parent_tags & same or "\n\n" in text:
        return text
    prefix, suffix, text = _parted(text)
    return f"{prefix}{sign}{text}{sign}{suffix}" if text else prefix or suffix


def _fenced(code: str) -> str:
    code = code.strip("\n")
    if not code.strip():
        return ""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return f"\n\n{fence}\n{code}\n{fence}\n\n"


def _parted(text: str) -> tuple[str, str, str]:
    """Space before, space after, and the text: signs must touch the words they are for."""
    return (" " if text[:1] == " " else "", " " if text[-1:] == " " else "", text.strip())


def _image(el: Tag, caption: str = "") -> str:
    address = str(el.get("src") or "")
    alt = re.sub(r"([\\`\[\]])", r"\\\1", _one_line(str(el.get("alt") or "")))
    title = f' "{_one_line(caption).translate(_UNSAFE_IN_TITLE)}"' if caption.strip() else ""
    return f"![{alt}]({_target(address)}{title})" if address else alt


def _target(address: str) -> str:
    address = _ENTITY.sub("&amp;", address.translate(_UNSAFE_IN_TARGET))
    return f"<{address}>" if re.search(r"[()\"']", address) else address


def _one_line(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text).strip()


def _indented(text: str, indent: str) -> str:
    return re.sub(r"\n(?=[^\n])", f"\n{indent}", text)


def _as_it_is(el: Tag) -> str:
    html = _AS_IT_IS.clean(str(el))
    return f"\n\n{html if '<pre' in html else _one_line(html)}\n\n"
