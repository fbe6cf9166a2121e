"""`/tour/<evening>/photos`: what fans saw there, each photograph on a page of its own; sending, taking back, reporting."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, g, redirect, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from fansite.accounts.guards import signed_in
from fansite.comments import author_name
from fansite.core.entries import require_public, require_sight, stands_for
from fansite.core.errors import NotFound
from fansite.core.web import Page, cacheable, entry_path, path_for, render_page
from fansite.core.web.paths import settings
from fansite.lib.numbers import row_number
from fansite.moderation.queries import rules_named
from fansite.moderation.reporting import Reported, report_view, thanks_page
from fansite.tour import queries as gigs
from fansite.tour.blueprint import bp
from fansite.tour.models import Gig
from fansite.tour.photos import operations, policy, queries
from fansite.tour.photos.models import FanPhoto, of_gig
from fansite.tour.photos.sending import elsewhere
from fansite.tour.photos.showing import image_node, path_of_photo, shared_of
from fansite.tour.words import long_day


@bp.get("/tour/<slug>/photos")
@cacheable("after")
def photos(slug: str) -> Any:
    """All of an evening, in the order they came; paged by key, since more may come at any time."""
    gig = gigs.by_slug(slug)
    if not stands_for(g.person, gig):
        return elsewhere("tour.photos", slug)
    assert gig is not None
    require_sight(g.person, gig)
    after = _key("after")
    if after and not queries.belongs(gig.id, after):
        abort(404)
    found = queries.of_gig(gig.id, queries.PER_PAGE, after=after)
    shown = found[: queries.PER_PAGE]
    if after and not shown:
        abort(404)
    tags = (*gig.page_tags, of_gig(gig.id), *(f"account:{photo.account_id}" for photo in shown))
    return render_page(
        "tour/photos.html",
        _page_of_all(gig, after or None, empty=not shown),
        tags=tags if gig.public else (),
        gig=gig,
        photos=shown,
        following=shown[-1].id if len(found) > len(shown) else None,
        first=not after,
        waiting=queries.waiting_of(gig.id, g.person.id) if g.person is not None else [],
        begun=policy.begun(gig),
        done=request.args.get("done"),
    )


@bp.get("/tour/<slug>/photos/<int:photo_id>")
@cacheable()
def photo(slug: str, photo_id: int) -> Any:
    found = _seen(photo_id)
    if slug != found.gig.slug:
        return redirect(path_of_photo(found), 301)
    before, after = queries.beside(found)
    gig, title = found.gig, _page_title(found)
    page = Page(
        f"{found.caption}: {gig.title}",
        description=title,
        path=path_of_photo(found),
        noindex=not found.visible,
        kind="article",
        versions=[(language, path_of_photo(found, language)) for language in settings().languages] if found.visible else (),
        elsewhere="tour.index",
        crumbs=[*_crumbs(gig), (_("Photos"), path_for("tour.photos", slug=gig.slug))],
        nodes=[image_node(found, whole=True)] if found.visible else (),
        og=shared_of(found) if found.visible else {},
        prev_path=path_for("tour.photo", slug=slug, photo_id=before) if before else None,
        next_path=path_for("tour.photo", slug=slug, photo_id=after) if after else None,
    )
    tags = (*gig.page_tags, *found.page_tags, f"account:{found.account_id}") if found.visible and gig.public else ()
    return render_page(
        "tour/photo.html",
        page,
        tags=tags,
        photo=found,
        gig=gig,
        before=before,
        after=after,
        may={verb for verb in ("withdraw", "report", "moderate") if getattr(policy, verb)(g.person, found)},
    )


@bp.route("/tour/<slug>/photos/<int:photo_id>/withdrawal", methods=["GET", "POST"])
@signed_in
def photo_withdrawal(slug: str, photo_id: int) -> Any:
    found = queries.opened(photo_id)
    if found is None or found.account_id != g.person.id or found.gig.slug != slug:
        abort(404)
    if request.method == "POST":
        operations.withdraw(photo_id, by=g.person)
        return redirect(path_for("tour.own_photos", done="withdrawn"), 303)
    if not policy.withdraw(g.person, found):
        abort(404)
    page = Page(_("Take this photo back?"), noindex=True)
    return render_page("tour/photo_withdrawal.html", page, photo=found, gig=found.gig, back=path_of_photo(found))


@bp.route("/tour/<slug>/photos/<int:photo_id>/report", methods=["GET", "POST"])
@cacheable()
def report_photo(slug: str, photo_id: int) -> Any:
    return report_view(lambda: _to_report(_reportable(slug, photo_id)))


@bp.get("/tour/<slug>/photos/<int:photo_id>/report/thanks")
def photo_reported(slug: str, photo_id: int) -> Any:
    words = _("Moderators see it now, with what you wrote. The photo stays until they decide.")
    return thanks_page(words, path_of_photo(_reportable(slug, photo_id)), _("Back to the photo"))


@bp.get("/account/photos")
@signed_in
def own_photos() -> Response:
    """All of one's own with their states, and why a moderator said no."""
    before = _key("before")
    found, following = queries.own_of(g.person.id, before or None)
    return render_page(
        "tour/own_photos.html",
        Page(_("Your photos"), noindex=True),
        photos=found,
        following=following,
        first=not before,
        named=rules_named("photo", [photo.id for photo in found]),
        may_withdraw={photo.id for photo in found if policy.withdraw(g.person, photo)},
        done=request.args.get("done"),
    )


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _seen(photo_id: int) -> FanPhoto:
    """One this person may know of: what was taken down is gone, what waits or was refused is not there."""
    found = queries.opened(photo_id)
    if found is None:
        abort(404)
    if not policy.see(g.person, found):
        require_public(found.gig)
        abort(410 if found.status in ("removed", "withdrawn") else 404)
    return found


