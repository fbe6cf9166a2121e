"""Real processes on loopback: what `fansite serve` promises when it starts, when parts of it die, and when it stops."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.serve.served import Served, free_port, stand_in, until

Start = Callable[..., Served]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start()` is a running stand-in, `start(begun=False)` one that may refuse; all are gone after the test."""
    all_started: list[Served] = []

    def starting(port: int | None = None, *, begun: bool = True, processes: int = 2, work: str = "idle") -> Served:
        served = stand_in(tmp_path, port or free_port(), processes, work)
        all_started.append(served)
        return served.started() if begun else served

    yield starting
    for served in all_started:
        served.end()


def refused(port: int) -> bool:
    with socket.socket() as visitor:
        return visitor.connect_ex(("127.0.0.1", port)) != 0


# ---- starting ---------------------------------------------------------------------------------------------------------------


def test_it_says_that_it_serves_when_it_does(start):
    served = start()
    assert int(served.get()) in served.web()
    assert served.text.splitlines() == [f"Serving http://127.0.0.1:{served.port} (2 web processes and the worker). Ctrl-C stops."]
    assert len(served.children()) == 3


def test_a_second_start_is_refused_in_one_line(start):
    first = start()
    second = start(begun=False)
    assert second.process.wait(8) == 2
    assert len(second.text.splitlines()) == 1
    assert f"is being served already, by process {first.process.pid}" in second.text
    assert first.get()


def test_a_port_taken_by_another_program_is_refused_in_one_line(start):
    with socket.create_server(("127.0.0.1", free_port())) as other:
        port = other.getsockname()[1]
        served = start(port, begun=False)
        assert served.process.wait(8) == 2
    assert served.text == f"Port {port} on 127.0.0.1 is taken by another program; choose another with --port.\n"


def test_a_port_shared_by_whoever_wants_is_refused_too(start):
    with socket.create_server(("127.0.0.1", free_port()), reuse_port=True) as other:
        served = start(other.getsockname()[1], begun=False)
        assert served.process.wait(8) == 2


def test_a_web_process_gives_back_what_lies_free(start):
    served = start(processes=1)
    littered = int(served.get("/litter"))
    until(lambda: int(served.get("/resident")) < littered - 100_000_000, 60)


# ---- parts that die ---------------------------------------------------------------------------------------------------------


def test_a_killed_web_process_is_started_again_and_no_visitor_is_refused(start):
    served = start(processes=1)
    killed = int(served.get())
    os.kill(killed, signal.SIGKILL)
    assert int(served.get()) != killed


def test_a_web_process_that_dies_again_and_again_takes_nobody_along(start):
    served = start()
    (other, killed) = served.web()
    for _ in range(3):
        os.kill(killed, signal.SIGKILL)
        assert served.get()
        until(lambda gone=killed: len(served.web() - {gone}) == 2)
        killed = (served.web() - {killed, other}).pop()
    assert other in served.web()
    assert served.process.poll() is None


def test_a_killed_worker_is_started_again(start):
    served = start()
    until(served.workers)
    (killed,) = served.workers()
    os.kill(killed, signal.SIGKILL)
    until(lambda: served.workers() != {killed})
    assert len(served.children() & served.workers() - {killed}) == 1


def test_a_worker_that_makes_way_is_followed_by_a_fresh_one_at_once_and_without_a_word(start, tmp_path):
    served = start(processes=1, work="growing")
    for number in range(1, 6):
        until(lambda many=number: len(served.workers()) == many)
        (grown,) = served.workers() & served.children()
        (tmp_path / f"grown-{grown}").touch()
    until(lambda: len(served.workers()) == 6)
    assert served.get()
    assert len(served.text.splitlines()) == 1


def test_a_worker_that_cannot_live_is_tried_ever_more_slowly_while_the_site_serves(start):
    served = start(work="broken")
    until(lambda: served.text.count("process-ended") >= 3)
    assert served.get()
    pauses = [json.loads(line)["again_in_seconds"] for line in served.text.splitlines() if "process-ended" in line]
    assert pauses[:3] == [0.0, 0.4, 0.8]


# ---- stopping ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_finishes_what_runs(start, tmp_path, asked):
    served = start(work="delivering")
    with ThreadPoolExecutor(6) as visitors:
        answers = [visitors.submit(served.get, "/wait?for=go") for _ in range(6)]
        until(lambda: len(list(tmp_path.glob("waiting-*"))) == 6)
        served.process.send_signal(asked)
        until(lambda: refused(served.port) and (tmp_path / "delivery-runs").exists(), 20)
        assert not any(answer.done() for answer in answers)
        (tmp_path / "go").touch()
        assert [answer.result() for answer in answers] == [b"done"] * 6
    assert served.process.wait(5) == 0
    assert (tmp_path / "delivered").exists()
    assert served.left() == []


def test_what_does_not_finish_is_not_waited_for_beyond_ten_seconds(start, tmp_path):
    served = start(work="delivering")
    with ThreadPoolExecutor(1) as visitor:
        answer = visitor.submit(served.get, "/wait?for=godot", timeout=15)
        until(lambda: list(tmp_path.glob("waiting-*")))
        began = time.monotonic()
        served.process.terminate()
        assert served.process.wait(12) == 0
        assert time.monotonic() - began < 10
        assert isinstance(answer.exception(), OSError | EOFError)
    assert served.left() == []


def test_visitors_who_keep_their_connection_open_do_not_hold_up_the_stop(start):
    served = start()
    connections = [served.connect() for _ in range(20)]
    for connection in connections:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
    served.process.terminate()
    assert served.process.wait(3) == 0
    for connection in connections:
        connection.close()


# ---- killed -----------------------------------------------------------------------------------------------------------------


