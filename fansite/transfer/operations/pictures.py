"""Pictures of the old site: found in a folder on this machine and kept, or told to be missing. Nothing is ever fetched."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from fansite.core.errors import Refused
from fansite.core.web import path_for
from fansite.lib.wordpress import Gallery
from fansite.lib.wordpress import Picture as Shown
from fansite.media.encoding import MAX_BYTES, encode
from fansite.media.operations import keep_picture, path_of_origin, picture_of
from fansite.media.queries import named
from fansite.transfer import links
from fansite.transfer.blog import Attachment, Item, Site, path_of
from fansite.transfer.report import Report

# Addresses remembered with what became of them; a file that holds more is asked again.
REMEMBERED = 50_000


class Pictures:
    def __init__(self, site: Site, attachments: dict[int, Attachment], folder: Path | None, report: Report, *, dry: bool) -> None:
        self._site = site
        self._attachments = attachments
        self._folder = folder
        self._report = report
        self._dry = dry
        self._known: dict[str, str | None] = {}
        self._told: set[int] = set()
        self._foreseen: set[bytes] = set()
        self._children: dict[int, list[int]] = {}
        # What the old library said of each, of whatever size a text shows it.
        self._words = {path_of_origin(path_of(one.url)): one.alt for one in attachments.values() if one.alt}
        for number, attachment in attachments.items():
            if links.is_picture(attachment.url):
                self._children.setdefault(attachment.parent, []).append(number)

    def find(self, url: str, *, line: int) -> str | None:
        """The address it has here now; None, told once, when it is in no folder."""
        if url not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[url] = self._kept(url, line)
        if self._known[url] is None:
            self._tell_once(line, f"picture missing, left as a link: {url}")
        return self._known[url]

    def find_linked(self, url: str, *, line: int) -> str | None:
        """The larger one behind a small one. Songs and documents are told, since they go when the old site does; other links are none of ours."""
        if not links.local_names(url, self._site):
            return None
        if links.is_picture(url):
            return self.find(url, line=line)
        self._tell_once(line, f"file of the old site, still linked there: {url}")
        return None

    def _tell_once(self, line: int, remark: str) -> None:
        if hash(remark) not in self._told:
            self._told.add(hash(remark))
            self._report.problems.note(line, remark)

    def gallery(self, item: Item) -> Gallery:
        """The pictures of a `[gallery]` in this text: those it names, or all that were uploaded for it."""

        def shown(numbers: tuple[int, ...]) -> Iterator[Shown]:
            found = [self._attachments[n] for n in numbers or self._children.get(item.post_id, ()) if n in self._attachments]
            if not found:
                self._report.problems.note(item.line, f"“{item.title[:80]}”: the pictures of a gallery are not in the file")
            for attachment in found:
                yield Shown(attachment.url, attachment.alt, attachment.caption)

        return shown

    def cover(self, item: Item) -> tuple[str, int | None]:
        """Address and number of the picture set above a text; empty when there is none, without a number in a dry run."""
        attachment = self._attachments.get(item.thumbnail_id or 0)
        address = self.find(attachment.url, line=item.line) if attachment else None
        name = (address or "").rpartition("/")[2]
        found = named([name]) if name else {}
        return address or "", found[name].id if name in found else None

    def _kept(self, url: str, line: int) -> str | None:
        path = links.find_local(links.local_names(url, self._site), self._folder) if self._folder else None
        if path is None:
            return None
        try:
            if path.stat().st_size > MAX_BYTES:
                raise Refused(f"larger than {MAX_BYTES // 1024**2} MB")
            return self._address(path.read_bytes(), url)
        except (Refused, OSError) as problem:
            self._report.problems.note(line, f"picture {path.name} cannot be taken: {problem}")
            return None

    def _address(self, data: bytes, url: str) -> str:
        known = picture_of(data)
        if known is None and self._dry:
            return self._foresee(data)
        if known is None:
            known = keep_picture(data, self._words.get(path_of_origin(path_of(url)), ""), url)
            self._report.created["picture"] += 1
        return path_for("media.show", name=known.name)

    def _foresee(self, data: bytes) -> str:
        """Counted once, or refused, as if it were kept."""
        digest = sha256(data).digest()
        if digest not in self._foreseen:
            encode(data)
            self._foreseen.add(digest)
            self._report.created["picture"] += 1
        return path_for("media.show", name="new")
