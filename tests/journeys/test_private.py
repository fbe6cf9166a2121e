"""What somebody hides comes out nowhere: each field, for each who looks, in each place; and what waits, was refused, or is not read by somebody."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from fansite.accounts.models import Account, FormerName
from fansite.bonds import operations as bonds
from fansite.core.db import db, get, transaction
from fansite.core.outbox.listening import outbox
from fansite.fans import operations as fans
from fansite.fans.operations import Wanted
from fansite.lib.times import now
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.notifications import operations as notices
from fansite.talk import operations as talk
from fansite.talk.polls import operations as polls
from fansite.talk.polls.models import Option
from fansite.tour.going import operations as going
from tests.talk.cast import discussion, with_poll
from tests.texts import news_post, say
from tests.tour.cast import gig

pytestmark = pytest.mark.once

# Fay's words, each said of one thing and nowhere else.
WORDS = {"bio": "bookbinder", "songs": "Crater Lullaby", "city": "Nantes"}
# On her own pages: who follows her, how much she said, and where she was and goes.
OF_HER = {
    "badges": ("/fans/zoe", "data-badge", "1 follower", "One follower", "userInteractionCount"),
    "evenings": ("La Cale Sèche", "La Vieille Brasserie"),
}
HERS = (
    "/fans/fay",
    "/fr/fans/fay",
    "/fans/fay?page=1",
    "/fans/fay/gigs",
    "/fr/fans/fay/gigs",
    "/fans/fay/followers",
    "/fans/fay/report",
    "/fans/faye",
)
WAS, GOES = "/tour/2026-11-01-lyon-la-cale-seche", "/tour/2026-12-11-brussels-la-vieille-brasserie"
EVENINGS = (WAS, GOES, f"/fr{WAS}", f"{WAS}/people", f"{GOES}/people", f"{GOES}/people?word=going", f"{WAS}/photos")
LISTS = (
    "/", "/fr/", "/fans/", "/fr/fans/", "/fans/river", "/fr/fans/river", "/fans/river?kind=people", "/fans/river?kind=evenings", "/fans/river/followed",
    "/fans/cities", "/fr/fans/cities", "/fans/in/nantes-fr", "/fans/names?start=f", "/talk/", "/talk/newest", "/talk/seats-to-spare", "/news/lisbon",
    "/tour/", "/tour/past/", "/account/notices", "/account/people", "/account/data", "/moderation/", "/moderation/reported", "/moderation/recent",
    "/moderation/log", "/moderation/people/fay",
)  # fmt: skip
MACHINES = (
    "/search?q=mill", "/search?q=lullaby", "/search?q=nante", "/search?q=fay", "/fr/search?q=fay", "/feed.xml", "/feed.json", "/comments/feed.xml",
    "/talk/feed.xml", "/talk/feed.json", "/news/lisbon/feed.xml", "/tour/feed.xml", "/tour.ics", f"{GOES}.ics", "/tour/near?place=Lyon", "/tour/near.ics?place=Lyon",
    "/sitemap.xml", "/sitemaps/news-1.xml", "/sitemaps/talk-1.xml", "/robots.txt",
)  # fmt: skip
READERS = ("stranger", "member", "follower", "muted", "blocked", "moderator", "stranger")


@pytest.fixture
def site(cast, clock, worker):
    """Fay said, was, goes, began and is followed; the others heard of it."""
    post = news_post(cast.eli)
    was, goes = gig(cast.eli, "lyon", day=date(2026, 11, 1)), gig(cast.eli)
    with transaction() as session:
        session.add(Account(username="zoe", username_key="zoe", likeness="zoe", role="fan", approved_comments=1))
        session.add(FormerName(username_key="faye", account_id=cast.fay.id, at=now() - timedelta(days=90)))
    cast.zoe = db.session.query(Account).filter_by(username_key="zoe").one()
    for who in (cast.nora, cast.milo, cast.eli):
        notices.choose(
            {(kind, "mail"): True for kind in ("comment.reply", "comment.mention", "people.wrote", "fan.followed")}, by=who
        )
    bonds.tie("follow", cast.fay.id, by=cast.zoe)
    going.say(was.id, "there", by=cast.fay)
    going.say(goes.id, "going", by=cast.fay)
    answered = say(post, cast.eli, "Who comes along?")
    say(post, cast.fay, "I do, with @nora", parent_id=answered.id)
    discussion(cast.fay, "Seats to spare")
    return cast


def hide(site, worker, level: str) -> None:
    """All of it, after it was open to all; and everybody who hears of people had the time to."""
    said = {"bio": "I am a bookbinder at the mill.", "songs": ["Crater Lullaby"], "city": "Nantes"}
    for to in dict.fromkeys(("everyone", level)):
        fans.save(Wanted(**said, **{f"{name}_to": to for name in (*WORDS, *OF_HER)}), by=site.fay)
        worker()


def look(visitor, path: str) -> str:
    response = visitor.client.get(path, headers={"Accept-Language": "en"})
    return response.get_data(as_text=True) if response.status_code < 400 else ""


def stand_between(site, name: str) -> Account | None:
    """Who looks, and what there is between them and fay."""
    for kind in ("mute", "block"):
        bonds.untie(kind, site.nora.id, by=site.fay)
    bonds.untie("follow", site.fay.id, by=site.nora)
    if name == "follower":
        bonds.tie("follow", site.fay.id, by=site.nora)
    if name in ("muted", "blocked"):
        bonds.tie({"muted": "mute", "blocked": "block"}[name], site.nora.id, by=site.fay)
    return {"stranger": None, "moderator": site.milo}.get(name, site.nora)


def found_on(visitor) -> set[tuple[str, str]]:
    """(field, path) wherever one comes out."""
    found = set()
    for path in (*HERS, *EVENINGS, *LISTS, *MACHINES):
        text = look(visitor, path)
        found |= {(field, path) for field, word in WORDS.items() if word in text}
        if path in HERS:
            found |= {(field, path) for field, marks in OF_HER.items() for mark in marks if mark in text}
        elif path in EVENINGS:
            found |= {("evenings", path)} if "/fans/fay" in text else set()
        else:
            found |= {(field, path) for line in re.split(r"<li|<section|<article", text) for field in together(line)}
    return found


def together(line: str) -> set[str]:
    """What one line gives away that names fay along with an evening, or with who follows her."""
    if "/fans/fay" not in line:
        return set()
    names = {"evenings"} if any(slug in line for slug in (WAS, GOES)) else set()
    return names | ({"badges"} if "/fans/zoe" in line else set())


def sees(name: str, level: str) -> bool:
    return level == "members" and name not in ("stranger", "blocked")


@pytest.mark.parametrize("level", ["members", "me"])
def test_what_is_hidden_comes_out_nowhere(site, browser_as, worker, level):
    """Asked in a row of one site: what one may read is kept ready for nobody who may not."""
    hide(site, worker, "everyone")
    assert {field for field, _path in found_on(browser_as(None))} == {*WORDS, *OF_HER}, "all of it was kept ready for all"
    hide(site, worker, level)
    for name in READERS if level == "members" else ("follower", "blocked", "moderator", "stranger"):
        found = found_on(browser_as(stand_between(site, name)))
        wanted = {*WORDS, *OF_HER} if sees(name, level) else set()
        assert {field for field, _path in found} == wanted, (name, sorted(found))


def test_others_are_told_of_acts_and_of_nothing_hidden(app, site, worker, clock, browser_as, outbox_mails):
    """Mails, the inbox, and what others take along of what the site knows of them."""
    hide(site, worker, "me")
    bonds.tie("follow", site.fay.id, by=site.milo)
    discussion(site.fay, "A sofa in Brussels", "Who wants it, @nora?")
    worker()
    clock.shift(3600)
    outbox().routines["notifications.send"].run()
    worker()
    mails = [str(part.get_content()) for mail in outbox_mails() for part in mail.walk() if part.get_content_maintype() == "text"]
    chapters = [str(one.export(who.id)) for one in app.extensions["fansite"].personal for who in (site.nora, site.milo, site.zoe)]
    inbox = look(browser_as(site.nora), "/account/notices")
    assert any("Fay" in mail for mail in mails) and "Fay" in inbox, "she is told of"
    for text in (*mails, *chapters, inbox):
        assert not [word for word in (*WORDS.values(), "La Cale Sèche", "La Vieille Brasserie") if word in text]


def test_a_browser_that_kept_a_members_page_is_not_told_that_it_still_holds(site, worker, browser_as):
    hide(site, worker, "members")
    member, stranger = browser_as(site.nora), browser_as(None)
    for path in ("/fans/fay", "/fans/cities", f"{WAS}/people", "/fans/river"):
        kept = member.client.get(path)
        assert "public" not in kept.headers.get("Cache-Control", ""), path
        asked = stranger.client.get(path, headers={"If-None-Match": kept.headers.get("ETag", '"none"')})
        assert asked.status_code == 200, path
        head = stranger.client.head(path)
        assert (head.status_code, head.get_data()) == (200, b""), path


# ---- words that are not, or not yet, for everybody -----------------------------------------------------------------------------

TOLD_OF = ("/", "/talk/", "/talk/newest", "/talk/unanswered", "/talk/tag/lifts", "/talk/feed.xml", "/fans/nora", "/fans/river", "/fans/river?kind=talk",
           "/fans/river/followed", "/search?q=ghent", "/search?q=sleeps", "/sitemaps/talk-1.xml", "/talk/a-sofa-in-ghent", "/entries/3", "/account/notices")  # fmt: skip


@pytest.mark.parametrize("became", ["pending", "rejected", "withdrawn", "removed"])
def test_what_waits_or_was_refused_is_its_authors_and_the_moderators(site, worker, clock, browser_as, became):
    """A discussion and what a fan says of themselves, of nora, whom fay follows."""
    bonds.tie("follow", site.nora.id, by=site.fay)
    fans.save(Wanted(bio="I am a glassblower."), by=site.nora)
    begun = discussion(site.nora, "A sofa in Ghent", "Glassblower sleeps there, and @Fay and @zoe.", tags="lifts")
    settle(site, begun, became)
    worker()
    clock.shift(3600)
    outbox().routines["notifications.send"].run()
    worker()
    for who in (None, site.fay, site.zoe):
        for path in TOLD_OF:
            text = look(browser_as(who), path).lower()
            assert "sofa" not in text and "glassblower" not in text, (path, who)
    own = browser_as(site.nora)
    assert "A sofa in Ghent" in look(own, "/account/talk")
    assert ("glassblower" in look(own, "/account/profile")) == (became != "withdrawn")


def settle(site, begun, became: str) -> None:
    if became == "withdrawn":
        talk.withdraw(begun.id, by=site.nora)
        fans.save(Wanted(), by=site.nora)
    elif became != "pending":
        for review in db.session.query(Review).filter(Review.decision.is_(None)).all():
            moderation.decide(review.id, "approve" if became == "removed" else "reject", by=site.milo, reason="Not here.")
            if became == "removed":
                again = moderation.take_up(review.subject_kind, review.subject_id, by=site.milo)
                moderation.decide(again, "remove", by=site.milo, reason="Not here.")


def test_whom_one_does_not_read_says_nothing_anywhere(site, worker, clock, browser_as):
    """Muted by nora, and no longer: the words stay in their thread, folded."""
    with transaction():
        get(Account, site.eli.id).approved_comments = 1
    begun = discussion(site.fay, "A sofa in Ghent", "With @nora, if she likes.")
    say(begun, site.fay, "And an armchair, @nora")
    worker()
    clock.shift(3600)
    outbox().routines["notifications.send"].run()
    worker()
    nora = browser_as(site.nora)
    places = ("/", "/talk/", "/talk/newest", "/fans/river", "/account/notices", GOES, f"{WAS}/people")

    def heard() -> set[str]:
        return {path for path in places if re.search("armchair|sofa in Ghent|/fans/fay", look(nora, path), re.IGNORECASE)}

    assert heard() == set(places)
    for kind in ("mute", "block"):
        bonds.tie(kind, site.fay.id, by=site.nora)
        assert heard() == set(), kind
        nora.get("/talk/a-sofa-in-ghent")
        assert "armchair" in nora.page.xpath("string(//article[@data-unheard]/details)"), kind
        assert "if she likes" in nora.page.xpath('string(//div[@id="post"]/details[not(@open)])'), kind
        nora.get("/fans/names?start=fa")
        assert "Fay" not in nora.response.get_data(as_text=True), kind
        bonds.untie(kind, site.fay.id, by=site.nora)
    assert heard() == set(places)


def test_how_a_poll_stands_is_told_to_nobody_before_they_vote(site, worker, browser_as):
    asked = with_poll(site.fay, ends_on=date(2026, 12, 1))
    hay = db.session.query(Option).filter_by(words="Hay").one()
    stranger, member = browser_as(None), browser_as(site.nora)
    places = (
        "/talk/which-song-first",
        "/fr/talk/which-song-first",
        "/talk/",
        "/talk/feed.xml",
        "/talk/feed.json",
        "/",
        "/fans/river",
        "/search?q=hay",
    )
    before = {path: told(look(who, path)) for who in (stranger, member) for path in places}
    for who in (site.fay, site.zoe, site.milo):
        polls.vote(asked.id, hay.id, by=who)
    worker()
    assert {path: told(look(who, path)) for who in (stranger, member) for path in places} == before
    assert told(look(browser_as(site.zoe), "/talk/which-song-first")) != before["/talk/which-song-first"]


def told(text: str) -> list[str]:
    return re.findall(r"poll__share|\d+ votes|One vote\b(?! each)|100 %|voteCount|userInteractionCount", text)
