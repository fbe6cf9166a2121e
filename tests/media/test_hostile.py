"""What is sent to do harm: refused in clear words, or kept as a picture and nothing else."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from fansite.core.db import db
from fansite.media.encoding import encode
from fansite.media.models import Picture
from tests.media import hostile

# Files, of which the tables hear once they are pictures.
pytestmark = pytest.mark.once

MARKS = (b"script", b"svg", b"<?php", b"PK\x03\x04", b"%PDF", b"Exif", b"8BIM", b"ICC_PROFILE")


def test_no_hostile_file_is_ever_served_as_anything_but_a_picture(cast, browser_as, stranger):
    eli, wrong = browser_as(cast.eli), []
    eli.get("/staff/pictures")
    token = eli.page.xpath('string(//form[@data-form="picture"]//input[@name="csrf_token"]/@value)')
    for file in hostile.files():
        sent = FileStorage(BytesIO(file.data), file.filename, content_type=file.mimetype)
        fields = {"file": sent, "alt": "Two on a stage", "csrf_token": token}
        stream, _length, edge = stream_encode_multipart(fields, use_tempfile=False)
        response = eli.client.post(
            "/staff/pictures",
            data=stream.read(),
            content_type=f"multipart/form-data; boundary={edge}",
            headers={"Origin": "http://127.0.0.1:8000", "Accept": "application/json"},
        )
        if file.taken is not None and response.status_code != (201 if file.taken else 422):
            wrong.append(f"{file.name}: {response.status_code} {response.json}")
        if response.status_code == 422 and "picture" not in response.json["error"]["text"]:
            wrong.append(f"{file.name}: {response.json}")
    assert not wrong
    for picture in db.session.scalars(sa.select(Picture)):
        served = stranger.get(f"/media/{picture.name}")
        assert served.mimetype in ("image/png", "image/jpeg", "image/webp")
        assert served.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Disposition" not in served.headers or "\n" not in served.headers["Content-Disposition"]
        assert not [mark for mark in MARKS if mark in served.data], picture.name
        Image.open(BytesIO(served.data)).load()


def test_a_refusal_says_why_in_the_readers_language(cast, browser_as):
    eli = browser_as(cast.eli, language="fr")
    eli.get("/fr/staff/pictures")
    eli.submit("picture", {"file": (BytesIO(hostile.SVG), "a.png"), "alt": "Deux sur scène"}, status=422)
    assert "n’est pas une image" in eli.text
    assert eli.page.xpath('string(//input[@name="alt"]/@value)') == "Deux sur scène"
    eli.submit("picture", {"file": (BytesIO(hostile.png(5000, 4001)), "a.png")}, status=422)
    assert "millions de pixels" in eli.text


def test_a_name_with_a_line_end_reaches_no_header(cast, browser_as, stranger):
    eli = browser_as(cast.eli)
    eli.get("/staff/pictures")
    token = eli.page.xpath('string(//form[@data-form="picture"]//input[@name="csrf_token"]/@value)')
    head = 'Content-Disposition: form-data; name="file"; filename="a.png%0d%0aSet-Cookie: x=1"\r\nContent-Type: text/html\r\n\r\n'
    parts = [
        b'Content-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode(),
        head.encode() + hostile.picture(),
    ]
    body = b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    eli.post("/staff/pictures", body, content_type="multipart/form-data; boundary=edge")
    kept = db.session.scalars(sa.select(Picture)).one()
    assert "Set-Cookie" not in stranger.get(f"/media/{kept.name}").headers


@pytest.mark.parametrize("orientation", range(1, 9))
def test_however_a_camera_was_held_the_picture_stands_upright(app, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 30.0)  # where it was taken
    turned = Image.open(BytesIO(hostile.photograph((400, 300))))
    # What a camera writes: the pixels as they fell on the chip, and how to turn them.
    back = {
        2: "FLIP_LEFT_RIGHT",
        3: "ROTATE_180",
        4: "FLIP_TOP_BOTTOM",
        5: "TRANSPOSE",
        6: "ROTATE_90",
        7: "TRANSVERSE",
        8: "ROTATE_270",
    }
    if orientation in back:
        turned = turned.transpose(Image.Transpose[back[orientation]])
    file = BytesIO()
    turned.save(file, "JPEG", exif=exif, quality=95)
    assert Image.open(BytesIO(file.getvalue())).getexif().get_ifd(0x8825)
    made = encode(file.getvalue())
    image = Image.open(BytesIO(made.data))
    assert image.size == (400, 300)
    red, green, _blue = image.getpixel((20, 20))
    assert red > 180 > 80 > green
    assert not image.getexif()
    assert b"Exif" not in made.data


def test_the_second_picture_a_telephone_puts_behind_a_jpeg_is_left_out(app):
    first, second = (Image.new("RGB", (40, 30), colour) for colour in ("red", "blue"))
    file = BytesIO()
    first.save(file, "MPO", save_all=True, append_images=[second])
    made = encode(file.getvalue())
    assert made.extension == "jpg"
    assert Image.open(BytesIO(made.data)).format == "JPEG"
    assert len(made.data) < len(file.getvalue())


@pytest.mark.shared
def test_photographs_of_real_cameras_come_out_upright_and_tell_no_place(app, shared):
    for path in sorted((shared / "data" / "photos").glob("*.jpg")):
        before = Image.open(BytesIO(path.read_bytes()))
        made = encode(path.read_bytes())
        after = Image.open(BytesIO(made.data))
        assert not after.getexif(), path.name
        assert b"GPS" not in made.data
        turned = before.getexif().get(0x0112, 1) >= 5
        assert after.size == (before.size[::-1] if turned else before.size)
