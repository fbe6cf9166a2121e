"""A WordPress blog, checked before, comes in: its authors, then its texts in small batches with all that belongs to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from flask import current_app

from fansite.core import markup
from fansite.core.content import MAX_SUMMARY
from fansite.core.db import touch, transaction
from fansite.core.outbox import record
from fansite.core.wording import MAX_BODY
from fansite.lib import slugs
from fansite.lib.times import now
from fansite.lib.wordpress import to_markdown
from fansite.settings import Settings
from fansite.transfer import links, targets, wxr
from fansite.transfer.blog import Item
from fansite.transfer.operations import people
from fansite.transfer.operations.addresses import OldSite
from fansite.transfer.operations.pictures import Pictures
from fansite.transfer.operations.talk import Remark, Talk
from fansite.transfer.operations.texts import Text, Texts
from fansite.transfer.report import Report
from fansite.transfer.source import Progress

BATCH = 50
# Together with their comments: what is held in memory at once.
LETTERS_AT_ONCE = 1_000_000
# As HTML. The longest novel chapter is far below; a tree of more would not fit the memory an import may take.
MAX_HTML = 500_000
LABELS = ("category", "post_tag")
# What WordPress calls a text without a category.
NO_LABEL = ("uncategorized", "non-classe")
KINDS = {"post": "news", "page": "page"}


def import_wordpress(
    path: Path, census: wxr.Census, *, media_dir: Path | None = None, dry: bool = False, progress: Progress | None = None
) -> Report:
    """Writes what `wxr.check` found in the file. A second time adds nothing; one that was killed is completed by the next."""
    blog = _Blog(census, media_dir, dry)
    for batch in _batches(wxr.items(path, census, progress=progress)):
        blog.put(batch)
    if not dry:
        blog.complete()
    return blog.report


class _Blog:
    def __init__(self, census: wxr.Census, media_dir: Path | None, dry: bool) -> None:
        self._census = census
        self._dry = dry
        self.report = Report()
        self.report.begin(census.skipped, census.problems)
        site = census.site
        # Where a file does not say where it comes from, its title has to do.
        self._source = site.address or slugs.slugify(site.title)
        self._language = self._known_language()
        self._people = people.bring(census.authors, self._source, language=self._language, report=self.report, dry=dry)
        self._texts = Texts(self._source, self.report, dry=dry)
        self._pictures = Pictures(site, census.attachments, media_dir, self.report, dry=dry)
        self._talk = Talk(self._people, self._language, self.report, dry=dry)
        self._old = OldSite(site, self._source)

    def put(self, items: Sequence[Item]) -> None:
        pairs = [(item, text) for item in items if (text := self._text(item)) is not None]
        ids = self._texts.put([text for _item, text in pairs])
        brought = [(item, text, ids.get(text.origin)) for item, text in pairs]
        if not self._dry:
            self._old.keep({id: links.old_paths(item, self._census.site) for item, _text, id in brought if id is not None})
        self._talk.put(
            Remark(id, text.kind, text.origin, item.date or item.modified or now(), comment)
            for item, text, id in brought
            for comment in item.comments
        )

    def complete(self) -> None:
        self._old.link_again()
        with transaction():
            touch("site", "list:news", "list:page", "list:comments", "list:tag", "list:fans")
            # The whole index is made anew, once; also when only the end of a killed import was left to do.
            record("content.loaded", "site:1", by="import")

    def _text(self, item: Item) -> Text | None:
        body = self._markdown(item)
        if body is None:
            self.report.skipped["too large"] += 1
            self.report.problems.note(item.line, f"“{item.title[:80]}” is longer than this site can carry and was left out")
            return None
        kind = KINDS[item.post_type]
        title = " ".join(markup.tidy(item.title).split())
        cover, cover_id = self._pictures.cover(item)
        text = Text(
            line=item.line,
            origin=f"{self._source}:{item.key}",
            kind=kind,
            slug=slugs.slugify(item.slug, fallback="") or slugs.slugify(title, fallback=f"{kind}-{item.post_id}"),
            language=self._language,
            title=title,
            body=body,
            summary=_summary(item.excerpt),
            public=item.state != "draft",
            published_at=item.date,
            changed_at=item.modified,
            author_id=self._people.author(item.author),
            tags=tuple(term.name for term in item.terms if term.taxonomy in LABELS and term.slug not in NO_LABEL),
            comments_open=item.comments_open,
            more=(item.author, *([cover] if cover else [])),
            cover_id=cover_id,
        )
        text.linked, text.links_open = self._old.linked(body)
        return text

    def _markdown(self, item: Item) -> str | None:
        """The text with its pictures as they are here; None where it is too long."""
        if len(item.content) > MAX_HTML:
            return None
        if 'src="data:image' in item.content:
            self.report.problems.note(item.line, f"“{item.title[:80]}”: a picture within the text itself (data:) was left out")
        base = item.link or self._census.site.url or None
        body = targets.exchange(
            to_markdown(item.content, base, self._pictures.gallery(item)),
            picture=lambda url: self._pictures.find(url, line=item.line),
            link=lambda url: self._pictures.find_linked(url, line=item.line),
        )
        return body if len(body) <= MAX_BODY else None

    def _known_language(self) -> str:
        settings: Settings = current_app.extensions["fansite"].settings
        language = self._census.site.language_code
        if language in settings.languages:
            return language
        said = (
            f"its language, “{self._census.site.language}”, is none of this site's"
            if language
            else "it does not say its language"
        )
        self.report.problems.note(1, f"{said}: read as “{settings.language}”")
        return settings.language


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    """Posts and pages. Attachments were read with the census."""
    batch: list[Item] = []
    letters = 0
    for item in items:
        if item.post_type not in KINDS:
            continue
        batch.append(item)
        letters += len(item.content) + sum(len(comment.content) for comment in item.comments)
        if len(batch) == BATCH or letters > LETTERS_AT_ONCE:
            yield batch
            batch, letters = [], 0
    if batch:
        yield batch


def _summary(excerpt: str) -> str:
    return markup.summary_of(markup.plain(markup.clean_html(excerpt, "staff")), MAX_SUMMARY) if excerpt else ""
