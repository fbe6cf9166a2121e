"""Whose acts a reader may be told of. All that decides it stands here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from fansite.accounts.visibility import open_to
from fansite.bonds.queries import ties_of
from fansite.fans import queries as fans
from fansite.river.queries import Act
from fansite.tour.going import queries as going

# What tells where somebody goes.
OF_EVENINGS = ("goes", "was")


def may_show(verb: str, account_ids: Collection[int], person: Any) -> set[int]:
    """Of these people, those of whom this reader may be told such acts: who hides their evenings is named with none."""
    if verb not in OF_EVENINGS:
        return set(account_ids)
    shown_to, keep_away = going.shown_to(account_ids), ties_of(person).blocked_by
    return {id for id in account_ids if shown_to[id] in open_to(person, id, apart=id in keep_away)}


def may_name(followed: Collection[int], person: Any) -> set[int]:
    """Of people whom others follow, those of whom this reader may be told so."""
    return fans.followers_open_to(set(followed) - ties_of(person).unheard, person) if followed else set()


def in_sight(acts: Sequence[Act], person: Any) -> list[Act]:
    """Without those of people whom this reader does not want, or shall not have, before their eyes."""
    unheard = ties_of(person).unheard
    allowed = {
        verb: may_show(verb, {act.doer.id for act in acts if act.verb == verb}, person) for verb in {act.verb for act in acts}
    }
    return [act for act in acts if act.doer.id not in unheard and act.doer.id in allowed[act.verb]]
