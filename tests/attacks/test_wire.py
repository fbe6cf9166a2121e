"""What a browser never sends: requests that two servers could read in two ways, and lines that would become headers (SECURITY §4.29, smuggling)."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.serve.served import Served, free_port

# What a smuggler wants to be taken for a request of its own.
HIDDEN = b"GET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
# Headers and body of a POST, and how many answers may come back at most.
TWO_WAYS: dict[str, tuple[bytes, bytes, int]] = {
    "both lengths": (b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n" + HIDDEN, 1),
    "both lengths, turned": (
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        b"%x\r\n" % len(HIDDEN) + HIDDEN + b"\r\n0\r\n\r\n",
        1,
    ),
    "two lengths": (b"Content-Length: 3\r\nContent-Length: 41\r\n", b"a=b" + HIDDEN, 1),
    "a list of lengths": (b"Content-Length: 3, 41\r\n", b"a=b" + HIDDEN, 1),
    "a length with a sign": (b"Content-Length: +3\r\n", b"a=b" + HIDDEN, 1),
    "a length below nothing": (b"Content-Length: -1\r\n", b"a=b" + HIDDEN, 1),
    "a length in another base": (b"Content-Length: 0x3\r\n", b"a=b" + HIDDEN, 1),
    "a length beyond all": (b"Content-Length: 99999999999999999999999\r\n", b"a=b" + HIDDEN, 1),
    "a space before the colon": (b"Content-Length : 3\r\n", b"a=b" + HIDDEN, 1),
    "an encoding nobody knows": (b"Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n", b"a=b" + HIDDEN, 1),
    "no encoding by name": (b"Transfer-Encoding: identity\r\nContent-Length: 3\r\n", b"a=b" + HIDDEN, 1),
    "a tab before the encoding": (b"Transfer-Encoding:\tchunked\r\nContent-Length: 3\r\n", b"0\r\n\r\n" + HIDDEN, 1),
    "a control before the encoding": (b"Transfer-Encoding: \x0bchunked\r\nContent-Length: 3\r\n", b"a=b" + HIDDEN, 1),
    "an encoding on a second line": (b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n", b"a=b" + HIDDEN, 1),
    "two encodings": (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"0\r\n\r\n" + HIDDEN, 1),
    "an underscore in the encoding": (b"Transfer_Encoding: chunked\r\nContent-Length: 3\r\n", b"a=b" + HIDDEN, 1),
    "a chunk with an odd size": (b"Transfer-Encoding: chunked\r\n", b"3 x\r\na=b\r\n0\r\n\r\n" + HIDDEN, 1),
    "a bare return in a header": (b"A: b\rContent-Length: 3\r\n", b"a=b" + HIDDEN, 1),
    "nothing in a header": (b"A: b\x00c\r\nContent-Length: 3\r\n", b"a=b" + HIDDEN, 1),
    "an honest length": (b"Content-Length: 3\r\n", b"a=b" + HIDDEN, 2),
}
LINES = (
    b"/x%0d%0aSet-Cookie:%20a=b", b"//news%0d%0aSet-Cookie:%20a=b", b"/en/news%0d%0aX-Evil:%20a", b"/News/%0aX-Evil:%20a", b"/fr%0d%0aX-Evil:%20a",
    b"/login?next=/%0d%0aX-Evil:%20a", b"/news?x=%0d%0aX-Evil:%20a", b"/?p=1%0d%0aX-Evil:%20a", b"/static/%0d%0aX-Evil:%20a/a.css", b"/fans/FAY%0d%0aX-Evil:%20a",
    b"/\xe5\x98\x8a\xe5\x98\x8dX-Evil:a", b"/media/a%0d%0aX-Evil:%20a.png",
)  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Served]:
    folder, port = tmp_path_factory.mktemp("wire"), free_port()
    shutil.copy(empty_database, folder / "fansite.db")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FANSITE_")} | {
        "FANSITE_INSTANCE_PATH": str(folder),
        "FANSITE_BASE_URL": f"http://127.0.0.1:{port}",
    }
    program = str(Path(sys.executable).parent / "fansite")
    site = Served(folder, port, [program, "serve", "--port", str(port), "--workers", "1", "--no-worker"], environment)
    try:
        yield site.started()
    finally:
        site.end()


def answers(served: Served, request: bytes) -> bytes:
    """All that comes back until the site hangs up."""
    with served.connect() as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


@pytest.mark.parametrize("name", TWO_WAYS)
def test_a_request_that_can_be_read_in_two_ways_is_one_or_none(served: Served, name: str) -> None:
    headers, body, most = TWO_WAYS[name]
    start = f"POST /login HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nOrigin: http://127.0.0.1:{served.port}\r\n".encode()
    kind = b"Content-Type: application/x-www-form-urlencoded\r\n"
    came = re.findall(rb"HTTP/1\.1 (\d+)", answers(served, start + kind + headers + b"\r\n" + body))
    honest = name == "an honest length"
    assert len(came) <= most and (b"200" in came) is honest, came
    assert honest or "underscore" in name or set(came) <= {b"400", b"411", b"413", b"501"}, came


@pytest.mark.parametrize("path", LINES)
def test_no_address_adds_a_line_to_the_answer(served: Served, path: bytes) -> None:
    came = answers(served, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    head = came.partition(b"\r\n\r\n")[0].lower()
    names = [line.partition(b":")[0].strip() for line in re.split(rb"[\r\n]+", head)[1:]]
    assert b"x-evil" not in names and b"set-cookie" not in names, head


@pytest.mark.parametrize(
    "header",
    [b"Cookie: fansite_session=\xff\xfe; =x; \"", b"Accept-Language: \xff;q=x,\xe9", b"Accept: \xff/\xfe;q=q", b"Range: bytes=9-1,-99999999999", b"If-None-Match: \"\xff, W/", b"If-Modified-Since: \xff", b"User-Agent: \xff"],
)  # fmt: skip
def test_no_header_breaks_an_answer(served: Served, header: bytes) -> None:
    for path in (b"/", b"/account/", b"/nowhere", b"/feed.xml", b"/robots.txt"):
        came = answers(served, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header + b"\r\n\r\n")
        assert came.split()[1] in (b"200", b"302", b"304", b"404", b"416"), (path, came[:100])


def test_of_a_header_spelt_with_underscores_the_shipped_proxy_passes_nothing_on() -> None:
    """The interface between server and application cannot tell `X_Forwarded_For` from `X-Forwarded-For`: the proxy must."""
    proxy: Any = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "header_up -*_*" in proxy
