from __future__ import annotations

import threading
import time

from .delivering import IDLE_SECONDS, deliver_due
from .leases import renew
from .routines import run_routines

_here = threading.local()


def meanwhile(without: str) -> None:
    """Between two slices of long work: leases are renewed, and whatever else is due is done, so that no letter and no planned text waits
    for it. `without` begins the names of what must not run inside itself, nor inside long work that begins meanwhile. Belongs outside of
    any transaction."""
    if time.monotonic() < getattr(_here, "pause_until", 0.0):
        return
    before: tuple[str, ...] = getattr(_here, "without", ())
    renew()
    _here.without = (*before, without)
    try:
        run_routines(without=_here.without)
        deliver_due(without=_here.without)
    finally:
        _here.without = before
    _here.pause_until = time.monotonic() + IDLE_SECONDS
