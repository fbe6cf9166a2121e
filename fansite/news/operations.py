"""What can happen to a news post. What every kind of entry shares stands in `core/publishing`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Unpack

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core import publishing
from fansite.core.db import db, touch, transaction
from fansite.core.errors import Refused
from fansite.core.publishing import publish, recall, set_comments_open, withdraw
from fansite.core.wording import Wording
from fansite.news.models import MAX_GIGS, NewsPost, about_tags, post_gig
from fansite.tags.operations import label
from fansite.tour.models import Gig

__all__ = ["draft", "publish", "recall", "revise", "set_comments_open", "withdraw"]


def draft(*, by: Any, tags: Sequence[str] = (), gigs: Sequence[int] = (), **wording: Unpack[Wording]) -> NewsPost:
    """`gigs` are the numbers of the evenings it is about."""
    with transaction():
        post = publishing.draft(NewsPost, by=by, **wording)
        label(post, tags)
        _tell_about(post, gigs)
        return post


def revise(
    post_id: int,
    *,
    by: Any,
    version: int,
    tags: Sequence[str] | None = None,
    gigs: Sequence[int] | None = None,
    **wording: Unpack[Wording],
) -> NewsPost:
    """Saves what is given and keeps the rest. `version` is the one the editor saw: nobody overwrites another in silence."""
    with transaction():
        post = publishing.opened(NewsPost, post_id, by=by, version=version)
        relabelled = tags is not None and label(post, tags)
        about_others = gigs is not None and _tell_about(post, gigs)
        publishing.rewrite(post, otherwise=relabelled or about_others, **wording)
        return post


def _tell_about(post: NewsPost, gig_ids: Iterable[int]) -> bool:
    """It is about exactly these evenings, of any state: whether that is another thing than before. Inside a transaction."""
    wanted, before = set(gig_ids), post.gigs
    if wanted == before.keys():
        return False
    if len(wanted) > MAX_GIGS:
        raise Refused(_l("%(most)s evenings are enough for one text.", most=MAX_GIGS), field="gigs")
    if len(db.session.scalars(sa.select(Gig.__table__.c.id).where(Gig.__table__.c.id.in_(wanted))).all()) < len(wanted):
        raise Refused(_l("One of these evenings is gone. Look at the list once more."), field="gigs")
    db.session.execute(sa.delete(post_gig).where(post_gig.c.post_id == post.id))
    if wanted:
        db.session.execute(sa.insert(post_gig), [{"post_id": post.id, "gig_id": gig} for gig in sorted(wanted)])
    touch(*about_tags(before), *about_tags(post.gigs))
    return True
