"""What everyone may have travels packed; what is somebody's own never does."""

from __future__ import annotations

import gzip
import random
from typing import get_args

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from fansite.core.web.packing import CODECS, IDENTITY, LONG, Effort, wanted
from fansite.core.web.representation import Representation
from tests.texts import many_comments, news_post

PACKED = {"Accept-Encoding": "gzip"}
UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": lambda data: zstandard.decompress(data)}


@pytest.fixture
def post(cast):
    made = news_post(cast.eli)
    many_comments(made.id, cast.fay.id, 20)
    return made


def given_out(page, encoding, *, method="GET", **headers):
    """Body and headers of an answer."""
    told = []
    body = b"".join(
        page.answer({"REQUEST_METHOD": method, "HTTP_ACCEPT_ENCODING": encoding, **headers}, lambda *words: told.extend(words))
    )
    return body, dict(told[1])


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
        ("gzip" + ", nothing" * 50, "gzip"),
        ("gzip" + ", nothing" * 1000, IDENTITY),
        ("identity, br;q=0.5", IDENTITY),
        ("br;q=0.1, identity;q=0, *;q=0", "br"),
    ],
)
def test_each_gets_the_smallest_they_can_read(accept, encoding):
    assert wanted(accept) == encoding


@given(data=st.binary(max_size=5000), effort=st.sampled_from(get_args(Effort)))
def test_what_is_packed_can_be_unpacked(data, effort):
    for encoding, codec in CODECS.items():
        packed = codec.pack(data, codec.levels[effort])
        assert UNPACK[encoding](packed) == data == codec.unpack(packed)
        assert codec.pack(data, codec.levels[effort]) == packed


@given(order=st.permutations(["br", "gzip", "zstd", IDENTITY]), body=st.binary(min_size=600, max_size=3000))
def test_in_whatever_order_forms_are_asked_for_they_say_the_same(order, body):
    page = Representation([("Content-Type", "text/html")], body, order[0])
    told = []
    for encoding in order:
        for _time in range(2):
            sent, headers = given_out(page, encoding)
            assert (UNPACK[encoding](sent) if encoding in UNPACK else sent) == body
        told.append(headers["ETag"])
    assert len(set(told)) == 4
    other = Representation([("Content-Type", "text/html")], body)
    assert sorted(told) == sorted(given_out(other, encoding)[1]["ETag"] for encoding in order)


@pytest.mark.parametrize("encoding", list(CODECS))
def test_who_waits_for_a_page_gets_it_packed_in_a_hurry_and_the_next_gets_it_smaller(encoding):
    words, chance = "marmot piano ukulele volcano goat hay boat song rain wool".split(), random.Random(4)
    body = "".join(f"<p class='said'>{' '.join(chance.choices(words, k=9))}</p>" for _comment in range(400)).encode()
    page = Representation([("Content-Type", "text/html")], body, encoding)
    hurried, headers = given_out(page, encoding)
    of_head = given_out(page, encoding, method="HEAD")
    smaller, others = given_out(page, encoding)
    assert of_head == (b"", others)
    assert len(smaller) < len(hurried)
    assert UNPACK[encoding](smaller) == UNPACK[encoding](hurried) == body
    assert headers["ETag"] != others["ETag"], "other bytes have another strong mark (RFC 9110, 8.8.1)"
    assert given_out(page, encoding) == (smaller, others)


@pytest.mark.parametrize("asked_again", [0, 1])
def test_who_has_a_page_has_it_however_it_was_packed(asked_again):
    body = b"<p>one marmot sings</p>" * 900
    one, other = (Representation([("Content-Type", "text/html")], body, "br") for _process in range(2))
    marks = [given_out(one, "br")[1]["ETag"], given_out(one, "br")[1]["ETag"]]
    for _time in range(1 + asked_again):
        given_out(other, "br")
    for mark in marks:
        for told in (mark, f'"nothing", {mark}', f"W/{mark}"):
            nothing, headers = given_out(other, "br", HTTP_IF_NONE_MATCH=told)
            assert (nothing, headers["ETag"]) == (b"", mark)
    assert given_out(other, "gzip", HTTP_IF_NONE_MATCH=marks[0])[0] != b"", "in another encoding nobody has it"


def test_what_is_longer_than_any_page_is_packed_in_a_hurry_each_time():
    body = b"".join(b"<url>%d</url>" % (n * n) for n in range(60_000))
    assert len(body) > LONG
    page = Representation([("Content-Type", "application/xml")], body, "br")
    first = given_out(page, "br")
    assert given_out(page, "br") == first
    assert brotli.decompress(first[0]) == body


def test_each_form_has_a_mark_of_its_own(post, stranger):
    ask(stranger, "/news/lisbon")
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
        for name in ("tokens", "base", "ui", "news", "tour", "comments", "home")
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
