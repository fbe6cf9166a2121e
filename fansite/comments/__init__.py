"""Threaded comments below any entry."""

from datetime import timedelta

from fansite.comments import operations, queries
from fansite.comments.authors import address_of, author_name, author_path
from fansite.comments.box import empty_form
from fansite.comments.drafts import drafts
from fansite.comments.findable import findable
from fansite.comments.listeners import follow_standing, lead_anew
from fansite.comments.personal import personal
from fansite.comments.reacting import bp
from fansite.comments.review import reviewable
from fansite.comments.sections import COMMENT_PARAMETERS, Section, in_language, in_their_places, section
from fansite.core import renewal
from fansite.core.feature import Feature
from fansite.core.outbox import Listener, Routine

feature = Feature(
    blueprints=[bp],
    findables=[findable],
    reviewables=[reviewable],
    drafts=drafts,
    personal=personal,
    template_globals={"in_their_places": in_their_places, "empty_comment_form": empty_form},
    listeners=[
        Listener("comments.names", lead_anew, ("account.disabled", "account.enabled")),
        Listener("comments.standing", follow_standing, ("standing.changed",)),
    ],
    routines=[
        Routine("comments.drafts", operations.sweep_drafts, timedelta(hours=6)),
        Routine("comments.texts", operations.render_older, renewal.EVERY),
    ],
)

__all__ = [
    "COMMENT_PARAMETERS",
    "Section",
    "address_of",
    "author_name",
    "author_path",
    "feature",
    "in_language",
    "operations",
    "queries",
    "section",
]
