"""Finding comments: a page of threads is one query, not one per reply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from fansite.accounts.models import Account
from fansite.bonds.queries import ties_of
from fansite.comments.models import COMMENTS_A_PAGE, COMMENTS_A_THREAD_PAGE, THREADS_A_PAGE, Comment, Place, Revision
from fansite.core.content import Entry, contents, hidden_with_words, listed
from fansite.core.db import db
from fansite.core.kept import kept

# To count a hundred comments takes a hundredth of a millisecond.
SAID_MUCH = 500
# Names that are offered, and how far back somebody spoke lately.
NAMES, SPOKE_LATELY = 8, 200


def last_page(entry: Entry | Place) -> int:
    return max(1, -(-entry.threads_count // THREADS_A_PAGE))


def page_of_threads(entry: Entry, page: int, person: Any) -> tuple[list[Said], dict[int, int]]:
    """The published comments of a page in reading order, with what this person has waiting there; and how many replies of
    which thread did not fit: `{root id: replies left out}`."""
    first = (page - 1) * THREADS_A_PAGE + 1
    facts = {"entry": entry.id, "first": first, "last": first + THREADS_A_PAGE - 1}
    shares: dict[int, tuple[int, int]] = _shares(facts) if entry.comments_count > COMMENTS_A_PAGE else {}
    if person is not None:
        facts["person"] = person.id
    if shares:
        facts["most"] = max(shown for _there, shown in shares.values())
    rows = _read(_page(bool(shares), person is not None, page == last_page(entry)), facts)
    rows.sort(key=lambda said: (said.thread is None, said.thread or 0, said.path))
    return rows, {root: there - shown for root, (there, shown) in shares.items() if there > shown}


@cache
def _page(shared: bool, signed_in: bool, last: bool) -> Any:
    """Put together once for each: that takes longer than the answer."""
    # Told of the status once more, SQLite would rather read all published comments than those of the share.
    wanted = [_said(_ROW.id.in_(_in_their_share())) if shared else _said(_PUBLISHED, _OF_PAGE)]
    if signed_in:
        wanted.append(_said(_OF_PAGE, _MINE))
        if last:
            wanted.append(_said(_OF_ENTRY, _ROW.thread.is_(None), _MINE))
    return sa.union_all(*wanted)


def last_page_of_thread(root: Comment) -> int:
    return page_of_rank(root.replies_count + int(root.visible) - 1)


def page_of_rank(rank: int) -> int:
    """The page of the thread where the published comment with so many before it stands."""
    return 1 + max(0, rank) // COMMENTS_A_THREAD_PAGE


def page_of_one_thread(root: Comment, page: int, person: Any) -> list[Said]:
    """A long thread by itself. What somebody has waiting stands among its neighbours and moves nobody to another page."""
    first = (page - 1) * COMMENTS_A_THREAD_PAGE
    facts = {"entry": root.entry_id, "thread": root.thread}
    rows = _read(_PAGE_OF_THREAD, {**facts, "most": COMMENTS_A_THREAD_PAGE + 1, "before": first})
    following, rows = rows[COMMENTS_A_THREAD_PAGE:], rows[:COMMENTS_A_THREAD_PAGE]
    if person is None:
        return rows
    mine = _read(_MINE_IN_THREAD, {**facts, "person": person.id})
    begins, ends = rows[0].path if page > 1 and rows else "", following[0].path if following else None
    return sorted(
        [*rows, *(said for said in mine if begins < said.path and (ends is None or said.path < ends))], key=lambda said: said.path
    )


def on_path(rows: Sequence[Said]) -> set[int]:
    """These comments and all they hang on."""
    return {int(part) for part in set("/".join([said.path for said in rows]).split("/")) if part}


def missing(rows: Sequence[Said], on_path: set[int]) -> list[Said]:
    """Those above the shown ones that are not among them: hidden, or on a page before."""
    above = on_path.union(said.parent_id for said in rows if said.parent_id)
    absent = sorted(above.difference([said.id for said in rows]))
    return _read(_BY_IDS, {"ids": absent}) if absent else []


def rank_in_thread(comment: Comment) -> int:
    """How many published comments stand before this one in its thread."""
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                Comment.entry_id == comment.entry_id,
                Comment.thread == comment.thread,
                Comment.status == "published",
                Comment.path < comment.path,
            )
        )
        or 0
    )


def share_of_thread(comment: Comment, entry: Entry | Place) -> int | None:
    """How many comments of its thread the entry's page shows; None when all."""
    if entry.comments_count <= COMMENTS_A_PAGE:
        return None
    first = (comment.page_of_thread() - 1) * THREADS_A_PAGE + 1
    shares = _shares({"entry": entry.id, "first": first, "last": first + THREADS_A_PAGE - 1})
    return shares[comment.root_id][1] if comment.root_id in shares else None


