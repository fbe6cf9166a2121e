from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations, queries
from fansite.accounts.models import Account
from fansite.core.db import Base, db, get
from fansite.core.errors import Forbidden, Refused
from fansite.core.mail import Mail
from fansite.core.outbox import Event
from fansite.core.outbox.delivering import deliver_all


def events() -> list[str]:
    return list(db.session.scalars(sa.select(Event.name).where(Event.name.like("account.%")).order_by(Event.id)))


def test_an_owner_gives_roles_and_nobody_else_does(cast: Any) -> None:
    operations.set_role(cast.fay.id, "moderator", by=cast.ada)
    assert get(Account, cast.fay.id).role == "moderator"
    for person in (cast.eli, cast.milo, cast.nora, cast.ben, None):
        with pytest.raises(Forbidden):
            operations.set_role(cast.nora.id, "owner", by=person)
    with pytest.raises(Refused):
        operations.set_role(cast.nora.id, "king", by=cast.ada)
    assert events() == ["account.role_changed"]


def test_the_same_role_again_is_no_event(cast: Any) -> None:
    operations.set_role(cast.fay.id, "fan")
    assert events() == []


def test_a_role_lost_since_the_page_was_made_counts(cast: Any) -> None:
    operations.create(email=None, username="olga", password=None, role="owner")
    operations.set_role(cast.ada.id, "fan")
    with pytest.raises(Forbidden):
        operations.set_role(cast.nora.id, "owner", by=cast.ada)


def test_moderators_ban_fans_and_only_fans(cast: Any) -> None:
    operations.disable(cast.fay.id, reason=" noise ", by=cast.milo)
    closed = get(Account, cast.fay.id)
    assert closed.disabled_reason == "noise" and not closed.active
    for colleague in (cast.eli, cast.ada, cast.milo):
        with pytest.raises(Forbidden):
            operations.disable(colleague.id, by=cast.milo)
    for person in (cast.nora, cast.ben, None):
        with pytest.raises(Forbidden):
            operations.disable(cast.nora.id, by=person)
    operations.enable(cast.fay.id, by=cast.milo)
    assert get(Account, cast.fay.id).active
    assert events() == ["account.disabled", "account.enabled"]


def test_banning_twice_keeps_the_first_day_and_the_last_reason(cast: Any) -> None:
    operations.disable(cast.fay.id, reason="noise")
    first = get(Account, cast.fay.id).disabled_at
    operations.disable(cast.fay.id)
    operations.disable(cast.fay.id, reason="more noise")
    assert (get(Account, cast.fay.id).disabled_at, get(Account, cast.fay.id).disabled_reason) == (first, "more noise")


def test_one_erases_oneself_and_owners_erase_others(cast: Any) -> None:
    with pytest.raises(Forbidden):
        operations.erase(cast.fay.id, by=cast.nora)
    with pytest.raises(Forbidden):
        operations.erase(cast.fay.id, by=cast.milo)
    operations.erase(cast.fay.id, by=cast.fay)
    operations.erase(cast.nora.id, by=cast.ada)
    operations.erase(cast.nora.id, by=cast.ada)
    assert events() == ["account.erased", "account.erased"]
    with pytest.raises(Refused):
        operations.enable(cast.nora.id)


def test_whoever_is_erased_leaves_no_trace_of_name_and_address(cast: Any) -> None:
    operations.change_username(cast.fay.id, "zelda")
    operations.ask_reset("FAY@example.org")
    deliver_all()
    assert db.session.scalars(sa.select(Mail.to)).all() == ["fay@example.org"]
    operations.erase(cast.fay.id)
    for table in Base.metadata.sorted_tables:
        words = " ".join(str(value) for row in db.session.execute(sa.select(table)) for value in row).lower()
        assert not [known for known in ("fay", "zelda") if known in words], table.name


def test_the_last_owner_is_safe(cast: Any) -> None:
    for act in (
        lambda: operations.set_role(cast.ada.id, "fan"),
        lambda: operations.disable(cast.ada.id),
        lambda: operations.erase(cast.ada.id),
    ):
        with pytest.raises(Refused, match="last owner"):
            act()
    assert get(Account, cast.ada.id).is_owner and get(Account, cast.ada.id).active
    assert operations.has_owner() and events() == []


def test_a_closed_owner_does_not_count_as_another(cast: Any) -> None:
    other = operations.create(email=None, username="olga", password=None, role="owner")
    operations.disable(other.id)
    with pytest.raises(Refused, match="last owner"):
        operations.set_role(cast.ada.id, "editor")
    operations.enable(other.id)
    operations.set_role(cast.ada.id, "editor")
    assert operations.has_owner()


def test_a_site_without_accounts_has_no_owner(app: Any) -> None:
    assert not operations.has_owner()


def test_twelve_owners_who_leave_at_once_leave_one(cast: Any, at_once: Any) -> None:
    ids = [
        cast.ada.id,
        *(operations.create(email=None, username=f"goat-{n}-{n * n}", password=None, role="owner").id for n in range(2, 13)),
    ]
    acts = (operations.erase, operations.disable, lambda account_id: operations.set_role(account_id, "fan"))
    answers = at_once(lambda n: acts[n % 3](ids[n]))
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert len(db.session.scalars(queries.owners()).all()) == 1
