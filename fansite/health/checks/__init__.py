"""What is looked at that belongs to no other feature: the machine, the settings, the database, and what waits to be delivered."""

from fansite.core.feature import Check
from fansite.health.checks import database, deliveries, machine, settings

CHECKS = [
    Check("settings", settings.addresses, tables=False),
    Check("settings", settings.names),
    Check("files", machine.folders, tables=False),
    Check("program", machine.program, tables=False),
    Check("disk", machine.disk, tables=False),
    Check("memory", machine.memory, tables=False),
    Check("clock", machine.clock),
    Check("database", database.size),
    Check("database", database.soundness, quick=False),
    Check("worker", deliveries.worker),
    Check("queue", deliveries.queue),
    Check("mail", deliveries.mail),
]

__all__ = ["CHECKS"]
