"""What is said first of people, in the language that is spoken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from fansite.accounts.names import unlinked


def headline(told: Any) -> str:
    """As a subject, and over what is said of it among others."""
    text = told.text
    said = {"who": names(told.who), "title": text.title if text is not None else told.title}
    number = len(told.who)
    return {
        "answer": lambda: ngettext("%(who)s answered you: %(title)s", "%(who)s answered you: %(title)s", number, **said),
        "thread": lambda: ngettext(
            "%(who)s wrote in your discussion: %(title)s", "%(who)s wrote in your discussion: %(title)s", number, **said
        ),
        "mention": lambda: ngettext("%(who)s named you: %(title)s", "%(who)s named you: %(title)s", number, **said),
        "reaction": lambda: ngettext(
            "%(who)s had a warm word for what you wrote: %(title)s",
            "%(who)s had a warm word for what you wrote: %(title)s",
            number,
            **said,
        ),
        "followed": lambda: ngettext("%(who)s follows you now", "%(who)s follow you now", number, **said),
        "wrote": lambda: ngettext("%(who)s wrote: %(title)s", "%(who)s wrote: %(title)s", number, **said),
        "news": lambda: _("News: %(title)s", **said),
        "published": lambda: _published(told, said),
        "refused": lambda: _refused(told),
    }[told.news]()


def names(who: Sequence[Any]) -> str:
    """Fay; Fay and nora; Fay and 4 others."""
    if not who:
        return ""
    first = unlinked(who[0].username)
    if len(who) == 2:
        return _("%(one)s and %(other)s", one=first, other=unlinked(who[1].username))
    return (
        first
        if len(who) == 1
        else ngettext("%(name)s and %(num)s other", "%(name)s and %(num)s others", len(who) - 1, name=first)
    )


def many_answers(number: int) -> str:
    return ngettext("An answer to you", "Answers to you in %(num)d places", number)


def many_mentions(number: int) -> str:
    return ngettext("Somebody named you", "You were named %(num)d times", number)


def many_reactions(number: int) -> str:
    return ngettext("A warm word for you", "Warm words for %(num)d things you wrote", number)


def many_followers(number: int) -> str:
    return ngettext("Somebody follows you now", "%(num)d people follow you now", number)


def many_texts(number: int) -> str:
    return ngettext("Something new to read", "%(num)d new texts to read", number)


def many_decisions(number: int) -> str:
    return ngettext("What became of what you sent", "What became of %(num)d things you sent", number)


def _published(told: Any, said: dict[str, str]) -> str:
    if told.subject_kind == "comment":
        return _("Your comment is published: %(title)s", **said)
    return _("Your photo is published") if told.subject_kind == "photo" else _("What you sent is published")


def _refused(told: Any) -> str:
    if told.subject_kind == "comment":
        return _("A moderator did not let your comment stand")
    if told.subject_kind == "photo":
        return _("A moderator did not let your photo stand")
    return _("A moderator did not let something of yours stand")
