"""Messages to browsers: who may be told, what goes to their services, and what becomes of it. The service is a real one, on the loopback."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import http_ece
import pytest
import sqlalchemy as sa
import trustme
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fansite.accounts import operations as accounts
from fansite.accounts.models import SignIn
from fansite.backends import push as service
from fansite.backends.push import Pusher, PushFailed, is_public, make_keys
from fansite.core import keys
from fansite.core.db import db, transaction
from fansite.lib.times import now
from fansite.notifications import push
from fansite.notifications.models import Device, Push
from tests.cast import PASSWORD
from tests.client import ORIGIN, fields_of

pytestmark = pytest.mark.once

PAGE = "/account/notifications"


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(of: str) -> bytes:
    return urlsafe_b64decode(of + "=" * (-len(of) % 4))


class Browser:
    """Has the keys that a browser makes, and reads what it is sent."""

    def __init__(self, address: str) -> None:
        self.endpoint, self.key, self.secret = f"{address}/wp/fay?x=1", ec.generate_private_key(ec.SECP256R1()), b"s" * 16

    @property
    def told(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "p256dh": text(point), "auth": text(self.secret)}

    def read(self, body: bytes) -> dict[str, Any]:
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def maker(app: Any, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Of the browser: takes messages, and answers as it is told to."""
    found = SimpleNamespace(taken=[], answers=[])

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.taken.append((self.path, dict(self.headers), body))
            self.send_response(found.answers.pop(0) if found.answers else 201)
            self.send_header("Location", "https://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Service)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(own)
    server.socket = own.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    theirs = ssl.create_default_context()
    authority.configure_trust(theirs)
    monkeypatch.setitem(app.extensions, push.EXTENSION, Pusher(anywhere=True, context=theirs))
    found.address = f"https://localhost:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def phone(maker: SimpleNamespace, cast: Any) -> Browser:
    browser = Browser(maker.address)
    push.add_device(**browser.told, agent="Firefox, Android", by=cast.fay)
    return browser


def tell(account: Any, title: str = "Cancelled: Brussels", not_after: Any = None) -> None:
    with transaction():
        push.queue(account.id, title, "/tour/one", "en", not_after=not_after)


def left() -> tuple[int, int]:
    """Devices, and messages on their way."""
    db.session.rollback()
    return tuple(db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Device, Push))


# ---- what goes out ----------------------------------------------------------------------------------------------------------------


def test_the_browser_alone_reads_a_title_and_a_path_and_the_service_knows_whose_it_is(app, cast, phone, maker, worker):
    tell(cast.fay)
    worker()
    ((path, headers, body),) = maker.taken
    assert path == "/wp/fay?x=1"
    assert phone.read(body) == {"title": "Cancelled: Brussels", "path": "/tour/one", "language": "en", "tag": "push-1"}
    assert b"Brussels" not in body
    assert (headers["Content-Encoding"], headers["TTL"], headers["Topic"]) == ("aes128gcm", "86399", "push-1")
    scheme, token, key = headers["Authorization"].replace(",", "").split()
    assert scheme == "vapid"
    said, _dot, signature = token.removeprefix("t=").rpartition(".")
    claims = json.loads(raw(said.partition(".")[2]))
    assert (claims["aud"], claims["sub"]) == (maker.address, "mailto:noreply@example.org")
    numbers = [int.from_bytes(half, "big") for half in (raw(signature)[:32], raw(signature)[32:])]
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(key.removeprefix("k=")))
    point.verify(utils.encode_dss_signature(*numbers), said.encode(), ec.ECDSA(SHA256()))
    assert left() == (1, 0)
    assert db.session.scalar(sa.select(Device.told_at)) is not None


