"""What the worker has to do, whether it does it, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask_babel import format_timedelta, ngettext
from flask_babel import gettext as _

from fansite.core.feature import Finding
from fansite.core.mail import count_failed
from fansite.core.outbox import queries
from fansite.core.web import path_for
from fansite.lib.times import now

# It runs something every ten seconds; a long piece of work may take a while.
SILENT = timedelta(minutes=3)
# A batch takes seconds; what waits longer is held up.
LATE = timedelta(minutes=5)


def worker() -> Iterator[Finding]:
    seen = queries.last_sign_of_work()
    todo = _("`fansite serve` starts it along; `fansite worker` runs it alone.")
    if seen is None:
        yield Finding("problem", _("The worker has never run: no mail goes out, and nothing is found."), todo)
    elif now() - seen > SILENT:
        yield Finding(
            "problem", _("The worker was last seen %(ago)s ago: no mail goes out.", ago=format_timedelta(now() - seen)), todo
        )
    else:
        yield Finding("ok", _("The worker is at work."))


def queue() -> Iterator[Finding]:
    failed = sum(group.number for group in queries.failures())
    if failed:
        yield Finding(
            "problem",
            ngettext("%(num)d delivery failed.", "%(num)d deliveries failed.", failed),
            _("The reason stands there; when it is mended, let it be tried again."),
            where=path_for("health.show", _anchor="failures"),
        )
    waiting, oldest = queries.waiting()
    if not waiting:
        yield Finding("ok", _("Nothing waits to be delivered."))
        return
    since = now() - oldest if oldest else timedelta()
    text = ngettext(
        "%(num)d delivery waits, for %(ago)s.",
        "%(num)d deliveries wait, the oldest for %(ago)s.",
        waiting,
        ago=format_timedelta(since),
    )
    late = since > LATE
    yield Finding("warning" if late else "ok", text, _("See whether the worker runs.") if late else "")


def mail() -> Iterator[Finding]:
    failed = count_failed()
    if failed:
        yield Finding(
            "warning",
            ngettext("%(num)d mail could not be sent.", "%(num)d mails could not be sent.", failed),
            _("The list of mails tells why, and sends them again."),
            where=path_for("staff.mails"),
        )