def with_context(comment_id: int) -> Comment | None:
    return db.session.execute(_with_context(), {"id": comment_id}).scalar_one_or_none()  # type: ignore[no-any-return]


@cache
def _with_context() -> Any:
    of_both = joinedload(Comment.entry), joinedload(Comment.author)
    return sa.select(Comment).options(*of_both).where(Comment.id == sa.bindparam("id"))


def many_with_context(ids: Sequence[int]) -> list[Comment]:
    """With author, entry, parent and parent's author, in one query."""
    statement = (
        sa.select(Comment)
        .options(
            joinedload(Comment.entry),
            joinedload(Comment.author),
            joinedload(Comment.parent).joinedload(Comment.author),
        )
        .where(Comment.id.in_(ids))
    )
    return list(db.session.scalars(statement).unique())


def earlier_wordings(ids: Sequence[int]) -> dict[int, list[Revision]]:
    """What stood in these comments before they were edited, oldest first."""
    found: dict[int, list[Revision]] = {}
    for revision in db.session.scalars(sa.select(Revision).where(Revision.comment_id.in_(ids)).order_by(Revision.id)):
        found.setdefault(revision.comment_id, []).append(revision)
    return found


def public_ones(ids: Sequence[int]) -> list[tuple[Said, Place, str]]:
    """Those of the ids that everyone may read now, with the entry they stand below and its title."""
    rows = [
        (Said._make(row[:_SAID]), Place._make(row[_SAID:-1]), row[-1]) for row in db.session.execute(_WITH_PLACE, {"ids": ids})
    ]
    return [(said, place, title) for said, place, title in rows if said.visible and place.public]


def own_of(account_id: int, page: int, per_page: int, *, total: int) -> Sequence[Comment]:
    """One's own comments, whatever became of them, newest first. `total` is how many those are in all."""
    forwards, facts = _nearer_end(page, per_page, total)
    return db.session.scalars(_own(forwards), {"account": account_id, **facts}).all()


def public_of(account_id: int, page: int, per_page: int, *, total: int) -> list[Heard]:
    """Of one person's comments what everyone may read, newest first. `total` is how many those are in all."""
    forwards, facts = _nearer_end(page, per_page, total)
    return _read_heard(_public(forwards), {"account": account_id, **facts})


def count_own(account_id: int) -> int:
    return db.session.scalar(_count(public=False), {"account": account_id}) or 0


def of_authors(account_ids: Sequence[int]) -> Sequence[tuple[int, int, str]]:
    """(account, number, status) of all they said and did not take back."""
    theirs = (Comment.author_id.in_(account_ids), Comment.status != "withdrawn")
    statement = sa.select(Comment.author_id, Comment.id, Comment.status).where(*theirs)
    rows = db.session.execute(statement.order_by(Comment.author_id, Comment.posted_at))
    return [(account or 0, id, status) for account, id, status in rows]


def count_public(account: Account) -> int:
    """How many of their comments everyone may read. Of who said very much it is kept in the process while it is true."""

    def ask() -> int:
        return db.session.scalar(_count(public=True), {"account": account.id}) or 0

    if account.approved_comments < SAID_MUCH:
        return ask()
    return kept(f"comments.public.{account.id}", tags_of_public(account), ask)


def tags_of_public(account: Account) -> tuple[str, ...]:
    """What was added or taken down of theirs alone or by many at once, and every text that came or went."""
    return (f"by:{account.id}", "list:fans", *(f"list:{kind}" for kind in contents()))


def _nearer_end(page: int, per_page: int, total: int) -> tuple[bool, dict[str, int]]:
    """Whether a page is counted from the newest, how many are on it, and how many stand before it from there."""
    before, here = (page - 1) * per_page, max(0, min(per_page, total - (page - 1) * per_page))
    after = total - before - here
    return before <= after, {"here": here, "before": min(before, after)}


# Put together once for each: that takes longer than the answer.


@cache
def _own(forwards: bool) -> Any:
    statement = sa.select(Comment).join(Comment.entry).options(sa.orm.contains_eager(Comment.entry))
    return statement.where(_on_page_of(False, forwards)).order_by(*_NEWEST)


@cache
def _public(forwards: bool) -> Any:
    return _HEARD.where(_on_page_of(True, forwards)).order_by(*_NEWEST)


@cache
def _count(public: bool) -> Any:
    return sa.select(sa.func.count()).select_from(Comment).where(*_by(public))


def _on_page_of(public: bool, forwards: bool) -> sa.ColumnElement[bool]:
    """Which they are is read off the index."""
    ids = sa.select(Comment.id).where(*_by(public)).order_by(*(_NEWEST if forwards else _OLDEST))
    return Comment.id.in_(ids.limit(sa.bindparam("here", type_=sa.Integer)).offset(_BEFORE).subquery().select())


