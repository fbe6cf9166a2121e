"""What can happen at the desk."""

from fansite.staff.operations.copies import drop, forget, keep, sweep, take_back
from fansite.staff.operations.presence import arrive
from fansite.staff.operations.saving import begin, save
from fansite.staff.operations.translating import need_again, waive

__all__ = ["arrive", "begin", "drop", "forget", "keep", "need_again", "save", "sweep", "take_back", "waive"]