def test_no_child_outlives_a_killed_supervisor_and_the_next_start_serves_at_once(start):
    served = start()
    served.process.kill()
    again = start(served.port, begun=False)
    began = time.monotonic()
    until(lambda: served.left() == [], 2)
    again.started()
    assert time.monotonic() - began < 5
    assert int(again.get()) in again.web()


def test_after_the_whole_tree_was_killed_the_next_start_serves_at_once(start):
    served = start()
    for pid in (*served.children(), served.process.pid):
        os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    again = start(served.port)
    assert time.monotonic() - began < 5
    assert int(again.get()) in again.web()


# ---- slow and broken visitors -----------------------------------------------------------------------------------------------

# A machine that runs other tests may be this slow.
PATIENCE = 30.0
POST = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"


def slowly_sent_head(served: Served) -> socket.socket:
    visitor = served.connect()
    visitor.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    return visitor


def slowly_sent_body(served: Served) -> socket.socket:
    visitor = served.connect()
    visitor.sendall(POST % (5000, b"slo"))
    return visitor


def slowly_read_answer(served: Served) -> socket.socket:
    visitor = socket.socket()
    visitor.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    visitor.connect(("127.0.0.1", served.port))
    visitor.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
    return visitor


@pytest.mark.parametrize("slow", [slowly_sent_head, slowly_sent_body, slowly_read_answer])
def test_fifty_slow_visitors_do_not_stop_service(start, slow):
    """None of them is ever done: whoever waited for one would wait for good."""
    served = start()
    with ExitStack() as all_visitors:
        visitors = [all_visitors.enter_context(closing(slow(served))) for _ in range(50)]
        for visitor in visitors:
            if slow is slowly_read_answer:
                visitor.settimeout(PATIENCE)
                assert visitor.recv(10)
            else:
                visitor.sendall(b"a")
            assert int(served.get(timeout=PATIENCE)) in served.known


def test_a_long_answer_arrives_whole(start):
    from tests.serve.stand_in import LONG

    assert len(start().get("/long")) == LONG


def test_a_request_says_nothing_of_the_environment_of_the_process(start):
    known = set(start().get("/environ").decode().split())
    assert known >= {
        "REQUEST_METHOD",
        "PATH_INFO",
        "QUERY_STRING",
        "SCRIPT_NAME",
        "REMOTE_ADDR",
        "HTTP_HOST",
        "wsgi.input",
        "wsgi.errors",
    }
    assert not known & set(os.environ)


def test_a_body_that_broke_off_never_reaches_the_application(start, tmp_path):
    served = start(processes=1)
    visitor = served.connect()
    visitor.sendall(POST % (100, b"See you in Lis"))
    visitor.close()
    with served.connect() as whole:
        whole.sendall(POST % (17, b"See you in Lisbon"))
        assert whole.recv(4096).endswith(b"See you in Lisbon")
    assert (tmp_path / "echoed").read_bytes() == b"See you in Lisbon"


# ---- the site itself --------------------------------------------------------------------------------------------------------


def test_making_the_application_opens_nothing(tmp_path, empty_database):
    """Web processes are forked from it: a connection, map, lock or thread made before would be shared by all of them."""
    (tmp_path / "fansite.db").write_bytes(empty_database.read_bytes())
    script = (
        "import os, threading\n"
        "from fansite import serve, settings\n"
        "import fansite.app, fansite.core.outbox.worker\n"
        "before = sorted(os.listdir('/dev/fd'))\n"
        "serve._site(settings.load())\n"
        "print(before == sorted(os.listdir('/dev/fd')), threading.active_count())\n"
    )
    made = Served(tmp_path, 0, [sys.executable, "-c", script], {**os.environ, "FANSITE_INSTANCE_PATH": str(tmp_path)})
    assert made.process.wait(15) == 0, made.text
    assert made.text.splitlines()[-1] == "True 1"


class Answer(NamedTuple):
    status: int
    body: bytes
    etag: str
    length: str | None


def asked(port: int, method: str, **headers: str) -> Answer:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, "/news/", headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read(), answer.headers["ETag"], answer.headers["Content-Length"])


def test_the_site_itself_is_served(tmp_path, empty_database):
    (tmp_path / "fansite.db").write_bytes(empty_database.read_bytes())
    port = free_port()
    command = [sys.executable, "-c", "from fansite.cli import main; main()", "serve", "--port", str(port)]
    served = Served(tmp_path, port, command, {**os.environ, "FANSITE_INSTANCE_PATH": str(tmp_path)})
    try:
        served.started()
        assert b"<h1" in served.get("/news/")
        whole, kept = (asked(port, "GET") for _ in range(2))
        assert (kept.status, kept.body) == (200, whole.body)
        assert asked(port, "HEAD") == kept._replace(body=b"")
        assert asked(port, "GET", **{"If-None-Match": kept.etag}) == (304, b"", kept.etag, None)
        served.process.terminate()
        assert served.process.wait(10) == 0
        assert served.left() == []
    finally:
        served.end()


def test_the_worker_alone_is_started_again_too_and_stops_when_asked(tmp_path, empty_database):
    (tmp_path / "fansite.db").write_bytes(empty_database.read_bytes())
    command = [sys.executable, "-c", "from fansite.cli import main; main()", "worker"]
    served = Served(tmp_path, 0, command, {**os.environ, "FANSITE_INSTANCE_PATH": str(tmp_path)})
    try:
        until(lambda: "The worker runs. Ctrl-C stops." in served.text, 60)
        (worker,) = served.children()
        os.kill(worker, signal.SIGKILL)
        until(lambda: served.children() - {worker})
        served.process.terminate()
        assert served.process.wait(10) == 0
        assert served.left() == []
    finally:
        served.end()
