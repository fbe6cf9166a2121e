"""Starting, correcting, taking back and reporting discussions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import signed_in
from fansite.core import nonces
from fansite.core.db import db
from fansite.core.entries import author_name
from fansite.core.errors import Refused, TooMany
from fansite.core.limits import visitor_key
from fansite.core.web import Page, cacheable, entry_path, path_for, render_page
from fansite.moderation.reporting import Reported, quoted, report_view, thanks_page
from fansite.rules import operations as rules_operations
from fansite.rules import queries as rules
from fansite.talk import operations, policy
from fansite.talk.forms import RewordForm, StartForm
from fansite.talk.models import Discussion
from fansite.talk.polls import queries as polls
from fansite.talk.review import words_of
from fansite.talk.views.blueprint import bp, own, public, status_of, with_wait


@bp.route("/talk/new", methods=["GET", "POST"])
def new() -> Any:
    """Signed in: starts it. A stranger's text is kept, and they go on to sign in."""
    if request.method != "POST":
        return _start_page(_empty_or_kept())
    form = StartForm()
    try:
        if not form.validate():
            raise Refused()
        return _sent(form)
    except (Refused, TooMany) as problem:
        db.session.rollback()
        if str(problem):
            form.refuse(problem)
        return with_wait(_start_page(form, status_of(problem)), problem)


@bp.route("/talk/<slug>/edit", methods=["GET", "POST"])
@signed_in
def edit(slug: str) -> Any:
    """Within half an hour; and what was refused, to correct it and send it again."""
    discussion = own(slug)
    again, form = policy.resend(g.person, discussion), RewordForm(title=discussion.title, body=discussion.body)
    if not again and not policy.edit(g.person, discussion):
        return _too_late_page(discussion, form)
    if request.method != "POST":
        return _edit_page(discussion, form, again)
    act: Callable[..., Discussion] = operations.resend if again else operations.revise
    try:
        discussion = act(discussion.id, by=g.person, title=form.title.data or "", body=form.body.data or "")
    except (Refused, TooMany) as problem:
        db.session.rollback()
        form.refuse(problem)
        return with_wait(_edit_page(own(slug), form, again, status_of(problem)), problem)
    return redirect(_address_for_author(discussion), 303)


@bp.route("/talk/<slug>/withdrawal", methods=["GET", "POST"])
@signed_in
def withdrawal(slug: str) -> Any:
    discussion = own(slug)
    if request.method == "POST":
        operations.withdraw(discussion.id, by=g.person)
        return redirect(path_for("talk.mine", done="withdrawn"), 303)
    if not policy.withdraw(g.person, discussion):
        abort(404)
    page = Page(_("Take this discussion back?"), noindex=True)
    return render_page("talk/withdrawal.html", page, discussion=discussion, back=_address_for_author(discussion))


@bp.route("/talk/<slug>/report", methods=["GET", "POST"])
@cacheable()
def report(slug: str) -> Any:
    return report_view(lambda: _reportable(slug))


@bp.get("/talk/<slug>/report/thanks")
def reported(slug: str) -> Any:
    words = _("Moderators see it now, with what you wrote. The discussion stays until they decide.")
    return thanks_page(words, entry_path(public(slug)), _("Back to the discussion"))


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _sent(form: StartForm) -> Any:
    typed = {"title": form.title.data or "", "body": form.body.data or ""}
    if g.person is None:
        token = operations.keep_draft(**typed, more=form.more(), language=g.language, address=visitor_key())
        return redirect(path_for("accounts.login", draft=token), 303)
    words = operations.fit(
        **typed,
        tags=form.tags.data or "",
        question=form.question.data or "",
        options=form.options.data or "",
        ends_on=form.ends_on.data,
    )
    started = operations.start(words, by=g.person, language=g.language, nonce=form.nonce.data or "")
    address = _address_for_author(started)
    if form.rules.data:
        rules_operations.accept(g.person.id, form.rules.data)
    return redirect(address, 303)


def _empty_or_kept() -> StartForm:
    """An empty form, or one with what could not be posted after signing in."""
    token = request.args.get("draft", "")
    draft = operations.find_draft(token) if token and g.person is not None else None
    if draft is None or draft.discussion_id is not None:
        return StartForm(formdata=None, data={"nonce": nonces.fresh() if g.person is not None else ""})
    day = draft.more.get("ends_on")
    more = draft.more | {"ends_on": date.fromisoformat(day) if day else None}
    return StartForm(formdata=None, data={"title": draft.title, "body": draft.body, **more, "nonce": nonces.fresh()})


def _start_page(form: StartForm, status: int = 200) -> Response:
    page = Page(_("Start a discussion"), noindex=True, crumbs=[(_("Talk"), path_for("talk.index"))])
    return render_page("talk/new.html", page, status=status, form=form, new_rules=rules.news_for(g.person))


def _edit_page(discussion: Discussion, form: RewordForm, again: bool, status: int = 200) -> Response:
    title = _("Correct your discussion") if again else _("Change your discussion")
    back = path_for("talk.mine") if again else _address_for_author(discussion)
    page = Page(title, noindex=True)
    return render_page("talk/edit.html", page, status=status, discussion=discussion, form=form, again=again, back=back)


def _too_late_page(discussion: Discussion, form: RewordForm) -> Response:
    """What was typed meanwhile goes back to who typed it: a reply may say it."""
    taken_back = discussion.state == "withdrawn"
    page = Page(_("You took this discussion back") if taken_back else _("Half an hour has passed"), noindex=True)
    return render_page(
        "talk/too_late.html",
        page,
        status=422,
        discussion=discussion,
        form=form if request.method == "POST" else None,
        may=policy.may(g.person, discussion),
        back=_address_for_author(discussion),
    )


def _address_for_author(discussion: Discussion) -> str:
    """What was refused or taken back stands on no page; its author finds it among their own."""
    return entry_path(discussion) if policy.read(g.person, discussion) else path_for("talk.mine")


def _reportable(slug: str) -> Reported:
    discussion = public(slug)
    name, asked = author_name(discussion) or "[deleted]", polls.texts_of([discussion.id]).get(discussion.id, [])
    return Reported(
        "talk",
        discussion.id,
        title=_("Report a discussion"),
        said_by=_("By %(name)s: “%(title)s”", name=name, title=discussion.title),
        html=quoted(words_of(discussion, asked)),
        back=entry_path(discussion),
        action=path_for("talk.report", slug=slug),
        thanks=path_for("talk.reported", slug=slug),
        tags=(*discussion.page_tags, f"account:{discussion.author_id}"),
    )
