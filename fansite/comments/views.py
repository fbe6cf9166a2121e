"""Writing, correcting, taking back and reporting comments; one's own list; permalinks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, redirect, request
from flask_babel import gettext as _
from markupsafe import Markup

from fansite.accounts.guards import signed_in
from fansite.comments import operations, policy, queries
from fansite.comments.authors import address_of, author_name
from fansite.comments.forms import CommentForm, EditForm, nonce_of
from fansite.comments.models import Comment
from fansite.comments.sections import COMMENT_PARAMETERS, section, thread_section
from fansite.core import markup
from fansite.core.content import Entry
from fansite.core.db import db
from fansite.core.entries import require_public
from fansite.core.errors import Gone, NotFound, Problem, Refused, TooMany
from fansite.core.limits import visitor_key
from fansite.core.web import Page, Pages, cacheable, entry_path, page_number, path_for, render_page, unlocalized
from fansite.core.web.failures import words
from fansite.moderation.queries import rules_named
from fansite.moderation.reporting import Reported, quoted, report_view, thanks_page
from fansite.rules import operations as rules

bp = Blueprint("comments", __name__)
OWN_A_PAGE = 30


@bp.post("/comments/on/<int:entry_id>")
def create(entry_id: int) -> Any:
    """Signed in: posts. A stranger's text is kept, and they go on to sign in."""
    form = CommentForm()
    try:
        return _sent(entry_id, form)
    except (Gone, NotFound) as problem:
        return _kept(form, problem)


@bp.get("/comments/<int:comment_id>")
@unlocalized
def permalink(comment_id: int) -> Any:
    comment = seen(comment_id)
    return redirect(address_of(comment, comment.entry), 302)


@bp.get("/comments/<int:comment_id>/thread")
@cacheable(*COMMENT_PARAMETERS)
def thread(comment_id: int) -> Any:
    """A thread that is too long for its entry's page."""
    root = _root(comment_id)
    if comment_id != root.id or root.entry.language != g.language:
        return redirect(path_for("comments.thread", root.entry.language, comment_id=root.id), 301)
    made = thread_section(root, g.person)
    name = author_name(root) if root.visible else None
    title = _("A thread by %(name)s", name=name or _("somebody who left"))
    crumbs = [(root.entry.title, entry_path(root.entry))]
    versions = [(root.entry.language, made.page_path)]
    page = Page(
        f"{title}: {root.entry.title}",
        description=markup.summary_of(root.html) if root.visible else "",
        path=made.page_path,
        crumbs=crumbs,
        versions=versions,
        feed_stem=path_for("comments.thread", root.entry.language, comment_id=root.id).removesuffix("thread") + "feed",
    )
    return render_page("comments/thread.html", page, tags=made.tags, heading=title, entry=root.entry, section=made)


