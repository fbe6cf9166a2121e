"""The benchmark itself: what it reads from other programs, and what it makes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from lxml import etree

from tests.bench import report
from tests.bench.check import verdict
from tests.bench.load import Answers, parse
from tests.bench.machine import cpu_seconds, family, proportional_mib, watched
from tests.bench.measures import Figure, Results, _of

WRK = """Running 3s test @ http://127.0.0.1:8000/
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   619.08us  341.88us  17.21ms   96.07%
    Req/Sec    26.27k     1.32k   28.40k    70.97%
  Latency Distribution
     50%  580.00us
     75%  702.00us
     90%    1.02ms
     99%    1.21s
  81073 requests in 3.10s, 1.13GB read
"""


def test_wrk_is_understood():
    assert parse(WRK) == Answers(81073, 3.1, 0.58, 1210.0)
    assert parse(WRK + "  Non-2xx or 3xx responses: 12\n").failed == 12
    assert parse(WRK).per_second == pytest.approx(26152.6, abs=0.1)
    with pytest.raises(ValueError, match="something else"):
        parse("unable to connect")


def test_the_kernel_is_asked_for_a_whole_family():
    assert os.getpid() in family(os.getpid())
    assert cpu_seconds(os.getpid()) > 0
    assert 1 < proportional_mib([os.getpid()]) < 4000
    with watched(os.getpid()) as spent:
        before = cpu_seconds(os.getpid())
        while cpu_seconds(os.getpid()) == before:
            sum(range(10_000))
    assert spent.seconds > 0


BUSY_FAMILY = """
import os, time
def child(work):
    pid = os.fork()
    if not pid:
        print(flush=True)
        os.read(0, 1)
        ends = time.process_time() + work
        while time.process_time() < ends: pass
        os._exit(0)
    return pid
first = child(0.3)
os.read(0, 1)
os.waitpid(first, 0)
child(0)
os.read(0, 1)
"""


def test_the_time_of_a_worker_that_made_way_is_that_of_its_follower():
    parent = subprocess.Popen([sys.executable, "-c", BUSY_FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    assert parent.stdin and parent.stdout
    try:
        parent.stdout.readline()
        former = family(parent.pid)
        with watched(parent.pid) as spent:
            parent.stdin.write(b"..")
            parent.stdout.readline()
            assert family(parent.pid) != former
        assert len(spent.by_process) == 2
        assert 0.25 < spent.by_process[-1] < 2
    finally:
        for pid in family(parent.pid)[::-1]:
            os.kill(pid, signal.SIGKILL)
        parent.communicate()


def test_ratios_are_those_of_the_same_round():
    ours = [(Answers(1000, 1, 1, 2), 0.03), (Answers(500, 1, 1, 2), 0.03)]  # the machine was busy in the second
    theirs = [(Answers(2000, 1, 1, 2), 0.03), (Answers(1000, 1, 1, 2), 0.03)]
    figure = _of("home", "kept ready", ours, theirs)
    assert (figure.ratio_cpu, figure.ratio_speed) == (2.0, 0.5)


@pytest.mark.parametrize(
    ("before", "after", "word", "fine"),
    [
        ([10, 10, 10, 10, 10], [10.2, 9.9, 10.1, 10, 9.8], "the same", True),
        ([10, 14, 10, 12, 10], [13, 18, 13, 16, 13], "slower", False),
        ([10, 10, 10, 10, 10], [12, 9, 12, 9, 13], "the same", True),  # nobody knows
        ([10, 14, 10, 12, 10], [5, 7, 5, 6, 5], "faster", True),
    ],
)
def test_a_change_is_told_from_chance(before, after, word, fine):
    line, verdict_is_fine = verdict("home", before, after)
    assert line.endswith(word) and verdict_is_fine is fine


def test_the_page_is_rewritten_between_its_marks(tmp_path, monkeypatch):
    page, picture = tmp_path / "performance.md", tmp_path / "performance.svg"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    monkeypatch.setattr(report, "PAGE", page)
    monkeypatch.setattr(report, "PICTURE", picture)
    figures = [
        Figure("home", "made for each", 250, 3.9, 15.2, 20.1),
        Figure("home", "kept ready", 30000, 0.03, 0.5, 1),
        Figure("home, packed", "kept ready", 30000, 0.03, 0.5, 1, 2.1, 0.48),
        Figure("home, packed: nginx", "a file", 60000, 0.014, 0.2, 1),
    ]
    report.write([Results(1000, figures, {"memory (MiB)": 151.25})])
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert "| home, packed | kept ready | 30,000 | 0.030 | 0.5 | 1.0 | 2.10 | 0.48 |" in text
    assert "- memory (MiB): 151.2" in text
    bars = etree.fromstring(picture.read_bytes()).findall("{*}rect")
    assert [bar.get("class") for bar in bars].count("bar") == 2
    assert len(bars) == 7
