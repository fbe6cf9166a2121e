"""The queue: what waits, what was reported, what was decided; one form a card, and a way back from everything."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import keeps_order_only
from fansite.core.errors import Conflict, NotFound, Refused
from fansite.core.web import Page, Pages, page_number, path_for, render_page
from fansite.lib.numbers import row_number
from fansite.moderation import operations, queries, words
from fansite.moderation.blueprint import bp
from fansite.moderation.cards import ReviewCard, chip_words, kinds_on_offer, log_line, review_card
from fansite.moderation.forms import DecisionForm, WordsForm
from fansite.moderation.sifting import Sieve


@bp.get("/")
@keeps_order_only
def queue() -> Response:
    return _queue_page("pending", _("Waiting for you"))


@bp.get("/reported")
@keeps_order_only
def reported() -> Response:
    return _queue_page("reported", _("Reported"))


@bp.get("/recent")
@keeps_order_only
def recent() -> Response:
    return _queue_page("recent", _("Decided lately"))


@bp.get("/reviews/<int:review_id>")
@keeps_order_only
def one_review(review_id: int) -> Response:
    """One card by itself: where a moderator comes back to who was signed out when they decided."""
    return _one(review_id, 200)


@bp.post("/reviews/<int:review_id>/decision")
@keeps_order_only
def decision(review_id: int) -> Any:
    form = DecisionForm()
    if not form.validate():
        return _one(review_id, 422, _problem_of(form), form)
    return _decide(review_id, form)


@bp.route("/<kind>/<int:subject_id>", methods=["GET", "POST"])
@keeps_order_only
def subject(kind: str, subject_id: int) -> Any:
    """Any text by itself, whether or not somebody complained; deciding here opens its review."""
    if request.method == "POST":
        form = DecisionForm()
        if not form.validate():
            raise Refused(_problem_of(form))
        return _decide(operations.take_up(kind, subject_id, by=g.person), form)
    operations.reviewable(kind)
    review = queries.latest_review_of(kind, subject_id)
    if review is not None:
        return _card_page(review_card(queries.items([review])[0]), 200)
    card = _unreviewed(kind, subject_id)
    return _card_page(card, 200)


@bp.get("/log")
@keeps_order_only
def log() -> Response:
    """Who decided what, when and why; paged by key, since it grows for ever."""
    before = request.args.get("before", type=row_number)
    lines, following = queries.log_lines(before)
    page = Page(_("What was decided"), noindex=True)
    return render_page(
        "moderation/log.html", page, lines=[log_line(line) for line in lines], following=following, first=before is None
    )


@bp.route("/words", methods=["GET", "POST"])
@keeps_order_only
def watched() -> Any:
    """The site's own banned and suspect words."""
    form = WordsForm(formdata=request.form if request.method == "POST" else None)
    if request.method == "POST":
        if form.validate():
            words.set_words(form.kind.data, (form.words.data or "").splitlines(), by=g.person)
            return redirect(path_for("moderation.watched", done=form.kind.data), 303)
        return _words_page(form, 422)
    return _words_page(form, 200)


# ---- the parts ------------------------------------------------------------------------------------------------------------


