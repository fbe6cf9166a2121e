"""Files nobody sends by mistake, made in code: bombs, lies, guests in another's house, and names that lead elsewhere."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><body>" + SCRIPT + b"</body></html>"
MANY = 40_000_000


@dataclass(frozen=True)
class Hostile:
    name: str
    data: bytes
    filename: str = "picture.png"
    mimetype: str = "image/png"
    # A true picture in hostile clothes is taken: what is kept of it is harmless. None: the decoder may decide.
    taken: bool | None = False


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    file = BytesIO()
    Image.new(mode, size, options.pop("colour", 0)).save(file, kind, **options)
    return file.getvalue()


def photograph(size: tuple[int, int] = (400, 300), kind: str = "JPEG", **options: Any) -> bytes:
    """Something to see: its upper left corner is red."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill=(220, 20, 20))
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(name: bytes, body: bytes, crc: int | None = None) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body) if crc is None else crc)


def png(width: int, height: int, data: bytes = b"", *, depth: int = 8, colour: int = 2, more: bytes = b"") -> bytes:
    """A PNG whose header says what it likes."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def gif(width: int, height: int, frames: int = 1) -> bytes:
    frame = b"\x21\xf9\x04\x00\x00\x00\x00\x00,\x00\x00\x00\x00" + struct.pack("<HH", width, height) + b"\x00\x02\x02D\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff" + frame * frames + b";"


def webp(width: int, height: int) -> bytes:
    """An extended header of any size, with nothing behind it."""
    body = b"\x00\x00\x00\x00" + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    extended = b"VP8X" + struct.pack("<I", 10) + body
    return b"RIFF" + struct.pack("<I", 4 + len(extended)) + b"WEBP" + extended


def sized_jpeg(width: int, height: int) -> bytes:
    """A true JPEG whose frame header claims another size."""
    data = bytearray(photograph((16, 16)))
    at = data.find(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: each is a pass over all pixels."""
    data = photograph((64, 64), progressive=True)
    last = data.rfind(b"\xff\xda")
    return data[:last] + data[last:-2] * count + b"\xff\xd9"


