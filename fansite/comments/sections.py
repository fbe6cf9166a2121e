"""The comments below an entry, as its page shows them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from flask import abort, request
from flask_babel import gettext as _
from markupsafe import Markup

from fansite.comments import operations, policy, queries
from fansite.comments.forms import CommentForm
from fansite.comments.models import Comment
from fansite.comments.structured import nodes_of
from fansite.core.content import Entry
from fansite.core.web import Pages, entry_path, page_number, path_for
from fansite.core.web.parts import part, render_part
from fansite.lib.numbers import row_number
from fansite.rules import queries as rules

# What a stranger's page with comments depends on, beside its address.
COMMENT_PARAMETERS = ("page", "reply")


class Portrait(NamedTuple):
    """Of an author, what decides on the face beside the name."""

    active: bool
    face: str | None
    username_key: str


@dataclass(frozen=True)
class Shown:
    """One comment, ready for `comments/_comment.html`."""

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
    # (replies that did not fit, the page of the whole thread)
    more: tuple[int, str] | None = None
    # Where it stands on this very page, for markup that needs the full address; and this page with the box that answers it.
    stands_at: str = ""
    reply_address: str = ""
    # The accounts whose names it shows.
    people: frozenset[int] = frozenset()


@dataclass
class Section:
    """What `comments/_section.html` needs, and what the page around it must declare."""

    entry: Entry
    count: int
    rows: list[tuple[Shown, int, int]]
    pages: Pages
    # None where comments are closed.
    form: CommentForm | None
    action: str
    reply_to: Shown | None = None
    # Whom the box answers when it is told nothing else: the first comment, on the page of a long thread.
    answers: int | None = None
    # What somebody typed and can no longer send, since comments are closed: theirs to read and copy.
    kept: CommentForm | None = None
    nodes: list[dict[str, Any]] = field(default_factory=list)
    # The house rules, when they changed since this reader accepted them.
    new_rules: Any = None

    @property
    def tags(self) -> tuple[str, ...]:
        people = {account for comment, _opens, _closes in self.rows for account in comment.people}
        return (f"entry:{self.entry.id}", rules.TAG, *(f"account:{account}" for account in sorted(people)))

    @property
    def page_path(self) -> str:
        """The address of this page of comments: its own canonical."""
        return self.pages.url(self.pages.page)


def section(entry: Entry, person: Any, *, form: CommentForm | None = None) -> Section:
    """The page of threads that `?page=` names. `form` is a refused one, with all that was typed: it comes back with its own page."""
    box = form or _new_box(entry, person)
    answered = _answered(entry, box)
    last = queries.last_page(entry)
    page = page_number() if form is None else answered.page_of_thread() if answered is not None else 1
    if page > last:
        abort(404)
    rows, left_out = queries.page_of_threads(entry, page, person)
    pages = Pages(page, last, entry_path(entry))
    shown = arrange(rows, entry, person, page_path=pages.url(page), left_out=left_out)
    made = _section(entry, shown, pages)
    made.count, made.nodes = entry.comments_count, nodes_of(shown)
    _put_box(made, box, answered, person)
    return made


def thread_section(root: Comment, person: Any) -> Section:
    """A page of one long thread, with a box of its own: what is cut from the page of the entry can be answered here."""
    entry, page, last = root.entry, page_number(), queries.last_page_of_thread(root)
    if page > last:
        abort(404)
    pages = Pages(page, last, path_for("comments.thread", comment_id=root.id))
    shown = arrange(queries.page_of_one_thread(root, page, person), entry, person, page_path=pages.url(page))
    made, box = _section(entry, shown, pages), _new_box(entry, person)
    made.count, made.answers = root.replies_count + int(root.visible), root.id if root.visible else None
    _put_box(made, box, _answered(entry, box) or (root if root.visible else None), person)
    return made


def _section(entry: Entry, shown: Sequence[Shown], pages: Pages) -> Section:
    return Section(entry, len(shown), nested(shown), pages, form=None, action=path_for("comments.create", entry_id=entry.id))


def arrange(
    rows: Sequence[Comment], entry: Entry, person: Any, *, page_path: str, left_out: dict[int, int] | None = None
) -> list[Shown]:
    """Rows in reading order, with those above them that stand on another page, and the empty places of hidden ones."""
    above = queries.missing(rows)
    everyone = {comment.id: comment for comment in [*rows, *above]}
    gone = {comment.id for comment in above if not comment.visible}
    ordered = sorted(everyone.values(), key=lambda comment: (comment.thread is None, comment.thread or 0, comment.path))
    on_path = {int(part) for comment in rows for part in comment.path.split("/")}
    return [
        _shown(comment, everyone, entry, person, page_path, comment.id in gone, (left_out or {}).get(comment.id, 0))
        for comment in ordered
        if comment.id in on_path
    ]


def nested(shown: Sequence[Shown]) -> list[tuple[Shown, int, int]]:
    """(comment, 1 where a list opens before it, comments that end after it): all a template needs to nest without recursion."""
    levels: list[int] = []
    for comment in shown:
        levels.append(min(comment.depth, levels[-1] + 1 if levels else 1))
    rows = []
    for index, (comment, level) in enumerate(zip(shown, levels, strict=True)):
        opens = int(index > 0 and level > levels[index - 1])
        following = levels[index + 1] if index + 1 < len(levels) else 0
        rows.append((comment, opens, max(0, level - following + (1 if following else 0))))
    return rows


def author_name(comment: Comment) -> str | None:
    """None when the account was erased: the page says "[deleted]"."""
    if comment.author is None:
        return comment.author_name or None
    return None if comment.author.erased_at is not None else str(comment.author.username)


def author_path(comment: Comment) -> str | None:
    """None for who has no page (any more)."""
    if comment.author is None or not comment.author.active:
        return None
    return path_for("fans.show", username=comment.author.username_key)


def address_of(comment: Comment, entry: Entry) -> str:
    """Where a comment stands: a page of its entry, or of its long thread."""
    anchor = f"comment-{comment.id}"
    if comment.thread is None:
        last = queries.last_page(entry)
        return entry_path(entry, page=last if last > 1 else None, _anchor=anchor)
    # What waits is shown to its author on the page of the entry, however long the thread is.
    share = queries.share_of_thread(comment, entry) if comment.visible else None
    if share is not None and (rank := queries.rank_in_thread(comment)) >= share:
        page = queries.page_of_rank(rank)
        return path_for(
            "comments.thread", entry.language, comment_id=comment.root_id, page=page if page > 1 else None, _anchor=anchor
        )
    page = comment.page_of_thread()
    return entry_path(entry, page=page if page > 1 else None, _anchor=anchor)


def _shown(
    comment: Comment, everyone: dict[int, Comment], entry: Entry, person: Any, page_path: str, placeholder: bool, left_out: int
) -> Shown:
    # The reader sees at once whom a reply answers when it hangs below the deepest level, or after an empty place.
    parent = everyone.get(comment.parent_id) if comment.parent_id else None
    cut = parent is not None and not comment.path.startswith(f"{parent.path}/")
    answers = parent if cut and parent is not None and parent.visible else None
    return Shown(
        id=comment.id,
        parent_id=comment.parent_id,
        status="removed" if placeholder and comment.status != "withdrawn" else comment.status,
        depth=comment.depth,
        author=None if placeholder else _portrait(comment.author) if comment.author else comment.author_name or None,
        author_name=None if placeholder else author_name(comment),
        author_url=None if placeholder else author_path(comment),
        author_badge=None if placeholder or comment.author is None else badge_of(comment.author),
        posted_at=comment.posted_at,
        edited_at=None if placeholder else comment.edited_at,
        html=Markup("" if placeholder else comment.html),  # cleaned when it was stored
        in_reply_to=(author_name(answers) or "[deleted]") if answers is not None else None,
        address=path_for("comments.permalink", comment_id=comment.id),
        waiting=not placeholder and comment.status == "pending",
        placeholder=comment.status if placeholder else None,
        may=frozenset() if placeholder else policy.may(person, comment) - (frozenset() if entry.comments_open else {"reply"}),
        more=(left_out, path_for("comments.thread", entry.language, comment_id=comment.id)) if left_out else None,
        stands_at=f"{page_path}#comment-{comment.id}",
        reply_address=f"{page_path}{'&' if '?' in page_path else '?'}reply={comment.id}#reply",
        people=frozenset(
            one.author_id for one in (comment if not placeholder else None, answers) if one is not None and one.author_id
        ),
    )


def _portrait(account: Any) -> Portrait:
    return Portrait(account.active, account.face, account.username_key)


def comment_part(shown: Shown) -> Markup:
    """A comment on a page. Those that many see alike are made once; the form to take one's own back holds a token."""
    made = render_part if "withdraw" in shown.may else part
    return made("comments/_comment.html", shown)


