"""Photographs fans took at an evening: where they stand, who sees them while they wait, and what they must not bring along."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from PIL import Image
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import stream_encode_multipart

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account, SignIn
from fansite.core.db import db, transaction
from fansite.core.errors import Forbidden, NotFound, Refused, TooMany
from fansite.media import operations as media
from fansite.media.models import Picture
from fansite.moderation import operations as moderation
from fansite.moderation.models import Report, Review
from fansite.rules import operations as rules
from fansite.tour import operations as tour
from fansite.tour.photos import operations as photos
from fansite.tour.photos import queries
from fansite.tour.photos.models import FanPhoto
from tests.client import ORIGIN
from tests.core.forks import ended, together
from tests.media import hostile
from tests.media.hostile import SVG, photograph
from tests.tour.cast import gig

CAPTION = "Jeanne on the piano lid"


@pytest.fixture
def evening(cast, clock):
    """Four days ago."""
    return gig(cast.eli, day=date(2026, 11, 20))


class Sent(NamedTuple):
    """A photograph as it was just now, whatever becomes of its row."""

    id: int
    status: str
    caption: str
    name: str
    size: tuple[int, int]
    page: str
    # The addresses of its file, in all sizes.
    files: list[str]


def send(evening, by, *, wide: int = 400, caption: str = CAPTION, data: bytes = b"") -> Sent:
    made = photos.send(evening.id, data or photograph((wide, 300)), caption=caption, by=by)
    return as_it_is(made.id)


def as_it_is(photo_id: int) -> Sent:
    photo = queries.opened(photo_id)
    picture = photo.picture
    files = [f"/media/{name}" for name in (picture.name, *picture.sizes())]
    page = f"/tour/{photo.gig.slug}/photos/{photo.id}"
    return Sent(photo.id, photo.status, photo.caption, picture.name, (picture.width, picture.height), page, files)


def pages_of(evening) -> tuple[str, str]:
    return f"/tour/{evening.slug}", f"/tour/{evening.slug}/photos"


def shown(visitor, path: str) -> list[str]:
    visitor.get(path)
    return visitor.page.xpath('//ul[@class="photos"]/li//picture//img/@alt')


def last_review() -> Review:
    return db.session.scalars(sa.select(Review).order_by(Review.id.desc()).limit(1)).one()


def nodes(visitor, kind: str) -> list[dict[str, Any]]:
    (graph,) = [json.loads(text) for text in visitor.page.xpath('//script[@type="application/ld+json"]/text()')]
    return [node for node in graph["@graph"] if node["@type"] == kind]


def a_file(data: bytes, name: str = "me.jpg", kind: str = "image/jpeg") -> FileStorage:
    return FileStorage(BytesIO(data), name, content_type=kind)


def form_of(visitor, evening) -> str:
    """Opens the form; its token."""
    visitor.get(f"/tour/{evening.slug}/photos/new")
    return visitor.page.xpath('string(//form[@data-form="photo"]//input[@name="csrf_token"]/@value)')


def multipart(token: str, caption: str, *files: FileStorage) -> dict[str, Any]:
    """What a browser without scripts sends."""
    fields = MultiDict([("csrf_token", token), ("caption", caption), *(("file", file) for file in files)])
    stream, _length, edge = stream_encode_multipart(fields, use_tempfile=False)
    return {"data": stream.read(), "content_type": f"multipart/form-data; boundary={edge}"}


def fill(visitor, evening, *files: FileStorage, caption: str = CAPTION, status: int = 303, follow: bool = False) -> None:
    token = form_of(visitor, evening)
    visitor.post(visitor.address, **multipart(token, caption, *files), status=status, follow=follow)


# ---- where they stand -------------------------------------------------------------------------------------------------------


def test_what_a_known_fan_sends_stands_on_the_evenings_page_at_once(cast, evening, browser_as, stranger):
    for path in pages_of(evening):
        assert shown(stranger, path) == []
    assert "Nobody has shown a photo" in stranger.text
    fay = browser_as(cast.fay)
    fill(fay, evening, a_file(photograph()), follow=True)
    assert "They are up." in fay.text
    for path in pages_of(evening):
        assert shown(stranger, path) == [CAPTION]
        assert "by Fay" in stranger.text
    stranger.get(stranger.page.xpath('//ul[@class="photos"]//a/@href')[0])
    assert stranger.page.xpath("//h1/text()") == [CAPTION]
    assert stranger.page.xpath('//main//a[@class="person__name"]/@href') == ["/fans/fay"]


def test_every_thumbnail_has_its_sizes_and_waits_until_it_is_needed(cast, evening, stranger):
    send(evening, cast.fay)
    stranger.get(pages_of(evening)[0])
    (image,) = stranger.page.xpath('//ul[@class="photos"]//picture//img')
    assert (image.get("width"), image.get("height"), image.get("loading")) == ("400", "300", "lazy")
    assert " 320w" in image.get("srcset")
    stranger.get(image.get("src"))


def test_the_page_of_a_photo_tells_machines_whose_it_is_and_leads_on(cast, evening, stranger):
    first, second, third = (send(evening, cast.fay, wide=400 + n, caption=f"Number {n}") for n in range(3))
    stranger.get(second.page)
    assert stranger.page.xpath('//a[@rel="prev"]/@href') == [first.page]
    assert stranger.page.xpath('//a[@rel="next"]/@href') == [third.page]
    assert not stranger.page.xpath('//meta[@name="robots"][contains(@content, "noindex")]')
    (node,) = nodes(stranger, "ImageObject")
    assert (node["creator"]["name"], node["creditText"], node["caption"]) == ("Fay", "Fay", "Number 1")
    assert node["contentUrl"].endswith(second.files[0])
    stranger.get(pages_of(evening)[0])
    (event,) = nodes(stranger, "MusicEvent")
    assert [one["caption"] for one in event["subjectOf"]] == ["Number 0", "Number 1", "Number 2"]


def test_twelve_stand_on_the_evenings_page_and_all_on_pages_by_key(cast, evening, stranger, monkeypatch):
    monkeypatch.setattr(queries, "PER_PAGE", 10)
    for n in range(14):
        send(evening, cast.eli, wide=400 + n, caption=f"Number {n}")
    assert len(shown(stranger, pages_of(evening)[0])) == 12
    stranger.get(stranger.page.xpath('//a[contains(., "All 14 photos")]/@href')[0])
    first = stranger.page.xpath('//ul[@class="photos"]/li//picture//img/@alt')
    further = stranger.page.xpath('//a[contains(., "More photos")]/@href')[0]
    assert first + shown(stranger, further) == [f"Number {n}" for n in range(14)]
    for after in ("0", "x", "-1", "999", "%00", str(db.session.scalar(sa.select(sa.func.max(FanPhoto.id))))):
        stranger.get(f"{pages_of(evening)[1]}?after={after}", status=404)


def test_pages_cost_the_same_however_many(cast, evening, stranger, count_queries):
    photo, counted = send(evening, cast.fay), []
    for more in (0, 10):
        for n in range(more):
            send(evening, cast.eli, wide=500 + n)
        for path in (*pages_of(evening), photo.page):
            stranger.get(path)
            with count_queries() as seen:
                stranger.get(path)
            counted.append(len(seen))
    assert counted[:3] == counted[3:] and max(counted) <= 8, counted


def test_before_the_evening_begins_there_nobody_is_asked(cast, clock, browser_as, stranger):
    evening = gig(cast.eli, "chatham", day=date(2026, 11, 26), starts=time(20), doors=time(19))
    opens = datetime(2026, 11, 26, 5, 15, tzinfo=UTC)  # 19:00 on the Chatham Islands
    stranger.get(pages_of(evening)[0])
    assert "Photos by fans" not in stranger.text
    clock.move_to(opens - timedelta(seconds=1))
    with pytest.raises(Refused):
        send(evening, cast.fay)
    browser_as(cast.fay).get(f"{pages_of(evening)[1]}/new", status=422)
    stranger.get(pages_of(evening)[0])
    assert "Photos by fans" not in stranger.text
    clock.move_to(opens)
    send(evening, cast.fay)
    assert shown(stranger, pages_of(evening)[0]) == [CAPTION]


def test_an_evening_that_did_not_take_place_takes_none(cast, evening, browser_as, stranger):
    tour.cancel(evening.id, by=cast.eli, reason="Flu.")
    browser_as(cast.fay).get(f"{pages_of(evening)[1]}/new", status=422)
    stranger.get(pages_of(evening)[0])
    assert "Photos by fans" not in stranger.text


def test_a_new_date_takes_the_photos_to_the_new_address(cast, evening, stranger):
    photo, old = send(evening, cast.fay), evening.slug
    tour.reschedule(evening.id, {"day": date(2026, 11, 22)}, by=cast.eli)
    for rest in ("/photos", f"/photos/{photo.id}"):
        stranger.get(f"/tour/{old}{rest}", status=301)
        assert stranger.location.endswith(f"/tour/2026-11-22-brussels-la-vieille-brasserie{rest}")


def test_of_an_evening_that_was_taken_down_no_photo_is_left_at_any_address(cast, evening, stranger):
    photo = send(evening, cast.fay)
    addresses = [photo.page, pages_of(evening)[1], f"{photo.page}/report"]
    for path in photo.files:
        stranger.get(path)
    tour.withdraw(evening.id, by=cast.eli)
    for path in addresses:
        stranger.get(path, status=410)
    for path in photo.files:
        stranger.get(path, status=404)


def test_a_fans_page_shows_the_last_of_theirs(cast, evening, stranger, count_queries):
    stranger.get("/fans/fay")
    with count_queries() as without:
        stranger.get("/fans/fay")
    for n in range(10):
        send(evening, cast.fay, wide=400 + n, caption=f"Number {n}")
    last = [f"Number {n}" for n in range(9, 1, -1)]
    assert shown(stranger, "/fans/fay") == last
    assert "10 photos" in stranger.text and "Brussels, La Vieille Brasserie" in stranger.text
    with count_queries() as counted:
        stranger.get("/fans/fay")
    assert len(counted) <= len(without) + 3
    tour.withdraw(evening.id, by=cast.eli)
    assert shown(stranger, "/fans/fay") == []
    tour.publish(evening.id, by=cast.eli)
    assert shown(stranger, "/fans/fay") == last


# ---- a moderator first ------------------------------------------------------------------------------------------------------


def test_a_new_fans_photo_is_at_no_address_until_a_moderator_saw_it(cast, evening, browser_as, stranger, worker):
    nora, milo, fay = browser_as(cast.nora), browser_as(cast.milo), browser_as(cast.fay)
    fill(nora, evening, a_file(photograph()), follow=True)
    assert "Your photo waits for a moderator" in nora.text
    worker()  # all sizes are made
    photo = as_it_is(db.session.scalars(sa.select(FanPhoto.id)).one())
    for path in (*photo.files, photo.page):
        for visitor, status in ((stranger, 404), (fay, 404), (nora, 200), (milo, 200)):
            visitor.get(path, status=status)
            if status == 200:
                assert visitor.response.headers["Cache-Control"] == "private, no-store"
    for path in pages_of(evening):
        assert shown(stranger, path) == shown(fay, path) == []
        assert shown(nora, path) == [CAPTION]

    milo.get("/moderation/")
    (card,) = milo.page.xpath(f'//article[@data-subject="photo:{photo.id}"]')
    milo.get(card.xpath('.//div[@class="review__text"]//img/@src')[0])
    milo.get("/moderation/")
    assert "first photo" in milo.text and CAPTION in milo.text
    milo.submit("decision", {"decision": "approve"})
    for path in pages_of(evening):
        assert shown(stranger, path) == [CAPTION]
    stranger.get(photo.files[0])
    assert stranger.response.headers["Cache-Control"] == "public, max-age=60"
    assert send(evening, cast.nora, wide=500).status == "published", "who was approved once is known"


def test_what_is_removed_leaves_everything_at_once_and_comes_back(cast, evening, browser_as, stranger):
    photo = send(evening, cast.fay)
    review = moderation.take_up("photo", photo.id, by=cast.milo)
    stranger.get(photo.page)
    moderation.decide(review, "remove", by=cast.milo, reason="You see a child's face.")
    for path in pages_of(evening):
        assert shown(stranger, path) == []
    stranger.get(pages_of(evening)[0])
    assert "subjectOf" not in nodes(stranger, "MusicEvent")[0]
    stranger.get(photo.page, status=410)
    for path in photo.files:
        stranger.get(path, status=404)
    fay = browser_as(cast.fay)
    fay.get("/account/photos")
    assert fay.page.xpath("//article/@data-status") == ["removed"]
    assert "You see a child's face." in fay.text
    with pytest.raises(Refused):
        send(evening, cast.fay)  # a no stands
    moderation.undo(review, by=cast.milo)
    assert shown(stranger, pages_of(evening)[0]) == [CAPTION]
    stranger.get(photo.files[0])


def test_a_refusal_counts_against_whom_it_concerns(cast, evening):
    for n in range(2):
        moderation.decide(
            moderation.take_up("photo", send(evening, cast.fay, wide=400 + n).id, by=cast.milo), "remove", by=cast.milo
        )
    assert send(evening, cast.fay, wide=500).status == "pending"
    assert last_review().reasons == ["often refused"]
    assert send(evening, cast.milo).status == "published"


def test_an_approval_that_was_taken_back_builds_no_trust(cast, evening):
    photo = send(evening, cast.nora)
    review = last_review().id
    moderation.decide(review, "approve", by=cast.milo)
    moderation.undo(review, by=cast.milo)
    assert db.session.get(FanPhoto, photo.id).status == "pending"
    with transaction() as session:
        session.get(Account, cast.nora.id).joined_at -= timedelta(days=30)
    assert send(evening, cast.nora, wide=500).status == "pending"


def test_words_that_are_watched_are_watched_below_photos_too(cast, evening):
    assert send(evening, cast.fay, caption="What a slut").status == "pending"
    flagged = send(evening, cast.fay, wide=500, caption="Better than a casino")
    assert (flagged.status, last_review().queue) == ("published", "reported")


def test_anybody_may_report_one(cast, evening, browser_as, stranger):
    photo = send(evening, cast.fay)
    stranger.get(photo.page)
    stranger.get(stranger.page.xpath('//main//a[contains(@href, "/report")]/@href')[0])
    stranger.submit("report", {}, status=422)
    stranger.submit("report", {"category": "private", "note": "That is my sister."}, follow=True)
    assert "Thank you, a person will look at it" in stranger.text
    assert db.session.scalars(sa.select(Report.note)).all() == ["That is my sister."]
    milo = browser_as(cast.milo)
    milo.get("/moderation/reported")
    assert milo.page.xpath(f'//article[@data-subject="photo:{photo.id}"]')
    assert "That is my sister." in milo.text
    fay = browser_as(cast.fay)
    fay.get(photo.page)
    assert not fay.page.xpath('//main//a[contains(@href, "/report")]')
    fay.get(f"{photo.page}/report")
    fay.submit("report", {"category": "spam"}, status=422)


def test_its_author_takes_it_back_and_nobody_else_does(cast, evening, browser_as, stranger):
    photo = send(evening, cast.fay)
    address = f"{photo.page}/withdrawal"
    stranger.get(address, status=302)
    for other in (cast.nora, cast.milo):
        browser_as(other).get(address, status=404)
        with pytest.raises(Forbidden):
            photos.withdraw(photo.id, by=other)
    fay = browser_as(cast.fay)
    fay.get(address)
    fay.submit("withdraw-photo", follow=True)
    assert "Taken back" in fay.text
    photos.withdraw(photo.id, by=cast.fay)  # pressed twice
    assert shown(stranger, pages_of(evening)[0]) == []
    for path in photo.files:
        stranger.get(path, status=404)
    assert send(evening, cast.fay).status == "published", "sent anew it is wanted after all"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FanPhoto)) == 1


def test_what_was_taken_back_while_it_waited_asks_no_moderator(cast, evening, browser_as):
    photos.withdraw(send(evening, cast.nora).id, by=cast.nora)
    milo = browser_as(cast.milo)
    milo.get("/moderation/")
    assert not milo.page.xpath("//article[@data-subject]")


# ---- the form ---------------------------------------------------------------------------------------------------------------


def test_what_is_good_is_taken_and_each_of_the_others_is_named(cast, evening, browser_as):
    fay = browser_as(cast.fay)
    good = [a_file(photograph((400 + n, 300))) for n in range(3)]
    fill(
        fay,
        evening,
        good[0],
        a_file(SVG, "logo.svg", "image/svg+xml"),
        *good[1:],
        a_file(b"", "empty.jpg"),
        a_file(photograph((600, 300)), "sixth.jpg"),
        status=422,
    )
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FanPhoto)) == 3
    assert "3 photos are here" in fay.text
    told = fay.page.xpath('//ul[@id="file-problem"]/li/span')
    assert [one.xpath("string(b)") for one in told] == ["logo.svg", "empty.jpg", "sixth.jpg", ""]
    assert "no picture we can read" in told[0].text_content()
    assert "Five at a time" in told[2].text_content()
    assert fay.page.xpath('//input[@name="caption"]/@value') == [CAPTION]
    fill(browser := browser_as(cast.fay, language="fr"), evening, a_file(SVG, "logo.svg"), status=422)
    assert browser.page.xpath('//ul[@id="file-problem"]/li')


@pytest.mark.parametrize(
    ("caption", "why"), [("", "Say in a few words"), ("  \r\n ", "Say in a few words"), ("é" * 201, "200 characters")]
)
def test_without_fitting_words_nothing_is_taken_and_all_typed_is_kept(cast, evening, browser_as, caption, why):
    fay = browser_as(cast.fay)
    fill(fay, evening, a_file(photograph()), caption=caption, status=422)
    assert why in fay.page.xpath('string(//*[@id="caption-problem"])')
    assert fay.page.xpath('string(//input[@name="caption"]/@value)').strip() == caption.strip()
    assert "no browser keeps a file" in fay.text
    assert not db.session.scalars(sa.select(FanPhoto)).all()


def test_without_a_file_it_says_so(cast, evening, browser_as):
    fay = browser_as(cast.fay)
    fill(fay, evening, status=422)
    assert "Choose a photo first." in fay.text


def test_a_caption_is_words_and_one_line(cast, evening, stranger):
    photo = send(evening, cast.fay, caption="<b>Us</b>\r\nSet-Cookie: x=1\r\n & [a](http://x.example)")
    assert photo.caption == "<b>Us</b> Set-Cookie: x=1 & [a](http://x.example)"
    for path in (*pages_of(evening), photo.page):
        stranger.get(path)
        assert "<b>Us" not in stranger.response.get_data(as_text=True)
        assert photo.caption in stranger.page.xpath("//picture//img/@alt")
        assert "Set-Cookie" not in stranger.response.headers


def test_sent_twice_it_is_there_once(cast, evening):
    first = send(evening, cast.fay)
    assert send(evening, cast.fay).id == first.id
    other = send(evening, cast.eli)
    assert other.id != first.id and other.name != first.name, "another's is another's, whatever it shows"


def test_new_house_rules_are_accepted_with_it_as_with_a_comment(clock, cast, evening, browser_as):
    from fansite.rules.queries import accepted_by
    from tests.rules.test_rules import texts

    rules.add_defaults()
    clock.shift(60)
    rules.publish(texts(), by=cast.eli, after=1)
    fay = browser_as(cast.fay)
    fay.get(f"{pages_of(evening)[1]}/new")
    assert fay.page.xpath("//*[@data-new-rules]")
    fay.submit("photo", {"caption": CAPTION, "file": (BytesIO(photograph()), "a.jpg")})
    assert [number for number, _at in accepted_by(cast.fay.id)] == [2]


def test_whose_session_ended_meanwhile_keeps_the_words(cast, evening, browser_as):
    fay = browser_as(cast.fay)
    token = form_of(fay, evening)
    with transaction() as session:
        session.execute(sa.delete(SignIn))
    large = a_file(photograph((400, 300)) + bytes(3 * 1024**2))
    fay.post(fay.address, **multipart(token, "Only words remain", large), status=422)
    assert "You were signed out" in fay.text
    assert fay.page.xpath('//form[@method="post"]//input[@name="caption"]/@value') == ["Only words remain"]
    assert "Only files could not be kept" in fay.text
    assert not db.session.scalars(sa.select(Picture)).all()


# ---- limits -----------------------------------------------------------------------------------------------------------------


def test_twenty_of_one_evening_are_enough(cast, evening, clock):
    for n in range(20):
        send(evening, cast.fay, wide=400 + n)
    with pytest.raises(Refused, match="all there is room for"):
        send(evening, cast.fay, wide=600)
    other = gig(cast.eli, "lyon", day=date(2026, 11, 21))
    for n in range(20):
        send(other, cast.fay, wide=400 + n)
    third = gig(cast.eli, "london", day=date(2026, 11, 22))
    with pytest.raises(TooMany):
        send(third, cast.fay)
    assert len(list(media.storage().keys())) == 40, "what found no place lies nowhere"


def of_its_own(evening, fan, wide: int) -> Callable[[], object]:
    """The same in a process that knows none of the objects of this one."""
    gig_id, fan_id, data = evening.id, fan.id, photograph((wide, 300))
    return lambda: photos.send(gig_id, data, caption=CAPTION, by=db.session.get_one(Account, fan_id))


def test_twelve_at_the_same_moment_are_one(cast, evening):
    together(*[of_its_own(evening, cast.fay, 400) for _ in range(12)])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FanPhoto)) == 1
    assert len(list(media.storage().keys())) == 1


def test_a_crowd_of_requests_gets_past_no_limit(cast, evening):
    for n in range(16):
        send(evening, cast.fay, wide=400 + n)
    statuses = ended(*[of_its_own(evening, cast.fay, 500 + n) for n in range(12)])
    assert statuses.count(0) == 4
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FanPhoto)) == 20
    assert len(list(media.storage().keys())) == 20


def test_a_banned_fan_sends_none_and_a_stranger_is_led_to_the_door(cast, evening, browser_as, stranger):
    with pytest.raises(Forbidden):
        send(evening, cast.ben)
    ben = browser_as(cast.ben)
    for visitor in (stranger, ben):
        visitor.get(f"{pages_of(evening)[1]}/new", status=302)
        assert visitor.location.startswith("/login?next=")
    stranger.post(f"{pages_of(evening)[1]}/new", {"caption": "x"}, status=302)
    stranger.post(pages_of(evening)[1], {"caption": "x"}, status=405)
    with pytest.raises(NotFound):
        photos.send(gig(cast.eli, "lyon", published=False, day=date(2026, 11, 21)).id, photograph(), caption=CAPTION, by=cast.fay)


# ---- hostile files ----------------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_whatever_is_sent_what_is_kept_is_a_jpeg_of_ours(cast, evening, browser_as, stranger, monkeypatch):
    """Active contents, guests behind a picture, bombs, names that lead elsewhere: all that the library's door is tried with."""
    monkeypatch.setattr(photos, "A_DAY", "10000 per day")
    monkeypatch.setattr(photos, "OF_ONE_EVENING", 10_000)
    fay, wrong = browser_as(cast.fay), []
    token = form_of(fay, evening)
    for file in hostile.files():
        sent = multipart(token, CAPTION, a_file(file.data, file.filename, file.mimetype))
        response = fay.client.post(fay.address, **sent, headers={"Origin": ORIGIN, "Accept": "text/html"})
        if file.taken is not None and response.status_code != (303 if file.taken else 422):
            wrong.append(f"{file.name}: {response.status_code}")
        if b"<script>alert" in response.data:
            wrong.append(f"{file.name}: its name is markup")
    assert not wrong
    kept = db.session.scalars(sa.select(Picture)).all()
    assert kept and all(one.name.endswith(".jpg") and one.name.count("/") == 0 for one in kept)
    for picture in kept:
        served = stranger.get(f"/media/{picture.name}")
        assert served.mimetype == "image/jpeg"
        assert not [
            mark for mark in (b"script", b"<?php", b"PK\x03\x04", b"%PDF", b"Exif", b"ICC_PROFILE") if mark in served.data
        ]
        Image.open(BytesIO(served.data)).load()


