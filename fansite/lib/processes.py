"""What a family of processes needs: one lock for all of it, a parent whose death is noticed, and a stop that is heard."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
PR_SET_PDEATHSIG = 1
WATCH_SECONDS = 0.5


class Held(Exception):
    """Somebody else holds the lock; `holder` is what they wrote into it."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


def hold(path: Path, *, patience: float) -> int:
    """Takes the lock for this process and every child forked from it: it is free when the last of them has ended.

    Whoever was just killed may have children that are still ending; `patience` is how long they are waited for.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if not tried_until(lambda: taken(descriptor), patience=patience):
        holder = os.pread(descriptor, 40, 0).decode(errors="replace").strip()
        os.close(descriptor)
        raise Held(holder)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def taken(descriptor: int) -> bool:
    """Takes the lock on an open file, if nobody has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def tried_until(attempt: Callable[[], bool], *, patience: float) -> bool:
    """Whether `attempt` worked before patience ended; it is tried at least once."""
    deadline = time.monotonic() + patience
    while not attempt():
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


def end_with(parent: int) -> None:
    """From here on this process does not outlive its parent, however that one ends.

    The kernel kills it where it can: an orphan that answered on, or went on delivering, beside a new start would do harm,
    and nothing that was acknowledged is lost by a kill.
    """
    if not _killed_by_kernel():
        threading.Thread(target=_watch, args=(parent,), name="parent-watch", daemon=True).start()
    elif os.getppid() != parent:  # it died before the kernel was asked
        os._exit(1)


def _killed_by_kernel() -> bool:
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) == 0)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(1)


def stop_asked() -> threading.Event:
    """Is set when this process is asked to stop."""
    stop = threading.Event()
    when_asked_to_stop(stop.set)
    return stop


def when_asked_to_stop(then: Callable[[], object]) -> None:
    """Calls `then` once, in a thread of its own. Ctrl-C again ends at once.

    Not a signal handler: that runs in the main thread, perhaps just before a wait nothing will interrupt, or while the lock is
    held that it needs. SIGTERM may come twice, from the supervisor and from systemd, which tells the whole group.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)

    def listen() -> None:
        signal.sigwait(STOP_SIGNALS)
        then()
        while signal.sigwait(STOP_SIGNALS) != signal.SIGINT:
            continue
        os._exit(1)

    threading.Thread(target=listen, name="stop-signals", daemon=True).start()


def forked(task: Callable[[], object]) -> int:
    """Starts `task` in a child and returns its process id. The child ends with the task: nothing of its parent runs on in it."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        task()
        status = 0
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def apart(task: Callable[[], object]) -> int:
    """Does work in a process of its own and returns its exit status: what it opens is never there in those forked later."""
    _pid, status = os.waitpid(forked(task), 0)
    return os.waitstatus_to_exitcode(status)
