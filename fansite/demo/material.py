"""The invented band as it stands in `content/`: posts and pages in Markdown with a small front matter, people and comments as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Text:
    """One post or page. `number` is the same for an original and its translation."""

    number: str
    language: str
    facts: dict[str, str]
    body: str

    @property
    def tags(self) -> list[str]:
        return [tag.strip() for tag in self.facts.get("tags", "").split(",") if tag.strip()]


def posts() -> list[Text]:
    return _texts("posts")


def pages() -> list[Text]:
    return _texts("pages")


def people() -> list[dict[str, Any]]:
    """In the order they stand there: who came to the material later has the higher numbers."""
    return [person for path in sorted(FOLDER.glob("people*.json")) for person in _json(path.name)]


def profiles() -> list[dict[str, Any]]:
    """What each says, and who sees what of it."""
    return _json("profiles.json")


def follows() -> list[list[str]]:
    """Who follows whom."""
    pairs: list[list[str]] = json.loads((FOLDER / "follows.json").read_text(encoding="utf-8"))
    return pairs


def comments() -> list[dict[str, Any]]:
    return [comment for path in sorted(FOLDER.glob("comments*.json")) for comment in _json(path.name)]


def discussions() -> list[dict[str, Any]]:
    """Of each reply: who, how many hours after it began, which one it answers, the words, and how many found a warm word for it."""
    return _json("discussions.json")


def reports() -> list[dict[str, Any]]:
    return _json("reports.json")


def _texts(folder: str) -> list[Text]:
    return [_text(path) for path in sorted((FOLDER / folder).glob("*.md"))]


def _text(path: Path) -> Text:
    _empty, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    facts = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    number = path.name.split("-")[0] if path.parent.name == "posts" else path.name.split(".")[0]
    return Text(number, facts.get("language", "en"), facts, body.strip() + "\n")


def _json(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found
