"""Whether people are told in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from fansite.core.feature import Finding
from fansite.core.web import path_for
from fansite.lib.times import now
from fansite.notifications import queries

# Fifty thousand take the post a good half hour.
LATE = timedelta(hours=1)


def in_time() -> Iterator[Finding]:
    late = queries.overdue(now() - LATE)
    if not late:
        yield Finding("ok", _("Everybody who asked for it is told in time."))
        return
    yield Finding(
        "warning",
        ngettext("One notice is overdue.", "%(num)d notices are overdue.", late),
        _("See whether mail goes out, and for what they wait."),
        where=path_for("notifications.desk"),
    )