def test_where_and_when_it_was_taken_is_left_out_and_it_is_no_larger_than_pages_show_it(cast, evening):
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 30.0)
    photo = send(evening, cast.fay, data=photograph((4000, 3000), exif=exif))
    with media.storage().open(photo.name) as file:
        data = file.read()
    assert b"Camera" not in data and b"Exif" not in data
    assert Image.open(BytesIO(data)).size == photo.size == (2560, 1920)


def test_the_address_of_one_that_waits_is_guessed_by_nobody_who_has_the_file(app, cast, evening):
    name = send(evening, cast.nora).name
    assert name != media.keep_picture(photograph(), by=cast.eli).name
    app.config["SECRET_KEY"], key = "another", app.config["SECRET_KEY"]
    try:
        assert media.name_apart(photograph(), "gig", evening.id, cast.nora.id) != name
    finally:
        app.config["SECRET_KEY"] = key
    assert media.name_apart(photograph(), "gig", evening.id, cast.nora.id) == name


# ---- the library, those who leave, and the disk -----------------------------------------------------------------------------


def test_the_library_has_none_of_them(cast, evening, browser_as):
    send(evening, cast.fay)
    eli = browser_as(cast.eli)
    eli.get("/staff/pictures")
    assert not eli.page.xpath('//*[@class="library"]')
    picture_id = db.session.scalars(sa.select(Picture.id)).one()
    eli.get(f"/staff/pictures/{picture_id}", status=404)
    for act in (media.remove, media.take_back):
        with pytest.raises(NotFound):
            act(picture_id, by=cast.eli)


