from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress

import psutil
import pytest

from fansite.lib.processes import Held, apart, hold, tried_until
from fansite.lib.supervision import LONGEST_PAUSE_SECONDS, SETTLED_SECONDS, Child, pause
from tests.conftest import ROOT
from tests.serve.served import until

ORPHAN = """
import os, signal, sys, time
from fansite.lib import processes
if sys.argv[1] == "without the kernel's help":
    processes._killed_by_kernel = lambda: False
parent = os.getpid()
def live():
    processes.end_with(parent)
    print(os.getpid(), flush=True)
    time.sleep(60)
processes.forked(live)
time.sleep(60)
"""


def alive(pid: int) -> bool:
    """An orphan that ended may wait a while for the system to take note."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


@pytest.mark.parametrize("how", ["with the kernel's help", "without the kernel's help"])
def test_a_child_ends_with_its_parent(how):
    with subprocess.Popen([sys.executable, "-c", ORPHAN, how], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
        until(lambda: not alive(child), 2)


def test_a_lock_is_held_until_the_last_of_the_family_has_ended(tmp_path):
    path = tmp_path / "serve.lock"
    reading, writing = os.pipe()
    descriptor = hold(path, patience=0)
    child = os.fork()
    if not child:
        os.read(reading, 1)
        os._exit(0)
    os.close(descriptor)
    with pytest.raises(Held) as held:
        hold(path, patience=0.1)
    assert held.value.holder == str(os.getpid())
    os.write(writing, b".")
    os.waitpid(child, 0)
    for opened in (hold(path, patience=0), reading, writing):
        os.close(opened)


def test_an_attempt_is_made_at_least_once():
    assert tried_until(lambda: True, patience=0)
    assert not tried_until(lambda: False, patience=0)


def test_work_done_apart_hands_back_its_exit_status_and_nothing_else():
    seen: list[int] = []
    assert apart(lambda: seen.append(1)) == 0
    assert apart(lambda: sys.exit(3)) == 3
    assert seen == []


def test_what_fails_at_once_starts_again_ever_later_and_what_had_settled_at_once():
    child = Child("web-1", lambda ready: None)
    dues = []
    for _ in range(12):
        child.ended(1.0)
        dues.append(round(child.due - 1.0, 1))
    assert dues[:4] == [0.0, 0.4, 0.8, 1.6]
    assert dues[-1] == LONGEST_PAUSE_SECONDS == pause(99)
    child.ended(SETTLED_SECONDS)
    assert child.due == SETTLED_SECONDS


def test_only_what_is_there_to_make_way_may_end_in_order_as_often_as_it_likes():
    worker, web = Child("worker", lambda ready: None, makes_way=True), Child("web-1", lambda ready: None)
    for _ in range(5):
        worker.ended(1.0, 0), web.ended(1.0, 0)
    assert (worker.due, worker.failures) == (1.0, 0)
    assert (web.due, web.failures) == (1.0 + pause(5), 5)
    worker.ended(1.0, 1), worker.ended(1.0, -9)
    assert worker.failures == 2
