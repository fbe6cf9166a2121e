"""Which elements of a WordPress export we read, and what becomes of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import parse_qs, unquote, urlsplit

from fansite.lib.times import utc
from fansite.transfer.blog import Author, Comment, Item, Site, Term


def _wp(names: str) -> frozenset[str]:
    return frozenset(f"wp:{name}" for name in names.split())


# What each record may hold: records within it, and fields of text.
FIELDS: dict[str, frozenset[str]] = {
    "channel": _wp("wxr_version base_site_url base_blog_url") | {"title", "link", "description", "language"},
    "wp:author": _wp("author_id author_login author_email author_display_name"),
    "wp:category": _wp("category_nicename category_parent cat_name"),
    "wp:tag": _wp("tag_slug tag_name"),
    "wp:term": _wp("term_taxonomy term_slug term_parent term_name"),
    "item": _wp(
        "post_id post_type status post_name post_date post_date_gmt post_modified post_modified_gmt post_parent post_password "
        "menu_order is_sticky comment_status attachment_url"
    )
    | {"title", "link", "pubDate", "dc:creator", "guid", "content:encoded", "excerpt:encoded", "category"},
    "wp:postmeta": _wp("meta_key meta_value"),
    # Never the address of the machine it was written on: nobody here has a use for it.
    "wp:comment": _wp(
        "comment_id comment_author comment_author_email comment_author_url comment_date comment_date_gmt comment_content "
        "comment_approved comment_type comment_parent comment_user_id"
    ),
}
PARTS: dict[str, frozenset[str]] = dict.fromkeys(FIELDS, frozenset()) | {
    "channel": _wp("author category tag term") | {"item"},
    "item": _wp("comment postmeta"),
}
META = frozenset({"_thumbnail_id", "_wp_attached_file", "_wp_attachment_image_alt", "_wp_old_slug"})
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|del|em|font|i|img|ins|mark|q|s|small|span|strong|sub|sup|tt|u)\b[^<>]{0,500}>", re.I
)
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?")
_RSS_DATE = re.compile(r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|[A-Z]{1,4})")
_NUMBER = re.compile(r"-?\d{1,18}")


@dataclass(slots=True)
class Record:
    """An element that holds fields, as it was read."""

    name: str
    line: int
    depth: int
    fields: dict[str, str] = field(default_factory=dict)
    parts: list[Record] = field(default_factory=list)
    labels: list[tuple[dict[str, str], str]] = field(default_factory=list)
    weight: int = 0
    overfull: bool = False

    def short(self, name: str) -> str:
        return self.fields.get(name, "").strip()

    def plain(self, name: str) -> str:
        return plain(self.fields.get(name, ""))

    def number(self, name: str) -> int:
        text = self.short(name)
        return int(text) if _NUMBER.fullmatch(text) else 0


def site(record: Record) -> Site:
    return Site(
        title=record.plain("title"),
        link=record.short("link"),
        description=record.plain("description"),
        language=record.short("language")[:20],
        base_site_url=record.short("wp:base_site_url"),
        base_blog_url=record.short("wp:base_blog_url"),
    )


def author(record: Record) -> Author:
    login, name = record.short("wp:author_login"), record.plain("wp:author_display_name")
    return Author(
        login=login, email=_email(record.short("wp:author_email")), display_name=name or login, id=record.number("wp:author_id")
    )


def term(record: Record) -> Term | None:
    """Of a category, a tag or any other term; None where it has neither name nor slug."""
    if record.name == "wp:category":
        found = _term(
            "category", record.short("wp:category_nicename"), record.plain("wp:cat_name"), record.short("wp:category_parent")
        )
    elif record.name == "wp:tag":
        found = _term("post_tag", record.short("wp:tag_slug"), record.plain("wp:tag_name"))
    else:
        found = _term(
            record.short("wp:term_taxonomy"),
            record.short("wp:term_slug"),
            record.plain("wp:term_name"),
            record.short("wp:term_parent"),
        )
    return found if found.name else None


def item(record: Record) -> Item:
    meta = [(part.short("wp:meta_key"), part.short("wp:meta_value")) for part in record.parts if part.name == "wp:postmeta"]
    first = dict(reversed(meta))
    link, guid = record.short("link"), record.short("guid")
    return Item(
        line=record.line,
        post_id=record.number("wp:post_id") or _number_in(link) or _number_in(guid),
        guid=guid,
        post_type=record.short("wp:post_type") or "post",
        status=record.short("wp:status") or "draft",
        title=record.plain("title"),
        slug=unquote(record.short("wp:post_name"), errors="replace"),
        link=link,
        date=_date(record),
        modified=moment(record.short("wp:post_modified_gmt")) or moment(record.short("wp:post_modified")),
        author=record.short("dc:creator").strip(" <>"),
        content=record.fields.get("content:encoded", "").strip(),
        excerpt=record.fields.get("excerpt:encoded", "").strip(),
        parent=record.number("wp:post_parent"),
        menu_order=record.number("wp:menu_order"),
        password=record.short("wp:post_password"),
        sticky=record.short("wp:is_sticky") == "1",
        comment_status=record.short("wp:comment_status"),
        terms=_terms(record),
        attachment_url=record.short("wp:attachment_url"),
        attached_file=first.get("_wp_attached_file", ""),
        alt=plain(first.get("_wp_attachment_image_alt", "")),
        thumbnail_id=_thumbnail(first.get("_thumbnail_id", "")),
        old_slugs=tuple(
            dict.fromkeys(unquote(value, errors="replace") for key, value in meta if key == "_wp_old_slug" and value)
        ),
    )


def comment(record: Record) -> Comment:
    return Comment(
        id=record.number("wp:comment_id"),
        parent=record.number("wp:comment_parent"),
        author=record.plain("wp:comment_author"),
        email=_email(record.short("wp:comment_author_email")),
        url=_web_address(record.short("wp:comment_author_url")),
        date=moment(record.short("wp:comment_date_gmt")) or moment(record.short("wp:comment_date")),
        content=record.short("wp:comment_content"),
        approved=record.short("wp:comment_approved")[:20] or "0",
        type=record.short("wp:comment_type")[:20],
        user_id=record.number("wp:comment_user_id"),
    )


def is_wanted(meta: Record) -> bool:
    return meta.short("wp:meta_key") in META


def plain(html: str) -> str:
    """One line of text from a title or name, which WordPress keeps as HTML: “R&amp;amp;B <em>live</em>” → “R&B live”."""
    return " ".join(unescape(_INLINE_TAG.sub("", html)).split())


def moment(text: str) -> datetime | None:
    """`2010-05-01 12:00:00` as UTC; None for `0000-00-00 00:00:00`, which stands on drafts, and for what is no date."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    try:
        return datetime(*(int(part or 0) for part in match.groups()), tzinfo=UTC)  # type: ignore[misc, arg-type]
    except ValueError:
        return None


