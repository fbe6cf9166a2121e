"""Lists of discussions, one discussion with what is said in it, and one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import Response, abort, g, request
from flask_babel import gettext as _
from markupsafe import Markup

from fansite.accounts.guards import signed_in
from fansite.bonds.queries import ties_of
from fansite.comments import COMMENT_PARAMETERS, in_language, section
from fansite.core.content import by_slug
from fansite.core.entries import elsewhere, require_sight, stands_for
from fansite.core.errors import Problem
from fansite.core.web import Page, Pages, cacheable, page_number, path_for, render_page
from fansite.core.web.paths import settings
from fansite.moderation.queries import rules_named
from fansite.tags import queries as tags
from fansite.talk import policy, queries
from fansite.talk.models import Discussion
from fansite.talk.polls import queries as polls
from fansite.talk.queries import Row
from fansite.talk.showing import page_of
from fansite.talk.views.blueprint import bp, with_wait

Find = Callable[[int], tuple[Sequence[Row], int]]


@bp.get("/talk/")
@cacheable("page")
def index() -> Response:
    """What was said something in last, pinned ones first."""
    return _list(queries.page_of_latest, "talk.index", _("Talk"))


@bp.get("/talk/newest")
@cacheable("page")
def newest() -> Response:
    return _list(queries.page_of_newest, "talk.newest", _("Newest discussions"), noindex=True)


@bp.get("/talk/unanswered")
@cacheable("page")
def unanswered() -> Response:
    return _list(queries.page_of_unanswered, "talk.unanswered", _("Unanswered discussions"), noindex=True)


@bp.get("/talk/tag/<slug>")
@cacheable("page")
def tag(slug: str) -> Response:
    """A tag nobody can read anything under is no page."""
    found = tags.by_slug(slug)
    if found is None:
        abort(404)
    title, find = _("Talk: %(tag)s", tag=found.name), partial(queries.page_of_tag, found)
    return _list(find, "talk.tag", title, heading=found.name, tag=slug, page_tag=found.page_tag)


@bp.get("/talk/<slug>")
@cacheable(*COMMENT_PARAMETERS)
def show(slug: str) -> Any:
    discussion = by_slug(Discussion, slug, g.language)
    if not stands_for(g.person, discussion):
        return elsewhere("talk", slug, g.language, g.person)
    require_sight(g.person, discussion)
    return page_with(discussion)


def page_with(discussion: Discussion, *, problem: Problem | None = None, status: int = 200, tags_form: Any = None) -> Response:
    """A discussion with all that is said in it; `problem` is what was wrong with a vote or an act on it."""
    tags.take_along(discussion)
    may = policy.may(g.person, discussion)
    said = None
    if discussion.public:
        also = frozenset({"solve"}) if "solve" in may else frozenset[str]()
        said = section(discussion, g.person, also=also, solved=discussion.solved_comment_id)
    solution, poll = queries.solution_of(discussion), polls.poll_for(discussion.id, g.person, closed=not discussion.comments_open)
    unheard = ties_of(g.person).unheard
    if solution is not None and solution.account_id in unheard:
        solution = None  # it stands folded among the replies
    page = page_of(discussion, said)
    depends = {
        *discussion.page_tags,
        f"account:{discussion.author_id}",
        *(said.tags if said else ()),
        *(poll.tags if poll else ()),
    }
    if solution is not None and solution.account_id:
        depends.add(f"account:{solution.account_id}")
    answer = render_page(
        "talk/show.html",
        page,
        tags=depends if said and problem is None else (),
        status=status,
        until=poll.until if poll is not None else None,
        discussion=discussion,
        html=Markup(in_language(discussion.html, g.language)),  # cleaned when it was stored
        unheard=discussion.author_id in unheard,
        section=said,
        solution=solution,
        poll=poll,
        may=may,
        problem=problem,
        tags_form=tags_form,
        done=request.args.get("done"),
    )
    return with_wait(answer, problem)


@bp.get("/account/talk")
@signed_in
def mine() -> Response:
    """All of one's own with their states; what was refused says why and can be corrected."""
    number, total = page_number(), queries.count_own(g.person.id)
    last = max(1, -(-total // queries.OWN_A_PAGE))
    if number > last:
        abort(404)
    found = queries.own_of(g.person.id, number)
    acts = {one.id: {verb for verb in ("edit", "resend", "withdraw") if getattr(policy, verb)(g.person, one)} for one in found}
    return render_page(
        "talk/mine.html",
        Page(_("Your discussions"), noindex=True),
        discussions=found,
        acts=acts,
        named=rules_named("talk", [one.id for one in found]),
        pages=Pages(number, last, path_for("talk.mine")),
        done=request.args.get("done"),
    )


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _list(
    find: Find, endpoint: str, title: str, *, heading: str = "", tag: str = "", page_tag: str = "list:talk", noindex: bool = False
) -> Response:
    number, values = page_number(), {"slug": tag} if tag else {}
    rows, last = find(number)
    if number > last or (tag and not rows):
        abort(404)
    pages = Pages(number, last, path_for(endpoint, **values))
    # What people say is not translated; the page around it is there in all languages.
    versions = [
        (language, path_for(endpoint, language, page=number if number > 1 else None, **values))
        for language in settings().languages
    ]
    page = Page(
        title,
        description=_("What fans talk about: ask, answer, tell."),
        path=pages.url(number),
        noindex=noindex,
        versions=versions,
        crumbs=[(_("Talk"), path_for("talk.index"))] if endpoint != "talk.index" else [],
        feed_stem=path_for("feeds.talk", format="xml").removesuffix(".xml") if endpoint == "talk.index" else None,
    )
    return render_page(
        "talk/index.html",
        page,
        tags=("list:talk", "list:tag", page_tag, *(name for row in rows for name in row.tags)),
        heading=heading or title,
        begun=queries.total() > 0,
        rows=queries.heard_by(g.person, rows),
        pages=pages,
        cloud=queries.cloud(),
        current_tag=tag,
        total_unanswered=queries.total_unanswered(),
    )
