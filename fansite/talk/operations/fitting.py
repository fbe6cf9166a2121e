"""The words of a discussion as they will be stored; what cannot be stored is refused beside its box."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from flask_babel import lazy_gettext as _l

from fansite.core import markup
from fansite.core.errors import Refused
from fansite.tags.operations import normalise, split
from fansite.talk.models import MAX_BODY, MAX_TAGS, MAX_TITLE, Discussion
from fansite.talk.polls import operations as polls
from fansite.talk.polls import queries as poll_queries
from fansite.talk.polls.operations import Ask


@dataclass(frozen=True)
class Words:
    title: str
    body: str
    tags: tuple[str, ...] = field(default=())
    poll: Ask | None = None

    @property
    def text(self) -> str:
        """All that a stranger would read: what the checks are given."""
        return text_of(self.title, self.body, self.tags, self.poll.text if self.poll is not None else "")


def fit(title: str, body: str, tags: str = "", *, question: str = "", options: str = "", ends_on: date | None = None) -> Words:
    """From what somebody typed: `tags` with commas, `options` of a poll one a line."""
    return Words(fit_title(title), fit_body(body), fit_tags(tags), polls.fit(question, options, ends_on))


def fit_title(title: str) -> str:
    title = markup.one_line(title)
    if not markup.says_something(title):
        raise Refused(_l("Give it a title."), field="title")
    if len(title) > MAX_TITLE:
        raise Refused(_l("Say it in %(most)s characters at most.", most=MAX_TITLE), field="title")
    return title


def fit_body(body: str) -> str:
    body = body.strip()
    if not markup.says_something(body):
        raise Refused(_l("Write something first."), field="body")
    markup.check(body, limit=MAX_BODY)
    return body


def fit_tags(tags: str) -> tuple[str, ...]:
    names = normalise(split(tags))
    if len(names) > MAX_TAGS:
        raise Refused(_l("%(most)s tags are enough for one discussion.", most=MAX_TAGS), field="tags")
    return tuple(names.values())


def text_in(discussion: Discussion) -> str:
    """The same of one that is stored."""
    asked = poll_queries.texts_of([discussion.id]).get(discussion.id, [])
    return text_of(discussion.title, discussion.body, [tag.name for tag in discussion.tags], "\n".join(asked))


def text_of(title: str, body: str, *more: object) -> str:
    """`more` are lists of words, or words."""
    rest = (words if isinstance(words, str) else ", ".join(map(str, words)) for words in more)  # type: ignore[call-overload]
    return "\n\n".join(part for part in (title, body, *rest) if part)
