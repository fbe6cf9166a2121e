"""A backup is taken while the site runs, compared with itself aside, and restored where nothing is yet."""

from fansite.backup.operations.creating import Created, create, own_site_id, work_of_creating
from fansite.backup.operations.restoring import Restored, restore
from fansite.backup.operations.verifying import Verified, verify

__all__ = ["Created", "Restored", "Verified", "create", "own_site_id", "restore", "verify", "work_of_creating"]
