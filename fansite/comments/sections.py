"""The comments below an entry, as its page shows them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import abort, request
from flask_babel import gettext as _
from markupsafe import Markup

from fansite.comments import operations, policy, queries
from fansite.comments.forms import CommentForm
from fansite.comments.models import COMMENTS_A_PAGE, Comment
from fansite.core import markup
from fansite.core.content import Entry
from fansite.core.web import Pages, entry_path, page_number, path_for, public_url
from fansite.lib.times import w3c


@dataclass(frozen=True)
class Shown:
    """One comment, ready for `comments/_comment.html`."""

    id: int
    parent_id: int | None
    status: str
    depth: int
    author: Any
    author_name: str | None
    author_url: str | None
    author_badge: str | None
    posted_at: datetime
    edited_at: datetime | None
    html: Markup
    in_reply_to: str | None
    address: str
    waiting: bool
    placeholder: str | None
    reason: str | None
    may: frozenset[str]
    # (replies that did not fit, the page of the whole thread)
    more: tuple[int, str] | None = None
    # Where it stands on this very page, for markup that needs the full address.
    stands_at: str = ""


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
    draft_kept: bool = False
    nodes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def tags(self) -> tuple[str, ...]:
        return (f"entry:{self.entry.id}",)

    @property
    def page_path(self) -> str:
        """The address of this page of comments: its own canonical."""
        return self.pages.url(self.pages.page)


def section(entry: Entry, person: Any, *, form: CommentForm | None = None) -> Section:
    """The page of threads that `?page=` names. `form` is a refused one, with all that was typed."""
    page, last = page_number(), queries.last_page(entry)
    if page > last:
        abort(404)
    rows, left_out = queries.page_of_threads(entry, page, person)
    pages = Pages(page, last, entry_path(entry))
    shown = arrange(rows, entry, person, page_path=pages.url(page), left_out=left_out)
    made = Section(
        entry=entry,
        count=entry.comments_count,
        rows=nested(shown),
        pages=pages,
        form=None,
        action=path_for("comments.create", entry_id=entry.id),
        nodes=json_ld_nodes(shown),
    )
    if entry.comments_open:
        _fill_form(made, shown, person, form)
    return made


def arrange(
    rows: Sequence[Comment], entry: Entry, person: Any, *, page_path: str, left_out: dict[int, int] | None = None
) -> list[Shown]:
    """Rows in reading order, the empty places of hidden ones among them."""
    gone = queries.missing(rows)
    everyone = {comment.id: comment for comment in [*rows, *gone]}
    placeholders = {comment.id for comment in gone}
    ordered = sorted(everyone.values(), key=lambda comment: (comment.thread is None, comment.thread or 0, comment.path))
    on_path = {int(part) for comment in rows for part in comment.path.split("/")}
    return [
        _shown(comment, everyone, entry, person, page_path, comment.id in placeholders, (left_out or {}).get(comment.id, 0))
        for comment in ordered
        if comment.id not in placeholders or comment.id in on_path
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
    if comment.author is None or comment.author.erased_at is not None:
        return None
    return path_for("fans.show", username=comment.author.username_key)


def address_of(comment: Comment, entry: Entry) -> str:
    """Where a comment stands: a page of its entry, or of its long thread."""
    anchor = f"comment-{comment.id}"
    if comment.thread is None:
        last = queries.last_page(entry)
        return entry_path(entry, page=last if last > 1 else None, _anchor=anchor)
    share = queries.share_of_thread(comment, entry)
    if share is not None:
        rank = queries.rank_in_thread(comment)
        if rank >= share:
            page = 1 + rank // COMMENTS_A_PAGE
            return path_for(
                "comments.thread", entry.language, comment_id=comment.root_id, page=page if page > 1 else None, _anchor=anchor
            )
    page = comment.page_of_thread()
    return entry_path(entry, page=page if page > 1 else None, _anchor=anchor)


def json_ld_nodes(shown: Sequence[Shown]) -> list[dict[str, Any]]:
    """schema.org Comment nodes, nested as the thread is; only what everyone may read."""
    roots: list[dict[str, Any]] = []
    above: list[tuple[int, list[dict[str, Any]]]] = []
    for comment in shown:
        if comment.waiting:
            continue
        node = _node(comment)
        while above and above[-1][0] >= comment.depth:
            above.pop()
        (above[-1][1] if above else roots).append(node)
        above.append((comment.depth, node.setdefault("comment", [])))
    _drop_empty(roots)
    return roots


def _node(comment: Shown) -> dict[str, Any]:
    author: dict[str, Any] = {"@type": "Person", "name": comment.author_name or "[deleted]"}
    if comment.author_url:
        author["url"] = public_url(comment.author_url)
    node = {"@type": "Comment", "url": public_url(comment.stands_at), "author": author, "datePublished": w3c(comment.posted_at)}
    if comment.placeholder:
        return {**node, "author": {"@type": "Person", "name": "[deleted]"}, "text": "[deleted]", "creativeWorkStatus": "Deleted"}
    if comment.edited_at:
        node["dateModified"] = w3c(comment.edited_at)
    return {**node, "text": markup.plain(str(comment.html))}


def _drop_empty(nodes: list[dict[str, Any]]) -> None:
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node["comment"]:
            waiting.extend(node["comment"])
        else:
            del node["comment"]


def _shown(
    comment: Comment, everyone: dict[int, Comment], entry: Entry, person: Any, page_path: str, placeholder: bool, left_out: int
) -> Shown:
    # The reader sees at once whom a reply answers when it hangs below the deepest level, or after an empty place.
    parent = everyone.get(comment.parent_id) if comment.parent_id else None
    cut = parent is not None and not comment.path.startswith(f"{parent.path}/")
    gone = "withdrawn" if comment.status == "withdrawn" else "removed"
    return Shown(
        id=comment.id,
        parent_id=comment.parent_id,
        status="removed" if placeholder and comment.status != "withdrawn" else comment.status,
        depth=comment.depth,
        author=None if placeholder else comment.author or comment.author_name or None,
        author_name=None if placeholder else author_name(comment),
        author_url=None if placeholder else author_path(comment),
        author_badge=None if placeholder or comment.author is None else badge_of(comment.author),
        posted_at=comment.posted_at,
        edited_at=None if placeholder else comment.edited_at,
        html=Markup("" if placeholder else comment.html),  # cleaned when it was stored
        in_reply_to=(author_name(parent) or "[deleted]") if cut and parent is not None and parent.visible else None,
        address=path_for("comments.permalink", comment_id=comment.id),
        waiting=not placeholder and comment.status == "pending",
        placeholder=gone if placeholder else None,
        reason=None,
        may=frozenset() if placeholder else policy.may(person, comment) - (frozenset() if entry.comments_open else {"reply"}),
        more=(left_out, path_for("comments.thread", entry.language, comment_id=comment.id)) if left_out else None,
        stands_at=f"{page_path}#comment-{comment.id}",
    )


def badge_of(account: Any) -> str | None:
    """What the reader should know about who speaks."""
    if account.erased_at is not None:
        return None
    if account.is_staff:
        return str(_("the band"))
    return str(_("moderator")) if account.keeps_order else None


def _fill_form(made: Section, shown: Sequence[Shown], person: Any, form: CommentForm | None) -> None:
    visible = {comment.id: comment for comment in shown if comment.status == "published"}
    made.form = form or CommentForm(formdata=None)
    if form is None:
        made.form.parent.data = request.args.get("reply", type=int)
        if person is not None:
            made.form.nonce.data = secrets.token_urlsafe(16)
            _bring_draft(made, person)
    made.reply_to = visible.get(made.form.parent.data or 0)
    if made.reply_to is None:
        made.form.parent.data = None


def _bring_draft(made: Section, person: Any) -> None:
    """What could not be posted after signing in waits in the form."""
    token = request.args.get("draft", "")
    draft = operations.find_draft(token) if token else None
    if made.form is not None and draft is not None and draft.entry_id == made.entry.id and draft.comment_id is None:
        made.form.body.data, made.form.parent.data, made.draft_kept = draft.body, draft.parent_id, True


__all__ = ["Section", "address_of", "arrange", "author_name", "author_path", "json_ld_nodes", "nested", "section"]
