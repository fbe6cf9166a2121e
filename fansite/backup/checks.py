"""When the last backup was taken, and whether it is still there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask_babel import format_timedelta
from flask_babel import gettext as _

from fansite.backup import record
from fansite.core.feature import Finding
from fansite.core.web.paths import settings
from fansite.lib.times import now

# Every night, with a night that was missed.
TOO_LONG = timedelta(hours=50)


def last_backup() -> Iterator[Finding]:
    here, todo = settings(), "fansite backup create FILE"
    made = record.made(here.instance_path)
    if not made:
        if not here.loopback:
            yield Finding("problem", _("No backup was ever taken."), todo)
        else:
            yield Finding("ok", _("No backup was taken yet."))
        return
    last = made[0]
    age = now() - last.moment
    text = _(
        "The last backup is %(ago)s old: %(file)s, %(size)s MB.",
        ago=format_timedelta(age),
        file=last.file,
        size=round(last.bytes / 1024**2, 1),
    )
    yield Finding("warning" if age > TOO_LONG else "ok", text, todo if age > TOO_LONG else "")
    if not last.path.exists():
        yield Finding(
            "warning",
            _("The last backup does not lie where it was written any more."),
            _("Well, if it was moved to a safe place."),
        )