def test_their_data_holds_what_they_sent(app, cast, evening):
    photo = send(evening, cast.nora)
    told = [chapter for one in app.extensions["fansite"].personal for chapter in one.export(cast.nora.id)]
    (chapter,) = [one for one in told if one.key == "photos"]
    assert [(row["state"], row["caption"], row["address"]) for row in chapter.rows] == [("pending", CAPTION, None)]
    ((name, data),) = chapter.files
    assert name == photo.name and Image.open(BytesIO(data)).size == (400, 300)
    assert not [row for one in told if one.key == "uploads" for row in one.rows]


@pytest.mark.parametrize("keep", [True, False])
def test_of_who_is_erased_no_photo_stays(cast, evening, stranger, worker, keep):
    photo, waiting = send(evening, cast.fay), send(evening, cast.nora)
    worker()
    stranger.get(pages_of(evening)[0])
    accounts.erase(cast.fay.id, keep_words=keep)
    assert shown(stranger, pages_of(evening)[0]) == []
    stranger.get(photo.page, status=404)
    stranger.get(photo.files[0], status=404)
    worker()
    kept = set(media.storage().keys())
    assert not {path.removeprefix("/media/") for path in photo.files} & kept
    assert waiting.name in kept


def test_the_sweep_takes_what_was_refused_long_ago_and_nothing_else(cast, evening, clock):
    stays, waits, gone = send(evening, cast.fay), send(evening, cast.nora), send(evening, cast.fay, wide=500)
    photos.withdraw(gone.id, by=cast.fay)
    names = [one.name for one in (stays, waits, gone)]
    photos.sweep()
    media.sweep()
    assert set(names) <= set(media.storage().keys())
    clock.shift(31 * 24 * 3600)
    photos.sweep()
    media.sweep()
    kept = set(media.storage().keys())
    assert names[2] not in kept and set(names[:2]) <= kept
    assert len(db.session.scalars(sa.select(Picture)).all()) == 2
