"""Pictures made anew from what was sent: nothing of the original's bytes, metadata or hidden guests goes on."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps

from fansite.core.errors import Refused

T = TypeVar("T")

# No other decoder is ever tried: each is a way in.
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
# Telephones put a second picture behind a JPEG (depth, a wider view): the first is the one that was taken.
SAME_AS = {"MPO": "JPEG"}
MAX_BYTES = 32 * 1024 * 1024
# A good camera; twice as many take 80 MB of memory and more than a second.
MAX_PIXELS = 20_000_000
# A progressive JPEG has ten. Each is a pass over all pixels: ten thousand would hold a process for minutes.
MAX_SCANS = 64
QUALITY = 85
EXTENSIONS = {"PNG": "png", "JPEG": "jpg", "GIF": "png", "WEBP": "webp"}
# What shows through where a format has no see-through parts.
PAPER = (255, 255, 255)
BLUR_SIZE = 16
FACE_SIZE = 256
# What fans send is kept no larger than any page shows it on a dense screen: a thousand of them are a gigabyte and a half at most.
PHOTOGRAPH_SIZE = 2560


class _Painter:
    """One thread of a process, which paints one picture after the other.

    A decoded one takes up to 80 MB, and as much again while it is turned or written. A lock would bound that too, were it not for the C
    library, which keeps what was freed for the thread that freed it: eight threads would hold eight pictures' worth.
    """

    def __init__(self) -> None:
        self.begin()
        os.register_at_fork(after_in_child=self.begin)

    def begin(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="painter")  # begins with its first picture

    def __call__(self, paint: Callable[..., T], *args: Any) -> T:
        return self._thread.submit(paint, *args).result()


_paint = _Painter()


@dataclass(frozen=True)
class Encoded:
    data: bytes
    extension: str
    width: int
    height: int
    transparent: bool
    blur: str


def encode(data: bytes) -> Encoded:
    """The picture in our own encoding. Size is checked from the header, before anything is decoded."""
    return _paint(_encoded, data)


def photograph(data: bytes) -> Encoded:
    """The picture as a JPEG of bounded size, whatever it was sent as."""
    return _paint(_photograph, data)


def smaller(data: bytes, sizes: Mapping[str, tuple[int, str]]) -> list[tuple[str, bytes]]:
    """Name → (width, extension) as (name, bytes), the widest first: each is made of the one before."""
    return _paint(_smaller, data, sizes)


def square(data: bytes) -> bytes:
    """The middle of a picture, small, as a WebP: a face."""
    return _paint(_square, data)


# ---- painting, in the one thread ----------------------------------------------------------------------------------------------


def _encoded(data: bytes) -> Encoded:
    with _opened(data) as (image, kind):
        plain = _plain(image, kind)
        extension, see_through = EXTENSIONS[kind], plain.has_transparency_data
        return Encoded(_written(plain, extension), extension, *plain.size, see_through, "" if see_through else _blur(plain))


def _photograph(data: bytes) -> Encoded:
    with _opened(data) as (image, _kind):
        image = _in_colours(image)
        image.thumbnail((PHOTOGRAPH_SIZE, PHOTOGRAPH_SIZE), Image.Resampling.LANCZOS, reducing_gap=3)
        plain = _on_paper(image)
        return Encoded(_written(plain, "jpg"), "jpg", *plain.size, False, _blur(plain))


def _smaller(data: bytes, sizes: Mapping[str, tuple[int, str]]) -> list[tuple[str, bytes]]:
    made = []
    with _opened(data) as (image, _kind):
        image = _in_colours(image)
        tall = image.height / image.width
        for name, (width, extension) in sorted(sizes.items(), key=lambda size: -size[1][0]):
            if width < image.width:
                image = image.resize((width, max(1, round(width * tall))), Image.Resampling.LANCZOS, reducing_gap=3)
            made.append((name, _written(_on_paper(image) if extension == "jpg" else image, extension)))
    return made


def _square(data: bytes) -> bytes:
    with _opened(data) as (image, _kind):
        face = ImageOps.fit(_in_colours(image), (FACE_SIZE, FACE_SIZE), Image.Resampling.LANCZOS)
        return _written(face, "webp")


# ---- reading ----------------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(data: bytes) -> Iterator[tuple[Image.Image, str]]:
    """The picture, upright, and what it was sent as. Whatever goes wrong meanwhile is the file's fault."""
    if len(data) > MAX_BYTES:
        raise Refused(_l("This picture is larger than %(most)s MB.", most=MAX_BYTES // 1024**2), field="file")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            kind = SAME_AS.get(str(image.format), str(image.format))
            if image.width * image.height > MAX_PIXELS:
                raise _too_many_pixels()
            if kind == "JPEG" and data.count(b"\xff\xda") > MAX_SCANS:
                raise ValueError("more scans than any camera writes")
            image.load()
            ImageOps.exif_transpose(image, in_place=True)  # a copy of the largest is 80 MB
            yield image, kind
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception as problem:  # whatever a decoder fails of, the file is to blame
        raise Refused(_l("This file is no picture we can read: PNG, JPEG, GIF and WebP work."), field="file") from problem


def _too_many_pixels() -> Refused:
    return Refused(_l("This picture has more than %(most)s million pixels.", most=MAX_PIXELS // 1_000_000), field="file")


# ---- writing ----------------------------------------------------------------------------------------------------------------


def _plain(image: Image.Image, kind: str) -> Image.Image:
    """The pixels alone, in a mode the format can hold; of an animation the first picture."""
    if kind == "JPEG":
        mode = "L" if image.mode in ("1", "L") else "RGB"
    elif image.has_transparency_data:
        mode = "RGBA"
    else:
        mode = image.mode if image.mode in ("1", "L", "P") and kind != "WEBP" else "RGB"
    return _bare(image, mode)


def _in_colours(image: Image.Image) -> Image.Image:
    """In a mode that can be made smaller and written as anything."""
    return _bare(image, "RGBA" if image.has_transparency_data else "RGB")


def _bare(image: Image.Image, mode: str) -> Image.Image:
    """What is written besides pixels is taken from `info`."""
    bare = image.convert(mode) if image.mode != mode else image
    bare.info = {}
    return bare


def _on_paper(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, PAPER)
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _blur(image: Image.Image) -> str:
    share = BLUR_SIZE / max(image.size)
    small = image.resize((max(1, round(image.width * share)), max(1, round(image.height * share))), reducing_gap=2)
    file = BytesIO()
    small.convert("RGB").save(file, "WEBP", quality=30, method=4)
    return b64encode(file.getvalue()).decode()


def _written(image: Image.Image, extension: str) -> bytes:
    file = BytesIO()
    if extension == "jpg":
        image.save(file, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    elif extension == "webp":
        image.save(file, "WEBP", quality=QUALITY, method=4)
    else:
        image.save(file, "PNG", optimize=True)
    return file.getvalue()
