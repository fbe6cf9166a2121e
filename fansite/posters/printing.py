"""A poster as an SVG, whose letters are outlines, and in pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO

from PIL import Image, ImageDraw

from fansite.lib.scissors import Point, outlined
from fansite.lib.typeface import face, font
from fansite.posters.sheet import TALL, WIDE, Cut, Piece, Words

# Papers are painted this many times as large and reduced, so that edges come out smooth.
SMOOTH = 2
# Of outlines where there is no ink, in tenths of a millimetre.
LINE = 9
A3_INCHES = 11.69


@dataclass(frozen=True)
class Look:
    """The letter of an ink → `#rrggbb`, or `#rrggbbaa` for a shade. `wide` is in pixels; `lined` draws papers by their edges, for machines
    that know black and nothing."""

    name: str
    inks: Mapping[str, str]
    wide: int
    lined: bool = False


def svg(pieces: Sequence[Piece], look: Look, title: str) -> bytes:
    used = {(words.weight, sign) for words in pieces if isinstance(words, Words) for sign in words.text if not sign.isspace()}
    letters = "".join(_letter(weight, sign) for weight, sign in sorted(used))
    drawn = "".join(_cut(piece, look) if isinstance(piece, Cut) else _words(piece, look) for piece in pieces)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'width="297mm" height="420mm" viewBox="0 0 {WIDE} {TALL}"><title>{escape(_plain(title))}</title>'
        f"<defs>{letters}</defs>{drawn}</svg>"
    ).encode()


def png(pieces: Sequence[Piece], look: Look) -> Image.Image:
    """In the order of the sheet. All up to the first words is papers over papers, whose slanting edges are made smooth."""
    scale, mode = look.wide / WIDE, "L" if look.lined else "RGB"
    size = look.wide, round(TALL * scale)
    papers = next((nth for nth, piece in enumerate(pieces) if isinstance(piece, Words)), len(pieces))
    image = Image.new(mode, (SMOOTH * size[0], SMOOTH * size[1]), look.inks["ground"])
    for cut in pieces[:papers]:
        assert isinstance(cut, Cut)
        _paint(image, cut, look, scale * SMOOTH)
    image = image.reduce(SMOOTH)
    pen = ImageDraw.Draw(image)
    for piece in pieces[papers:]:
        if isinstance(piece, Cut):
            _paint(image, piece, look, scale)
        elif piece.text:
            letters = font(piece.weight, max(1, round(piece.size * scale)))
            pen.text((piece.x * scale, piece.y * scale), piece.text, font=letters, fill=look.inks[piece.ink], anchor="ls")
    return image


def smaller(image: Image.Image, wide: int) -> Image.Image:
    return image.resize((wide, round(wide * image.height / image.width)), Image.Resampling.LANCZOS)


def file_of(image: Image.Image) -> bytes:
    """Few inks, or few greys: a fifth of the bytes."""
    file = BytesIO()
    flat = (
        image.point(_GREYS)
        if image.mode == "L"
        else image.quantize(96, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    )
    flat.save(file, "PNG", compress_level=6, dpi=(round(image.width / A3_INCHES),) * 2)
    return file.getvalue()


_GREYS = [round(grey / 17) * 17 for grey in range(256)]


# ---- as SVG ----------------------------------------------------------------------------------------------------------------------


def _letter(weight: str, sign: str) -> str:
    return f'<path id="{_name(weight, sign)}" d="{face(weight).path(face(weight).glyph(sign))}"/>'


def _name(weight: str, sign: str) -> str:
    return f"{weight[0].lower()}{len(weight)}-{ord(sign):x}"


def _words(words: Words, look: Look) -> str:
    of, x, used = face(words.weight), 0, []
    for sign in words.text:
        if not sign.isspace():
            used.append(
                f'<use xlink:href="#{_name(words.weight, sign)}" x="{x}"/>'
                if x
                else f'<use xlink:href="#{_name(words.weight, sign)}"/>'
            )
        x += of.advance(of.glyph(sign))
    place = f"translate({words.x:.1f} {words.y:.1f}) scale({words.size / of.units:.4f})"
    return f'<g transform="{place}" {_ink(look.inks[words.ink])}>{"".join(used)}</g>' if used else ""


def _cut(cut: Cut, look: Look) -> str:
    if look.lined and cut.ink == "s":
        return ""
    rule = ' fill-rule="evenodd"' if cut.holes else ""
    line = f' stroke="{look.inks["k"]}" stroke-width="{LINE}" stroke-linejoin="round"' if _has_edge(cut, look) else ""
    return f'<path {_ink(look.inks[cut.ink])}{rule}{line} d="{outlined(cut.outlines, 1)}"/>'


def _ink(colour: str) -> str:
    """Programs of printers do not all know colours of eight digits."""
    shade = f' fill-opacity="{int(colour[7:], 16) / 255:.2f}"' if len(colour) > 7 else ""
    return f'fill="{colour[:7]}"{shade}'


def _has_edge(cut: Cut, look: Look) -> bool:
    """What is as white as the sheet would be lost on it."""
    return look.lined and not cut.holes and cut.ink not in ("ground", "sky", "s") and look.inks[cut.ink] == look.inks["ground"]


def _plain(text: str) -> str:
    """XML knows no control signs, not even escaped."""
    return "".join(sign for sign in text if sign.isprintable())


# ---- in pixels -------------------------------------------------------------------------------------------------------------------


def _paint(image: Image.Image, cut: Cut, look: Look, scale: float) -> None:
    colour = look.inks[cut.ink]
    if look.lined and cut.ink == "s":
        return
    outlines = [_scaled(outline, scale) for outline in cut.outlines if len(outline) > 2]
    if cut.holes:
        _paint_holed(image, outlines, colour)
        return
    pen = ImageDraw.Draw(image, "RGBA") if len(colour) > 7 else ImageDraw.Draw(image)
    for outline in outlines:
        pen.polygon(outline, fill=colour)
        if _has_edge(cut, look):
            pen.line([*outline, outline[0], outline[1]], fill=look.inks["k"], width=round(LINE * scale), joint="curve")


def _paint_holed(image: Image.Image, outlines: Sequence[Sequence[Point]], colour: str) -> None:
    """Holes come after what they are in: they let through what was there before."""
    left, top = (int(min(corner[axis] for outline in outlines for corner in outline)) for axis in (0, 1))
    right, foot = (int(max(corner[axis] for outline in outlines for corner in outline)) + 2 for axis in (0, 1))
    mask = Image.new("1", (right - left, foot - top), 0)
    pen = ImageDraw.Draw(mask)
    for outline in outlines:
        here = [(x - left, y - top) for x, y in outline]
        inside = mask.getpixel((int(here[0][0]), int(here[0][1]))) if _within(here[0], mask.size) else 0
        pen.polygon(here, fill=0 if inside else 1)
    image.paste(colour, (left, top), mask)


def _within(point: Point, size: tuple[int, int]) -> bool:
    return 0 <= point[0] < size[0] and 0 <= point[1] < size[1]


def _scaled(outline: Iterable[Point], scale: float) -> list[Point]:
    return [(x * scale, y * scale) for x, y in outline]