def test_the_longest_title_fits(cast, phone, maker, worker):
    tell(cast.fay, "日" * 5000)
    worker()
    ((_path, _headers, body),) = maker.taken
    assert phone.read(body)["title"] == "日" * push.LONGEST_TITLE
    assert len(body) < 4096


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_with_all_that_is_on_its_way(cast, phone, maker, worker, status):
    maker.answers = [status]
    tell(cast.fay), tell(cast.fay)
    worker()
    assert left() == (0, 0)
    assert len(maker.taken) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_in_trouble_is_asked_again_after_a_pause(cast, phone, maker, worker, clock, status):
    maker.answers = [status]
    tell(cast.fay)
    worker()
    assert left() == (1, 1)
    assert db.session.scalar(sa.select(Device.failed_at)) is not None
    worker()
    assert len(maker.taken) == 1, "not at once"
    clock.shift(10)
    worker()
    assert (left(), len(maker.taken)) == ((1, 0), 2)


@pytest.mark.parametrize("status", [301, 400, 403, 413])
def test_what_will_not_be_taken_later_either_is_given_up_and_nobody_is_followed(cast, phone, maker, worker, status):
    maker.answers = [status]
    tell(cast.fay)
    worker()
    assert (left(), len(maker.taken)) == ((1, 0), 1)


def test_a_service_that_stays_away_is_given_up(cast, phone, maker, worker, clock):
    maker.answers = [503] * 100
    tell(cast.fay)
    for _round in range(push.MAX_TRIES + 2):
        worker()
        clock.shift(3600)
    assert left() == (1, 0)
    assert len(maker.taken) <= push.MAX_TRIES


def test_what_is_of_no_use_any_more_is_not_sent(cast, phone, maker, worker, clock):
    tell(cast.fay, not_after=now())
    worker()
    assert (left(), maker.taken) == ((1, 0), [])


# ---- where to -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("127.0.0.1", False), ("::1", False), ("10.1.2.3", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False), ("fe80::1%eth0", False),
        ("fd00::1", False), ("::ffff:127.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("::", False),
        ("::127.0.0.1", False), ("fec0::1", False), ("5f00::1", False),
    ],
)  # fmt: skip
def test_what_is_out_in_the_world(address, public):
    assert is_public(address) is public


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/x", "https://localhost/x", "https://127.0.0.1/x", "https://[::1]/x", "https://push.example:8443/x",
        "https://user@push.example/x", "https://push.example/x#y", "ftp://push.example/x", "file:///etc/passwd", "//push.example/x",
        "https://push.example/x\r\nHost: evil", "https://push.example/ x", "https://pu\u0455h.example/x", "https://2130706433/", "https:///x",
        "https://push.example:99999/", "https://[push/", f"https://push.example/{'x' * 900}", "",
    ],
)  # fmt: skip
def test_no_other_place_is_taken(endpoint):
    point = text(b"\4" + b"x" * 64)
    assert Pusher().takes("https://push.example/x", point, text(b"s" * 16))
    assert not Pusher().takes(endpoint, point, text(b"s" * 16))


@pytest.mark.parametrize(
    ("point", "secret"), [(b"\4" * 64, b"s" * 16), (b"\3" * 65, b"s" * 16), (b"\4" * 65, b"s" * 15), (b"", b"")]
)
def test_no_other_keys_are_taken(point, secret):
    assert not Pusher().takes("https://push.example/x", text(point), text(secret))


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::ffff:192.168.1.1"]])
def test_a_name_that_means_a_machine_of_ours_is_not_called(monkeypatch, found):
    rows = [(0, 0, 0, "", (address, 443)) for address in found]
    monkeypatch.setattr(service.socket, "getaddrinfo", lambda *_given, **_how: rows)
    monkeypatch.setattr(service.socket, "create_connection", lambda *_given: pytest.fail("called"))
    told = Browser("https://push.example").told
    with pytest.raises(PushFailed) as refused:
        Pusher().send(*told.values(), b"x", keys=make_keys(), contact="mailto:a@example.org", seconds=1, topic="x")
    assert refused.value.gone


