"""What everyone may have travels packed; what is somebody's own never does."""

from __future__ import annotations

import gzip

import pytest

from tests.texts import many_comments, news_post

PACKED = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def post(cast):
    made = news_post(cast.eli)
    many_comments(made.id, cast.fay.id, 20)
    return made


def ask(visitor, path, **headers):
    return visitor.client.get(path, headers={**PACKED, **headers})


@pytest.mark.parametrize("path", ["/", "/news/lisbon", "/feed.xml", "/feed.json"])
def test_a_public_page_is_packed_for_who_can_unpack_it(post, stranger, path):
    plain, packed = stranger.client.get(path), ask(stranger, path)
    assert "Content-Encoding" not in plain.headers
    if len(plain.get_data()) < 600:
        pytest.fail(f"{path} is too short to say anything")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert int(packed.headers["Content-Length"]) == len(packed.get_data()) < len(plain.get_data())
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_each_form_has_a_mark_of_its_own(post, stranger):
    plain, packed = stranger.client.get("/news/lisbon"), ask(stranger, "/news/lisbon")
    assert plain.headers["ETag"] != packed.headers["ETag"]
    again = ask(stranger, "/news/lisbon", **{"If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert ask(stranger, "/news/lisbon", **{"If-None-Match": plain.headers["ETag"]}).status_code == 200
    head = stranger.client.head("/news/lisbon", headers=PACKED)
    assert (head.headers["Content-Length"], head.headers["ETag"]) == (packed.headers["Content-Length"], packed.headers["ETag"])


def test_who_refuses_it_gets_it_plain(post, stranger):
    for refusal in ("gzip;q=0", "identity", "br", ""):
        assert "Content-Encoding" not in stranger.client.get("/news/lisbon", headers={"Accept-Encoding": refusal}).headers


def test_a_page_made_for_one_person_is_never_packed(cast, post, browser_as):
    for visitor, path in (
        (browser_as(cast.fay), "/news/lisbon"),
        (browser_as(cast.fay), "/account/"),
        (browser_as(None), "/login"),
    ):
        assert "Content-Encoding" not in ask(visitor, path).headers


def test_what_every_page_begins_with_is_one_file(app, stranger):
    assets = app.extensions["fansite"].assets
    parts = [
        stranger.client.get(assets.url(f"css/{name}.css")).get_data()
        for name in ("tokens", "base", "ui", "news", "comments", "home")
    ]
    assert stranger.client.get(assets.url("css/site.css")).get_data() == b"\n".join(parts)
    stranger.get("/")
    assert stranger.page.xpath('//link[@rel="stylesheet"]/@href')[0] == assets.url("css/site.css")


def test_style_sheets_and_scripts_are_packed_once(app, stranger):
    address = app.extensions["fansite"].assets.url("css/site.css")
    plain, packed = stranger.client.get(address, buffered=True), ask(stranger, address)
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert packed.mimetype == plain.mimetype == "text/css"
    assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert ask(stranger, address, **{"If-None-Match": packed.headers["ETag"]}).status_code == 304
    picture = stranger.client.get(app.extensions["fansite"].assets.url("art/icon-32.png"), headers=PACKED, buffered=True)
    assert "Content-Encoding" not in picture.headers


@pytest.mark.parametrize("name", ["nothing.css", "..%2F..%2Fwsgi.py", "css", "css/", "../../fansite/app.py"])
def test_there_are_no_other_files(app, stranger, name):
    version = app.extensions["fansite"].assets.version
    assert ask(stranger, f"/static/{version}/{name}").status_code in (301, 404)
