"""What fans talk about: discussions they start, answered like anything else on the site, and polls below them."""

from datetime import timedelta
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _l

from fansite.bonds.queries import hears_everybody
from fansite.core.entries import findable_entries
from fansite.core.feature import Aside, Feature, HomeSection
from fansite.core.outbox import Listener, Routine
from fansite.talk import listeners, operations, queries
from fansite.talk.content import content, sitemap_part
from fansite.talk.drafts import drafts
from fansite.talk.personal import personal
from fansite.talk.review import reviewable
from fansite.talk.views import bp

ON_HOME = 6


def _of_fan(account: Any) -> dict[str, Any] | None:
    """On the page of a fan: what they started last."""
    rows = queries.started_by(account.id)
    return {"rows": rows} if rows else None


def _latest() -> dict[str, Any] | None:
    rows = queries.heard_by(g.get("person"), queries.latest(ON_HOME))
    return {"rows": rows, "tags": [name for row in rows for name in row.tags]} if rows else None


feature = Feature(
    blueprints=[bp],
    contents=[content],
    findables=[findable_entries(content)],
    reviewables=[reviewable],
    drafts=drafts,
    personal=personal,
    sitemap=[sitemap_part()],
    asides=[Aside("fan", "talk/_of_fan.html", _of_fan, lambda account: ("list:talk", f"by:{account.id}"), order=20)],
    listeners=[
        Listener("talk.said", listeners.follow, ("comment.*",)),
        Listener("talk.standing", listeners.follow_standing, ("standing.changed",)),
    ],
    routines=[Routine("talk.drafts", operations.sweep_drafts, timedelta(hours=6))],
    home_sections=[
        HomeSection(
            "talk",
            _l("The latest discussions"),
            _l("in talk"),
            "talk/_home.html",
            _latest,
            tags=("list:talk",),
            more="talk.index",
            more_label=_l("All discussions"),
            order=45,
            alike=hears_everybody,
        )
    ],
)