@bp.route("/comments/<int:comment_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(comment_id: int) -> Any:
    """Within half an hour; and what was refused, to correct it and send it again."""
    comment = _own(comment_id)
    again, form = policy.resend(g.person, comment), EditForm(body=comment.body)
    if not again and not policy.edit(g.person, comment):
        too_late = Refused(_("This comment can no longer be changed. You can still take it back, or answer it yourself."))
        if request.method == "POST":
            return _kept(form, too_late)
        raise too_late
    if request.method == "POST":
        try:
            act = operations.resend if again else operations.edit
            comment = act(comment_id, by=g.person, body=form.body.data or "")
            entry = _entry(comment.entry_id)
            return redirect(address_of(comment, entry), 303)
        except (Refused, TooMany) as problem:
            form.refuse(Refused(problem.text, field="body"))
            return _with_wait(_edit_page(_own(comment_id), form, again, _status_of(problem)), problem)
    return _edit_page(comment, form, again, 200)


@bp.route("/comments/<int:comment_id>/withdrawal", methods=["GET", "POST"])
@signed_in
def withdrawal(comment_id: int) -> Any:
    comment = _own(comment_id)
    if request.method == "POST":
        operations.withdraw(comment_id, by=g.person)
        return redirect(path_for("comments.mine", done="withdrawn"), 303)
    if not policy.withdraw(g.person, comment):
        abort(404)
    page = Page(_("Take this comment back?"), noindex=True)
    return render_page(
        "comments/withdrawal.html", page, comment=comment, entry=comment.entry, back=address_of(comment, comment.entry)
    )


@bp.route("/comments/<int:comment_id>/report", methods=["GET", "POST"])
@cacheable()
def report(comment_id: int) -> Any:
    return report_view(lambda: _reportable(comment_id))


@bp.get("/comments/<int:comment_id>/report/thanks")
def reported(comment_id: int) -> Any:
    comment = seen(comment_id)
    words = _("Moderators see it now, with what you wrote. The comment stays until they decide.")
    return thanks_page(words, address_of(comment, comment.entry), _("Back to the page"))


@bp.get("/account/comments")
@signed_in
def mine() -> Any:
    """All of one's own with their states; what was refused says why and can be corrected."""
    page_no = page_number()
    total = queries.count_own(g.person.id)
    last = max(1, -(-total // OWN_A_PAGE))
    if page_no > last:
        abort(404)
    comments = queries.own_of(g.person.id, page_no, OWN_A_PAGE, total=total)
    pages = Pages(page_no, last, path_for("comments.mine"))
    page = Page(_("Your comments"), noindex=True)
    acts = {
        comment.id: policy.may(g.person, comment) | ({"resend"} if policy.resend(g.person, comment) else set())
        for comment in comments
    }
    named = rules_named("comment", [comment.id for comment in comments])
    return render_page(
        "comments/mine.html",
        page,
        comments=comments,
        acts=acts,
        named=named,
        pages=pages,
        total=total,
        done=request.args.get("done"),
    )


# ---- the parts ------------------------------------------------------------------------------------------------------------


def _sent(entry_id: int, form: CommentForm) -> Any:
    body, parent_id = form.body.data or "", form.parent.data
    try:
        if not form.validate():
            raise operations.parent_is_gone()
        if g.person is None:
            token = operations.keep_draft(entry_id, body=body, parent_id=parent_id, address=visitor_key())
            return _go_on(path_for("accounts.login", draft=token))
        nonce = nonce_of(form.nonce.data or request.headers.get("Idempotency-Key", ""))
        address = address_of(*operations.post_at(entry_id, by=g.person, body=body, parent_id=parent_id, nonce=nonce))
        if form.rules.data:
            rules.accept(g.person.id, form.rules.data)
        return _go_on(address, created=True)
    except (Refused, TooMany) as problem:
        return _typed_again(entry_id, form, problem)


def _entry(entry_id: int) -> Entry:
    entry = db.session.get(Entry, entry_id)
    if entry is None or not entry.public:
        raise Gone() if entry is not None and entry.status == "withdrawn" else NotFound()
    return entry


def seen(comment_id: int) -> Comment:
    """A comment this person may know of; removed and withdrawn ones are gone, what waits is its author's."""
    comment = queries.with_context(comment_id)
    if comment is None or comment.status == "rejected":
        raise NotFound()
    if comment.status == "pending" and not policy.read(g.person, comment):
        raise NotFound()
    require_public(comment.entry)
    if not comment.visible and comment.status != "pending":
        raise Gone(_("This comment was taken down."))
    return comment


def _root(comment_id: int) -> Comment:
    """The first comment of its thread. It may be hidden: the thread goes on below its empty place."""
    comment = queries.with_context(comment_id)
    if comment is None:
        raise NotFound()
    if comment.id == comment.root_id and comment.replies_count:
        require_public(comment.entry)
        return comment
    comment = seen(comment_id)
    root = comment if comment.id == comment.root_id else queries.with_context(comment.root_id)
    if root is None or root.thread is None:
        raise NotFound()
    return root


def _own(comment_id: int) -> Comment:
    comment = queries.with_context(comment_id)
    if comment is None or comment.author_id != g.person.id:
        raise NotFound()
    return comment


def _go_on(path: str, *, created: bool = False) -> Any:
    """303 for a browser; for the script of the page, where the comment stands."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify({"address": path}), (201 if created else 200)
    return redirect(path, 303)


def _typed_again(entry_id: int, form: CommentForm, problem: Problem) -> Response:
    """The entry's page of comments with everything typed still in the form, and why it was not taken."""
    if form.parent.errors:
        form.parent.data, form.parent.errors = None, ()
    # What is wrong with whom it answers is said over the form: nobody sees a box for that.
    form.refuse(Refused(problem.text, field="body" if problem.field == "body" else None))
    if problem.field == "parent":
        form.parent.data = None
    entry = _entry(entry_id)
    made = section(entry, g.person, form=form)
    page = Page(_("Your comment on %(title)s", title=entry.title), noindex=True)
    response = render_page("comments/again.html", page, status=_status_of(problem), entry=entry, section=made)
    return _with_wait(response, problem)


def _kept(form: CommentForm | EditForm, problem: Problem) -> Response:
    """There is no place any more for this text: it goes back to who wrote it."""
    if not form.body.data:
        raise problem
    title, usual = words(problem.status)
    form.refuse(Refused(problem.text or usual))
    return render_page("comments/kept.html", Page(title, noindex=True), status=problem.status, form=form)


def _status_of(problem: Problem) -> int:
    return 429 if isinstance(problem, TooMany) else 422


def _with_wait(response: Response, problem: Problem) -> Response:
    if isinstance(problem, TooMany):
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _edit_page(comment: Comment, form: EditForm, again: bool, status: int) -> Response:
    page = Page(_("Correct your comment") if again else _("Change your comment"), noindex=True)
    back = path_for("comments.mine") if again else address_of(comment, comment.entry)
    return render_page("comments/edit.html", page, status=status, comment=comment, form=form, again=again, back=back)


def _reportable(comment_id: int) -> Reported:
    comment = seen(comment_id)
    if not comment.visible:
        raise NotFound()
    name = author_name(comment) or "[deleted]"
    return Reported(
        "comment",
        comment_id,
        title=_("Report a comment"),
        said_by=_("By %(name)s, on “%(title)s”", name=name, title=comment.entry.title),
        html=quoted(Markup(comment.html)),  # cleaned when it was stored
        back=address_of(comment, comment.entry),
        action=path_for("comments.report", comment_id=comment_id),
        thanks=path_for("comments.reported", comment_id=comment_id),
        tags=comment.shown_tags,
    )