def _by(public: bool) -> tuple[sa.ColumnElement[bool], ...]:
    # What the public does not see is little: no entry is looked up for each comment. Told of the status, SQLite would rather read all
    # published comments than those of one person.
    published = (sa.func.coalesce(Comment.status, "") == "published", Comment.entry_id.not_in(hidden_with_words()))
    return Comment.author_id == sa.bindparam("account", type_=sa.Integer), *(published if public else ())


_NEWEST, _OLDEST = (Comment.posted_at.desc(), Comment.id.desc()), (Comment.posted_at, Comment.id)


def latest(limit: int) -> list[Heard]:
    """What was said last on the whole site."""
    return _read_heard(_latest("site"), {"limit": limit})


def latest_below(entry_id: int, limit: int, *, thread: int | None = None) -> list[Heard]:
    """What was said last below an entry, or in one of its threads."""
    where: Literal["entry", "thread"] = "entry" if thread is None else "thread"
    return _read_heard(_latest(where), {"limit": limit, "entry": entry_id, "thread": thread})


@cache
def _latest(where: Literal["site", "entry", "thread"]) -> Any:
    """Put together once for each. Its parameters are `limit`, `entry` and `thread`."""
    # Told of the status, SQLite would rather read all published comments than those of one text.
    status = Comment.status if where == "site" else sa.func.coalesce(Comment.status, "")
    places = {"site": sa.true(), "entry": _OF_ENTRY, "thread": _OF_THREAD}
    found = _HEARD.where(status == "published", listed(), places[where])
    return found.order_by(*_NEWEST).limit(sa.bindparam("limit", type_=sa.Integer))


def names_for(person: Any, start: str, entry_id: int | None) -> list[str]:
    """A few names that begin so, in this order: of who spoke on this page lately, of whom this person follows, of all who were heard."""
    ties, start = ties_of(person), start.lower()
    spoke = set(db.session.scalars(_SPOKE, {"entry": entry_id})) if entry_id else set[int]()
    near = db.session.execute(_NAMES_OF, {"ids": [*spoke, *ties.following]}).all()
    others = db.session.execute(_NAMES_FROM, {"start": start, "end": start + chr(0x10FFFF)}).all()
    found = {id: name for id, name in (*near, *others) if name.lower().startswith(start)}
    ranked = sorted(found, key=lambda id: (id not in spoke, id not in ties.following, found[id].lower()))
    return [found[id] for id in ranked if id != person.id and id not in ties.unheard][:NAMES]


# ---- as pages show them -------------------------------------------------------------------------------------------------------


class _OfWriter(NamedTuple):
    username: str
    username_key: str
    role: str
    face: str | None
    disabled_at: datetime | None
    erased_at: datetime | None


class Writer(_OfWriter):
    """Of an account, what a page says of who wrote."""

    active: Any = Account.active
    keeps_order: Any = Account.keeps_order
    is_staff: Any = Account.is_staff


class _Row(NamedTuple):
    id: int
    parent_id: int | None
    thread: int | None
    path: str
    depth: int
    status: str
    html: str
    posted_at: datetime
    edited_at: datetime | None
    reactions_count: int
    author_id: int | None
    author_name: str
    # Of its author's account, as in `Writer`; None without one.
    username: str | None
    username_key: str | None
    role: str | None
    face: str | None
    disabled_at: datetime | None
    erased_at: datetime | None


class Said(_Row):
    """Of a comment, what a page says of it. A page has up to two hundred: rows that are no objects of the mapper take a third of its
    time, and two that say the same are the same."""

    visible: Any = Comment.visible
    still_editable: Any = Comment.still_editable
    page_of_thread: Any = Comment.page_of_thread

    @property
    def author(self) -> Writer | None:
        return Writer._make(self[-len(Writer._fields) :]) if self.username is not None else None


class About(NamedTuple):
    """Of an entry, what is said of it beside a comment."""

    id: int
    kind: str
    language: str
    slug: str
    title: str


class Heard(NamedTuple):
    """A comment away from its place, and what it is about."""

    said: Said
    entry: About


_ROW = Comment.__table__.c
_OF_COMMENT = [getattr(_ROW, name) for name in Said._fields[: -len(Writer._fields)]]
_OF_WRITER = [getattr(Account.__table__.c, name) for name in Writer._fields]
_WITH_WRITER = sa.outerjoin(Comment.__table__, Account.__table__)
_ABOUT = [Entry.__table__.c[name] for name in About._fields]
_HEARD = sa.select(*_OF_COMMENT, *_OF_WRITER, *_ABOUT).select_from(
    _WITH_WRITER.join(Entry.__table__, Entry.__table__.c.id == _ROW.entry_id)
)


