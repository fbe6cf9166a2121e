"""What can happen to photographs of an evening: sent, taken back, decided on, forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts.models import Account
from fansite.core import limits, markup
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import NotFound, Problem, Refused
from fansite.core.outbox import record
from fansite.core.policy import require
from fansite.lib.times import now
from fansite.media import operations as media
from fansite.media.encoding import Encoded
from fansite.moderation import checks
from fansite.moderation import limits as newcomers
from fansite.moderation import operations as moderation
from fansite.moderation.queries import Record
from fansite.tour.models import Gig
from fansite.tour.photos import policy, queries
from fansite.tour.photos.models import KEEP_REMOVED, MAX_CAPTION, REFUSED, SHELF, FanPhoto, of_fan

# More than a telephone takes. Five of them fit through the door of `deploy/nginx.conf`.
MAX_BYTES = 12 * 1024 * 1024
AT_ONCE = 5
# Of one fan and one evening: an archive has room for many eyes, and nobody looks at the fiftieth of one.
OF_ONE_EVENING = 20
# Each is decoded, and lies on the disk for a month even when it is taken back at once.
A_DAY = "40 per day"


def send(gig_id: int, data: bytes, *, caption: str, by: Any) -> FanPhoto:
    """One photograph, once: the same file again is the same photograph. It is published, or waits; `status` says which."""
    caption, by_id = fit(caption), by.id
    if len(data) > MAX_BYTES:
        raise Refused(_l("This picture is larger than %(most)s MB.", most=MAX_BYTES // 1024**2), field="file")
    name = media.name_apart(data, SHELF, gig_id, by_id)
    made = None
    if queries.named(name) is None:
        _require_room(gig_id, by_id)
        limits.spend("photo", A_DAY, str(by_id))
        made = media.store_apart(name, data)
    try:
        return _kept(gig_id, by_id, name, made, caption)
    except Problem:
        media.drop_file(name)
        raise


def _kept(gig_id: int, by_id: int, name: str, made: Encoded | None, caption: str) -> FanPhoto:
    with transaction():
        author, gig = get(Account, by_id), get(Gig, gig_id, lock=False)
        _require_open(gig)
        require(policy.add, author, gig)
        known = queries.named(name)
        if known is not None:
            return _again(known, author, caption)
        if made is None:  # it was swept a moment ago
            raise NotFound()
        _require_room(gig_id, by_id)
        newcomers.spend(_photographer(author), "photos")
        picture = media.keep_apart(name, made, shelf=SHELF, alt=caption, by=author)
        photo = FanPhoto(gig_id=gig_id, picture_id=picture.id, account_id=by_id, status="pending", sent_at=now())
        return _judged(photo, author, caption)


def withdraw(photo_id: int, *, by: Any) -> FanPhoto:
    """Its author takes it back: it leaves every page at once, and the disk after a month."""
    by_id = by.id
    with transaction():
        author, photo = get(Account, by_id), _claim(photo_id)
        if photo.status == "withdrawn" and photo.account_id == author.id:
            touch(*photo.page_tags)
            return photo
        require(policy.withdraw, author, photo)
        _stand(photo, "withdrawn")
        record("photo.withdrawn", photo)
        moderation.close_review("photo", photo.id)
        return photo


def fit(caption: str) -> str:
    """What it shows, as it will be stored: one line."""
    caption = markup.one_line(caption)
    if not markup.says_something(caption):
        raise Refused(_l("Say in a few words what is to be seen."), field="caption")
    if len(caption) > MAX_CAPTION:
        raise Refused(_l("Say it in %(most)s characters at most.", most=MAX_CAPTION), field="caption")
    return caption


# ---- what moderators decide; called inside their transaction ----------------------------------------------------------------


def approve(photo_id: int, *, by: Any, reason: str) -> None:
    photo = _theirs_to_decide(photo_id)
    if not photo.visible:
        _stand(photo, "published")
        record("photo.published", photo)


def hide(photo_id: int, *, by: Any, reason: str) -> None:
    """What was on the page is `removed`, what never was is `rejected`."""
    photo = _theirs_to_decide(photo_id)
    _stand(photo, "removed" if photo.visible else "rejected", reason=reason)
    record("photo.hidden", photo)


def restore(photo_id: int, *, by: Any, status: str) -> None:
    photo = _theirs_to_decide(photo_id)
    if status == "pending" and photo.visible:
        photo.shown_at = None  # an approval that was none builds no trust
    _stand(photo, status)
    record("photo.published" if photo.visible else "photo.hidden", photo)


def touch_again(photo_id: int) -> None:
    touch(*get(FanPhoto, photo_id).page_tags)


# ---- the worker's -----------------------------------------------------------------------------------------------------------


def sweep() -> None:
    """What was taken back or refused long ago goes for good, and so do pictures whose evening or fan is gone."""
    for photo_id in queries.long_gone(now() - KEEP_REMOVED):
        with transaction() as session:
            session.delete(get(FanPhoto, photo_id))
            moderation.close_review("photo", photo_id)
    drop_pictures()


def drop_pictures(_events: Any = ()) -> None:
    """Listener of `account.erased` too: of somebody who left, no photograph stays."""
    media.drop_apart(queries.without_place())


def forget_of(account_id: int) -> None:
    """Inside the erasing transaction: their addresses answer no more; the worker takes the files away."""
    with transaction() as session:
        for photo in queries.all_of(account_id):
            touch(*photo.page_tags)
            moderation.close_review("photo", photo.id)
        session.execute(sa.delete(FanPhoto).where(FanPhoto.account_id == account_id))
        touch(of_fan(account_id))


# ---- the parts --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Photographer:
    """Of an account, what the checks ask: photographs count like what was said."""

    id: int
    keeps_order: bool
    joined_at: datetime
    approved_comments: int
    refused_comments: int
    standing_lost_at: datetime | None
    stands: ClassVar[Any] = Account.stands


def _require_open(gig: Gig) -> None:
    if not gig.public:
        raise NotFound()
    if not policy.begun(gig):
        raise Refused(_l("Photos can be added once the evening has begun."))


def _require_room(gig_id: int, account_id: int) -> None:
    if queries.kept_of(gig_id, account_id) >= OF_ONE_EVENING:
        raise Refused(_l("You have %(most)s photos of this evening here: that is all there is room for.", most=OF_ONE_EVENING))


def _judged(photo: FanPhoto, author: Account, caption: str) -> FanPhoto:
    verdict = _verdict(author, caption)
    _stand(photo, verdict.status)
    db.session.add(photo)
    db.session.flush()
    record("photo.published" if photo.visible else "photo.held", photo)
    if not photo.visible or verdict.flagged:
        moderation.open_review("photo", photo.id, queue="reported" if photo.visible else "pending", reasons=verdict.reasons)
    return photo


def _again(photo: FanPhoto, author: Account, caption: str) -> FanPhoto:
    """Sent twice it is there once; taken back and sent anew it is wanted after all; a moderator's no stands."""
    if photo.status in REFUSED:
        raise Refused(_l("A moderator decided not to show this photo."), field="file")
    if photo.status == "withdrawn":
        photo.picture.alt = caption
        return _judged(photo, author, caption)
    touch(*photo.page_tags)
    return photo


