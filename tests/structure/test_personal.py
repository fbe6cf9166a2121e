"""Whoever asks what the site knows of them, or to be forgotten, is answered by every feature that has a table with their number in it."""

from __future__ import annotations

from fansite.core.db import db


def pointing_at_accounts() -> set[str]:
    return {
        f"{table.name}.{key.parent.name}"
        for table in db.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "account"
    }


def test_every_table_that_points_at_an_account_is_answered_for(app):
    declared = app.extensions["fansite"].personal
    covered = [name for personal in declared for name in personal.covers]
    exempt = {name: reason for personal in declared for name, reason in personal.exempt.items()}
    assert len(covered) == len(set(covered)), "two features answer for one column"
    assert set(covered) | set(exempt) == pointing_at_accounts(), "declare it in the feature's `personal`, or say why it is exempt"
    assert not set(covered) & set(exempt)
    assert all(len(reason) > 20 for reason in exempt.values())
