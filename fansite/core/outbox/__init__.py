"""Facts are rows, and what follows from them is delivered at least once.

An operation writes its rows, one `event` and one `delivery` per listener in one transaction. A worker takes deliveries by a lease, runs
the listener, marks them done; a lease that runs out is taken again. Listeners make it true now: repeatable, free of order.

Here is what every feature uses; what few need is imported from where it is. From the lowest up:

models      event, delivery, tick
listening   who hears of what, and what returns by itself
recording   a fact and what is owed for it
leases      what is owed is taken for a while, by one worker at a time
delivering  a batch for each listener that is owed something; what fails is tried again
routines    work that returns by itself
worker      round after round of both
long_work   others get their turn between two slices of it
queries     what is owed, what waits, what failed
upkeep      failures tried again, pages made old again, old facts forgotten
"""

from .listening import Listener, Outbox, Routine
from .models import Event
from .recording import record

__all__ = ["Event", "Listener", "Outbox", "Routine", "record"]
