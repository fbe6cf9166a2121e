"""A file in pieces: it goes on where it stopped, belongs to who began it, and takes no more room than it may."""

from __future__ import annotations

import gc
import os
import time
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from fansite.core.db import db
from fansite.core.errors import NotFound
from fansite.media import uploads
from fansite.media.models import Face, Picture
from tests.client import ORIGIN
from tests.media.hostile import SVG, photograph

PIECES = "application/partial-upload"


class Sender:
    """A page's script that sends a file."""

    def __init__(self, visitor, page="/staff/pictures"):
        self.client = visitor.client
        visitor.get(page)
        self.token = visitor.page.xpath('string(//input[@name="csrf_token"]/@value)')
        self.address = ""

    def ask(self, method, address="", status=200, body=b"", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        usual = {"Origin": ORIGIN, "Accept": "application/json", "X-CSRFToken": self.token}
        response = self.client.open(address or self.address, method=method, data=body, headers={**usual, **named})
        assert response.status_code == status, (method, response.status_code, response.get_data(as_text=True)[:300])
        return response

    def begin(self, length, purpose="picture", status=201, language=""):
        response = self.ask(
            "POST", f"{language}/media/uploads?for={purpose}", status, Upload_Length=str(length), Upload_Complete="?0"
        )
        self.address = response.headers.get("Location", "")
        return response

    def send(self, piece, offset, last=False, status=204):
        complete = "?1" if last else "?0"
        return self.ask(
            "PATCH", status=status, body=piece, Content_Type=PIECES, Upload_Offset=str(offset), Upload_Complete=complete
        )

    def offset(self):
        return int(self.ask("HEAD", status=204).headers["Upload-Offset"])


@pytest.fixture
def eli(cast, browser_as):
    return Sender(browser_as(cast.eli))


def test_a_file_arrives_in_pieces_and_goes_on_where_it_stopped(eli, cast):
    data = photograph()
    eli.begin(len(data))
    eli.send(data[:3000], 0)
    assert eli.offset() == 3000  # the connection was lost, and the page asks
    made = eli.send(data[3000:], 3000, last=True, status=200).json
    picture = db.session.scalars(sa.select(Picture)).one()
    assert made["address"] == f"/media/{picture.name}"
    assert made["markdown"] == f"![](/media/{picture.name})"
    assert (made["width"], made["height"], made["described"]) == (400, 300, False)
    assert picture.uploaded_by_id == cast.eli.id


def test_who_did_not_hear_the_last_answer_asks_for_it(eli):
    data = photograph()
    eli.begin(len(data))
    made = eli.send(data, 0, last=True, status=200).json
    state = eli.ask("HEAD", status=204)
    assert (state.headers["Upload-Complete"], state.headers["Upload-Offset"]) == ("?1", str(len(data)))
    assert eli.ask("GET").json == made
    assert eli.send(data[-10:], len(data) - 10, last=True, status=200).json == made
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Picture)) == 1


def test_a_piece_at_another_place_is_refused_with_the_right_one(eli):
    eli.begin(1000)
    eli.send(b"x" * 400, 0)
    for wrong in (0, 300, 500):
        answer = eli.send(b"y" * 100, wrong, status=409)
        assert answer.headers["Upload-Offset"] == "400"
    assert eli.send(b"", 400, last=True, status=409).headers["Upload-Complete"] == "?0"


def test_more_than_was_said_is_refused_and_not_kept(eli):
    eli.begin(1000)
    eli.send(b"x" * 1001, 0, status=422)
    assert eli.offset() == 0


def test_what_is_no_picture_is_refused_in_words_and_forgotten(eli):
    eli.begin(len(SVG))
    assert "no picture" in eli.send(SVG, 0, last=True, status=422).json["error"]["text"]
    eli.ask("HEAD", status=404)


@pytest.mark.parametrize(("length", "status"), [("0", 422), (str(33 * 1024**2), 422), ("-1", 400), ("ten", 400), ("9" * 11, 400)])
def test_a_length_no_picture_has_is_refused_before_anything_is_read(eli, length, status):
    eli.begin(length, status=status)


def test_only_who_began_it_goes_on(cast, browser_as, eli, stranger):
    eli.begin(1000)
    eli.send(b"x" * 400, 0)
    ada = Sender(browser_as(cast.ada))
    for method, status in (("HEAD", 404), ("GET", 404), ("DELETE", 404)):
        ada.ask(method, eli.address, status)
    ada.address = eli.address
    ada.send(b"y" * 600, 400, last=True, status=404)
    assert stranger.client.get(eli.address).status_code == 302
    assert eli.offset() == 400


def test_a_fan_brings_a_face_and_no_picture_for_the_library(cast, browser_as):
    nora, data = Sender(browser_as(cast.nora), "/account/picture"), photograph()
    nora.begin(len(data), status=403)
    nora.begin(len(data), "face")
    made = nora.send(data, 0, last=True, status=200).json
    assert made["next"] == "/account/picture?done=pending"
    assert db.session.scalars(sa.select(Face)).one().account_id == cast.nora.id
    nora.begin(len(data), "portrait", status=404)


