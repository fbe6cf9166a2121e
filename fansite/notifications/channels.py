"""The ways notices go. A new one is a line at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from fansite.accounts.names import unlinked
from fansite.core import mail
from fansite.core.notices import Kind, Piece
from fansite.core.web import path_for, public_url
from fansite.core.web.language import speaking
from fansite.notifications import inbox, push, stopping
from fansite.notifications.models import PACES
from fansite.notifications.queries import MOST_IN_THE_POST, Reader, kinds

# Mails the post has not tried yet: behind so many waits who asked for a new password.
MOST_UNTRIED = 200
# At once; nobody waits behind them.
MOST_ON_THE_SITE = 1000


@dataclass(frozen=True)
class Channel:
    name: str
    label: Any
    # How many people more it takes now.
    room: Callable[[], int]
    # Whether there is a way to this person.
    reaches: Callable[[Reader], bool]
    # Writes all there is to tell to one person, outside of any transaction. What comes back hands it over, inside of one; its answer is
    # the number of the mail, if it is one.
    write: Callable[[Reader, Sequence[Piece], bool], Callable[[], int | None]]
    # Whether it comes to people, wherever they are: then there are hours, digests, and a limit for each day.
    calls: bool = True
    # How soon one may choose to hear by it.
    paces: Sequence[str] = ("now",)


def room_in_the_post() -> int:
    tries = list(mail.in_the_post(MOST_IN_THE_POST).values())
    return 0 if len(tries) >= MOST_IN_THE_POST else max(0, MOST_UNTRIED - tries.count(0))


def has_address(reader: Reader) -> bool:
    return bool(reader.email)


def letter(reader: Reader, pieces: Sequence[Piece], digest: bool) -> Callable[[], int]:
    """One mail, whatever there is to say; the earliest of what it tells says until when it may go."""
    told = sorted({kind for piece in pieces for kind in piece.kinds})
    stop_url = public_url(path_for("notifications.stop", reader.language, token=stopping.token_for(reader.id, told)))
    written = mail.written(
        "digest" if digest and len(pieces) > 1 else "notices",
        reader.email or "",
        reader.language,
        name=unlinked(reader.username),
        pieces=pieces,
        parts=_by_kind(pieces),
        of_evenings=all(kinds()[name].group == "evenings" for name in told),
        headline=lambda: _headline(pieces, told),
        stop_url=stop_url,
        settings_url=public_url(path_for("notifications.settings", reader.language)),
    )
    written.account_id, written.stop_url = reader.id, stop_url
    written.not_after = min((piece.not_after for piece in pieces if piece.not_after is not None), default=None)

    def post() -> int:
        return mail.queue(written).id

    return post


def line(reader: Reader, pieces: Sequence[Piece], _digest: bool) -> Callable[[], None]:
    """Each thing stands by itself in the list on the site."""

    def put() -> None:
        for piece in pieces:
            inbox.put(reader.id, piece)

    return put


def note(reader: Reader, pieces: Sequence[Piece], _digest: bool) -> Callable[[], None]:
    """One message to each device. It lies there for whoever passes by: what it is about, and where it is read."""
    told = sorted({kind for piece in pieces for kind in piece.kinds})
    with speaking(reader.language):
        title = _headline(pieces, told)
        path = pieces[0].address() if len(pieces) == 1 else path_for("notifications.inbox", reader.language)
    ends = [piece.not_after for piece in pieces if piece.not_after is not None]
    not_after = max(ends) if len(ends) == len(pieces) else None

    def hand_over() -> None:
        push.queue(reader.id, title, path, reader.language, not_after=not_after)

    return hand_over


def _by_kind(pieces: Sequence[Piece]) -> list[tuple[Any, list[Piece]]]:
    """For a digest: what belongs together under what it is, in the order in which the kinds are declared."""
    order = list(kinds())
    found: dict[str, list[Piece]] = {}
    for piece in sorted(pieces, key=lambda one: order.index(one.kinds[0])):
        found.setdefault(piece.kinds[0], []).append(piece)
    return [(kinds()[name].label, theirs) for name, theirs in found.items()]


def _headline(pieces: Sequence[Piece], told: Sequence[str]) -> str:
    """One piece speaks for itself, several of one kind in its words."""
    if len(pieces) == 1:
        return pieces[0].title()
    number, known = len(pieces), [kinds()[name] for name in told]
    if len(known) == 1:
        return known[0].many(number)
    site = current_app.extensions["fansite"].site_name()
    return ngettext("%(num)d piece of news from %(site)s", "%(num)d pieces of news from %(site)s", number, site=site)


CHANNELS = {
    channel.name: channel
    for channel in (
        Channel("site", _l("On the site"), lambda: MOST_ON_THE_SITE, lambda _reader: True, line, calls=False),
        Channel("mail", _l("By mail"), room_in_the_post, has_address, letter, paces=PACES),
        Channel("push", _l("On your devices"), push.room, lambda reader: reader.devices, note),
    )
}

PACE_LABELS = {"now": _l("at once"), "daily": _l("once a day"), "weekly": _l("once a week")}


def choosable() -> list[tuple[Kind, list[Channel]]]:
    """What everybody may choose from, as the features declared it."""
    return [(kind, list(CHANNELS.values())) for kind in kinds().values()]