@pytest.mark.parametrize("locked", [False, True])
def test_a_place_that_drips_is_cut_off_and_left_alone_for_a_while(authority, monkeypatch, locked):
    """Each byte comes in time, the answer never: before the lock is made, or after."""
    monkeypatch.setattr(service, "SECONDS", 0.3)
    own, theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(own), authority.configure_trust(theirs)
    over, called = threading.Event(), []

    def drip() -> None:
        plain, _from = listening.accept()
        called.append(1)
        with suppress(OSError), own.wrap_socket(plain, server_side=True) if locked else plain as answering:
            while not over.wait(0.05):
                answering.sendall(b"H" if locked else b"\x16")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip)
        thread.start()
        pusher, told = Pusher(anywhere=True, context=theirs), Browser(f"https://localhost:{listening.getsockname()[1]}").told
        how = {"keys": make_keys(), "contact": "", "seconds": 1, "topic": "x"}
        began = time.monotonic()
        for _again in range(2):
            with pytest.raises(PushFailed) as failed:
                pusher.send(*told.values(), b"x", **how)
            assert not (failed.value.gone or failed.value.for_ever)
        took = time.monotonic() - began
        over.set()
        thread.join()
    assert took < 2 and called == [1]


def test_a_key_that_lies_on_no_curve_is_forgotten():
    point, secret = text(b"\4" + b"x" * 64), text(b"s" * 16)
    with pytest.raises(PushFailed) as refused:
        Pusher().send("https://push.example/", point, secret, b"x", keys=make_keys(), contact="", seconds=1, topic="x")
    assert refused.value.gone


# ---- devices ------------------------------------------------------------------------------------------------------------------------


def test_a_browser_is_added_by_its_form_and_forgotten_by_another(app, cast, browser_as, maker):
    fay, told = browser_as(cast.fay), Browser(maker.address).told
    fay.get(PAGE)
    for _press in range(2):
        fay.submit("device", told, follow=True)
    assert "This browser is told from now on" in fay.text
    assert left() == (1, 0)
    fay.submit("forget-device", follow=True)
    assert left() == (0, 0)


@pytest.mark.parametrize("wrong", [{"endpoint": "https://127.0.0.1/x"}, {"endpoint": ""}, {"auth": "x"}, {"p256dh": "é"}])
def test_what_no_browser_tells_is_refused(cast, browser_as, wrong):
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    fay.submit("device", {**Browser("https://push.example").told, **wrong}, status=422)
    assert "nothing we can send to" in fay.text
    assert left() == (0, 0)


def test_a_shared_browser_is_told_as_whoever_sits_there_now(cast, phone):
    push.add_device(**phone.told, agent="", by=cast.nora)
    assert [row.account_id for row in db.session.scalars(sa.select(Device))] == [cast.nora.id]
    tell(cast.fay)
    assert left() == (1, 0)


def test_what_was_on_its_way_to_whoever_sat_there_before_is_not_told_to_the_next(cast, phone):
    tell(cast.fay)
    push.add_device(**phone.told, agent="", by=cast.fay)
    assert left() == (1, 1)
    push.add_device(**phone.told, agent="", by=cast.nora)
    assert left() == (1, 0)


# ---- going out of a browser ---------------------------------------------------------------------------------------------------------

ANDROID = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"


@pytest.fixture
def two(cast, phone, maker) -> tuple[Device, Device]:
    """Fay's phone, and her laptop."""
    laptop = Browser(f"{maker.address}/laptop")
    push.add_device(**laptop.told, agent="Firefox, Linux", by=cast.fay)
    return tuple(db.session.scalars(sa.select(Device).order_by(Device.id)))


def agents() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Device.agent).order_by(Device.id)))


def test_who_logs_out_is_told_no_more_on_the_browser_that_says_which_it_was(cast, two, browser_as, worker):
    fay = browser_as(cast.fay)
    fay.get("/account/")
    fay.submit("leave", {"device": push.mark_of(two[1].endpoint)})
    worker()
    assert agents() == ["Firefox, Android"]