def in_jpeg(marker: int, body: bytes) -> bytes:
    data = photograph((32, 32))
    return data[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body + data[2:]


def in_png(*chunks: bytes) -> bytes:
    data = picture()
    return data[:33] + b"".join(chunks) + data[33:]


def bomb(prefix: bytes) -> bytes:
    return prefix + zlib.compress(bytes(MANY), 9)


def files() -> Iterator[Hostile]:
    yield from _nothing_to_see()
    yield from _torn()
    yield from _too_large()
    yield from _bombs_inside()
    yield from _guests()
    yield from _names()


def _nothing_to_see() -> Iterator[Hostile]:
    others = {
        "empty": b"", "text": b"hello", "svg": SVG, "html": HTML, "xml": b"<?xml version='1.0'?><a/>", "script": b"alert(1)",
        "pdf": b"%PDF-1.4\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>", "swf": b"CWS\x0a" + bytes(64), "zip": b"PK\x03\x04" + bytes(64),
        "php": b"<?php system($_GET[0]); ?>", "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(%pipe%id) (r) file",
        "elf": b"\x7fELF" + bytes(64), "mvg": b"push graphic-context\nimage over 0,0 0,0 'https://127.0.0.1/x.php?x=`id`'\npop graphic-context",
        "bmp": picture("BMP"), "tiff": picture("TIFF"), "ico": picture("ICO", size=(16, 16)), "ppm": picture("PPM"), "tga": picture("TGA"),
        "pcx": picture("PCX"), "jpeg 2000": b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(32), "avif": b"\x00\x00\x00\x1cftypavif" + bytes(64),
        "heic": b"\x00\x00\x00\x18ftypheic" + bytes(64), "psd": b"8BPS\x00\x01" + bytes(64), "fli": b"\x00\x00\x00\x00\x11\xaf" + bytes(122),
        "dds": b"DDS |\x00\x00\x00" + bytes(120), "icns": b"icns" + bytes(64), "sgi": b"\x01\xda\x00\x01" + bytes(508),
    }  # fmt: skip
    for kind, data in others.items():
        yield Hostile(kind, data, f"picture.{kind}", "application/octet-stream")
        yield Hostile(f"{kind} that says it is a PNG", data)
    yield Hostile("svg by its type", SVG, "a.svg", "image/svg+xml")
    yield Hostile("html by its type", HTML, "a.html", "text/html")
    yield Hostile("gif in its first letters", b"GIF89a" + HTML, "a.gif", "image/gif")
    yield Hostile("gif comment that is a script", b"GIF89a=1/*" + bytes(20) + b"*/;alert(1)", "a.gif", "image/gif")
    yield Hostile("jpeg in its first letters", b"\xff\xd8\xff\xe0" + HTML, "a.jpg", "image/jpeg")


def _torn() -> Iterator[Hostile]:
    whole = {
        "PNG": picture(size=(400, 300)),
        "JPEG": photograph(),
        "GIF": picture("GIF", mode="P"),
        "WEBP": photograph(kind="WEBP"),
    }
    for kind, data in whole.items():
        for share in (0.1, 0.5, 0.8):
            yield Hostile(f"{kind} up to {share}", data[: int(len(data) * share)], f"a.{kind.lower()}")
    yield Hostile("png of nothing but its signature", b"\x89PNG\r\n\x1a\n")
    yield Hostile("png with too few pixels", png(100, 100, bytes(10)))
    yield Hostile("png with a false checksum", png(10, 10).replace(b"IDAT", b"IDAT\x00"))
    yield Hostile("png of no width", png(0, 10))
    yield Hostile("png of an unknown depth", png(10, 10, depth=7))
    yield Hostile("png of an unknown colour", png(10, 10, colour=9))
    yield Hostile("webp that says it is longer", b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(20), "a.webp", "image/webp")
    yield Hostile("webp with only a header", webp(100, 100), "a.webp", "image/webp")
    yield Hostile("gif without a picture", b"GIF89a" + struct.pack("<HHBBB", 8, 8, 0, 0, 0) + b";", "a.gif")
    yield Hostile("jpeg without tables", b"\xff\xd8\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + bytes(40) + b"\xff\xd9", "a.jpg")
    yield Hostile("jpeg with a segment of no length", b"\xff\xd8\xff\xe1\x00\x00" + photograph()[2:], "a.jpg", taken=None)


def _too_large() -> Iterator[Hostile]:
    for width, height in ((5000, 4001), (12_000, 12_000), (65_535, 65_535), (2**31 - 1, 2**31 - 1), (2**31, 1), (1, 2**31 + 7)):
        yield Hostile(f"png of {width} × {height}", png(width, height))
    flat = Image.new("1", (12_000, 12_000))
    file = BytesIO()
    flat.save(file, "PNG", optimize=True)
    yield Hostile("flat png of 12,000 × 12,000", file.getvalue())
    yield Hostile("gif of 65,535 × 65,535", gif(65_535, 65_535), "a.gif")
    yield Hostile("webp of 16,777,216 × 16,777,216", webp(2**24, 2**24), "a.webp")
    yield Hostile("jpeg of 65,500 × 65,500", sized_jpeg(65_500, 65_500), "a.jpg")
    yield Hostile("jpeg of a thousand scans", many_scans(1000), "a.jpg")
    yield Hostile("a small jpeg that claims 4,000 × 4,000", sized_jpeg(4000, 4000), "a.jpg", taken=None)


def _bombs_inside() -> Iterator[Hostile]:
    yield Hostile("zTXt bomb", in_png(chunk(b"zTXt", bomb(b"Comment\x00\x00"))))
    yield Hostile("iTXt bomb", in_png(chunk(b"iTXt", bomb(b"XML:com.adobe.xmp\x00\x01\x00\x00\x00"))))
    yield Hostile("iCCP bomb", in_png(chunk(b"iCCP", bomb(b"icc\x00\x00"))))
    yield Hostile("pixels that go on", png(10, 10, bytes(MANY)), taken=True)
    yield Hostile("gif of 65,535 pictures", gif(1, 1, 65_535), "a.gif", taken=True)
    yield Hostile("exif that points at itself", in_jpeg(0xE1, b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x87i\x00\x04\x00\x00\x00\x01\x00\x00\x00\x08\x00\x00\x00\x08"), "a.jpg", taken=True)  # fmt: skip
    yield Hostile("exif that is noise", in_jpeg(0xE1, b"Exif\x00\x00" + bytes(range(256)) * 200), "a.jpg", taken=True)
    yield Hostile(
        "icc profile of 60,000 bytes", in_jpeg(0xE2, b"ICC_PROFILE\x00\x01\xff" + b"\xff" * 60_000), "a.jpg", taken=True
    )
    yield Hostile("photoshop block that is noise", in_jpeg(0xED, b"Photoshop 3.0\x008BIM" + b"\xff" * 4000), "a.jpg", taken=True)


def _guests() -> Iterator[Hostile]:
    for guest in (SCRIPT, SVG, b"PK\x03\x04evil", b"<?php system($_GET[0]); ?>", b"%PDF-1.4 evil"):
        for kind in ("JPEG", "GIF"):
            yield Hostile(f"{guest[:5]!r} behind a {kind}", picture(kind) + guest, f"a.{kind.lower()}", taken=True)
    yield Hostile("script in a png comment", in_png(chunk(b"tEXt", b"Comment\x00" + SCRIPT)), taken=True)
    yield Hostile("script in a jpeg comment", in_jpeg(0xFE, SCRIPT), "a.jpg", taken=True)
    yield Hostile("script in exif", in_jpeg(0xE1, b"Exif\x00\x00" + SCRIPT), "a.jpg", taken=True)
    yield Hostile("script in xmp", photograph(kind="WEBP", xmp=SCRIPT), "a.webp", taken=True)


def _names() -> Iterator[Hostile]:
    for n, (filename, mimetype) in enumerate(
        (
            ("../../../../etc/passwd", "image/png"), ("..\\..\\secret.key", "image/png"), ("/etc/passwd", "image/png"),
            ("picture.png/../../wsgi.py", "image/png"), ("picture.php.png", "image/png"), ("picture.png.svg", "image/svg+xml"),
            ("picture.html", "text/html"), ("CON", "image/png"), (".htaccess", "text/plain"), ("a" * 3000 + ".png", "image/png"),
            ("<script>alert(1)</script>.png", "image/png"), ("écume ‮gnp.exe", "image/png"), ("picture.png;x.js", "text/javascript"),
            ("%2e%2e%2fsecret.key", "image/png"), ("$(touch x).png", "image/png"),
        )
    ):  # fmt: skip
        yield Hostile(f"called {filename[:40]}", picture(size=(20 + n, 20)), filename, mimetype, taken=True)
