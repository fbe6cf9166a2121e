"""Following, muting, blocking: each counts once, and ends with whoever leaves."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.bonds import operations, queries
from fansite.bonds.models import Bond
from fansite.bonds.personal import export
from fansite.core.db import db
from fansite.core.errors import Forbidden, NotFound, Refused, TooMany


def bonds() -> list[tuple[int, str, int]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Bond.account_id, Bond.kind, Bond.other_id).order_by(Bond.account_id, Bond.kind))
    return [tuple(row) for row in rows]


def test_whoever_follows_somebody_counts_once(app, cast):
    for _ in range(70):  # more than the pace would let anybody
        operations.tie("follow", cast.nora.id, by=cast.fay)
    assert bonds() == [(cast.fay.id, "follow", cast.nora.id)]
    assert queries.count_followers(cast.nora.id) == 1
    operations.untie("follow", cast.nora.id, by=cast.fay)
    operations.untie("follow", cast.nora.id, by=cast.fay)
    assert bonds() == []


def test_fifty_presses_at_once_count_once(app, cast):
    fay, nora, problems = cast.fay, cast.nora.id, []
    db.session.expunge_all()

    def press() -> None:
        with app.app_context():
            try:
                operations.tie("follow", nora, by=fay)
            except Exception as problem:
                problems.append(problem)

    threads = [threading.Thread(target=press) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert bonds() == [(fay.id, "follow", nora)]


@pytest.mark.parametrize("kind", ["follow", "mute", "block"])
def test_nobody_is_tied_to_themselves_or_to_nobody(cast, kind):
    with pytest.raises(Forbidden):
        operations.tie(kind, cast.fay.id, by=cast.fay)
    with pytest.raises(NotFound):
        operations.tie(kind, 999, by=cast.fay)
    with pytest.raises(Forbidden):
        operations.tie(kind, cast.nora.id, by=cast.ben)
    with pytest.raises(NotFound):
        operations.tie("marry", cast.nora.id, by=cast.fay)
    assert bonds() == []


def test_a_block_ends_what_was_between_two_and_keeps_it_from_beginning_again(cast):
    operations.tie("follow", cast.nora.id, by=cast.fay)
    operations.tie("follow", cast.fay.id, by=cast.nora)
    operations.tie("block", cast.fay.id, by=cast.nora)
    assert bonds() == [(cast.nora.id, "block", cast.fay.id)]
    with pytest.raises(Refused):
        operations.tie("follow", cast.nora.id, by=cast.fay)
    assert queries.ties_of(cast.fay).apart == {cast.nora.id}
    assert queries.ties_of(cast.nora).unheard == {cast.fay.id}


def test_those_who_keep_order_can_be_muted_and_not_shut_out(cast):
    operations.tie("mute", cast.milo.id, by=cast.fay)
    with pytest.raises(Forbidden):
        operations.tie("block", cast.milo.id, by=cast.fay)


def test_who_mutes_or_blocks_or_is_blocked_hears_nothing(cast):
    operations.tie("mute", cast.nora.id, by=cast.fay)
    operations.tie("block", cast.nora.id, by=cast.ada)
    everybody = [cast.fay.id, cast.ada.id, cast.milo.id, cast.eli.id]
    assert queries.deaf_to(cast.nora.id, everybody) == {cast.fay.id, cast.ada.id}
    operations.tie("block", cast.fay.id, by=cast.nora)
    assert queries.deaf_to(cast.nora.id, everybody) == {cast.fay.id, cast.ada.id}
    assert queries.deaf_to(cast.fay.id, [cast.nora.id]) == {cast.nora.id}


def test_followers_are_read_upwards_in_slices(cast):
    for fan in (cast.nora, cast.milo, cast.eli):
        operations.tie("follow", cast.fay.id, by=fan)
    ids = sorted([cast.nora.id, cast.milo.id, cast.eli.id])
    assert queries.followers(cast.fay.id, 0, 2) == (ids[:2], ids[1])
    assert queries.followers(cast.fay.id, ids[1], 2) == (ids[2:], None)


def test_too_many_at_once_are_refused(cast, monkeypatch):
    monkeypatch.setattr(operations, "PACE", "1 per hour")
    operations.tie("follow", cast.nora.id, by=cast.fay)
    with pytest.raises(TooMany):
        operations.tie("follow", cast.milo.id, by=cast.fay)
    monkeypatch.setattr(operations, "MOST", 1)
    with pytest.raises(Refused):
        operations.tie("follow", cast.eli.id, by=cast.fay)


def test_who_leaves_follows_nobody_and_is_followed_by_nobody(cast):
    operations.tie("follow", cast.nora.id, by=cast.fay)
    operations.tie("mute", cast.fay.id, by=cast.milo)
    [chapter] = export(cast.fay.id)
    assert [(row["who"], row["what"]) for row in chapter.rows] == [("nora", "you follow them")]
    accounts.erase(cast.fay.id, keep_words=False)
    assert bonds() == []
