"""What can be wrong, in the words of whoever meets it. `core/web` turns these into pages and status codes."""

from __future__ import annotations


class Problem(Exception):
    """Something a visitor can understand. `text` is translatable and safe to show."""

    status = 422

    def __init__(self, text: object = "", *, field: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.field = field

    def __str__(self) -> str:
        return str(self.text)


class NotFound(Problem):
    """It never existed, or is not for these eyes."""

    status = 404


class Gone(Problem):
    """It was here and was withdrawn on purpose."""

    status = 410


class Forbidden(Problem):
    """Signed in and not allowed."""

    status = 403


class Conflict(Problem):
    """Somebody else was quicker."""

    status = 409


class TooMany(Problem):
    """A limit is reached; `retry_after` is in whole seconds."""

    status = 429

    def __init__(self, text: object = "", *, retry_after: int) -> None:
        super().__init__(text)
        self.retry_after = max(1, retry_after)


class Refused(Problem):
    """A form to correct: `field` names the box, `text` says why."""


class WrongSchema(Exception):
    """The database cannot be brought to this version; the message is one line for the operator."""