def _reportable(slug: str, photo_id: int) -> FanPhoto:
    found = _seen(photo_id)
    if not found.visible or not found.gig.public or found.gig.slug != slug:
        raise NotFound()
    return found


def _key(name: str) -> int:
    """The number a page begins after; 0 for the first."""
    text = request.args.get(name)
    if text is None:
        return 0
    try:
        return row_number(text)
    except ValueError:
        abort(404)


def _crumbs(gig: Gig) -> list[tuple[str, str]]:
    return [(_("Tour"), path_for("tour.index")), (gig.title, entry_path(gig))]


def _page_title(photo: FanPhoto) -> str:
    gig = photo.gig
    return _("Photo by %(name)s: %(gig)s, %(day)s", name=author_name(photo), gig=gig.title, day=long_day(gig.day))


def _page_of_all(gig: Gig, after: int | None, *, empty: bool) -> Page:
    versions = [(language, path_for("tour.photos", language, slug=gig.slug, after=after)) for language in settings().languages]
    return Page(
        _("Photos: %(gig)s, %(day)s", gig=gig.title, day=long_day(gig.day)),
        description=_("What fans saw at %(gig)s on %(day)s.", gig=gig.title, day=long_day(gig.day)),
        path=path_for("tour.photos", slug=gig.slug, after=after),
        noindex=empty or not gig.public,
        versions=versions if gig.public else (),
        elsewhere="tour.index",
        crumbs=_crumbs(gig),
    )


def _to_report(photo: FanPhoto) -> Reported:
    gig = photo.gig
    return Reported(
        "photo",
        photo.id,
        title=_("Report a photo"),
        said_by=_("By %(name)s, on “%(title)s”", name=author_name(photo), title=gig.title),
        html=Markup(render_template("tour/_photo_to_report.html", photo=photo)),
        back=path_of_photo(photo),
        action=path_for("tour.report_photo", slug=gig.slug, photo_id=photo.id),
        thanks=path_for("tour.photo_reported", slug=gig.slug, photo_id=photo.id),
        tags=(*gig.page_tags, *photo.page_tags, f"account:{photo.account_id}"),
    )