def _verdict(author: Account, caption: str) -> checks.Verdict:
    """By the same list as comments."""
    verdict = checks.judge(checks.Writing(text=caption, author=_photographer(author), at=now()))
    reasons = [{"first comment": "first photo"}.get(reason, reason) for reason in verdict.reasons]
    return checks.Verdict(verdict.status, reasons, verdict.flagged)


def _photographer(author: Account) -> _Photographer:
    earlier = queries.records_of([author.id]).get(author.id, Record())
    approved, refused = author.approved_comments + earlier.approved, author.refused_comments + earlier.refused
    return _Photographer(author.id, author.keeps_order, author.joined_at, approved, refused, author.standing_lost_at)


def _stand(photo: FanPhoto, status: str, *, reason: str = "") -> None:
    """The only way a status changes."""
    photo.status, photo.reason, photo.changed_at = status, reason or None, now()
    if photo.visible:
        photo.shown_at = photo.shown_at or now()
    touch(*photo.page_tags)


def _claim(photo_id: int) -> FanPhoto:
    return get(FanPhoto, photo_id)


def _theirs_to_decide(photo_id: int) -> FanPhoto:
    photo = _claim(photo_id)
    if photo.status == "withdrawn":
        raise Refused(_l("Its author took this photo back."))
    return photo


__all__ = ["approve", "drop_pictures", "hide", "restore", "send", "sweep", "touch_again", "withdraw"]
