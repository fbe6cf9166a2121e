"""What can come in from outside: a whole file, checked before, in transactions short enough that the site goes on answering."""

from fansite.transfer.operations.gigs import import_gigs
from fansite.transfer.operations.lines import import_entries
from fansite.transfer.operations.wordpress import import_wordpress

__all__ = ["import_entries", "import_gigs", "import_wordpress"]
