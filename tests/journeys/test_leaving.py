"""Whoever leaves, or is banned, has left every page, list and count in the same moment, however much they did here."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.bonds import operations as bonds
from fansite.comments import operations as comments
from fansite.core.db import db
from fansite.fans import operations as fans
from fansite.fans.operations import Wanted
from fansite.media import faces
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.notifications import sending
from fansite.notifications.people.happening import HOLD
from fansite.talk.polls import operations as polls
from fansite.talk.polls import queries as poll_queries
from fansite.talk.polls.models import Option
from fansite.tour.going import operations as going
from fansite.tour.going import queries as evenings
from tests.media.hostile import photograph
from tests.talk.cast import discussion, with_poll
from tests.texts import news_post, say
from tests.tour.cast import gig

pytestmark = pytest.mark.once
NAMED, EVENING = "/news/lisbon", "/tour/2026-12-11-brussels-la-vieille-brasserie"
PUBLIC = (
    "/", "/fans/", "/fans/cities", "/fans/river", NAMED, "/talk/", "/talk/a-car-to-brussels", EVENING, f"{EVENING}/people",
)  # fmt: skip


@pytest.fixture
def site(cast: Any, clock: Any, worker: Callable[[], int]) -> SimpleNamespace:
    """Fay did whatever a fan can do here, and others did it with her."""
    post, evening, asked = news_post(cast.eli), gig(cast.eli), with_poll(cast.ada)
    faces.send(photograph(), by=cast.fay)
    moderation.decide(db.session.scalar(sa.select(Review.id)), "approve", by=cast.milo)
    fans.save(Wanted(bio="I keep the setlists", city="Lyon", city_to="everyone"), by=cast.fay)
    said = say(post, cast.fay, "It rained in Lisbon")
    say(post, cast.eli, "Ask @fay about it", parent_id=said.id)
    discussion(cast.fay)
    for who in (cast.fay, cast.milo):
        polls.vote(asked.id, db.session.scalar(sa.select(sa.func.min(Option.id))), by=who)
        comments.react_to_entry(post.id, by=who, given=True)
        going.say(evening.id, "going", by=who)
        bonds.tie("follow", cast.ada.id, by=who)
    comments.react_to_entry(asked.id, by=cast.fay, given=True)
    bonds.tie("follow", cast.fay.id, by=cast.ada)
    worker()
    clock.shift(HOLD.total_seconds())
    sending.send_due()
    worker()
    return SimpleNamespace(post=post.id, evening=evening.id, poll=asked.id)


def counts(site: SimpleNamespace, reader: Any, cast: Any) -> dict[str, int]:
    db.session.rollback()
    reader.get("/fans/ada")
    followers = reader.page.xpath('//a[@href="/fans/ada/followers"]')[0].text_content()
    reader.get(NAMED)
    warm = reader.page.xpath('string(//form[@data-form="react-to-entry"]//a[contains(@class, "warmth__count")])')
    return {
        "followers": 1 if "One" in followers else int(followers.split()[0]),
        "warm words": int(warm),
        "going": evenings.counts(site.evening)["going"],
        "votes": sum(answer.votes or 0 for answer in poll_queries.poll_for(site.poll, cast.milo).answers),
    }


def own_pages(site: SimpleNamespace) -> list[str]:
    """Of who is signed in."""
    reactors = [f"/entries/{entry}/reactions" for entry in (site.post, site.poll)]
    return [*reactors, "/fans/ada/followers", "/account/notices", "/account/people"]


def traces(visitor: Any, site: SimpleNamespace | None = None) -> set[str]:
    """The pages that lead to fay's, or show her face."""
    found = set()
    for path in (*PUBLIC, *(own_pages(site) if site else ())):
        visitor.get(path)
        if visitor.page.xpath(
            '//main//*[contains(@href, "/fans/fay") or contains(@href, "/fans/in/lyon") or contains(@src, "/faces/")]'
        ):
            found.add(path)
    return found


@pytest.mark.parametrize("way", ["erased", "banned"])
def test_who_leaves_is_gone_from_every_list_and_count(cast, site, browser_as, stranger, worker, way):
    ada, was = browser_as(cast.ada), {"followers": 2, "warm words": 2, "going": 2, "votes": 2}
    assert traces(stranger) == set(PUBLIC) and traces(ada, site) == {*PUBLIC, *own_pages(site)}
    assert counts(site, ada, cast) == was

    accounts.erase(cast.fay.id) if way == "erased" else accounts.disable(cast.fay.id, by=cast.milo, reason="Threats")

    # The answer that names her is made anew by the worker; so are the lists of warm words, of who is banned and may come back.
    assert traces(stranger) == {NAMED}
    assert traces(ada, site) == ({NAMED} if way == "erased" else {NAMED, *own_pages(site)[:2]})
    worker()
    comments.render_older()
    assert traces(stranger) == traces(ada, site) == set()
    assert counts(site, ada, cast) == dict.fromkeys(was, 1)
    for path in (NAMED, "/talk/a-car-to-brussels"):
        stranger.get(path)
        assert ("[deleted]" in stranger.text) is (way == "erased"), "who is banned stands there by name, which leads nowhere"
    assert "It rained in Lisbon" in stranger.get(NAMED).get_data(as_text=True)
    stranger.get("/fans/fay", status=404)

    if way == "banned":
        accounts.enable(cast.fay.id, by=cast.ada)
        worker()
        assert counts(site, ada, cast) == was
