"""What the fans of the demo talk about: discussions with their replies, some solved, pinned, closed or with a poll, and some that wait.
Written in bulk, as the operations would have left it; nobody is told of any of it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments import bulk
from fansite.comments.models import Mention, Rendered, rendered
from fansite.comments.operations import naming
from fansite.core import markup
from fansite.core.content import MAX_SUMMARY
from fansite.core.db import Base, db, touch, transaction
from fansite.demo import material, people, warmth
from fansite.demo.people import Fan
from fansite.lib import slugs
from fansite.lib.times import now
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.tags.models import Tag, entry_tag
from fansite.talk.models import Discussion
from fansite.talk.polls.models import Option, Poll, Vote

People = Mapping[str, Account]
# How many find a warm word for how something begins, and how many of all fans choose in a poll.
WARM = (1, 2, 3, 5, 8, 13)
VOTING = (0.12, 0.45)


def load() -> int:
    """As long as nobody talks here, and all who do are; returns how many were begun."""
    told, known = material.discussions(), people.by_name()
    if not _speakers(told) <= known.keys() or db.session.scalar(sa.select(Discussion.__table__.c.id).limit(1)) is not None:
        return 0
    with transaction():
        begun = _begin(told, known)
        said = {row.saying.number: row for row in bulk.add(list(_replies(told, begun, known)))}
        _settle(told, said)
        _note_names(said.values())
        fans = people.fans()
        warmth.warm("entry", _begun_well(), fans)
        warmth.warm("comment", _liked(told, said), fans)
        _vote(fans)
        touch("list:talk", "list:comments", "list:fans")
    return len(told)


# ---- how they begin -----------------------------------------------------------------------------------------------------------


def _speakers(told: Sequence[dict[str, Any]]) -> set[str]:
    return {who["author"] for row in told for who in (row, *row["replies"])}


def _begin(told: Sequence[dict[str, Any]], known: People) -> dict[str, Discussion]:
    """Each by the name the material gives it, with its tags, its poll and the question to moderators."""
    speaking = {reply["author"] for row in told for reply in row["replies"]}
    tags = _tags({name for row in told for name in row["tags"]})
    begun, taken = {}, set[tuple[str, str]]()
    for row in told:
        author = known[row["author"]]
        discussion = _discussion(row, author, stands=author.stands or row["author"] in speaking, taken=taken)
        begun[row["id"]] = discussion
    db.session.add_all([*tags.values(), *begun.values()])
    db.session.flush()
    given = [{"entry_id": begun[row["id"]].id, "tag_id": tags[slugs.slugify(name)].id} for row in told for name in row["tags"]]
    db.session.execute(sa.insert(entry_tag), given)
    for row in told:
        _ask(row, begun[row["id"]])
        if row.get("waits"):
            _hold(begun[row["id"]])
    db.session.flush()
    return begun


def _discussion(row: dict[str, Any], author: Account, *, stands: bool, taken: set[tuple[str, str]]) -> Discussion:
    at, waits = now() - timedelta(days=row["days_ago"]), row.get("waits", False)
    discussion = Discussion(
        kind="talk",
        language=row["lang"],
        slug=_free_slug(row, taken),
        title=row["title"],
        status="draft" if waits else "published",
        state="pending" if waits else "published",
        author_id=author.id,
        author_stands=stands,
        created_at=at,
        published_at=None if waits else at,
        updated_at=at,
        last_said_at=at,
        pinned_at=at if row["pinned"] else None,
        comments_open=not row["closed"],
    )
    discussion.write(row["body"])
    discussion.summary = markup.summary_of(discussion.html)[:MAX_SUMMARY]
    return discussion


def _free_slug(row: dict[str, Any], taken: set[tuple[str, str]]) -> str:
    wanted = slug = slugs.slugify(row["title"], fallback="talk")
    number = 1
    while (row["lang"], slug) in taken:
        number += 1
        slug = slugs.numbered(wanted, number)
    taken.add((row["lang"], slug))
    return slug


def _tags(names: set[str]) -> dict[str, Tag]:
    known = {
        tag.slug: tag for tag in db.session.scalars(sa.select(Tag).where(Tag.slug.in_([slugs.slugify(name) for name in names])))
    }
    return {slug: known.get(slug) or Tag(slug=slug, name=name) for name in sorted(names) if (slug := slugs.slugify(name))}


def _ask(row: dict[str, Any], discussion: Discussion) -> None:
    poll = row["poll"]
    if poll is None:
        return
    at, days = discussion.created_at, poll["days_open"]
    asked = Poll(
        entry_id=discussion.id, question=poll["question"], made_at=at, ends_at=at + timedelta(days=days) if days else None
    )
    db.session.add(asked)
    db.session.flush()
    db.session.add_all([Option(poll_id=asked.id, position=number, words=words) for number, words in enumerate(poll["options"])])


def _hold(discussion: Discussion) -> None:
    reason = "link in a first comment" if "](http" in discussion.body or "https://" in discussion.body else "first discussion"
    review = Review(
        subject_kind="talk", subject_id=discussion.id, queue="pending", reasons=[reason], opened_at=discussion.created_at
    )
    moderation.note_whose(review, discussion.author_id, f"{discussion.title}\n\n{discussion.body}")
    db.session.add(review)


# ---- what is said -------------------------------------------------------------------------------------------------------------


def _replies(told: Sequence[dict[str, Any]], begun: Mapping[str, Discussion], known: People) -> Iterator[bulk.Saying]:
    for row in told:
        entry_id, began = begun[row["id"]].id, begun[row["id"]].created_at
        for number, reply in enumerate(row["replies"]):
            body = people.called(reply["body"], known)
            yield bulk.Saying(
                number=(row["id"], number),
                entry_id=entry_id,
                author_id=known[reply["author"]].id,
                parent=(row["id"], reply["parent"]) if reply["parent"] is not None else None,
                at=began + timedelta(hours=reply["hours_after"]),
                body=body,
                html=_rendered(body).html,
                status="published",
            )


def _settle(told: Sequence[dict[str, Any]], said: Mapping[Any, bulk.Row]) -> None:
    """What was said last in each, and which reply answered it."""
    rows = []
    for row in told:
        replies = [said[row["id"], number] for number in range(len(row["replies"]))]
        if replies:
            last = max(replies, key=lambda one: (one.saying.at, one.id))
            solved = replies[row["solved"]].id if row["solved"] is not None else None
            rows.append({"of": last.saying.entry_id, "last": last.id, "at": last.saying.at, "solved": solved})
    own = Discussion.__table__.c
    values: dict[Any, Any] = {
        own.last_comment_id: sa.bindparam("last"),
        own.last_said_at: sa.bindparam("at"),
        own.solved_comment_id: sa.bindparam("solved"),
    }
    settled = sa.update(Base.metadata.tables["discussion"]).where(own.id == sa.bindparam("of")).values(values)
    db.session.connection().execute(settled, rows)


def _note_names(said: Iterable[bulk.Row]) -> None:
    """Whom they name, and that those were told."""
    rows = [
        {"comment_id": one.id, "account_id": account, "told_at": one.saying.at}
        for one in said
        if "@" in one.saying.body
        for account in sorted(_rendered(one.saying.body).named)
    ]
    if rows:
        db.session.execute(sa.insert(Mention), rows)


def _rendered(body: str) -> Rendered:
    return rendered(body, standing=True, known=naming.known_in(body))


def _liked(told: Sequence[dict[str, Any]], said: Mapping[Any, bulk.Row]) -> Iterator[warmth.Words]:
    for row in told:
        for number, reply in enumerate(row["replies"]):
            one = said[row["id"], number]
            yield warmth.Words(one.id, one.saying.author_id, one.saying.at, reply["likes"])


def _begun_well() -> Iterator[warmth.Words]:
    """All that began and may be read."""
    columns = (Discussion.id, Discussion.author_id, Discussion.published_at)
    standing = sa.select(*columns).where(Discussion.state == "published").order_by(Discussion.id)
    for id, author_id, at in db.session.execute(standing).all():
        assert at is not None
        yield warmth.Words(id, author_id, at, random.Random(-id).choice(WARM))


# ---- what is chosen -----------------------------------------------------------------------------------------------------------


def _vote(fans: Sequence[Fan]) -> None:
    """Some of those who were here while it was open; of the answers one is nearer to most than others."""
    options: dict[int, list[int]] = {}
    for poll_id, option_id in db.session.execute(sa.select(Option.poll_id, Option.id).order_by(Option.poll_id, Option.position)):
        options.setdefault(poll_id, []).append(option_id)
    rows = [row for poll in db.session.scalars(sa.select(Poll)).all() for row in _votes(poll, options[poll.id], fans)]
    db.session.execute(sa.insert(Vote), rows)


def _votes(poll: Poll, options: Sequence[int], fans: Sequence[Fan]) -> Iterator[dict[str, Any]]:
    dice, closes = random.Random(poll.id), min(now(), poll.ends_at or now())
    there = [fan for fan in fans if fan.joined_at < closes]
    weights = [dice.uniform(0.2, 1) ** 2 for _option in options]
    for fan in dice.sample(there, int(len(there) * dice.uniform(*VOTING))):
        first = max(poll.made_at, fan.joined_at)
        at = first + (closes - first) * dice.random() ** 3
        yield {"poll_id": poll.id, "option_id": dice.choices(options, weights)[0], "account_id": fan.id, "at": at}
