"""What the tests in a browser know of the site they look at."""

from __future__ import annotations

import email
import re
from email import policy
from pathlib import Path
from typing import Any

from tests.serve.served import until

# Of all accounts of the demo band.
PASSWORD = "paper marmots sing"
# A post with a short thread, and one with enough of them for more pages.
POST = "/news/brussels-is-on-again"
LONG_POST = "/news/how-small-hours-lost-its-drums"
# The first comment under the short one, with answers.
COMMENT = 553


class Site:
    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self.folder = folder

    def letter_link(self, to: str) -> str:
        """The path of the link in the letter to that address, once the worker has sent it."""
        until(lambda: self._letters(to), 10)
        text = self._letters(to)[-1].get_body(("plain",)).get_content()
        found = re.search(rf"{self.address}(/\S+)", text)
        assert found, text
        return found[1]

    def _letters(self, to: str) -> list[Any]:
        letters = [
            email.message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted((self.folder / "outbox").glob("*.eml"))
        ]
        return [letter for letter in letters if letter["To"] == to]


def comment_form(page: Any) -> Any:
    return page.locator('form[data-form="comment"]')


def write(page: Any, text: str) -> None:
    comment_form(page).locator("textarea").fill(text)


def send(page: Any) -> None:
    comment_form(page).locator(".button--main").click()


def comment_with(page: Any, text: str) -> Any:
    """The innermost comment that says this."""
    return page.locator("article.comment", has_text=text)
