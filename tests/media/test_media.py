"""Pictures are made anew; whatever is none is refused."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image, PngImagePlugin

from fansite.core.db import db
from fansite.core.errors import Refused
from fansite.media.encoding import MAX_BYTES, encode
from fansite.media.models import Picture
from fansite.media.operations import keep_picture


def picture(kind="PNG", size=(40, 30), mode="RGB", **options):
    file = BytesIO()
    Image.new(mode, size, options.pop("colour", 0)).save(file, kind, **options)
    return file.getvalue()


def opened(data):
    return Image.open(BytesIO(data))


def png(width, height, data=b""):
    """A PNG whose header says what it likes."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "mode", "extension", "format_now"),
    [
        ("PNG", "RGB", "png", "PNG"),
        ("PNG", "RGBA", "png", "PNG"),
        ("PNG", "P", "png", "PNG"),
        ("PNG", "I;16", "png", "PNG"),
        ("JPEG", "RGB", "jpg", "JPEG"),
        ("JPEG", "L", "jpg", "JPEG"),
        ("JPEG", "CMYK", "jpg", "JPEG"),
        ("WEBP", "RGBA", "webp", "WEBP"),
        ("GIF", "P", "png", "PNG"),
    ],
)
def test_the_four_formats_are_kept(app, kind, mode, extension, format_now):
    encoded = encode(picture(kind, mode=mode))
    assert (encoded.extension, encoded.width, encoded.height) == (extension, 40, 30)
    assert opened(encoded.data).format == format_now


def test_a_picture_is_stored_once_under_the_hash_of_its_file(app):
    data = picture()
    first = keep_picture(data, "A mast", "https://old.example/mast.png")
    again = keep_picture(data, "Another", "https://elsewhere.example/")
    assert first.id == again.id
    assert (first.alt, first.origin, first.width) == ("A mast", "https://old.example/mast.png", 40)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Picture)) == 1
    assert first.name.endswith(".png")


def test_a_turned_photograph_stands_upright_and_tells_nothing_else(app):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "A camera with a serial number"
    data = picture("JPEG", size=(40, 30), exif=exif, comment=b"taken at home", icc_profile=b"x" * 200)
    encoded = encode(data)
    assert (encoded.width, encoded.height) == (30, 40)
    assert b"serial" not in encoded.data
    assert b"taken at home" not in encoded.data
    again = opened(encoded.data)
    assert not again.getexif()
    assert "icc_profile" not in again.info


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_notes_inside_a_picture_are_left_behind(app, kind):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "secret place")
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    data = picture(
        kind, exif=exif, xmp=b"<x>secret place</x>", icc_profile=b"p" * 100, **({"pnginfo": notes} if kind == "PNG" else {})
    )
    assert b"secret place" in data or kind == "PNG"
    encoded = encode(data)
    assert b"secret place" not in encoded.data
    assert not {"exif", "xmp", "icc_profile", "Comment"} & set(opened(encoded.data).info)


def test_see_through_stays_see_through(app):
    encoded = encode(picture("PNG", mode="RGBA", colour=(255, 0, 0, 0)))
    assert opened(encoded.data).mode == "RGBA"
    assert opened(encoded.data).getpixel((0, 0))[3] == 0
    palette = Image.new("P", (4, 4), 0)
    file = BytesIO()
    palette.save(file, "GIF", transparency=0)
    assert opened(encode(file.getvalue()).data).convert("RGBA").getpixel((0, 0))[3] == 0


def test_of_an_animation_the_first_picture_stays(app):
    frames = [Image.new("P", (8, 8), n) for n in range(3)]
    file = BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    assert getattr(opened(encode(file.getvalue()).data), "n_frames", 1) == 1


def test_a_guest_hidden_behind_a_picture_does_not_get_in(app):
    """HTML, a script or a ZIP appended to a true picture."""
    for guest in (b"<script>alert(1)</script>", b"PK\x03\x04 evil", b"<?php evil(); ?>"):
        for kind in ("PNG", "JPEG", "GIF"):
            assert guest not in encode(picture(kind) + guest).data


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"hello", id="text"),
        pytest.param(SVG, id="svg"),
        pytest.param(b"<html><body>", id="html"),
        pytest.param(b"%PDF-1.4", id="pdf"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", id="eps"),
        pytest.param(b"GIF89a" + SVG, id="gif-polyglot"),
        pytest.param(b"\x89PNG\r\n\x1a\n", id="png-signature"),
        pytest.param(picture()[:60], id="truncated-png"),
        pytest.param(picture("JPEG", size=(400, 300))[:500], id="truncated-jpeg"),
        pytest.param(picture("WEBP")[:30], id="truncated-webp"),
        pytest.param(b"RIFF\xff\xff\xff\xffWEBPVP8 ", id="webp-lie"),
        pytest.param(png(100, 100, b"\x00" * 10), id="too-few-pixels"),
        pytest.param(picture("BMP"), id="bmp"),
        pytest.param(picture("TIFF"), id="tiff"),
        pytest.param(picture("ICO", size=(16, 16)), id="ico"),
    ],
)
def test_what_is_no_picture_is_refused(app, data):
    with pytest.raises(Refused, match="no picture"):
        encode(data)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Picture)) == 0


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(png(5000, 4001), id="20-megapixel"),
        pytest.param(png(12_000, 12_000), id="144-megapixel"),
        pytest.param(png(2**31 - 1, 2**31 - 1), id="huge-header"),
        pytest.param(
            b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02", id="gif"
        ),
    ],
)
def test_a_bomb_is_refused_by_its_header(app, data):
    import tracemalloc

    tracemalloc.start()
    with pytest.raises(Refused, match="million pixels"):
        encode(data)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_text_chunk_that_unpacks_for_ever_is_refused(app):
    body = b"Comment\x00\x00" + zlib.compress(b"a" * 80_000_000, 9)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    data = picture()
    with pytest.raises(Refused):
        encode(data[:33] + chunk + data[33:])


def test_a_file_that_is_too_large_is_refused_unread(app):
    with pytest.raises(Refused, match="32 MB"):
        encode(b"\x89PNG" + bytes(MAX_BYTES))


# ---- /media/ ----------------------------------------------------------------------------------------------------------------


def test_a_picture_is_served_to_be_kept_and_as_nothing_else(app, stranger):
    kept = keep_picture(picture("JPEG"))
    response = stranger.get(f"/media/{kept.name}")
    assert response.mimetype == "image/jpeg"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "Set-Cookie" not in response.headers
    assert opened(response.data).size == (40, 30)
    again = stranger.client.get(f"/media/{kept.name}", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_pictures_have_one_address_in_all_languages(app, stranger):
    kept = keep_picture(picture())
    assert stranger.get(f"/fr/media/{kept.name}", status=301).headers["Location"] == f"/media/{kept.name}"


@pytest.mark.parametrize(
    "name",
    [
        "nothing.png",
        "..%2f..%2fsecret.key",
        "%2e%2e/fansite.db",
        "secret.key",
        "a.svg",
        "a.html",
        "x" * 300 + ".png",
        "%00.png",
        ".png",
    ],
)
def test_nothing_else_is_served(app, stranger, name):
    stranger.get(f"/media/{name}", status=404)
