"""Who is erased is noted beside the database and beside every backup that is still there."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app

from fansite.backup import ledger, record
from fansite.backup.operations import own_site_id
from fansite.core.outbox import Event


def keep_ledger(events: Sequence[Event]) -> None:
    """Brings every ledger up to the tables. A folder that is away for now gets the lines with its next backup."""
    words = {int(event.subject.partition(":")[2]): bool(event.data.get("keep_words", True)) for event in events}
    site = own_site_id()
    erasures = ledger.known_to_the_tables(site, words)
    ledger.note(ledger.beside_the_database(), erasures)
    known = ledger.read(ledger.beside_the_database())
    for folder in record.folders(current_app.extensions["fansite"].settings.instance_path):
        ledger.note(folder / ledger.NAME_BESIDE, known)
