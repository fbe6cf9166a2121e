"""Fans' pages: who somebody is here, what they said, and where they go; posts for those who publish."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, g, redirect
from flask_babel import gettext as _

from fansite.accounts.models import Account, FormerName
from fansite.comments import queries as comments
from fansite.core.db import db
from fansite.core.errors import NotFound
from fansite.core.kept import site_name
from fansite.core.web import Page, Pages, cacheable, page_number, path_for, render_page
from fansite.fans import queries
from fansite.fans.showing import profile_node
from fansite.lib.times import from_microseconds
from fansite.tour import queries as tour
from fansite.tour.going import queries as going
from fansite.tour.going.queries import Evenings
from fansite.tour.photos import queries as shots
from fansite.tour.photos.models import of_fan as photo_tag

bp = Blueprint("fans", __name__)
WORDS_A_PAGE = 20
# Of a fan's evenings, how many stand on their page.
COMING, PAST = 3, 6
GIGS_A_PAGE = 50


@bp.get("/fans/")
@cacheable("page")
def index() -> Response:
    """Everyone who has said something, newest first."""
    page = page_number()
    people, last, total = queries.page_of_heard(page)
    if page > last:
        abort(404)
    pages = Pages(page, last, path_for("fans.index"))
    return render_page(
        "fans/index.html",
        Page(
            _("Fans"),
            description=_("News of %(site)s, and what their fans say.", site=site_name()),
            path=pages.url(page),
            versions=_versions("fans.index", page),
        ),
        tags=("list:fans", *(f"account:{account.id}" for account in people)),
        people=people,
        pages=pages,
        total=total,
    )


@bp.get("/fans/<username>")
@cacheable("page")
def show(username: str) -> Any:
    return _at(username, "fans.show", _profile)


@bp.get("/fans/<username>/gigs")
@cacheable("page")
def gigs(username: str) -> Any:
    """All evenings of one fan: where they go next, and where they were."""
    return _at(username, "fans.gigs", _gigs)


def _at(username: str, endpoint: str, page: Callable[[Account], Response]) -> Any:
    """A page of whoever has this name."""
    account = queries.by_name(username.lower())
    if account is None:
        return _moved(username.lower(), endpoint)
    if username != account.username_key:
        return redirect(path_for(endpoint, username=account.username_key), 301)
    if not account.active:
        raise NotFound()
    return page(account)


def _profile(account: Account) -> Response:
    page, total = page_number(), comments.count_public(account)
    # What the account published, in step with its comments: both turn their pages together.
    posts, posts_total = queries.published_by(account.id, page, WORDS_A_PAGE)
    shows_photos = page == 1 and shots.lent_any(account.id)
    photos, photos_total = shots.of_fan(account.id) if shows_photos else ([], 0)
    last = max(1, -(-max(total, posts_total) // WORDS_A_PAGE))
    if page > last:
        abort(404)
    said = comments.public_of(account.id, page, WORDS_A_PAGE, total=total)
    evenings = going.evenings_of(account.id) if page == 1 else None
    pages = Pages(page, last, path_for("fans.show", username=account.username_key))
    # A page about somebody who has said nothing is a spammer's shop window: it stays out of the index.
    thin = total == posts_total == photos_total == 0
    described = Page(
        account.username,
        description=_("%(name)s on this site: what they wrote and when.", name=account.username),
        path=pages.url(page),
        noindex=thin,
        kind="profile",
        versions=_versions("fans.show", page, username=account.username_key),
        nodes=[profile_node(account, total, posts_total)] if page == 1 else (),
    )
    return render_page(
        "fans/show.html",
        described,
        tags=(
            f"account:{account.id}",
            photo_tag(account.id),
            *(("list:gig",) if shows_photos else ()),  # an evening that is taken down takes its photos along
            *comments.tags_of_public(account),
            *(f"entry:{heard.entry.id}" for heard in said),
        ),
        until=_until(evenings) if evenings else None,
        account=account,
        said=said,
        posts=posts,
        photos=photos,
        photos_total=photos_total,
        pages=pages,
        total=total,
        mine=g.person is not None and g.person.id == account.id,
        evenings=evenings,
        coming=tour.shown(evenings.coming[:COMING]) if evenings else [],
        past=tour.shown(evenings.past[:PAST]) if evenings else [],
    )


def _gigs(account: Account) -> Response:
    page, evenings = page_number(), going.evenings_of(account.id)
    nights = [*evenings.coming, *evenings.past]
    last = max(1, -(-len(nights) // GIGS_A_PAGE))
    if page > last:
        abort(404)
    here = tour.shown(nights[(page - 1) * GIGS_A_PAGE : page * GIGS_A_PAGE])
    coming = {night.id for night in evenings.coming}
    return render_page(
        "fans/gigs.html",
        Page(
            _("Evenings of %(name)s", name=account.username),
            noindex=True,
            crumbs=[
                (_("Fans"), path_for("fans.index")),
                (account.username, path_for("fans.show", username=account.username_key)),
            ],
        ),
        tags=(f"account:{account.id}", *comments.tags_of_public(account)),
        until=_until(evenings),
        account=account,
        evenings=evenings,
        coming=[gig for gig in here if gig.id in coming],
        past=[gig for gig in here if gig.id not in coming],
        pages=Pages(page, last, path_for("fans.gigs", username=account.username_key)),
    )


def _until(evenings: Evenings) -> datetime | None:
    """When what is to come first is over."""
    return min((from_microseconds(night.over_at) for night in evenings.coming), default=None)


def _versions(endpoint: str, page: int, **values: str) -> list[tuple[str, str]]:
    """What people say is not translated; the page around it is there in all languages."""
    number = page if page > 1 else None
    languages = current_app.extensions["fansite"].settings.languages
    return [(language, path_for(endpoint, language, page=number, **values)) for language in languages]


def _moved(key: str, endpoint: str) -> Any:
    """A former name leads to the present one, as long as somebody is there."""
    statement = (
        sa.select(Account.username_key)
        .join(FormerName, FormerName.account_id == Account.id)
        .where(FormerName.username_key == key, queries.here())
    )
    present = db.session.scalar(statement)
    if present is None:
        raise NotFound()
    return redirect(path_for(endpoint, username=present), 301)
