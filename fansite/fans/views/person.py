"""The pages of one fan: who they are here, what they said, and where they go; posts for those who publish."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Response, abort, g, redirect, request
from flask_babel import gettext as _
from markupsafe import Markup

from fansite.accounts.guards import signed_in
from fansite.accounts.models import Account, FormerName
from fansite.bonds import queries as bonds
from fansite.comments import queries as comments
from fansite.core import markup
from fansite.core.asides import beside
from fansite.core.db import db
from fansite.core.errors import NotFound
from fansite.core.web import Page, Pages, cacheable, page_number, path_for, render_page
from fansite.fans import cities, queries
from fansite.fans.badges import Facts, earned
from fansite.fans.portrait import Portrait, portrait_of
from fansite.fans.review import shown
from fansite.fans.showing import profile_node
from fansite.fans.views.blueprint import bp, versions
from fansite.lib.numbers import row_number
from fansite.lib.times import from_microseconds, now
from fansite.moderation.reporting import Reported, quoted, report_view, thanks_page
from fansite.tour import queries as tour
from fansite.tour.going import queries as going
from fansite.tour.going.queries import Evenings
from fansite.tour.photos import queries as shots
from fansite.tour.photos.models import of_fan as photo_tag

WORDS_A_PAGE = 20
# Of a fan's evenings, how many stand on their page.
COMING, PAST = 3, 6
GIGS_A_PAGE = 50
FOLLOWERS_A_PAGE = 60


@bp.get("/fans/<username>")
@cacheable("page")
def show(username: str) -> Any:
    return _at(username, "fans.show", _profile)


@bp.get("/fans/<username>/gigs")
@cacheable("page")
def gigs(username: str) -> Any:
    """All evenings of one fan: where they go next, and where they were."""
    return _at(username, "fans.gigs", _gigs)


@bp.get("/fans/<username>/followers")
@signed_in
def followers(username: str) -> Any:
    """Who follows them, for those who are signed in, in the order they came here; going on after the last one of the page before."""
    return _at(username, "fans.followers", _followers)


@bp.route("/fans/<username>/report", methods=["GET", "POST"])
@cacheable()
def report(username: str) -> Any:
    """What somebody says of themselves; a name is told in the note."""
    return report_view(lambda: _reportable(username))


@bp.get("/fans/<username>/report/thanks")
def reported(username: str) -> Response:
    account = queries.by_name(username.lower())
    if account is None or not account.active:
        raise NotFound()
    words = _("Moderators see it now, with what you wrote. The page stays as it is until they decide.")
    return thanks_page(words, path_for("fans.show", username=account.username_key), _("Back to the page"))


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
    page, portrait = page_number(), portrait_of(account, g.person)
    total = comments.count_public(account)
    # What the account published, in step with its comments: both turn their pages together.
    posts, posts_total = queries.published_by(account.id, page, WORDS_A_PAGE)
    shows_photos = page == 1 and shots.lent_any(account.id)
    photos, photos_total = shots.of_fan(account.id) if shows_photos else ([], 0)
    last = max(1, -(-max(total, posts_total) // WORDS_A_PAGE))
    if page > last:
        abort(404)
    said = comments.public_of(account.id, page, WORDS_A_PAGE, total=total)
    evenings = _evenings(account, portrait) if page == 1 else None
    more = beside("fan", account)
    pages = Pages(page, last, path_for("fans.show", username=account.username_key))
    followers = bonds.count_followers(account.id)
    facts = Facts(account.joined_at, now(), total, len(evenings.past) if evenings else 0, photos_total)
    described = Page(
        account.username,
        description=_description(account, portrait),
        path=pages.url(page),
        # A page of somebody nobody knows yet, or who has said nothing, is a spammer's shop window: it stays out of the index.
        noindex=not account.stands or (total == posts_total == photos_total == 0 and not portrait.about),
        kind="profile",
        versions=versions("fans.show", page, username=account.username_key),
        nodes=[profile_node(account, portrait, comments=total, posts=posts_total, followers=followers)] if page == 1 else (),
    )
    return render_page(
        "fans/show.html",
        described,
        tags=(
            f"account:{account.id}",
            bonds.followers_tag(account.id),
            photo_tag(account.id),
            *(("list:gig",) if shows_photos else ()),  # an evening that is taken down takes its photos along
            *(("list:song",) if portrait.songs else ()),
            *comments.tags_of_public(account),
            *(f"entry:{heard.entry.id}" for heard in said),
            *more.tags,
        ),
        until=min(filter(None, (_until(evenings) if evenings else None, facts.next_year_at))),
        account=account,
        portrait=portrait,
        waiting=_waiting(account),
        city=_city(account, portrait),
        badges=earned(facts) if "badges" in portrait.shown and page == 1 else (),
        followers=followers,
        said=said,
        posts=posts,
        photos=photos,
        photos_total=photos_total,
        pages=pages,
        total=total,
        mine=g.person is not None and g.person.id == account.id,
        ties=_ties(account),
        evenings=evenings,
        coming=tour.shown(evenings.coming[:COMING]) if evenings else [],
        past=tour.shown(evenings.past[:PAST]) if evenings else [],
        beside=more.shown if page == 1 else (),
    )


def _evenings(account: Account, portrait: Portrait) -> Evenings | None:
    return going.evenings_of(account.id) if "evenings" in portrait.shown else None


def _description(account: Account, portrait: Portrait) -> str:
    if portrait.about and portrait.open_to_all("bio") and account.stands:
        return markup.summary_of(str(portrait.about))
    return _("%(name)s on this site: what they wrote and when.", name=account.username)


def _city(account: Account, portrait: Portrait) -> Any:
    """With the address of those who live there too, among whom they are once they have said something."""
    if portrait.city is None:
        return None
    is_there = account.approved_comments > 0 and account.standing_lost_at is None
    return portrait.city, path_for(
        "fans.in_city", slug=cities.slug_of(portrait.city.name, portrait.city.country)
    ) if is_there else None


def _waiting(account: Account) -> Markup:
    """On one's own page, what one asked to be shown and no moderator has read yet."""
    latest = queries.latest_wording(account.id) if g.person is not None and g.person.id == account.id else None
    if latest is None or latest.status != "pending":
        return Markup("")
    return shown(markup.render(latest.body, trust="fan", id_prefix="waiting-") if latest.body else "", latest.songs)


