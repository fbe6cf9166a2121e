"""What is wrong with a file: enough to refuse it, or only worth telling."""

from __future__ import annotations

from collections.abc import Iterator

KEPT = 200  # A report of more lines is not read; the rest is counted.
LONGEST = 300


class Refused(Exception):
    """The file is not taken, and nothing of it; `line` is None where no line is to blame."""

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.line = line
        self.reason = reason


class Problems:
    """What was put right or left out on the way, with its line; a hostile file cannot make the list long."""

    def __init__(self, most: int = KEPT) -> None:
        self.count = 0
        self._most = most
        self._kept: list[str] = []

    def note(self, where: int | str, text: str) -> None:
        """`where` is a line, or the words for what is no line."""
        self.count += 1
        if len(self._kept) < self._most:
            self._kept.append(f"{f'line {where}' if isinstance(where, int) else where}: {text}"[:LONGEST])

    def adopt(self, others: Problems) -> None:
        """Those of an earlier reading of the same file."""
        self._kept += others._kept[: self._most - len(self._kept)]
        self.count += others.count

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[str]:
        yield from self._kept
        if self.count > len(self._kept):
            yield f"and {self.count - len(self._kept)} more"