def _date(record: Record) -> datetime | None:
    """A draft has no time in UTC and a made-up `pubDate`; some tools write only `pubDate`, which is in UTC, or only local time."""
    return moment(record.short("wp:post_date_gmt")) or _published(record.short("pubDate")) or moment(record.short("wp:post_date"))


def _published(text: str) -> datetime | None:
    """Drafts carry the year -0001 or 1970, which a lenient parser takes for dates."""
    if not _RSS_DATE.fullmatch(text):
        return None
    try:
        published = utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError):
        return None
    return published if published.year > 1970 else None


def _terms(record: Record) -> tuple[Term, ...]:
    """WXR 1.0 names each term twice, first bare, then with its slug."""
    found = [
        _term(attributes.get("domain", ""), attributes.get("nicename", ""), plain(text)) for attributes, text in record.labels
    ]
    named = {term.name for term in found if term.slug}
    return tuple(dict.fromkeys(term for term in found if term.name and (term.slug or term.name not in named)))


def _term(taxonomy: str, slug: str, name: str, parent: str = "") -> Term:
    known = {"": "category", "tag": "post_tag"}.get(taxonomy, taxonomy)
    slug = unquote(slug, errors="replace")
    return Term(taxonomy=known[:60], slug=slug, name=name or slug, parent=unquote(parent, errors="replace"))


def _number_in(url: str) -> int:
    """The 19 of `http://example.org/?p=19`."""
    try:
        query = parse_qs(urlsplit(url).query, max_num_fields=20)
    except ValueError:
        return 0
    for name in ("p", "page_id", "attachment_id"):
        if (number := query.get(name, [""])[0]) and _NUMBER.fullmatch(number):
            return max(0, int(number))
    return 0


def _thumbnail(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) and int(text) > 0 else None


def _email(text: str) -> str:
    return text if "@" in text and len(text) <= 254 else ""


def _web_address(text: str) -> str:
    return text if text.lower().startswith(("http://", "https://")) and len(text) <= 500 else ""
