"""What everyone may have travels packed; what is somebody's own never does."""

from __future__ import annotations

import gzip

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from fansite.core.web.packing import CODECS, IDENTITY, wanted
from fansite.core.web.representation import Representation
from tests.texts import many_comments, news_post

PACKED = {"Accept-Encoding": "gzip"}
UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": lambda data: zstandard.decompress(data)}


@pytest.fixture
def post(cast):
    made = news_post(cast.eli)
    many_comments(made.id, cast.fay.id, 20)
    return made


def ask(visitor, path, **headers):
    return visitor.client.get(path, headers={**PACKED, **headers})


@pytest.mark.parametrize("path", ["/", "/news/lisbon", "/feed.xml", "/feed.json"])
def test_a_public_page_is_packed_for_who_can_unpack_it(post, stranger, path):
    plain = stranger.client.get(path)
    assert "Content-Encoding" not in plain.headers
    assert len(plain.get_data()) >= 600, f"{path} is too short to say anything"
    for encoding, unpack in UNPACK.items():
        packed = ask(stranger, path, **{"Accept-Encoding": encoding})
        assert packed.headers["Content-Encoding"] == encoding
        assert unpack(packed.get_data()) == plain.get_data()
        assert int(packed.headers["Content-Length"]) == len(packed.get_data()) < len(plain.get_data())
        assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),  # Chrome, Firefox
        ("gzip, deflate, br", "br"),  # Safari
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("*", "br"),
        ("br;q=0, *;q=0.1", "zstd"),
        ("zstd", "zstd"),
        ("gzip;q=0", IDENTITY),
        ("identity", IDENTITY),
        ("deflate", IDENTITY),
        ("", IDENTITY),
        ("gzip" + ", nothing" * 1000, "gzip"),
    ],
)
def test_each_gets_the_smallest_they_can_read(accept, encoding):
    assert wanted(accept) == encoding


@given(data=st.binary(max_size=5000), thoroughly=st.booleans())
def test_what_is_packed_can_be_unpacked(data, thoroughly):
    for encoding, codec in CODECS.items():
        packed = codec.pack(data, thoroughly)
        assert UNPACK[encoding](packed) == data == codec.unpack(packed)
        assert codec.pack(data, thoroughly) == packed


@given(order=st.permutations(["br", "gzip", "zstd", IDENTITY]), body=st.binary(min_size=600, max_size=3000))
def test_in_whatever_order_forms_are_asked_for_they_say_the_same(order, body):
    page = Representation([("Content-Type", "text/html")], body, order[0])
    told = []
    for encoding in order:
        form = page.form_for({"HTTP_ACCEPT_ENCODING": encoding})
        assert (UNPACK[encoding](form.body) if encoding in UNPACK else form.body) == body
        told.append(form.etag)
    assert len(set(told)) == 4
    assert sorted(told) == sorted(
        Representation([("Content-Type", "text/html")], body).form_for({"HTTP_ACCEPT_ENCODING": e}).etag for e in order
    )


def test_each_form_has_a_mark_of_its_own(post, stranger):
    plain, packed = stranger.client.get("/news/lisbon"), ask(stranger, "/news/lisbon")
    assert plain.headers["ETag"] != packed.headers["ETag"]
    again = ask(stranger, "/news/lisbon", **{"If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert ask(stranger, "/news/lisbon", **{"If-None-Match": plain.headers["ETag"]}).status_code == 200
    head = stranger.client.head("/news/lisbon", headers=PACKED)
    assert (head.headers["Content-Length"], head.headers["ETag"]) == (packed.headers["Content-Length"], packed.headers["ETag"])


def test_who_refuses_it_gets_it_plain(post, stranger):
    for refusal in ("gzip;q=0", "identity", "br;q=0", ""):
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