def _said(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(*_OF_COMMENT, *_OF_WRITER).select_from(_WITH_WRITER).where(*conditions)


def _read(statement: Any, facts: dict[str, Any] | None = None) -> list[Said]:
    return [Said._make(row) for row in db.session.execute(statement, facts).all()]


def _read_heard(statement: Any, facts: dict[str, Any] | None = None) -> list[Heard]:
    ends = len(Said._fields)
    return [Heard(Said._make(row[:ends]), About._make(row[ends:])) for row in db.session.execute(statement, facts).all()]


_LATELY = sa.select(_ROW.author_id).where(
    _ROW.entry_id == sa.bindparam("entry", type_=sa.Integer),
    _ROW.author_id.is_not(None),
    # What waits or was taken down names nobody. Told of the status, SQLite would rather read all published comments than those of one text.
    sa.func.coalesce(_ROW.status, "") == "published",
)
_SPOKE = sa.select(_LATELY.order_by(*_NEWEST).limit(SPOKE_LATELY).subquery().c.author_id).distinct()
_PEOPLE, _ACCOUNT = sa.select(Account.id, Account.username), Account.__table__.c
_MET = sa.and_(_ACCOUNT.disabled_at.is_(None), _ACCOUNT.erased_at.is_(None))
_NAMES_OF = _PEOPLE.where(Account.id.in_(sa.bindparam("ids", expanding=True)), _MET)
# As the index has them. Whoever never said anything is not called by strangers.
_BEGINS = _ACCOUNT.username_key.between(sa.bindparam("start"), sa.bindparam("end"))
_HEARD_OF = sa.or_(_ACCOUNT.approved_comments > 0, _ACCOUNT.role != "fan")
_NAMES_FROM = _PEOPLE.where(_BEGINS, _MET, _HEARD_OF).order_by(_ACCOUNT.username_key).limit(4 * NAMES)
_OF_ENTRY = _ROW.entry_id == sa.bindparam("entry", type_=sa.Integer)
_FIRST, _LAST = sa.bindparam("first", type_=sa.Integer), sa.bindparam("last", type_=sa.Integer)
_OF_PAGE = sa.and_(_OF_ENTRY, _ROW.thread.between(_FIRST, _LAST))
_OF_THREAD = sa.and_(_OF_ENTRY, _ROW.thread == sa.bindparam("thread", type_=sa.Integer))
_PUBLISHED = _ROW.status == "published"
_MINE = sa.and_(_ROW.author_id == sa.bindparam("person", type_=sa.Integer), _ROW.status == "pending")
_MOST, _BEFORE = sa.bindparam("most", type_=sa.Integer), sa.bindparam("before", type_=sa.Integer)
_BY_IDS = _said(_ROW.id.in_(sa.bindparam("ids", expanding=True)))
# Hidden ones are left out after: told of the status, SQLite would rather read all published comments than some by their ids.
_WITH_PLACE = _BY_IDS.add_columns(*(getattr(Entry.__table__.c, name) for name in (*Place._fields, "title"))).join(
    Entry.__table__, Entry.__table__.c.id == _ROW.entry_id
)
_SAID = len(Said._fields)
_MINE_IN_THREAD = _said(_OF_THREAD, _MINE)
# The ids alone, off the index: those before the page are passed over without being read.
_ON_PAGE = sa.select(_ROW.id).where(_OF_THREAD, _PUBLISHED).order_by(_ROW.path).limit(_MOST).offset(_BEFORE)
_PAGE_OF_THREAD = _said(_ROW.id.in_(_ON_PAGE)).order_by(_ROW.path)
_ROOTS = sa.select(_ROW.id, _ROW.replies_count, _ROW.status).where(_OF_PAGE, _ROW.parent_id.is_(None))


def _in_their_share() -> sa.Select[Any]:
    """The ids of a page's published comments, of each thread the first so many."""
    rank = sa.func.row_number().over(partition_by=_ROW.thread, order_by=_ROW.path)
    ranked = sa.select(_ROW.id, rank.label("rank")).where(_OF_PAGE, _PUBLISHED).subquery()
    return sa.select(ranked.c.id).where(ranked.c.rank <= _MOST).limit(COMMENTS_A_PAGE)


def _shares(of_page: dict[str, int]) -> dict[int, tuple[int, int]]:
    """Thread's first comment → (published comments, those shown): all threads of the page get the same highest number that keeps
    the page within its limit."""
    there = {root: replies + int(status == "published") for root, replies, status in db.session.execute(_ROOTS, of_page)}
    most = 1
    while most < max(there.values(), default=0) and sum(min(number, most + 1) for number in there.values()) <= COMMENTS_A_PAGE:
        most += 1
    return {root: (number, min(number, most)) for root, number in there.items()}