def _ties(account: Account) -> dict[str, bool] | None:
    """What who looks has to do with them; None for strangers and on one's own page."""
    if g.person is None or g.person.id == account.id:
        return None
    ties = bonds.ties_of(g.person)
    kinds = {"follow": ties.following, "mute": ties.muted, "block": ties.blocked}
    return {kind: account.id in others for kind, others in kinds.items()} | {"apart": account.id in ties.apart}


def _gigs(account: Account) -> Response:
    page, portrait = page_number(), portrait_of(account, g.person)
    evenings = _evenings(account, portrait)
    if evenings is None:
        raise NotFound()
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
        tags=(f"account:{account.id}", bonds.followers_tag(account.id), *comments.tags_of_public(account)),
        until=_until(evenings),
        account=account,
        evenings=evenings,
        coming=[gig for gig in here if gig.id in coming],
        past=[gig for gig in here if gig.id not in coming],
        pages=Pages(page, last, path_for("fans.gigs", username=account.username_key)),
    )


def _followers(account: Account) -> Response:
    ties = bonds.ties_of(g.person)
    if "badges" not in portrait_of(account, g.person).shown or account.id in ties.blocked_by:
        raise NotFound()  # whom somebody blocks sees no more of them than a stranger
    after = request.args.get("after", type=row_number) or 0
    ids, further = bonds.followers(account.id, after, FOLLOWERS_A_PAGE)
    return render_page(
        "fans/followers.html",
        Page(
            _("Who follows %(name)s", name=account.username),
            noindex=True,
            crumbs=[
                (_("Fans"), path_for("fans.index")),
                (account.username, path_for("fans.show", username=account.username_key)),
            ],
        ),
        account=account,
        people=queries.all_here([id for id in ids if id not in ties.unheard]),
        further=further,
        first=after == 0,
    )


def _reportable(username: str) -> Reported:
    account = queries.by_name(username.lower())
    if account is None or not account.active:
        raise NotFound()
    portrait = portrait_of(account, g.person)
    if portrait.wording_id is None:
        raise NotFound()
    return Reported(
        "profile",
        portrait.wording_id,
        title=_("Report a profile"),
        said_by=_("What %(name)s says about themselves", name=account.username),
        html=quoted(shown(portrait.about, [title for title, _path in portrait.songs])),
        back=path_for("fans.show", username=account.username_key),
        action=path_for("fans.report", username=account.username_key),
        thanks=path_for("fans.reported", username=account.username_key),
        tags=(f"account:{account.id}", bonds.followers_tag(account.id)),
    )


def _until(evenings: Evenings) -> datetime | None:
    """When what is to come first is over."""
    return min((from_microseconds(night.over_at) for night in evenings.coming), default=None)


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
