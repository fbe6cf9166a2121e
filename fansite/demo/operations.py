"""Loads the demo band. Rows are written in bulk: a demo of 100,000 posts goes the same way as one of 30."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from fansite.accounts.models import Account
from fansite.comments import bulk
from fansite.core import kept, markup
from fansite.core.content import Entry
from fansite.core.db import db, touch, transaction
from fansite.core.errors import Refused
from fansite.core.outbox import Event, record
from fansite.core.outbox.models import Delivery
from fansite.demo import company, crowd, discussions, duties, gigs, inbox, material, people, photos, profiles, warmth
from fansite.demo.people import PASSWORD
from fansite.lib import slugs
from fansite.lib.times import now, utc
from fansite.moderation import checks
from fansite.moderation import operations as moderation
from fansite.moderation.models import LogLine, Report, Review
from fansite.news.models import NewsPost
from fansite.pages.models import Page
from fansite.tags.models import Tag, entry_tag

BAND = "The Paper Marmots"
LINES = {"en": "ukulele, piano, two voices, one volcano", "fr": "ukulélé, piano, deux voix, un volcan"}
# Who tells people of what happened.
NOTICES = "notifications.plan"
SHOWN = (("ada", "owner"), ("eli", "editor"), ("milo", "moderator"), ("fay", "fan"), ("nora", "a new fan"))


@dataclass
class Loaded:
    """What the loader made so far, by the names of the material."""

    people: dict[str, Account] = field(default_factory=dict)
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def is_empty() -> bool:
    """Neither people nor texts: a site nobody has begun."""
    return db.session.scalar(sa.select(Account.id).limit(1)) is None and db.session.scalar(sa.select(Entry.id).limit(1)) is None


def is_loaded() -> bool:
    return db.session.scalar(sa.select(Account.id).where(Account.origin == "demo:ada")) is not None


def load(*, posts: int = 0, comments: int = 0, fans: int = 0, evenings: int = 0) -> dict[str, int]:
    """The band as written, and as many more posts, comments, fans and evenings as it takes to reach these totals. A second time adds nothing."""
    if not current_app.extensions["fansite"].settings.loopback:
        raise Refused("The demo is only for a site on a loopback base address.")
    done, before = Loaded(), db.session.scalar(sa.select(sa.func.max(Event.id))) or 0
    if not is_loaded():
        with transaction() as session:
            done.people = people.load()
            done.counts["account"] = len(done.people)
            _texts(session, done)
            _said(session, done)
            _name(session)
            duties.load(session, done.people["lucie"].id)
            touch("site", "list:news", "list:page", "list:comments", "list:fans")
            record("content.loaded", "site:1", by="demo")
    made = crowd.fill(posts=posts, comments=comments, fans=fans)
    made["gig"] = gigs.load(evenings)
    company.load()
    photos.load()
    warmth.load()
    if discussions.load() + profiles.load():
        with transaction():
            record("content.loaded", "site:1", by="demo")
    inbox.load()
    _tell_nobody(since=before)
    return {kind: done.counts.get(kind, 0) + made.get(kind, 0) for kind in ("account", "news", "page", "comment", "gig")}


def _tell_nobody(*, since: int) -> None:
    """Of what happened here while it was loaded nobody is to have mail."""
    with transaction() as session:
        loaded = sa.select(Event.id).where(Event.id > since)
        session.execute(sa.delete(Delivery).where(Delivery.listener == NOTICES, Delivery.event_id.in_(loaded)))


def accounts_lines() -> list[str]:
    """Whom a visitor of the demo may be."""
    lines = []
    for name, what in SHOWN:
        account = db.session.execute(sa.select(Account).where(Account.origin == f"demo:{name}")).scalar_one_or_none()
        if account is not None:
            lines.append(f"  {account.email:<24} {PASSWORD}   ({what})")
    return ["Demo accounts:", *lines] if lines else []


# ---- texts ----------------------------------------------------------------------------------------------------------------


def _texts(session: Any, done: Loaded) -> None:
    for kind, model, texts in (("news", NewsPost, material.posts()), ("page", Page, material.pages())):
        originals = sorted(texts, key=lambda text: text.language != "en")
        for order, text in enumerate(originals):
            entry = _entry(model, text, done, order)
            entry.slug = _free_slug(entry.kind or kind, entry.slug, entry.language)
            session.add(entry)
            session.flush()
            done.entries[(text.number, text.language)] = entry
            _tag(session, entry, text.tags)
            if entry.status == "scheduled":
                record("news.scheduled", entry, due=entry.published_at)
        done.counts[kind] = len(texts)


def _entry(model: Any, text: material.Text, done: Loaded, order: int) -> Any:
    at, status = _date(text)
    original = done.entries.get((text.number, "en")) if text.language != "en" else None
    entry = model(
        kind="news" if model is NewsPost else "page",
        slug=text.facts["slug"],
        language=text.language,
        translation_of_id=original.id if original is not None else None,
        title=text.facts["title"],
        summary=text.facts.get("summary", ""),
        status=status,
        author_id=done.people[text.facts.get("author", "lucie")].id,
        created_at=min(at or now(), now()),
        published_at=at,
        updated_at=min(at or now(), now()),
        comments_open=model is NewsPost,
    )
    entry.write(text.body)
    entry.cover_motif = text.facts.get("cover", "") if original is None else original.cover_motif
    if isinstance(original, Page):
        entry.menu_order = original.menu_order
    elif model is Page:
        entry.menu_order = order + 1
    return entry


def _date(text: material.Text) -> tuple[datetime | None, str]:
    """`days_ago` counts back from the moment of loading to the last such hour; drafts have no date, what lies ahead is scheduled."""
    ago = text.facts.get("days_ago", "400")
    if ago == "draft":
        return None, "draft"
    latest = now() - timedelta(days=float(ago))
    hour, minute = (int(part) for part in text.facts.get("hour", "10:00").split(":"))
    zone = current_app.extensions["fansite"].settings.timezone
    at = utc(datetime.combine(latest.astimezone(zone).date(), time(hour, minute), zone))
    if at > latest:
        at -= timedelta(days=1)
    return (at, "published") if float(ago) >= 0 else (latest, "scheduled")


def _free_slug(kind: str, wanted: str, language: str) -> str:
    slug, number = wanted, 1
    while db.session.scalar(
        sa.select(Entry.id).where(Entry.kind == kind, Entry.slug == slug, Entry.language == language, Entry.scope == "")
    ):
        number += 1
        slug = slugs.numbered(wanted, number)
    return slug


def _tag(session: Any, entry: Entry, names: list[str]) -> None:
    for name in names:
        slug = slugs.slugify(name)
        tag = session.execute(sa.select(Tag).where(Tag.slug == slug)).scalar_one_or_none()
        if tag is None:
            tag = Tag(slug=slug, name=name)
            session.add(tag)
            session.flush()
        session.execute(sa.insert(entry_tag).values(entry_id=entry.id, tag_id=tag.id))


# ---- what was said ----------------------------------------------------------------------------------------------------------


def _said(session: Any, done: Loaded) -> None:
    """All comments with their paths and thread numbers, then the queue and its decisions."""
    days_ago = {text.number: float(text.facts["days_ago"]) for text in material.posts() if text.facts["days_ago"] != "draft"}
    sayings = [_saying(row, done, days_ago) for row in material.comments()]
    rows = bulk.add(sayings)
    by_number = {row.saying.number: row for row in rows}
    _queue(session, done, rows)
    _reports(session, done, by_number)
    done.counts["comment"] = len(rows)


def _saying(row: dict[str, Any], done: Loaded, days_ago: dict[str, float]) -> bulk.Saying:
    entry = done.entries[(row["post"], row.get("lang", "en"))]
    assert entry.published_at is not None
    return bulk.Saying(
        number=row["id"],
        entry_id=entry.id,
        author_id=done.people[row["author"]].id,
        parent=row["parent"],
        at=now() - timedelta(days=days_ago[row["post"]]) + timedelta(hours=float(row["hours_after"])),
        body=row["body"],
        html=markup.render(row["body"], trust="fan"),
        status=row["status"],
        reason=row.get("reason"),
    )


def _queue(session: Any, done: Loaded, rows: list[bulk.Row]) -> None:
    milo = done.people["milo"].id
    authors: dict[int | None, Account] = {account.id: account for account in done.people.values()}
    session.expire_all()
    for row in rows:
        saying = row.saying
        if saying.status == "pending":
            earlier = [
                (other.saying.body, other.saying.at)
                for other in rows
                if other.saying.author_id == saying.author_id and other.id < row.id
            ]
            verdict = checks.judge(checks.Writing(saying.body, authors[saying.author_id], saying.at, earlier))
            reasons = verdict.reasons or ["taken up"]
            review = Review(subject_kind="comment", subject_id=row.id, queue="pending", reasons=reasons, opened_at=saying.at)
            moderation.note_whose(review, saying.author_id, saying.body)
            session.add(review)
        elif saying.status in ("rejected", "removed"):
            decision = "reject" if saying.status == "rejected" else "remove"
            at = min(saying.at + timedelta(hours=2), now())
            review = Review(
                subject_kind="comment",
                subject_id=row.id,
                queue="pending" if decision == "reject" else "reported",
                reasons=["first comment"] if decision == "reject" else ["taken up"],
                opened_at=saying.at,
                decision=decision,
                decided_at=at,
                decided_by_id=milo,
                reason=saying.reason,
                before="pending" if decision == "reject" else "published",
                version=2,
            )
            moderation.note_whose(review, saying.author_id, saying.body)
            session.add(review)
            session.add(LogLine(act=decision, subject=f"comment:{row.id}", by_id=milo, reason=saying.reason or "", at=at))


def _reports(session: Any, done: Loaded, by_number: dict[Any, bulk.Row]) -> None:
    reviews: dict[int, Review] = {}
    for report in material.reports():
        row = by_number[report["comment"]]
        at = now() - timedelta(hours=3 + len(reviews))
        if row.id not in reviews:
            reason = f"reported: {report['category']}"
            reviews[row.id] = Review(subject_kind="comment", subject_id=row.id, queue="reported", reasons=[reason], opened_at=at)
            moderation.note_whose(reviews[row.id], row.saying.author_id, row.saying.body)
            session.add(reviews[row.id])
            session.flush()
        reporter = done.people[report["reporter"]].id if report["reporter"] else None
        session.add(
            Report(
                review_id=reviews[row.id].id,
                subject_kind="comment",
                subject_id=row.id,
                reporter_id=reporter,
                category=report["category"],
                note=report["note"] or "",
                at=at,
            )
        )


def _name(session: Any) -> None:
    if session.get(kept.SiteFact, "site_name") is None:
        kept.say("site_name", BAND)
        for language, line in LINES.items():
            kept.say(f"site_line.{language}", line)


__all__ = ["PASSWORD", "accounts_lines", "is_empty", "is_loaded", "load"]
