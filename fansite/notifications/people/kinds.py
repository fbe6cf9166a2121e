"""The kinds of notices about people: a row each."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fansite.core.notices import Kind
from fansite.notifications.people import concerned, happening, words
from fansite.notifications.people.telling import tell

# What is meant for one person goes by every way; what many do is seen when they come by, unless they ask for more.
EVERYWHERE = {"site": "now", "mail": "now", "push": "now"}
ON_THE_SITE = {"site": "now"}
NOWHERE: dict[str, str] = {}

KINDS = (
    Kind(
        "comment.reply",
        _l("Somebody answers you"),
        _l("One of your comments, or in a discussion you began."),
        words.many_answers,
        ("comment.published",),
        happening.answered,
        concerned.named,
        tell,
        by_default=EVERYWHERE,
        group="people",
    ),
    Kind(
        "comment.mention",
        _l("Somebody names you"),
        _l("With an @ before your name."),
        words.many_mentions,
        ("mention.made",),
        happening.mentioned,
        concerned.named,
        tell,
        by_default=EVERYWHERE,
        group="people",
    ),
    Kind(
        "comment.reaction",
        _l("A warm word for what you wrote"),
        _l("Of many who give it, once."),
        words.many_reactions,
        ("reaction.given",),
        happening.reacted,
        concerned.named,
        tell,
        by_default=ON_THE_SITE,
        group="people",
    ),
    Kind(
        "fan.followed",
        _l("Somebody follows you"),
        _l("Whoever follows you hears of what you write."),
        words.many_followers,
        ("bond.follow",),
        happening.followed,
        concerned.named,
        tell,
        by_default=ON_THE_SITE,
        group="people",
    ),
    Kind(
        "people.wrote",
        _l("Somebody you follow writes"),
        _l("A discussion they begin, or news they publish."),
        words.many_texts,
        ("talk.published", "news.published"),
        happening.wrote,
        concerned.followers,
        tell,
        by_default=ON_THE_SITE,
        group="people",
    ),
    Kind(
        "news.published",
        _l("The band has news"),
        _l("Every text among the news, whoever wrote it."),
        words.many_texts,
        ("news.published",),
        happening.published,
        concerned.everybody,
        tell,
        by_default=NOWHERE,
        group="band",
    ),
    Kind(
        "moderation.decided",
        _l("A moderator decided"),
        _l("What was held back is published, or something of yours is taken down, and why."),
        words.many_decisions,
        ("review.decided",),
        happening.decided,
        concerned.named,
        tell,
        by_default=EVERYWHERE,
        group="people",
    ),
)
