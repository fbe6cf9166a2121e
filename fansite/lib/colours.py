"""Colours as numbers: OKLCH to sRGB and back, and how well one is read on another.

OKLab: Björn Ottosson, "A perceptual color space for image processing" (2020), with the matrices of CSS Color 4, §10.
Luminance and contrast: WCAG 2.2, "relative luminance" and "contrast ratio".
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

HEX = re.compile(r"#([0-9a-f]{6})", re.IGNORECASE)


@dataclass(frozen=True)
class Colour:
    """In OKLCH: lightness from 0 to 1, chroma from 0 to about 0.4, hue in degrees; and how much of what lies below shows."""

    lightness: float
    chroma: float
    hue: float
    alpha: float = 1.0

    @property
    def oklab(self) -> tuple[float, float, float]:
        angle = math.radians(self.hue)
        return self.lightness, self.chroma * math.cos(angle), self.chroma * math.sin(angle)

    @property
    def rgb(self) -> tuple[float, float, float]:
        """Gamma-encoded sRGB; what no screen can show is cut off at the edge, as browsers do."""
        return tuple(min(1.0, max(0.0, _encoded(part))) for part in _linear(*self.oklab))  # type: ignore[return-value]

    @property
    def on_screens(self) -> bool:
        """Whether sRGB has it: what is cut off at the edge changes its hue."""
        return all(-0.001 <= part <= 1.001 for part in _linear(*self.oklab))

    @property
    def hex(self) -> str:
        return "#" + "".join(f"{round(part * 255):02x}" for part in self.rgb)

    @property
    def luminance(self) -> float:
        red, green, blue = (_decoded(part) for part in self.rgb)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def far_from(self, other: Colour) -> float:
        """How different two colours look: the straight way through OKLab."""
        return math.dist(self.oklab, other.oklab)


def from_hex(text: str) -> Colour | None:
    found = HEX.fullmatch(text.strip())
    if found is None:
        return None
    digits = found.group(1)
    return _from_rgb(*(int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)))


def contrast(one: Colour, other: Colour) -> float:
    """From 1, the same, to 21, black on white."""
    dark, light = sorted((one.luminance, other.luminance))
    return (light + 0.05) / (dark + 0.05)


def mixed(one: Colour, share: float, other: Colour) -> Colour:
    """`color-mix(in oklab, one share, other)`."""
    return _from_oklab(*(a * share + b * (1 - share) for a, b in zip(one.oklab, other.oklab, strict=True)))


def _from_oklab(lightness: float, a: float, b: float) -> Colour:
    return Colour(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _linear(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    long = (lightness + 0.3963377773761749 * a + 0.2158037573099136 * b) ** 3
    middle = (lightness - 0.1055613458156586 * a - 0.0638541728258133 * b) ** 3
    short = (lightness - 0.0894841775298119 * a - 1.2914855480194092 * b) ** 3
    return (
        4.0767416360759574 * long - 3.3077115392580616 * middle + 0.2309699031821044 * short,
        -1.2684379732850315 * long + 2.6097573492876887 * middle - 0.3413193760026570 * short,
        -0.0041960761386756 * long - 0.7034186179359362 * middle + 1.7076146940746117 * short,
    )


def _from_rgb(red: float, green: float, blue: float) -> Colour:
    red, green, blue = _decoded(red), _decoded(green), _decoded(blue)
    long = math.cbrt(0.4122214694707630 * red + 0.5363325372617349 * green + 0.0514459932675022 * blue)
    middle = math.cbrt(0.2119034958178252 * red + 0.6806995506452344 * green + 0.1073969535369406 * blue)
    short = math.cbrt(0.0883024591900564 * red + 0.2817188391361215 * green + 0.6299787016738222 * blue)
    return _from_oklab(
        0.2104542683093140 * long + 0.7936177747023054 * middle - 0.0040720430116193 * short,
        1.9779985324311684 * long - 2.4285922420485799 * middle + 0.4505937096174110 * short,
        0.0259040424655478 * long + 0.7827717124575296 * middle - 0.8086757549230774 * short,
    )


def _encoded(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _decoded(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