def badge_of(account: Any) -> str | None:
    """What the reader should know about who speaks."""
    if account.erased_at is not None:
        return None
    if account.is_staff:
        return str(_("the band"))
    return str(_("moderator")) if account.keeps_order else None


def _new_box(entry: Entry, person: Any) -> CommentForm:
    """An empty box, or one with what could not be posted after signing in."""
    box = CommentForm(formdata=None)
    box.parent.data = request.args.get("reply", type=row_number)
    if person is not None:
        box.nonce.data = secrets.token_urlsafe(16)
        token = request.args.get("draft", "")
        draft = operations.find_draft(token) if token else None
        if draft is not None and draft.entry_id == entry.id and draft.comment_id is None:
            box.body.data, box.parent.data = draft.body, draft.parent_id
    return box


def _answered(entry: Entry, box: CommentForm) -> Comment | None:
    """The comment the box answers, as long as it can be answered; it need not stand on this page."""
    comment = queries.with_context(box.parent.data) if box.parent.data else None
    return comment if comment is not None and comment.entry_id == entry.id and comment.visible else None


def _put_box(made: Section, box: CommentForm, answered: Comment | None, person: Any) -> None:
    if not made.entry.comments_open:
        made.kept = box if box.body.data else None
        return
    made.new_rules = rules.news_for(person)
    made.form, box.parent.data = box, answered.id if answered is not None else None
    if answered is not None:
        made.reply_to = _shown(answered, {}, made.entry, person, made.page_path, False, 0)


__all__ = ["COMMENT_PARAMETERS", "Section", "address_of", "author_name", "author_path", "section", "thread_section"]