def test_a_browser_that_was_told_nothing_leaves_the_others_alone(cast, two, browser_as, worker):
    fay = browser_as(cast.fay)
    fay.get("/account/")
    fay.submit("leave", {"device": "none"})
    worker()
    assert len(agents()) == 2


def test_without_a_script_those_that_look_like_it_are_forgotten(cast, two, worker):
    accounts.open_session(cast.fay.id, agent=ANDROID)
    session_id = db.session.scalar(sa.select(SignIn.id))
    accounts.close_session(session_id, of=cast.fay.id)
    worker()
    assert agents() == ["Firefox, Linux"]


def test_so_are_those_of_whoever_sat_there_when_somebody_else_signs_in(cast, two, worker):
    accounts.open_session(cast.fay.id, agent=ANDROID)
    session_id = db.session.scalar(sa.select(SignIn.id))
    accounts.sign_in("fay", PASSWORD, agent=ANDROID, leaving=session_id)
    worker()
    assert len(agents()) == 2, "who signs in once more stays"
    session_id = db.session.scalar(sa.select(SignIn.id))
    accounts.sign_in("nora", PASSWORD, agent=ANDROID, leaving=session_id)
    worker()
    assert agents() == ["Firefox, Linux"]


def test_nobody_forgets_by_going_out_what_is_anothers(cast, two, browser_as, worker):
    nora = browser_as(cast.nora)
    nora.get("/account/")
    nora.submit("leave", {"device": push.mark_of(two[0].endpoint)})
    worker()
    assert len(agents()) == 2


@pytest.mark.parametrize(
    "act",
    [
        lambda cast: accounts.close_all_sessions(cast.fay.id),
        lambda cast: accounts.set_password(cast.fay.id, "nine goats on a tram"),
        lambda cast: accounts.disable(cast.fay.id, by=cast.milo),
    ],
)
def test_who_is_signed_out_everywhere_is_told_nowhere(cast, two, worker, act):
    act(cast)
    worker()
    assert agents() == []


def test_nobody_forgets_the_devices_of_others(cast, phone, browser_as):
    nora = browser_as(cast.nora)
    nora.get(PAGE)
    token = nora.page.xpath('string(//form[@data-form="notifications"]//input[@name="csrf_token"]/@value)')
    device = db.session.scalar(sa.select(Device.id))
    nora.post(f"{PAGE}/devices/{device}/removal", {"csrf_token": token}, status=404)
    assert left() == (1, 0)


def test_the_oldest_of_many_makes_room(cast, maker):
    for number in range(push.MOST_DEVICES + 2):
        told = {**Browser(maker.address).told, "endpoint": f"{maker.address}/{number}"}
        push.add_device(**told, agent="", by=cast.fay)
    assert left()[0] == push.MOST_DEVICES
    assert f"{maker.address}/0" not in db.session.scalars(sa.select(Device.endpoint)).all()


def test_nobody_lets_us_call_place_after_place(cast, browser_as):
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    form = fields_of(fay.page.xpath('//form[@data-form="device"]')[0])
    statuses = [
        fay.client.post(
            f"{PAGE}/devices", data={**form, **Browser(f"https://{number}.example").told}, headers={"Origin": ORIGIN}
        ).status_code
        for number in range(22)
    ]
    assert statuses == [303] * 20 + [429] * 2
    assert left()[0] == push.MOST_DEVICES


def test_the_key_is_made_once_and_kept_from_others(app, cast, browser_as):
    path = app.extensions["fansite"].settings.instance_path / keys.PUSH
    path.unlink(missing_ok=True)
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    public = fay.page.xpath("string(//push-switch/@data-key)")
    assert public == push.public_key()
    assert len(raw(public)) == 65
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().split()[0] not in fay.response.get_data(as_text=True)


def test_the_worker_of_the_browser_stands_at_the_root(stranger):
    response = stranger.client.get("/push-worker.js")
    assert (response.status_code, response.mimetype) == (200, "text/javascript")
    assert response.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in response.headers
