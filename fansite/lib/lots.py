"""Draws that depend on a seed alone: `random` promises no equal draws from one Python to the next."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Choice = TypeVar("Choice")

# Below this what is left of a hash would favour the first choices.
TOO_LITTLE = 1 << 64
STEPS = 1000


class Lot:
    """The same seed, the same draws, for ever and on every machine."""

    def __init__(self, seed: str) -> None:
        self._digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()
        self._bits = int.from_bytes(self._digest, "big")

    def draw(self, choices: Sequence[Choice]) -> Choice:
        if self._bits < TOO_LITTLE:
            self._digest = hashlib.sha256(self._digest).digest()
            self._bits = int.from_bytes(self._digest, "big")
        self._bits, at = divmod(self._bits, len(choices))
        return choices[at]

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.draw(range(STEPS + 1)) / STEPS
