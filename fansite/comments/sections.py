"""The comments below an entry, as its page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from flask import abort, current_app, request
from markupsafe import Markup

from fansite.bonds.queries import ties_of
from fansite.comments import operations, policy, queries
from fansite.comments.authors import author_name, author_path, badge_of
from fansite.comments.box import Box, answered_by, empty_form, new_box
from fansite.comments.forms import CommentForm
from fansite.comments.models import Comment
from fansite.comments.queries import Said
from fansite.comments.quoting import quoted
from fansite.comments.structured import nodes_of
from fansite.core.content import Entry, content_of
from fansite.core.web import Pages, entry_path, page_number, path_for
from fansite.core.web.parts import parts
from fansite.core.web.paths import current_language, settings
from fansite.reactions import queries as reactions
from fansite.reactions.queries import Given
from fansite.reactions.showing import Warmth, word
from fansite.rules import queries as rules

# What a stranger's page with comments depends on, beside its address.
COMMENT_PARAMETERS = ("page", "reply", "quote")
# Acts that are a form, which holds a token of who is signed in.
WITH_TOKEN = ("withdraw", "solve")


class Portrait(NamedTuple):
    """Of an author, what decides on the face beside the name."""

    active: bool
    face: str | None
    username_key: str


@dataclass(frozen=True, eq=False)
class Shown:
    """One comment, ready for `comments/_place.html`. Two that say the same are one: see `arrange`."""

    id: int
    parent_id: int | None
    status: str
    depth: int
    author: Portrait | str | None
    author_name: str | None
    author_url: str | None
    author_badge: str | None
    posted_at: datetime
    edited_at: datetime | None
    html: Markup
    in_reply_to: str | None
    address: str
    waiting: bool
    # The status of a comment of which only the empty place is left.
    placeholder: str | None
    may: frozenset[str]
    warmth: Warmth
    # Of somebody the reader does not want to hear: folded away.
    unheard: bool = False
    # It is the one that answered what the page is about.
    solves: bool = False
    # (replies that did not fit, the page of the whole thread)
    more: tuple[int, str] | None = None
    # Where it stands on this very page, for markup that needs the full address; and this page with the box that answers it.
    stands_at: str = ""
    reply_address: str = ""
    quote_address: str = ""
    # The accounts whose names it shows.
    people: frozenset[int] = frozenset()


# (comment, 1 where a list opens before it, comments that end after it): all a template needs to nest without recursion.
Row = tuple[Shown, int, int]


@dataclass
class Section:
    """What `comments/_section.html` needs, and what the page around it must declare."""

    entry: Entry
    count: int
    rows: list[Row]
    pages: Pages
    # None where comments are closed.
    box: Box | None
    action: str
    # The warm word about the entry itself, and (`may_react`) whether this reader may give it.
    warmth: Warmth
    reply_to: Shown | None = None
    # Whom the box answers when it is told nothing else: the first comment, on the page of a long thread.
    answers: int | None = None
    # What somebody typed and can no longer send, since comments are closed: theirs to read and copy.
    kept: CommentForm | None = None
    nodes: list[dict[str, Any]] = field(default_factory=list)
    may_react: bool = False
    # The house rules, when they changed since this reader accepted them.
    new_rules: Any = None
    # What is said here is called so: answers to somebody's question are no comments on it.
    replies: bool = False
    # Why this reader says nothing to who began it; they answer the others.
    not_to_starter: Any = ""

    @property
    def tags(self) -> tuple[str, ...]:
        shown = [comment for comment, _opens, _closes in self.rows] + ([self.reply_to] if self.reply_to else [])
        people = {account for comment in shown for account in comment.people}
        return (
            f"entry:{self.entry.id}",
            reactions.tag_of(self.entry.id),
            rules.TAG,
            *(f"account:{account}" for account in sorted(people)),
        )

    @property
    def page_path(self) -> str:
        """The address of this page of comments: its own canonical."""
        return self.pages.url(self.pages.page)


def section(
    entry: Entry, person: Any, *, form: CommentForm | None = None, also: frozenset[str] = frozenset(), solved: int | None = None
) -> Section:
    """The page of threads that `?page=` names. `form` is a refused one, with all that was typed: it comes back with its own page. `also` is
    what this person may do with each besides, and `solved` the one that answered the entry."""
    box = new_box(entry, person) if form is None else Box(form.parent.data, form.nonce.data, form)
    answered = answered_by(entry, box)
    last = queries.last_page(entry)
    page = page_number() if form is None else answered.page_of_thread() if answered is not None else 1
    if page > last:
        abort(404)
    rows, left_out = queries.page_of_threads(entry, page, person)
    pages = Pages(page, last, entry_path(entry))
    shown, given = arrange(rows, entry, person, page_path=pages.url(page), left_out=left_out, also=also, solved=solved)
    made = _section(entry, shown, pages)
    made.warmth = made.warmth._replace(given=entry.id in given.entries)
    made.may_react = policy.react_to_entry(person, entry) and entry.author_id not in ties_of(person).apart
    made.count, made.nodes = entry.comments_count, nodes_of(shown) if person is None else []
    _put_box(made, box, answered, person)
    ties = ties_of(person)
    if entry.author_id in ties.apart and not policy.answer_starter(entry, entry.author, ties):
        made.not_to_starter = operations.NOT_TO_STARTER
    return made


def thread_section(root: Comment, person: Any) -> Section:
    """A page of one long thread, with a box of its own: what is cut from the page of the entry can be answered here."""
    entry, page, last = root.entry, page_number(), queries.last_page_of_thread(root)
    if page > last:
        abort(404)
    pages = Pages(page, last, path_for("comments.thread", comment_id=root.id))
    rows = queries.page_of_one_thread(root, page, person)
    shown, _given = arrange(rows, entry, person, page_path=pages.url(page))
    made, box = _section(entry, shown, pages), new_box(entry, person)
    made.count, made.answers = root.replies_count + int(root.visible), root.id if root.visible else None
    _put_box(made, box, answered_by(entry, box) or (root if root.visible else None), person)
    return made


def _section(entry: Entry, shown: Sequence[Shown], pages: Pages) -> Section:
    action = path_for("comments.create", entry_id=entry.id)
    return Section(
        entry,
        len(shown),
        nested(shown),
        pages,
        box=None,
        action=action,
        warmth=Warmth(word(), entry.reactions_count),
        replies=content_of(entry).replies,
    )


def arrange(
    rows: Sequence[Said],
    entry: Entry,
    person: Any,
    *,
    page_path: str,
    left_out: dict[int, int] | None = None,
    also: frozenset[str] = frozenset(),
    solved: int | None = None,
) -> tuple[list[Shown], Given]:
    """Rows in reading order, with those above them that stand on another page, and the empty places of hidden ones; and what of it
    all this person reacted to.

    What is shown of a comment is put together once for all pages that show the same of it, like all that is made of that.
    """
    on_path = queries.on_path(rows)
    above = queries.missing(rows, on_path)
    everyone = {said.id: said for said in [*rows, *above]}
    gone = {said.id for said in above if not said.visible}
    ordered = sorted(everyone.values(), key=lambda said: (said.thread is None, said.thread or 0, said.path)) if above else rows
    if above:
        ordered = [said for said in ordered if said.id in on_path]
    known, language, shown = current_app.extensions["fansite"].parts, current_language(), []
    ties, warm = ties_of(person), word()
    given = reactions.given_by(person, comments=ordered, entry=entry)
    for said in ordered:
        placeholder, answers = said.id in gone, _told_as_answered(said, everyone)
        may = frozenset[str]() if placeholder else _may(person, said, entry) | (also if said.visible else frozenset())
        facts = (
            said,
            answers,
            language,
            entry.language,
            page_path,
            placeholder,
            left_out.get(said.id, 0) if left_out else 0,
            may,
            Warmth(warm, said.reactions_count, said.id in given.comments),
            said.author_id in ties.unheard and not placeholder,
            said.id == solved and not placeholder,
        )
        shown.append(known.of(facts, partial(_shown, *facts)))
    return shown, given


def _told_as_answered(said: Any, everyone: dict[int, Said]) -> tuple[str, int | None] | None:
    """Name and account of whom a reply answers, where the reader would not see it at once: it hangs below the deepest level, or after
    an empty place."""
    parent = everyone.get(said.parent_id) if said.parent_id else None
    if parent is None or said.path.startswith(f"{parent.path}/") or not parent.visible:
        return None
    return author_name(parent) or "[deleted]", parent.author_id


def _may(person: Any, said: Any, entry: Entry) -> frozenset[str]:
    may = policy.may(person, said)
    if said.author_id in ties_of(person).apart:
        may -= policy.TOGETHER
    return may if entry.comments_open else may - {"reply"}


def nested(shown: Sequence[Shown]) -> list[Row]:
    levels: list[int] = []
    for comment in shown:
        levels.append(min(comment.depth, levels[-1] + 1 if levels else 1))
    rows = []
    for index, (comment, level) in enumerate(zip(shown, levels, strict=True)):
        opens = int(index > 0 and level > levels[index - 1])
        following = levels[index + 1] if index + 1 < len(levels) else 0
        rows.append((comment, opens, max(0, level - following + (1 if following else 0))))
    return rows


def _shown(
    said: Any, answers: tuple[str, int | None] | None, language: str, entry_language: str, page_path: str, placeholder: bool,
    left_out: int, may: frozenset[str], warmth: Warmth, unheard: bool, solves: bool = False,
) -> Shown:  # fmt: skip
    people = (None if placeholder else said.author_id, answers[1] if answers is not None else None)
    return Shown(
        id=said.id,
        parent_id=said.parent_id,
        status="removed" if placeholder and said.status != "withdrawn" else said.status,
        depth=said.depth,
        author=None if placeholder else _portrait(said.author) if said.author else said.author_name or None,
        author_name=None if placeholder else author_name(said),
        author_url=None if placeholder else author_path(said),
        author_badge=None if placeholder or said.author is None else badge_of(said.author),
        posted_at=said.posted_at,
        edited_at=None if placeholder else said.edited_at,
        html=Markup("" if placeholder else in_language(said.html, language)),  # cleaned when it was stored
        in_reply_to=answers[0] if answers is not None else None,
        address=path_for("comments.permalink", comment_id=said.id),
        waiting=not placeholder and said.status == "pending",
        placeholder=said.status if placeholder else None,
        may=may,
        warmth=warmth,
        unheard=unheard,
        solves=solves,
        more=(left_out, path_for("comments.thread", entry_language, comment_id=said.id)) if left_out else None,
        stands_at=f"{page_path}#comment-{said.id}",
        reply_address=f"{page_path}{'&' if '?' in page_path else '?'}reply={said.id}#reply",
        quote_address=f"{page_path}{'&' if '?' in page_path else '?'}reply={said.id}&quote=1#reply",
        people=frozenset(account for account in people if account),
    )


def in_language(html: str, language: str) -> str:
    """Links to people lead to the pages of the reader's language."""
    fans = f'href="{path_for("fans.index", settings().language)}'
    return html.replace(fans, f'href="{path_for("fans.index", language)}') if language != settings().language else html


def _portrait(account: Any) -> Portrait:
    return Portrait(account.active, account.face, account.username_key)


def in_their_places(rows: Iterable[Row]) -> Markup:
    """Comments on a page. Those that many see alike are made once; forms that stand in one hold a token."""
    return Markup("".join(parts("comments/_place.html", rows, own=lambda row: not row[0].may.isdisjoint(WITH_TOKEN))))


def _put_box(made: Section, box: Box, answered: Comment | None, person: Any) -> None:
    if not made.entry.comments_open:
        made.kept = box.form if box.form is not None and box.form.body.data else None
        return
    made.new_rules = rules.news_for(person)
    made.box, box.answers = box, answered.id if answered is not None else None
    if answered is not None:
        may = _may(person, answered, made.entry)
        warmth = Warmth(word(), answered.reactions_count)
        made.reply_to = _shown(
            answered, None, current_language(), made.entry.language, made.page_path, False, 0, may, warmth, False
        )
        if box.form is None and "quote" in request.args:
            box.form = empty_form()
            box.form.body.data = quoted(made.reply_to.author_name or "[deleted]", made.reply_to.address, answered.body)
