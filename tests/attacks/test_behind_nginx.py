"""The same behind Debian's nginx with its proxy cache, set up as `deploy/nginx.conf` says: nothing of one visitor comes to the next."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fansite import settings
from fansite.accounts import operations as accounts
from fansite.accounts.sessions import COOKIE
from fansite.app import create_app
from fansite.core.db import db
from tests.attacks.test_shared_caches import DISGUISES, FORGED
from tests.cast import make_cast
from tests.conftest import ROOT
from tests.serve.served import Served, free_port, until
from tests.texts import many_comments, news_post

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
PUBLIC = ("/", "/fr/", "/news/", "/news/lisbon", "/fans/fay", "/feed.xml", "/sitemap.xml", "/robots.txt")

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


class Behind:
    """The site, and nginx in front of it."""

    def __init__(self, folder: Path, site: Served, port: int) -> None:
        self.folder, self.site, self.port = folder, site, port
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, method: str = "GET", body: str = "", **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body:
                connection.putheader("Content-Length", str(len(body)))
                connection.putheader("Content-Type", "application/x-www-form-urlencoded")
            connection.endheaders(body.encode() or None)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def kept(self) -> list[Path]:
        return [path for path in (self.folder / "cache").rglob("*") if path.is_file()]


def configured(folder: Path, port: int, site: int) -> Path:
    """The shipped file, on our ports and without certificates."""
    shipped = (ROOT / "deploy" / "nginx.conf").read_text()
    for ours, theirs in (
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{site}"),
        ("/var/cache/nginx/fansite", str(folder / "cache")),
    ):
        assert ours in shipped
        shipped = shipped.replace(ours, theirs)
    shipped = re.sub(r"\n\s*ssl_certificate[^;]*;", "", shipped)
    here = "".join(f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; {'user root;' if os.getuid() == 0 else ''} pid {folder / 'pid'}; error_log {folder / 'error.log'};\n"
        f"events {{}}\nhttp {{ access_log off; {here}\n{shipped}\n}}\n"
    )
    return path


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Behind]:
    folder, port, front = tmp_path_factory.mktemp("nginx"), free_port(), free_port()
    instance = folder / "instance"
    instance.mkdir()
    shutil.copy(empty_database, instance / "fansite.db")
    environment = {
        "FANSITE_INSTANCE_PATH": str(instance),
        "FANSITE_BASE_URL": f"http://127.0.0.1:{front}",
        "FANSITE_TRUSTED_PROXIES": "1",
    }
    app = create_app(settings.load(environment))
    with app.app_context():
        cast = make_cast()
        many_comments(news_post(cast.eli).id, cast.fay.id, 3)
        cookies = {who: f"{COOKIE}={accounts.open_session(getattr(cast, who).id, agent='test')}" for who in ("fay", "ada")}
        db.session.remove()
        db.engine.dispose()
    program = [str(Path(sys.executable).parent / "fansite"), "serve", "--port", str(port), "--workers", "1", "--no-worker"]
    site = Served(folder, port, program, {**os.environ, **environment})
    nginx = subprocess.Popen([str(NGINX), "-c", str(configured(folder, front, port))], stderr=subprocess.DEVNULL)
    try:
        made = Behind(folder, site.started(), front)
        made.cookies = cookies
        until(lambda: _answers(made), 20)
        yield made
    finally:
        nginx.terminate()
        nginx.wait(10)
        site.end()


def _answers(behind: Behind) -> bool:
    try:
        return behind.ask("/healthz")[0] == 200
    except OSError:
        return False


def said(answer: tuple[int, dict[str, str], bytes]) -> Any:
    status, headers, body = answer
    return status, {name: value for name, value in headers.items() if name not in ("x-request-id", "date")}, body


def test_what_lasts_is_kept_there_and_pages_are_asked_for_each_time(behind: Behind) -> None:
    sheet = re.search(rb'href="(/static/[^"]+\.css)"', behind.ask("/")[2])
    assert sheet is not None
    path = sheet[1].decode()
    for encoding in ("gzip", "br"):
        first, again = (behind.ask(path, Accept_Encoding=encoding) for _ in range(2))
        assert first[0] == 200 and first[1]["content-encoding"] == encoding and said(first) == said(again)
    keys = b"".join(file.read_bytes()[:2000] for file in behind.kept())
    assert path.encode() in keys
    for page in PUBLIC:
        behind.ask(page)
    kept = b"".join(file.read_bytes()[:2000] for file in behind.kept())
    assert all(f"KEY: 127.0.0.1{page}\n".encode() not in kept for page in PUBLIC)


@pytest.mark.parametrize("path", PUBLIC)
def test_no_forged_header_reaches_the_next_visitor(behind: Behind, path: str) -> None:
    honest = said(behind.ask(path))
    for name, value in FORGED:
        if name not in ("Upgrade-Insecure-Requests", "Cookie"):
            behind.ask(path, **{name: value})
            assert said(behind.ask(path)) == honest, name


@pytest.mark.parametrize("page", ["/account/", "/account/sessions", "/account/comments"])
def test_no_spelling_of_a_private_page_is_kept(behind: Behind, page: str) -> None:
    """Whoever is led to a disguised address leaves nothing there for the one who led them."""
    for disguise in DISGUISES:
        path = page + disguise
        behind.ask(path, Cookie=behind.cookies["fay"])
        status, _headers, body = behind.ask(path)
        assert b"fay@example.org" not in body and status in (301, 302, 400, 404), path
    assert not any(b"fay@example.org" in file.read_bytes() for file in behind.kept())


def test_what_is_signed_in_is_seen_by_nobody_else(behind: Behind) -> None:
    for path in (*PUBLIC, "/account/", "/staff/", "/login"):
        mine = behind.ask(path, Cookie=behind.cookies["ada"])
        assert "set-cookie" not in mine[1]
        if mine[1]["content-type"].startswith("text/html") and path != "/login":
            assert mine[1]["cache-control"] == "private, no-store", path
            assert "content-encoding" not in behind.ask(path, Cookie=behind.cookies["ada"], Accept_Encoding="gzip, br")[1]
        theirs = behind.ask(path)
        assert b'action="/logout"' not in theirs[2], path
    ended = behind.ask("/", Cookie=f"{COOKIE}=ended-long-ago")
    assert "set-cookie" in ended[1] and ended[1]["cache-control"] == "private, no-store"
    assert "set-cookie" not in behind.ask("/")[1]


def test_what_somebody_writes_stands_there_at_once_for_everyone(behind: Behind) -> None:
    page = behind.ask("/news/lisbon", Cookie=behind.cookies["ada"])[2].decode()
    etag = behind.ask("/news/lisbon")[1]["etag"]
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    nonce = re.search(r'name="nonce"[^>]* value="([^"]+)"', page)
    action = re.search(r'action="(/comments/on/\d+)"', page)
    assert token and nonce and action
    form = f"csrf_token={token[1]}&nonce={nonce[1]}&body=A+word+behind+nginx"
    answer = behind.ask(action[1], "POST", form, Cookie=behind.cookies["ada"], Origin=f"http://127.0.0.1:{behind.port}")
    assert answer[0] == 303
    status, headers, body = behind.ask("/news/lisbon", If_None_Match=etag)
    assert status == 200 and headers["etag"] != etag and b"A word behind nginx" in body