def test_on_a_french_page_all_is_french(cast, browser_as):
    nora, data = Sender(browser_as(cast.nora), "/fr/account/picture"), photograph()
    nora.begin(len(data), "face", language="/fr")
    assert nora.send(data, 0, last=True, status=200).json["next"] == "/fr/account/picture?done=pending"
    assert nora.client.get("/fr/account/picture").get_data(as_text=True).count('data-uploads="/fr/media/uploads"') == 1


def test_no_piece_without_the_pages_token(eli):
    eli.begin(1000)
    eli.token = "another"
    eli.send(b"x" * 400, 0, status=422)
    eli.ask("DELETE", status=422)
    assert eli.ask("PATCH", status=403, body=b"x", Origin="https://evil.example", Upload_Offset="0").status_code == 403
    assert eli.offset() == 0


def test_pieces_come_as_pieces(eli):
    eli.begin(1000)
    eli.ask("PATCH", status=415, body=b"x", Content_Type="image/png", Upload_Offset="0")


def test_dropped_it_is_gone(eli):
    eli.begin(1000)
    eli.ask("DELETE", status=204)
    eli.ask("HEAD", status=404)


def test_of_many_begun_the_oldest_is_forgotten(eli, app):
    addresses, most = [], uploads.MOST_AT_ONCE["picture"]
    for n in range(most + 2):
        eli.begin(1000)
        addresses.append(eli.address)
        os.utime(part_of(app, eli.address), (time.time() - 100 + n,) * 2)
    for address, status in zip(addresses, [404, 404] + [204] * most, strict=True):
        eli.ask("HEAD", address, status)


def test_halves_of_all_people_fill_no_disk(eli, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 2500)
    eli.begin(1000)
    eli.begin(1000)
    assert eli.begin(1000, status=429).headers["Retry-After"]


def test_a_crowd_of_fans_who_begin_and_send_nothing_keeps_no_editor_from_sending(cast, browser_as, eli, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 2500)
    for who in (cast.fay, cast.nora, cast.fay):
        Sender(browser_as(who), "/account/picture").begin(1000, "face")
    Sender(browser_as(cast.milo), "/account/picture").begin(1000, "face", status=429)
    eli.begin(1000)


def test_what_was_dropped_while_a_piece_was_on_its_way_does_not_begin_again(eli, app, cast):
    eli.begin(1000)
    found = uploads.find(cast.eli.id, eli.address.rpartition("/")[2])
    eli.ask("DELETE", status=204)
    with pytest.raises(NotFound):
        uploads.append(found, 0, BytesIO(b"x"))
    assert not found.path.exists()


def test_a_form_that_is_no_file_is_as_short_as_any_other(cast, browser_as):
    """It would be read into memory whole, by whoever is signed in."""
    fay = browser_as(cast.fay)
    fay.get("/account/picture")
    fay.post("/account/picture", {"csrf_token": "x", "file": "x" * 3 * 1024**2}, status=413)


def test_what_nobody_went_on_with_is_swept(eli, app):
    eli.begin(1000)
    uploads.sweep()
    eli.ask("HEAD", status=204)
    os.utime(part_of(app, eli.address), (time.time() - uploads.LIFE_SECONDS - 60,) * 2)
    uploads.sweep()
    eli.ask("HEAD", status=404)
    assert list((app.extensions["fansite"].settings.instance_path / "uploads").iterdir()) == []


def test_without_scripts_the_form_brings_it(cast, browser_as):
    eli = browser_as(cast.eli)
    eli.get("/staff/pictures")
    eli.submit(
        "picture", {"file": (BytesIO(photograph()), "us.jpg"), "alt": "Two on a stage", "credit": "Maud Vial"}, follow=True
    )
    picture = db.session.scalars(sa.select(Picture)).one()
    assert (picture.alt, picture.credit, picture.uploaded_by_id) == ("Two on a stage", "Maud Vial", cast.eli.id)
    assert "It is in the library" in eli.text


# Of a file that breaks off, werkzeug leaves its own to be closed by the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_file_larger_than_other_forms_take_comes_by_form_from_the_staff_alone(cast, browser_as):
    large = BytesIO(photograph() + bytes(3 * 1024**2))
    eli, fay = browser_as(cast.eli), browser_as(cast.fay)
    eli.get("/staff/pictures")
    eli.submit("picture", {"file": (BytesIO(large.getvalue()), "us.jpg")})
    fay.get("/account/language")
    fay.submit("language", {"file": (large, "us.jpg")}, status=413)
    gc.collect()


def part_of(app, address) -> Path:
    (path,) = (app.extensions["fansite"].settings.instance_path / "uploads").glob(f"*/{address.rpartition('/')[2]}.*")
    return path
