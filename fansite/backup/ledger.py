"""Who was erased, so that no backup brings them back: ids and times, nothing else.

The ledger lies beside the database and in every folder that holds one of the last backups; each line names the site, for one folder may
hold the backups of two.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.core.db import db
from fansite.core.errors import Refused
from fansite.core.kept import SiteFact

NAME = "erasures.jsonl"
# Beside backups, where other things lie too.
NAME_BESIDE = "fansite-erasures.jsonl"


@dataclass(frozen=True)
class Erasure:
    site: str
    account_id: int
    at: datetime
    # Whether what they said in public stays, under "[deleted]".
    keep_words: bool = True

    def line(self) -> str:
        facts = {"site": self.site, "account": self.account_id, "at": self.at.isoformat()}
        return json.dumps(facts if self.keep_words else {**facts, "keep_words": False}, separators=(",", ":"))


def read(path: Path) -> list[Erasure]:
    """What a ledger names; none when there is no such file."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return from_text(text, path.name)


def from_text(text: str, name: str) -> list[Erasure]:
    try:
        # A line that a kill broke off was written again, whole, below.
        return [_erasure(json.loads(line)) for line in text.splitlines() if line.rstrip().endswith("}")]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(f"{name} cannot be read as a ledger of erasures: mend or remove the line that is no JSON.") from None


def _erasure(facts: dict[str, Any]) -> Erasure:
    at = datetime.fromisoformat(facts["at"])
    if at.tzinfo is None:
        raise ValueError("no zone")
    return Erasure(str(facts["site"]), int(facts["account"]), at, bool(facts.get("keep_words", True)))


def note(path: Path, erasures: Iterable[Erasure]) -> int:
    """Adds the lines that are missing, and returns when they are on the disk."""
    known = {(erasure.site, erasure.account_id) for erasure in read(path)}
    missing = {(e.site, e.account_id): e for e in erasures if (e.site, e.account_id) not in known}
    if missing:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "ab") as file:
            file.write("".join(f"\n{erasure.line()}" for erasure in missing.values()).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    return len(missing)


def known_to_the_tables(site: str, keep_words: Mapping[int, bool] | None = None) -> list[Erasure]:
    rows = db.session.execute(sa.select(Account.id, Account.erased_at).where(Account.erased_at.is_not(None)))
    return [Erasure(site, id, at, (keep_words or {}).get(id, True)) for id, at in rows if at is not None]


def apply(erasures: Iterable[Erasure], site: str) -> tuple[int, list[str]]:
    """Erases again whoever of these stands in the tables; returns their number, and whom it could not be done to, in words.

    An account younger than the erasure is somebody else, who came to the number after an earlier restore.
    """
    done, failed = 0, []
    for erasure in sorted(set(erasures), key=lambda e: (e.at, e.account_id, e.keep_words)):
        account = db.session.get(Account, erasure.account_id) if erasure.site == site else None
        if account is None or account.erased_at is not None or account.joined_at > erasure.at:
            continue
        try:
            accounts.erase(erasure.account_id, keep_words=erasure.keep_words)
            done += 1
        except Refused as problem:
            failed.append(f"account {erasure.account_id}: {problem.text}")
    db.session.rollback()
    return done, failed


def site_id() -> str:
    """This site's own mark, the same wherever it is restored; empty until its first backup or erasure."""
    return db.session.scalar(sa.select(SiteFact.value).where(SiteFact.name == "site_id")) or ""


def beside_the_database() -> Path:
    return Path(current_app.extensions["fansite"].settings.instance_path) / NAME
