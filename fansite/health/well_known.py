"""`/.well-known/security.txt` (RFC 9116): whom to tell about a hole."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Blueprint, Response

from fansite.core.content import Entry, listed
from fansite.core.db import db
from fansite.core.web import cacheable, conditional, entry_path, path_for, public_url, shown_on, unlocalized
from fansite.core.web.paths import settings
from fansite.lib.times import now

bp = Blueprint("well_known", __name__)

# The RFC recommends less than a year. From the start of a day on: within it the text is always the same.
LASTS = timedelta(days=300)
POLICY_SLUG = "security"


@bp.get("/.well-known/security.txt")
@unlocalized
@cacheable()
def security() -> Response:
    day = now().replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        *(f"Contact: {address}" for address in contacts()),
        f"Expires: {_written(day + LASTS)}",
        f"Preferred-Languages: {', '.join(settings().languages)}",
        *_addresses(),
    ]
    shown_on("list:page")
    response = Response("\n".join(lines) + "\n", mimetype="text/plain")
    return conditional(response, until=day + timedelta(days=1), cache="public, max-age=86400")


def contacts() -> list[str]:
    """What the owner said; else the address letters come from, if somebody reads it, and the contact page."""
    here = settings()
    if here.security_contact:
        return [here.security_contact]
    found = [f"mailto:{here.mail_from}"] if here.mail_from else []
    if here.https:  # the RFC knows no other addresses of pages
        found.append(public_url(path_for("contact.write")))
    return found or [f"mailto:{here.sender}"]


def _addresses() -> list[str]:
    """Of this text, and of a page called "security" if the staff wrote one."""
    if not settings().https:
        return []
    lines = [f"Canonical: {public_url(path_for('well_known.security'))}"]
    page = db.session.scalars(
        sa.select(Entry).where(Entry.kind == "page", Entry.slug == POLICY_SLUG, listed()).order_by(Entry.id).limit(1)
    ).first()
    return [*lines, *([f"Policy: {public_url(entry_path(page))}"] if page is not None else [])]


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