def _queue_page(tab: str, title: str) -> Response:
    page, counts = page_number(), queries.counts()
    sieve = Sieve.of(request.args if tab != "recent" else {}, tab)
    done, undone = (request.args.get(name, type=row_number) for name in ("done", "undone"))
    if sieve.facts:
        items, last_one = queries.in_sieve(sieve, page, also=done or undone)
        total = queries.count_in_sieve(sieve)
    else:
        items, last_one = queries.in_queue(tab, page, also=done or undone)
        total = queries.count_decided() if tab == "recent" else counts[tab]
    last = max(1, -(-total // queries.PER_PAGE))
    if page > last:
        abort(404)
    endpoint = {"pending": "moderation.queue"}.get(tab, f"moderation.{tab}")
    alike = queries.alike(items, tab) if tab != "recent" else {}
    return render_page(
        "moderation/queue.html",
        Page(title, noindex=True),
        tab=tab,
        counts=SimpleNamespace(**counts),
        queue_count=counts["pending"] + counts["reported"],
        reviews=[review_card(item, alike.get(item.review.likeness or "", 0), sieve) for item in items],
        oldest=items[0].review.opened_at if items and tab != "recent" and page == 1 else None,
        pages=Pages(page, last, path_for(endpoint), tuple((name, str(value)) for name, value in sieve.facts.items())),
        toast=_toast_undone(last_one) if undone and not done else _toast(last_one, sieve),
        address=path_for(endpoint),
        sieve=sieve,
        kinds=kinds_on_offer(),
        chips=[(words, path_for(endpoint, **sieve.without(name))) for name, words in chip_words(sieve, items)],
        total=total,
        newest=max((item.review.id for item in items), default=None),
    )


def _toast(item: queries.Item | None, sieve: Sieve) -> Any:
    """The decision just made, with the way back: named by the address the browser was sent to."""
    if item is None or item.review.decision is None or item.review.decided_by_id != g.person.id:
        return None
    card = review_card(item, sieve=sieve)
    words_of = {"approve": _("Approved: %(what)s", what=card.what), "reject": _("Rejected: %(what)s", what=card.what)}
    text = words_of.get(str(card.decision), _("Removed: %(what)s", what=card.what))
    return SimpleNamespace(text=text, action_url=card.action_url, version=card.version)


def _toast_undone(item: queries.Item | None) -> Any:
    """The decision just taken back. What was decided since has words of its own."""
    if item is None or not item.review.open:
        return None
    return SimpleNamespace(text=_("Taken back, it waits again: %(what)s", what=review_card(item).what), action_url="", version=0)


def _decide(review_id: int, form: DecisionForm) -> Any:
    wanted, version = form.decision.data or "", form.version.data
    try:
        if wanted == "undo":
            review = operations.undo(review_id, by=g.person, version=version)
        else:
            review = operations.decide(
                review_id, wanted, by=g.person, reason=(form.reason.data or "").strip(), rule=form.rule.data, version=version
            )
    except Conflict:
        return _one(review_id, 409, _("Somebody decided this a moment before you. This is how it stands now."), form)
    except Refused as problem:
        return _one(review_id, 422, str(problem.text), form)
    endpoint = "moderation.reported" if review.queue == "reported" else "moderation.queue"
    facts = Sieve.of(request.args, review.queue).facts | {"undone" if wanted == "undo" else "done": review.id}
    return redirect(path_for(endpoint, **facts), 303)


def _one(review_id: int, status: int, problem: str = "", form: DecisionForm | None = None) -> Response:
    """The card as it stands now, with what is wrong and the reason that was typed."""
    item = queries.review_item(review_id)
    if item is None:
        raise NotFound()
    return _card_page(
        review_card(item, sieve=Sieve.of(request.args, item.review.queue)),
        status,
        problem,
        form.reason.data or "" if form is not None else "",
    )


def _card_page(card: ReviewCard, status: int, problem: str = "", typed: str = "") -> Response:
    notice = ("wrong", problem) if problem else None
    page = Page(card.what, noindex=True)
    return render_page("moderation/subject.html", page, status=status, review=card, notice=notice, typed_reason=typed)


def _unreviewed(kind: str, subject_id: int) -> ReviewCard:
    """A card for a text nobody has complained about."""
    found = operations.reviewable(kind).cards([subject_id])
    if subject_id not in found:
        raise NotFound()
    return review_card(queries.item_without_review(kind, subject_id, found[subject_id]))


def _problem_of(form: DecisionForm) -> str:
    return " ".join(str(text) for field in form for text in field.errors)


def _words_page(form: WordsForm, status: int) -> Response:
    lists = {
        kind: form.words.data if status == 422 and form.kind.data == kind else "\n".join(words.own_words(kind))
        for kind in ("banned", "suspect")
    }
    return render_page(
        "moderation/words.html",
        Page(_("Watched words"), noindex=True),
        status=status,
        lists=lists,
        form=form,
        saved=request.args.get("done"),
    )
