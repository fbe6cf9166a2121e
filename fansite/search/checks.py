"""Whether there is an index, and whether it holds what the tables show."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import format_decimal
from flask_babel import gettext as _

from fansite.core.db import db
from fansite.core.feature import Finding
from fansite.core.outbox.queries import owed
from fansite.core.web.paths import settings
from fansite.search.queries import LISTENER, findables, index

MOST_SHOWN = 3
# From so many on the embedded index takes minutes to make, and its memory in each process is felt; one in the database grows with neither.
MANY = 20_000
MEND = "fansite rebuild search"


def present() -> Iterator[Finding]:
    state = index().state()
    if state == "ready":
        yield Finding("ok", _("The search index is there."))
    else:
        yield Finding("warning", _("The search index is missing or torn; the worker makes it anew."), MEND)
    if state == "ready" and settings().search_url == "whoosh:" and index().size() > MANY:
        yield Finding(
            "warning",
            _("There is much to search in: %(number)s texts and comments.", number=format_decimal(index().size())),
            _("Set FANSITE_SEARCH_URL to %(url)s", url="sqlite:" if settings().sqlite else "postgres:"),
        )


def equal() -> Iterator[Finding]:
    """Every key of the index against every row that can be found; what the worker still has to hear of is no difference."""
    if index().state() != "ready":
        return
    wanted = {f"{kind.subject_kind}:{number}" for kind in findables().values() for ids in kind.every(0) for number in ids}
    known = set(index().keys())
    unheard = {
        f"{kind}:{number}"
        for kind in {findable.subject_kind for findable in findables().values()}
        for number in db.session.scalars(owed(LISTENER, kind))
    }
    lacking, strange = sorted(wanted - known - unheard), sorted(known - wanted - unheard)
    for keys, words in ((lacking, "is not in the search index"), (strange, "is in the search index and nobody may see it")):
        if keys:
            more = f" and {len(keys) - MOST_SHOWN} more" if len(keys) > MOST_SHOWN else ""
            yield Finding("warning", f"{', '.join(keys[:MOST_SHOWN])}{more} {words}.", MEND)
    if not lacking and not strange:
        yield Finding("ok", f"The search index holds what the tables show: {len(known)} things.")
