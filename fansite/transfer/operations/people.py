"""The authors of a blog as accounts: editors without a password, who come in by "forgot password"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

import sqlalchemy as sa
from anyascii import anyascii

from fansite.accounts import emails, names, queries
from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.core.command import in_batches
from fansite.core.db import db, touch, transaction
from fansite.core.errors import Refused
from fansite.transfer.blog import Author, Comment
from fansite.transfer.report import Report

BATCH = 50
MAX_ORIGIN = 300
UNNAMED = "author"


@dataclass
class People:
    """Who wrote: their accounts by login, number and e-mail address of the old site."""

    by_login: dict[str, int] = field(default_factory=dict)
    by_number: dict[int, int] = field(default_factory=dict)
    by_email: dict[str, int] = field(default_factory=dict)

    def author(self, login: str) -> int | None:
        return self.by_login.get(login.casefold())

    def commenter(self, comment: Comment) -> int | None:
        """Only who was signed in there: an address typed into a comment form proves nothing."""
        if not comment.user_id:
            return None
        return self.by_number.get(comment.user_id) or (self.by_email.get(emails.key(comment.email)) if comment.email else None)

    def add(self, author: Author, account_id: int) -> None:
        self.by_login[author.login.casefold()] = account_id
        if author.id:
            self.by_number.setdefault(author.id, account_id)
        if author.email:
            self.by_email.setdefault(emails.key(author.email), account_id)


def bring(authors: Iterable[Author], source: str, *, language: str, report: Report, dry: bool) -> People:
    """Makes the accounts that are not here. One with the same address is used as it is, and never gets another role."""
    people, free_names = People(), _FreeNames()
    for batch in in_batches(authors, BATCH):
        if dry:
            for author in batch:
                _foresee(author, source, people, report)
        else:
            with transaction():
                for author in batch:
                    people.add(author, _account(author, source, language, free_names, report))
                touch("list:fans")
    return people


def _foresee(author: Author, source: str, people: People, report: Report) -> None:
    """Counted as if it were made. Two logins with one address are one person."""
    known = _known(author, source)
    same = people.by_email.get(emails.key(author.email)) if _email(author) else None
    people.add(author, known.id if known is not None else same or 0)
    (report.created if known is None and same is None else report.skipped)["account"] += 1


def _account(author: Author, source: str, language: str, free_names: _FreeNames, report: Report) -> int:
    known = _known(author, source)
    if known is not None:
        report.skipped["account"] += 1
        known.origin = known.origin or _origin(author, source)
        return known.id
    made = accounts.create(
        email=_email(author), username=free_names.take(author), password=None, role="editor", language=language
    )
    made.origin = _origin(author, source)
    report.created["account"] += 1
    return made.id


def _known(author: Author, source: str) -> Account | None:
    by_origin = db.session.scalar(sa.select(Account).where(Account.origin == _origin(author, source)))
    email = _email(author)
    return by_origin or (queries.by_email(email) if email else None)


def _origin(author: Author, source: str) -> str:
    origin = f"wordpress:{source}:{author.login}"
    return origin if len(origin) <= MAX_ORIGIN else f"wordpress:{source}:{sha256(author.login.encode()).hexdigest()[:40]}"


def _email(author: Author) -> str | None:
    try:
        return emails.normal(author.email) if author.email else None
    except Refused:
        return None


class _FreeNames:
    """Usernames made of what people were called there: of plain letters, nobody else's, and none that claims to be the site."""

    def __init__(self) -> None:
        # Many who want one name are numbered on, not each from the beginning.
        self._numbers: Counter[str] = Counter()

    def take(self, author: Author) -> str:
        wanted = [name for text in (author.login, author.display_name) if (name := _plain(text))]
        for name in wanted:
            if self._numbers[name] == 0 and _is_free(name):
                return name
        first = wanted[0] if wanted else UNNAMED
        self._numbers[first] = max(1, self._numbers[first])
        while True:
            self._numbers[first] += 1
            tail = f"-{self._numbers[first]}"
            name = first[: names.MAX_LENGTH - len(tail)].rstrip("._-") + tail
            if _is_free(name):
                return name


def _plain(text: str) -> str:
    """Of an e-mail address, which many use as login, only what stands before the @."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", anyascii(text[:200].partition("@")[0])).strip("-._")[: names.MAX_LENGTH].strip("-._")
    return name.replace(".", "-") if names.reads_as_address(name) else name


def _is_free(name: str) -> bool:
    try:
        names.require_shape(name)
        names.require_unreserved(name, "")  # the band's own name may be one of its members'
    except Refused:
        return False
    return not queries.is_taken(name)
