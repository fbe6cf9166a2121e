"""Whom a text names by "@", and who of them hears of it: a comment, or an entry that began with a fan's own words.

The caller hands in the text's row, inside its transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts.models import Account, FormerName
from fansite.bonds.queries import deaf_to, ties_of
from fansite.comments.models import NOBODY, Comment, Known, Mention, Rendered, rendered
from fansite.core.content import Entry, contents
from fansite.core.db import db
from fansite.core.errors import Refused
from fansite.core.markup.names import NAME
from fansite.core.outbox import record
from fansite.core.web import path_for
from fansite.core.web.paths import settings
from fansite.lib.times import now

# Nobody talks to more people at once; who is new here talks to one or two.
MOST, MOST_OF_NEW = 10, 2
# Names that are looked up in one text; whatever follows stays as it was typed.
LOOKED_UP = 100


def known_in(body: str) -> Known:
    """Who of those that a text may name is here, by their names of today and of before. A text without an "@" asks nothing."""
    wanted = list(dict.fromkeys(found[1].lower() for found in NAME.finditer(body)))[:LOOKED_UP] if "@" in body else []
    if not wanted:
        return NOBODY
    # In the site's own language: who reads a page in another is led on by the page.
    language = settings().language
    return {
        name: (id, path_for("fans.show", language, username=key))
        for name, id, key in db.session.execute(_KNOWN, {"names": wanted})
    }


def read(body: str, *, by: Any) -> Rendered:
    """A text as it will be stored, with whom it names. Who names half the room shouts; and nobody calls who wants to hear nothing of them."""
    text = rendered(body, standing=by.stands, known=known_in(body))
    _require_few(text.named, by)
    if text.named and text.named & ties_of(by).blocked_by:
        raise Refused(_l("Somebody you name here cannot be called. Write their name without the @."), field="body")
    return text


def require_few_in_all(subject: Any, text: Rendered, by: Any) -> None:
    """Of a text that is worded anew, with those who were called by it before: one after the other is no less of a shout."""
    called = sa.select(Mention.account_id).where(_column_of(subject) == subject.id, Mention.told_at.is_not(None))
    if text.named:
        _require_few(text.named | set(db.session.scalars(called)), by)


def _require_few(named: Collection[int], by: Any) -> None:
    most = MOST if by.stands else MOST_OF_NEW
    if len(named) > most:
        raise Refused(
            _l("At most %(most)d people can be named in one text. Leave out the @ of the others.", most=most), field="body"
        )


def as_author_stands(text: Rendered, standing: bool) -> Rendered:
    """The same, if a moderator decided about its author meanwhile."""
    return text if text.standing == standing else rendered(text.body, standing=standing, known=known_in(text.body))


def note(subject: Any, text: Rendered) -> None:
    """Keeps whom it names now. Who was told once stays noted: taken out and put in again, a name calls nobody twice."""
    column = _column_of(subject)
    kept = set(db.session.scalars(sa.select(Mention.account_id).where(column == subject.id)))
    if gone := kept - text.named:
        untold = (column == subject.id, Mention.account_id.in_(gone), Mention.told_at.is_(None))
        db.session.execute(sa.delete(Mention).where(*untold))
    if come := sorted(text.named - kept):
        db.session.execute(sa.insert(Mention), [{column.key: subject.id, "account_id": account} for account in come])


def tell(subject: Any) -> None:
    """Once everybody can read it, whoever is named in it and was not told yet; not its author, and none who are deaf to them."""
    untold = (_column_of(subject) == subject.id, Mention.told_at.is_(None))
    named = set(db.session.scalars(sa.select(Mention.account_id).where(*untold)))
    if not subject.visible or not named:
        return
    db.session.execute(sa.update(Mention).where(*untold).values(told_at=now()))
    deaf = deaf_to(subject.author_id, named) if subject.author_id is not None else set()
    if to := sorted(named - deaf - {subject.author_id}):
        record("mention.made", subject, to=to)


def lead_anew(account_id: int) -> None:
    """Somebody came or went: what names them is rendered again by the worker, and leads to them or to nobody."""
    comments, entries = (_naming(account_id, column) for column in (Mention.comment_id, Mention.entry_id))
    db.session.execute(sa.update(Comment).where(Comment.id.in_(comments)).values(renderer=0))
    for kind in db.session.scalars(sa.select(Entry.kind).where(Entry.id.in_(entries)).distinct()).all():
        texts = contents()[kind].model.__table__
        db.session.execute(sa.update(texts).where(texts.c.id.in_(entries)).values(renderer=0))


def _naming(account_id: int, column: Any) -> sa.Select[Any]:
    return sa.select(column).where(Mention.account_id == account_id, column.is_not(None))


def _column_of(subject: Any) -> Any:
    return {"comment": Mention.comment_id, "entry": Mention.entry_id}[subject.subject_kind]


# Put together once. A name somebody had before is theirs for good.
_ACCOUNT, _FORMER = Account.__table__.c, FormerName.__table__.c
_NAMES: sa.BindParameter[Any] = sa.bindparam("names", expanding=True)
_HERE = (_ACCOUNT.disabled_at.is_(None), _ACCOUNT.erased_at.is_(None))
_KNOWN = sa.union_all(
    sa.select(_ACCOUNT.username_key, _ACCOUNT.id, _ACCOUNT.username_key.label("key")).where(
        _ACCOUNT.username_key.in_(_NAMES), *_HERE
    ),
    sa.select(_FORMER.username_key, _ACCOUNT.id, _ACCOUNT.username_key)
    .join_from(FormerName.__table__, Account.__table__, _ACCOUNT.id == _FORMER.account_id)
    .where(_FORMER.username_key.in_(_NAMES), *_HERE),
)
