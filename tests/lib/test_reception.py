from __future__ import annotations

import threading
from io import BytesIO
from typing import Any

import pytest

from fansite.lib.reception import LONGEST_BODY, LONGEST_PIECE, Reception


class Answer:
    """An answer as Flask gives it: pieces, and something to close."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces
        self.closed = 0

    def __iter__(self) -> Any:
        return iter(self.pieces)

    def close(self) -> None:
        self.closed += 1


def application(answer: Any) -> Any:
    def respond(environ: dict[str, Any], begin: Any) -> Any:
        begin("200 OK", [("X-Body", environ["wsgi.input"].read().decode())])
        return answer

    return respond


def ask(reception: Reception, body: bytes = b"", **environ: str) -> tuple[str, dict[str, str], Any]:
    begun: list[Any] = []
    asked = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body), **environ}
    answer = reception(asked, lambda *words: begun.append(words))
    assert len(begun) == 1
    status, headers = begun[0]
    return status, dict(headers), answer


def test_a_short_answer_is_given_out_in_one_piece_and_closed():
    answer = Answer(b"See you ", b"in Lisbon")
    status, headers, given = ask(Reception(application(answer)), b"hello")
    assert (status, headers["X-Body"], given) == ("200 OK", "hello", [b"See you in Lisbon"])
    assert answer.closed == 1


def test_a_long_answer_is_given_out_in_pieces_and_its_place_is_free_after():
    answer = Answer(b"a" * LONGEST_PIECE, b"b", b"c")
    reception = Reception(application(answer), slow_clients=1)
    for _ in range(2):
        _status, _headers, given = ask(reception)
        assert b"".join(given) == b"a" * LONGEST_PIECE + b"bc"
        given.close()
        given.close()
    assert answer.closed == 2


def test_with_too_many_slow_clients_more_are_asked_to_come_back():
    answer = Answer(b"a" * LONGEST_PIECE, b"b")
    reception = Reception(application(answer), slow_clients=1)
    ask(reception)
    status, headers, _given = ask(reception)
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "5")
    assert answer.closed == 1
    assert ask(reception, b"hello")[0] == "503 Service Unavailable"
    reception.application = application([b"short"])
    assert ask(reception)[0] == "200 OK"


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"CONTENT_LENGTH": "6"}, "400 Bad Request"),
        ({"CONTENT_LENGTH": "-1"}, "400 Bad Request"),
        ({"CONTENT_LENGTH": "five"}, "400 Bad Request"),
        ({"CONTENT_LENGTH": str(LONGEST_BODY + 1)}, "413 Content Too Large"),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, "411 Length Required"),
    ],
)
def test_what_is_not_known_to_be_whole_is_not_let_in(environ, status):
    reception = Reception(application([b"never"]), slow_clients=1)
    assert ask(reception, b"hello", **environ)[0] == status
    assert ask(reception, b"hello")[0] == "200 OK"


def test_no_more_are_inside_than_there_are_seats():
    inside, most, lock, full = 0, 0, threading.Lock(), threading.Barrier(2, timeout=5)

    def count(environ: dict[str, Any], begin: Any) -> list[bytes]:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        full.wait()
        with lock:
            inside -= 1
        begin("200 OK", [])
        return [b""]

    reception = Reception(count, seats=2)
    visitors = [threading.Thread(target=ask, args=(reception,)) for _ in range(6)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(5)
    assert (inside, most) == (0, 2)


def test_an_application_that_fails_leaves_its_seat():
    def fail(environ: dict[str, Any], begin: Any) -> list[bytes]:
        raise RuntimeError("broken")

    reception = Reception(fail, seats=1)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            ask(reception)
