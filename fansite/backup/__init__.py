"""Backups that were restored in a test, and people who stay erased."""

from fansite.backup import checks, listeners
from fansite.backup.commands import backup
from fansite.core.feature import Check, Feature
from fansite.core.outbox import Listener

feature = Feature(
    listeners=[Listener("backup.ledger", listeners.keep_ledger, ("account.erased",))],
    commands=[backup],
    checks=[Check("backup", checks.last_backup, tables=False)],
)
