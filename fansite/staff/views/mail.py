"""What the site sent or could not send. Bodies are read only where the site is one's own machine: they hold the keys of accounts."""

from __future__ import annotations

import email
import re
from email import policy
from pathlib import Path
from typing import Any

from flask import Response, abort, current_app, redirect
from flask_babel import gettext as _

from fansite.accounts.guards import owner_only
from fansite.backends.mail import FolderMailer
from fansite.core import mail
from fansite.core.db import db
from fansite.core.web import Page, path_for, render_page
from fansite.core.web.paths import settings
from fansite.staff.views.blueprint import bp

RECEIPT = re.compile(r"[0-9TZ.]+-[a-z0-9@._-]+\.eml")


@bp.get("/mail")
@owner_only
def mails() -> Response:
    return render_page("staff/mail.html", Page(_("Mail"), noindex=True), mails=mail.recent(), readable=settings().loopback)


@bp.get("/mail/<int:mail_id>")
@owner_only
def letter(mail_id: int) -> Response:
    found = db.session.get(mail.Mail, mail_id)
    if found is None or not settings().loopback:
        abort(404)
    return render_page("staff/letter.html", Page(found.subject, noindex=True), mail=found, letter=_letter(found))


@bp.post("/mail/<int:mail_id>/delivery")
@owner_only
def delivery(mail_id: int) -> Any:
    mail.send_again(mail_id)
    return redirect(path_for("staff.mails", _anchor=f"mail-{mail_id}"), 303)


def _letter(found: mail.Mail) -> list[tuple[str, str | None]] | None:
    """Its text in pieces, those that lead to this site with their path."""
    text = found.text or _from_folder(found.receipt)
    if text is None:
        return None
    home = settings().base_url
    pieces = re.split(rf"({re.escape(home)}/[^\s<>\"]*)", text)
    return [(words, words.removeprefix(home) if nth % 2 else None) for nth, words in enumerate(pieces)]


def _from_folder(receipt: str | None) -> str | None:
    """Sent mails are forgotten by the database; the folder still has them."""
    mailer = current_app.extensions["fansite"].mailer
    if not isinstance(mailer, FolderMailer) or not RECEIPT.fullmatch(receipt or ""):
        return None
    path = Path(mailer.folder) / str(receipt)
    if not path.is_file():
        return None
    part = email.message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
    return str(part.get_content()) if part is not None else None
