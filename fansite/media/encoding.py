"""Pictures made anew from what was sent: nothing of the original's bytes, metadata or hidden guests goes on."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps

from fansite.core.errors import Refused

# No other decoder is ever tried: each is a way in.
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MAX_BYTES = 32 * 1024 * 1024
# A good camera; twice as many take 80 MB of memory and more than a second.
MAX_PIXELS = 20_000_000
QUALITY = 85
EXTENSIONS = {"PNG": "png", "JPEG": "jpg", "GIF": "png", "WEBP": "webp"}


@dataclass(frozen=True)
class Encoded:
    data: bytes
    extension: str
    width: int
    height: int


def encode(data: bytes) -> Encoded:
    """The picture in our own encoding. Size is checked from the header, before anything is decoded."""
    if len(data) > MAX_BYTES:
        raise Refused(_l("This picture is larger than %(most)s MB.", most=MAX_BYTES // 1024**2), field="file")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            kind = str(image.format)
            if image.width * image.height > MAX_PIXELS:
                raise _too_many_pixels()
            image.load()
            upright = ImageOps.exif_transpose(image)
        return _written(_plain(upright, kind), kind)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception as problem:  # whatever a decoder fails of, the file is to blame
        raise Refused(_l("This file is no picture we can read: PNG, JPEG, GIF and WebP work."), field="file") from problem


def _too_many_pixels() -> Refused:
    return Refused(_l("This picture has more than %(most)s million pixels.", most=MAX_PIXELS // 1_000_000), field="file")


def _plain(image: Image.Image, kind: str) -> Image.Image:
    """The pixels alone, in a mode the format can hold; of an animation the first picture."""
    if kind == "JPEG":
        mode = "L" if image.mode in ("1", "L") else "RGB"
    elif image.has_transparency_data:
        mode = "RGBA"
    else:
        mode = image.mode if image.mode in ("1", "L", "P") and kind != "WEBP" else "RGB"
    plain = image.convert(mode) if image.mode != mode else image.copy()
    plain.info = {}
    return plain


def _written(image: Image.Image, kind: str) -> Encoded:
    file = BytesIO()
    if kind == "JPEG":
        image.save(file, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    elif kind == "WEBP":
        image.save(file, "WEBP", quality=QUALITY, method=4)
    else:
        image.save(file, "PNG", optimize=True)
    return Encoded(file.getvalue(), EXTENSIONS[kind], image.width, image.height)
