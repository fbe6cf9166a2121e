"""Settings that each make sense and do not fit together, or not the world outside."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from fansite import settings as settings_table
from fansite.accounts import operations as accounts
from fansite.core.feature import Finding
from fansite.core.kept import site_name
from fansite.core.web.paths import settings


def addresses() -> Iterator[Finding]:
    here = settings()
    if here.mail_url.startswith("folder:") and not here.loopback:
        yield Finding("problem", _("Mail is only written to files: nobody receives any."), _("Set FANSITE_MAIL_URL to smtp://…"))
    if not here.https and not here.loopback:
        yield Finding(
            "problem",
            _("The site's address begins with http://: passwords travel where others can read them."),
            _("Put a proxy with a certificate in front, and set FANSITE_BASE_URL to https://…"),
        )
    if here.https and not here.trusted_proxies and not here.loopback:
        yield Finding(
            "warning",
            _("No proxy in front is believed: to the rate limits all visitors are one."),
            _("Set FANSITE_TRUSTED_PROXIES to 1 when one proxy stands in front."),
        )
    if not here.limits:
        yield Finding("warning", _("Rate limits are off."), _("Take FANSITE_LIMITS out before others come in."))
    for variable in settings_table.unknown():
        yield Finding("warning", _("%(name)s is set, and there is no such setting.", name=variable), "fansite settings")


def names() -> Iterator[Finding]:
    if not accounts.has_owner():
        yield Finding("problem", _("Nobody owns this site."), "fansite user create --role owner --username … --email …")
    default = next(setting.default for setting in settings_table.TABLE if setting.name == "site_name")
    if site_name() == default:
        yield Finding("warning", _("The site still has the name it came with."), _("Give it the band's name."))
