"""A fan's own face: a moderator sees it first, and until then nobody else does."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.core.db import db, transaction
from fansite.core.errors import Forbidden
from fansite.media import faces, operations
from fansite.media.models import Face
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from tests.media.hostile import SVG, photograph
from tests.texts import news_post, say


def only_review():
    return db.session.scalars(sa.select(Review).order_by(Review.id.desc()).limit(1)).one()


def worn(stranger, name):
    stranger.get(f"/fans/{name}")
    return stranger.page.xpath('//main//img[@class="avatar"]/@src')


def test_a_fans_face_waits_for_a_moderator(cast, browser_as, stranger, worker):
    nora, milo = browser_as(cast.nora), browser_as(cast.milo)
    nora.get("/account/picture")
    nora.submit("face", {"file": (BytesIO(photograph()), "me.jpg")}, follow=True)
    assert "A moderator looks at it first" in nora.text
    face = db.session.scalars(sa.select(Face)).one()
    address = f"/media/faces/{face.name}"
    for visitor, status in ((stranger, 404), (browser_as(cast.fay), 404), (nora, 200), (milo, 200)):
        visitor.get(address, status=status)
    assert nora.response.headers["Cache-Control"] == "private, no-store"
    assert worn(stranger, "nora") == []

    milo.get("/moderation/")
    assert milo.page.xpath("//article//img/@alt") == ["The picture nora sent"]
    assert "new picture" in milo.text
    milo.submit("decision", {"decision": "approve"})
    assert worn(stranger, "nora") == [address]
    stranger.get(address)
    assert Image.open(BytesIO(stranger.response.data)).size == (256, 256)


def test_it_is_shown_wherever_the_drawn_face_was(cast, stranger, count_queries):
    post = news_post(cast.eli)
    say(post, cast.fay, "See you in Lisbon")
    stranger.get(f"/news/{post.slug}")  # the menu is known from here on
    with count_queries() as before:
        stranger.get(f"/news/{post.slug}")
    faces.send(photograph(), by=cast.fay)
    moderation.decide(only_review().id, "approve", by=cast.milo)
    stranger.get(f"/news/{post.slug}")
    with count_queries() as after:
        stranger.get(f"/news/{post.slug}")
    assert stranger.page.xpath('//article[contains(@class, "comment")]//img[@class="avatar"]/@alt') == [""]
    assert len(after) == len(before)


def test_a_refused_face_is_seen_by_nobody_and_its_owner_is_told_why(cast, browser_as, stranger):
    name = faces.send(photograph(), by=cast.nora).name
    moderation.decide(only_review().id, "reject", by=cast.milo, reason="That is not you, that is a famous goat.")
    nora = browser_as(cast.nora)
    nora.get("/account/picture")
    assert "a famous goat" in nora.text
    nora.get(f"/media/faces/{name}", status=404)
    stranger.get(f"/media/faces/{name}", status=404)


def test_what_was_shown_is_taken_away_and_brought_back(cast, stranger):
    name = faces.send(photograph(), by=cast.nora).name
    review = only_review()
    moderation.decide(review.id, "approve", by=cast.milo)
    moderation.decide(review.id, "remove", by=cast.milo)
    stranger.get(f"/media/faces/{name}", status=404)
    assert worn(stranger, "nora") == []
    moderation.undo(review.id, by=cast.milo)
    assert worn(stranger, "nora") == [f"/media/faces/{name}"]


def test_another_one_takes_the_place_of_the_first_when_it_is_approved(cast, stranger):
    first = faces.send(photograph(), by=cast.nora)
    first_review = only_review()
    moderation.decide(first_review.id, "approve", by=cast.milo)
    second = faces.send(photograph((300, 300)), by=cast.nora)
    assert worn(stranger, "nora") == [f"/media/faces/{first.name}"]
    moderation.decide(only_review().id, "approve", by=cast.milo)
    assert worn(stranger, "nora") == [f"/media/faces/{second.name}"]
    stranger.get(f"/media/faces/{first.name}", status=404)


def test_a_second_one_sent_before_the_first_was_seen_leaves_one_card(cast, browser_as):
    faces.send(photograph(), by=cast.nora)
    faces.send(photograph((300, 300)), by=cast.nora)
    milo = browser_as(cast.milo)
    milo.get("/moderation/")
    assert len(milo.page.xpath("//article[@data-subject]")) == 1


def test_the_staffs_own_is_shown_at_once(cast, browser_as, stranger):
    eli = browser_as(cast.eli)
    eli.get("/account/picture")
    eli.submit("face", {"file": (BytesIO(photograph()), "me.jpg")}, follow=True)
    assert "That is you now." in eli.text
    assert len(worn(stranger, "eli")) == 1


def test_taken_off_one_is_drawn_again(cast, browser_as, stranger):
    name = faces.send(photograph(), by=cast.eli).name
    eli = browser_as(cast.eli)
    eli.get("/account/picture")
    eli.submit("take-off", follow=True)
    assert "You are drawn again." in eli.text
    assert worn(stranger, "eli") == []
    stranger.get(f"/media/faces/{name}", status=404)


@pytest.mark.parametrize("data", [None, SVG])
def test_what_is_no_picture_is_refused_beside_the_box(cast, browser_as, data):
    nora = browser_as(cast.nora)
    nora.get("/account/picture")
    nora.submit("face", {"file": (BytesIO(data), "me.svg")} if data else {}, status=422)
    assert nora.page.xpath('//p[@id="file-problem"]')
    assert db.session.scalars(sa.select(Face)).all() == []


def test_who_is_banned_has_no_face_and_sends_none(cast, stranger):
    name = faces.send(photograph(), by=cast.eli).name
    accounts.disable(cast.eli.id, reason="spam", by=cast.ada)
    stranger.get(f"/media/faces/{name}", status=404)
    with pytest.raises(Forbidden):
        faces.send(photograph(), by=cast.ben)


def test_twenty_a_day_are_enough(cast, browser_as):
    with transaction() as session:
        session.get(Account, cast.nora.id).joined_at -= timedelta(days=30)
    nora = browser_as(cast.nora)
    nora.get("/account/picture")
    for n in range(20):
        faces.send(photograph((20 + n, 20)), by=cast.nora)
    nora.submit("face", {"file": (BytesIO(photograph()), "me.jpg")}, status=429)
    assert nora.response.headers["Retry-After"]


def test_of_who_is_erased_no_face_stays(cast, worker):
    name = faces.send(photograph(), by=cast.nora).name
    accounts.erase(cast.nora.id)
    worker()
    assert db.session.scalars(sa.select(Face)).all() == []
    with pytest.raises(FileNotFoundError):
        operations.storage().open(name)


def test_what_was_refused_is_swept_after_a_month(cast, clock):
    name = faces.send(photograph(), by=cast.nora).name
    moderation.decide(only_review().id, "reject", by=cast.milo)
    faces.sweep()
    assert operations.storage().size(name)
    clock.shift(31 * 24 * 3600)
    faces.sweep()
    with pytest.raises(FileNotFoundError):
        operations.storage().open(name)


def test_their_data_holds_the_picture_they_sent(cast, app):
    name = faces.send(photograph(), by=cast.nora).name
    chapters = app.extensions["fansite"].personal
    told = [chapter for one in chapters for chapter in one.export(cast.nora.id) if chapter.key == "faces"]
    assert [row["state"] for row in told[0].rows] == ["pending"]
    ((file, data),) = told[0].files
    assert file.endswith(name)
    assert Image.open(BytesIO(data)).size == (256, 256)
