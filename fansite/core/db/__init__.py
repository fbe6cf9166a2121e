"""The database and its one way to write. Here is what every feature uses; what few need is imported from where it is. From the lowest up,
each importing only from those before it:

moments       how times are kept, and written by the database
base          what every table is made from
engine        which database, and how connections to it are opened
locks         one writer at a time
transactions  all or nothing, and which pages are old afterwards
rows          one row, by the shortest way there is to it
annexes       tables that a back end keeps beside the site's own
schema        what migrations made of the database, and what they will
readiness     whether a visitor can be served
"""

from .base import Base, Model, db, index_of_some
from .engine import connected
from .moments import Moment
from .rows import get
from .transactions import touch, transaction

__all__ = ["Base", "Model", "Moment", "connected", "db", "get", "index_of_some", "touch", "transaction"]
