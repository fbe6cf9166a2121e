"""Every page and state of the site a person can meet, and how a browser gets there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from fansite.notifications import stopping
from tests.browser.site import COMMENT, LONG_POST, PASSWORD, POST, Site, comment_with, send, write
from tests.media.hostile import photograph
from tests.serve.served import until

# (who, how to get there): a path, or steps.
Way = str | Callable[[Any, Site], None]

# Every behaviour a page asks for has come.
ALIVE = "[...document.querySelectorAll('*')].every((one) => !one.localName.includes('-') || customElements.get(one.localName))"


# Pages that say that there is nothing, or nothing for these eyes.
TOO_LATE = "/talk/the-left-speaker-in-brussels-who-stands-there-this-time/edit"
MISSING = ("/no/such/burrow", "/staff/", "/confirm/0123456789abcdef", "/unsubscribe/0123456789abcdef", TOO_LATE)


def all_scenes() -> dict[str, tuple[str | None, Way]]:
    return {**PUBLIC, **IN_BETWEEN, **ACCOUNT, **DESK}


def go(page: Any, site: Site, way: Way) -> None:
    if callable(way):
        way(page, site)
    else:
        answer = page.goto(way)
        assert answer is None or answer.ok or way in MISSING, f"{way}: {answer.status}"
    until(lambda: page.evaluate(ALIVE))


# ---- ways of more than one step ---------------------------------------------------------------------------------------------


def search_that_finds(page: Any, _site: Site) -> None:
    page.goto("/search?q=soup")
    assert page.locator("#results > li").count() > 3


def first_tag(page: Any, _site: Site) -> None:
    page.goto("/news/")
    page.locator(".tag[rel='tag']").first.click()


def new_date(page: Any, _site: Site) -> None:
    page.goto("/tour/")
    page.locator(".gig[data-state='rescheduled'] .gig__place a").click()


def gig_to_come(page: Any, _site: Site) -> None:
    page.goto("/tour/")
    page.locator(".gig[data-state='planned'] .gig__place a").first.click()


def gig_one_was_at(page: Any, _site: Site) -> None:
    page.goto("/account/evenings")
    page.locator("[data-word='there'] .gig__place a").first.click()


def people_of_a_gig(page: Any, site: Site) -> None:
    gig_to_come(page, site)
    page.locator(".going__all").click()


def own_calendar(page: Any, _site: Site) -> None:
    page.goto("/account/evenings")
    page.click("[data-form='calendar'] button")
    page.wait_for_selector("#address")


def place_refused(page: Any, _site: Site) -> None:
    page.goto("/account/place")
    page.fill("[data-form='place'] [name='place']", "Trifouilly")
    page.click("[data-form='place'] button")
    page.wait_for_selector("[data-problems]")


def profile_refused(page: Any, _site: Site) -> None:
    page.goto("/account/profile")
    page.fill("[data-form='profile'] [name='city']", "Trifouilly")
    page.click("[data-form='profile'] .button--main")
    page.wait_for_selector("[data-problems]")


def waiting_profile(page: Any, _site: Site) -> None:
    page.goto("/account/profile")
    page.fill("[data-form='profile'] [name='bio']", "I am *new* here.")
    page.click("[data-form='profile'] .button--main")
    page.goto("/fans/nora")
    page.wait_for_selector(".fan-waiting")


def with_acts_open(page: Any, _site: Site) -> None:
    page.goto("/fans/wren")
    page.click(".fan-acts__menu > summary")
    page.wait_for_selector(".fan-acts__menu[open]")


def notices_refused(page: Any, _site: Site) -> None:
    page.goto("/account/notifications")
    page.eval_on_selector("select[name='zone'] option", "option => { option.value = 'Mars/Olympus'; option.selected = true; }")
    page.click("[data-form='notifications'] button.button--main")
    page.wait_for_selector("[data-problems]")


def told(page: Any, site: Site) -> None:
    """Of two evenings, one of which was read."""
    with closing(sqlite3.connect(site.folder / "fansite.db")) as database, database:
        ((fay,),) = database.execute("SELECT id FROM account WHERE username_key = 'fay'")
        for number, (gig,) in enumerate(database.execute("SELECT id FROM gig ORDER BY day DESC LIMIT 2").fetchall(), 900_001):
            about, at = f"gig:{gig}", "2026-11-29 10:00:00.000000"
            rows = {
                "notice_occasion (id, kind, subject, key, facts, created_at)": (number, "gig.tickets", about, "scene", "{}", at),
                "notice_line (id, account_id, family, subject, newest, at, read_at)": (
                    number, fay, "gig.announced", about, number, at, at if number % 2 else None
                ),
                "notice (id, occasion_id, account_id, channel, due_at, at_latest, state, line_id)": (
                    number, number, fay, "site", at, at, "sent", number
                ),
            }  # fmt: skip
            for table, values in rows.items():
                database.execute(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(values))})", values)
    page.goto("/account/notices")
    page.wait_for_selector(".told__line")


def stop_link(site: Site) -> str:
    """The path of the link in a mail to fay, about an evening that was cancelled."""
    with closing(sqlite3.connect(site.folder / "fansite.db")) as database:
        ((account_id,),) = database.execute("SELECT id FROM account WHERE username_key = 'fay'")
    with (signer := Flask("signer")).app_context():
        signer.secret_key = (site.folder / "secret.key").read_text().strip()
        return f"/unsubscribe/{stopping.token_for(account_id, ['gig.cancelled', 'gig.changed'])}"


def stopping_mails(page: Any, site: Site) -> None:
    page.goto(stop_link(site))
    assert page.locator("[data-form='stop-these']").count() == 1


def stopped_mails(page: Any, site: Site) -> None:
    page.goto(stop_link(site))
    page.click("[data-form='stop-these'] button")
    page.wait_for_selector("[data-form='stop-again']")


def with_photos(page: Any, _site: Site) -> None:
    """The evening most fans photographed: the last that is over."""
    page.goto("/tour/past/")
    for path in [link.get_attribute("href") for link in page.locator(".gig__place a").all()]:
        page.goto(path)
        if page.locator(".photos__link").count():
            return
    raise AssertionError("the demo has no photos")


def all_photos(page: Any, site: Site) -> None:
    with_photos(page, site)
    page.goto(f"{urlsplit(page.url).path}/photos")


def a_photo(page: Any, site: Site) -> None:
    with_photos(page, site)
    page.locator(".photos__link").nth(1).click()
    page.wait_for_selector(".photo__figure")


def discussion_refused(page: Any, _site: Site) -> None:
    page.goto("/talk/new")
    page.locator("[data-form='start'] summary").click()
    page.locator("[name='options']").fill("One")
    page.locator("[data-form='start'] .button--main").click()
    page.wait_for_selector("[data-problems]")


def correct_discussion(page: Any, _site: Site) -> None:
    page.goto("/talk/new")
    page.locator("[name='title']").fill("A seat in the second row")
    page.locator("[name='body']").fill("Whoever needs it.")
    page.locator("[data-form='start'] .button--main").click()
    page.wait_for_selector(".talk__post")
    page.locator(".talk__post a[href$='/edit']").click()
    page.wait_for_selector("[data-form='edit']")


def discussion_in_order(page: Any, _site: Site) -> None:
    page.goto("/talk/which-strings-keep-still-in-the-cold")
    page.locator(".talk__keeping > summary").click()


def photo_reported(page: Any, site: Site) -> None:
    a_photo(page, site)
    page.locator("main a[href$='/report']").click()
    page.wait_for_selector("[data-form='report']")


def sending_photos(page: Any, site: Site) -> None:
    with_photos(page, site)
    page.goto(f"{urlsplit(page.url).path}/photos/new")


def photos_refused(page: Any, site: Site) -> None:
    """One of two is no picture."""
    sending_photos(page, site)
    page.set_input_files("[name='file']", [{"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture"}])
    page.fill("[name='caption']", "What nobody will see")
    page.click("[data-form='photo'] .button--main")
    page.wait_for_selector("#file-problem")


def taking_a_photo_back(page: Any, _site: Site) -> None:
    page.goto("/account/photos")
    page.locator("a[href$='/withdrawal']").first.click()
    page.wait_for_selector("[data-form='withdraw-photo']")


def photo_to_judge(page: Any, _site: Site) -> None:
    page.goto("/moderation/")
    while not page.locator("[data-subject^='photo:']").count():
        page.locator(".pager a[rel='next']").click()
    page.goto("/moderation/" + page.locator("[data-subject^='photo:']").first.get_attribute("data-subject").replace(":", "/"))


def gig_at_desk(page: Any, _site: Site) -> None:
    page.goto("/staff/tour/")
    page.locator("[data-state='cancelled'] a").first.click()


def gig_with_setlist(page: Any, _site: Site) -> None:
    page.goto("/tour/songs/hay")
    page.locator(".gig__place a").first.click()
    page.wait_for_selector("#setlist")


def setlist_at_desk(page: Any, site: Site) -> None:
    """What is wrong beside what is understood of the rest."""
    gig_at_desk(page, site)
    page.locator("main a[href$='/setlist']").click()
    page.fill("[name='text']", "[tape] Bells\nHay, with Anke // twice\n(x cover)\n---\nA Song Nobody Knows")
    page.click("button[value='preview']")
    page.wait_for_selector("#understood")


def press_at_desk(page: Any, site: Site) -> None:
    gig_with_setlist(page, site)
    page.locator("main a[href$='/setlist']").click()
    page.locator("main a[href$='/press']").click()
    page.wait_for_selector("[data-form='press']")


def song_at_desk(page: Any, _site: Site) -> None:
    page.goto("/staff/tour/songs")
    page.locator(".staff-row__title").first.click()
    page.wait_for_selector("[data-form='merge']")


def line_taken_away(page: Any, _site: Site) -> None:
    page.goto("/fans/river")
    page.locator("[data-form='river-removal'] button").first.click()
    page.wait_for_selector("[data-form='river-return']")


def waiting(page: Any, _site: Site) -> None:
    page.goto(POST)
    write(page, "A scene of its own, waiting")
    send(page)
    comment_with(page, "A scene of its own, waiting").first.wait_for()


def refused(page: Any, _site: Site) -> None:
    page.goto(POST)
    send(page)
    page.wait_for_selector("[data-problems]")


def answering(page: Any, _site: Site) -> None:
    page.goto(POST)
    page.locator("[data-reply]").nth(4).click()


def who_reacted(page: Any, _site: Site) -> None:
    page.goto(LONG_POST)
    until(lambda: page.evaluate(ALIVE))
    button = page.locator("button[form='reacting']").first
    if button.get_attribute("aria-pressed") == "false":
        button.click()
    page.locator("button[form='reacting'][aria-pressed='true'] + .warmth__count").first.click()
    page.wait_for_selector(".faces")


def quoting(page: Any, _site: Site) -> None:
    """With the names that are offered after an "@"."""
    page.goto(POST)
    until(lambda: page.evaluate(ALIVE))
    page.locator("[data-quote]").nth(2).click()
    page.keyboard.type("Ask @ma")
    page.wait_for_selector("#names li")


def folded_away(page: Any, site: Site) -> None:
    with closing(sqlite3.connect(site.folder / "fansite.db", timeout=30)) as database, database:
        database.execute(
            "INSERT OR IGNORE INTO bond SELECT reader.id, 'mute', other.id, reader.joined_at FROM account reader, account other"
            " WHERE reader.username_key = 'wren' AND other.username_key = 'hugo'"
        )
    page.goto(LONG_POST)
    page.locator("[data-unheard] summary").first.click()


def withdrawn_comment(page: Any, _site: Site) -> None:
    """One a moderator of the demo band took down."""
    page.goto("/moderation/recent")
    card = page.locator(".review", has=page.locator(".stamp", has_text="Removed")).first
    number = str(card.get_attribute("data-subject")).removeprefix("comment:")
    page.goto(f"/comments/{number}")
    assert page.locator(".badge", has_text="410").count() == 1


def a_picture(page: Any, _site: Site) -> None:
    page.goto("/staff/pictures")
    until(lambda: page.evaluate(ALIVE))
    page.set_input_files("#file", {"name": "us.jpg", "mimeType": "image/jpeg", "buffer": photograph()})
    page.wait_for_url("**/staff/pictures/*")


def letter_refused(page: Any, _site: Site) -> None:
    page.goto("/contact")
    page.fill("[data-form='contact'] [name='body']", "It has room for two.")
    page.click("[data-form='contact'] .button--main")
    page.wait_for_selector("[data-problems]")


def letter_of_somebody(page: Any, _site: Site) -> None:
    page.goto("/contact")
    page.fill("[data-form='contact'] [name='subject']", f"Our kitchen, again ({page.viewport_size['width']})")
    page.fill("[data-form='contact'] [name='body']", "It has room for two.\n\nCome.")
    page.click("[data-form='contact'] .button--main")
    page.wait_for_url("**/contact/sent")
    page.goto("/staff/letters")
    page.locator(".staff-row__title").first.click()
    page.wait_for_selector("[data-form='letter']")


def about_to_leave(page: Any, _site: Site) -> None:
    page.goto("/account/leave")
    page.fill("[data-form='erase'] [name='password']", PASSWORD)
    page.click("[data-form='erase'] .button--danger")
    page.wait_for_selector("[data-form='stay']")


def translation_begun(page: Any, _site: Site) -> None:
    page.goto("/staff/translations")
    page.locator("a[href*='translation_of=']").first.click()
    page.wait_for_selector(".editor-original")


def two_at_once(page: Any, _site: Site) -> None:
    """Somebody else saved it meanwhile: this page saw an older version."""
    page.goto("/staff/news/20")
    page.eval_on_selector("[data-form='entry'] [name='version']", "field => { field.value = '999'; }")
    page.locator("textarea[name='body']").press_sequentially("Another beginning. ")
    page.locator("[data-form='entry'] .button--main").first.click()
    page.wait_for_selector("#compare")


def helped(page: Any, _site: Site) -> None:
    """Side by side where there is room, a picture without words, names offered."""
    page.goto("/staff/news/new")
    until(lambda: page.evaluate(ALIVE))
    page.locator("[data-way]").last.dispatch_event("click")
    page.locator("textarea[name='body']").fill("![](/media/nothing.jpg)\n\nAsk ")
    page.locator("textarea[name='body']").press_sequentially("@f")
    page.wait_for_selector("#offers li")
    page.wait_for_selector("[data-part='jumps'] button")


def report_form(page: Any, _site: Site) -> None:
    page.goto(POST)
    page.locator(".comment a[href$='/report']").first.click()


def report_refused(page: Any, _site: Site) -> None:
    page.goto(f"/comments/{COMMENT}/report")
    page.click("[data-form='report'] .button--main")
    page.wait_for_selector("[data-problems]")


def draft_at_the_door(page: Any, _site: Site) -> None:
    page.goto(POST)
    write(page, "Before I had a name here.\n\nIn two parts.")
    send(page)
    page.wait_for_url("**/login?draft=*")


def banned_at_the_door(page: Any, _site: Site) -> None:
    page.goto("/login")
    page.fill("[data-form='login'] [name='email']", "ben@example.org")
    page.fill("[data-form='login'] [name='password']", PASSWORD)
    page.click("[data-form='login'] button")
    page.wait_for_selector("[data-problems]")


def wrong_password(page: Any, _site: Site) -> None:
    page.goto("/login")
    page.fill("[data-form='login'] [name='email']", "fay@example.org")
    page.fill("[data-form='login'] [name='password']", "not this one")
    page.click("[data-form='login'] button")
    page.wait_for_selector("[data-problems]")


def join_refused(page: Any, _site: Site) -> None:
    page.goto("/join")
    page.click("[data-form='join'] button")
    page.wait_for_selector("[data-problems]")


def confirm(page: Any, site: Site) -> None:
    draft_at_the_door(page, site)
    form = page.locator("[data-form='join']")
    form.locator("[name='email']").fill("scene@example.com")
    form.locator("[name='username']").fill("scene")
    form.locator("[name='password']").fill("seven hills of hay")
    form.locator("button").click()
    page.wait_for_url("**/join/sent")
    page.goto(site.letter_link("scene@example.com"))
    assert page.locator("[data-form='confirm']").count() == 1


def old_token(page: Any, _site: Site) -> None:
    page.goto(POST)
    write(page, "Kept over an old token")
    page.eval_on_selector("[data-form='comment'] [name='csrf_token']", "field => { field.value = 'of last year'; }")
    page.evaluate("document.querySelector('form[data-form=comment]').submit()")
    page.wait_for_selector("main textarea")
    page.evaluate("localStorage.clear()")


def take_back(page: Any, _site: Site) -> None:
    page.goto("/account/comments")
    page.locator("a[href$='/withdrawal']").first.click()


def correct(page: Any, _site: Site) -> None:
    page.goto(POST)
    write(page, "A scene that can be corrected")
    send(page)
    comment_with(page, "A scene that can be corrected").first.locator("a[href$='/edit']").click()
    page.wait_for_selector("[data-form='edit']")


def correct_what_was_refused(page: Any, _site: Site) -> None:
    page.goto("/account/comments")
    page.locator(".mine[data-status='rejected'] .button--main").first.click()
    page.wait_for_selector("[data-form='edit']")


def new_email(page: Any, site: Site) -> None:
    page.goto("/account/email")
    page.fill("main [name='email']", "fay@example.net")
    page.fill("main [name='password']", PASSWORD)
    page.click("main form button")
    page.goto(site.letter_link("fay@example.net"))
    page.wait_for_selector("main form button")


def with_open_menu(page: Any, _site: Site) -> None:
    page.goto("/news/")
    page.click(".menu summary")


def decided(page: Any, _site: Site) -> None:
    page.goto("/moderation/reported")
    page.locator(".review button[value='approve']").first.click()
    page.wait_for_selector(".toast")
    # At the end of the list it covers nothing: axe reports what lies under it.
    page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")


def conflict(page: Any, _site: Site) -> None:
    page.goto("/moderation/")
    page.locator(".review [name='version']").last.evaluate("field => { field.value = '99'; }")
    page.locator(".review button[value='approve']").last.click()
    page.wait_for_selector(".flash--wrong")


def of_one_comment(page: Any, _site: Site) -> None:
    page.goto(POST)
    page.locator(".comment a", has_text="Moderate").first.click()


def editor(page: Any, _site: Site) -> None:
    page.goto("/staff/news/?status=published")
    page.locator(".staff-row__title").first.click()
    page.wait_for_selector("[data-form='entry']")


def withdrawing(page: Any, site: Site) -> None:
    editor(page, site)
    page.click(".details summary")


def entry_refused(page: Any, _site: Site) -> None:
    page.goto("/staff/news/new")
    page.click("[data-form='entry'] .button--main")
    page.wait_for_selector("[data-problems]")


def preview(page: Any, _site: Site) -> None:
    page.goto("/staff/news/new")
    page.fill("[name='title']", "Not yet")
    page.fill("[name='body']", "A *text*\n\n## with a heading\n\n- and\n- a list\n\n| a | table |\n| - | - |\n| of | two |")
    page.click("button[formaction$='/preview']")
    page.wait_for_selector("[data-form='resume']")


def written_by_two(page: Any, site: Site) -> None:
    editor(page, site)
    page.locator("[data-form='entry'] [name='version']").evaluate("field => { field.value = '1.2.3'; }")
    page.click("[data-form='entry'] .button--main")
    page.wait_for_selector(".staff__stored, [data-problems]")


def seen_before_it_is_out(page: Any, _site: Site) -> None:
    page.goto("/staff/news/?status=scheduled")
    page.locator(".staff-row__title").first.click()
    page.goto(f"/news/{page.locator('[name=slug]').input_value()}")
    page.wait_for_selector(".notice")


def cleaned_up(page: Any, _site: Site) -> None:
    page.goto("/moderation/")
    page.locator("[data-tick]").first.check()
    page.click("[data-clean]")
    page.click("[data-form='clean-up'] .button--main")
    page.wait_for_selector("[data-form='undo-clean-up']")


def words_kept(page: Any, _site: Site) -> None:
    page.goto("/moderation/words")
    page.click("[data-form='words-suspect'] .button")
    page.wait_for_selector(".flash--good")


def colour_refused(page: Any, _site: Site) -> None:
    page.goto("/staff/appearance")
    page.fill("[name='ink_second']", "#ffcc00")
    page.click("[data-form='appearance'] .button--main")
    page.wait_for_selector("[data-problems]")


def other_looks(page: Any, _site: Site) -> None:
    """Seen by the owner alone: whoever else is looking at pages meanwhile sees them as they are."""
    page.goto("/staff/appearance")
    page.check("[name='theme'][value='soot']")
    page.click("[data-form='appearance'] .button--main")
    page.wait_for_selector("#draft")
    page.goto("/staff/appearance/preview/home")


def tag_renamed(page: Any, _site: Site) -> None:
    page.goto("/staff/tags")
    page.locator(".staff-tag .button").first.click()
    page.wait_for_load_state()


def letter(page: Any, site: Site) -> None:
    page.goto("/reset")
    page.fill("[data-form='ask-reset'] [name='email']", "nora@example.org")
    page.click("[data-form='ask-reset'] button")
    site.letter_link("nora@example.org")
    page.goto("/staff/mail")
    page.locator(".staff-row__title").first.click()
    page.wait_for_selector(".staff__letter")


def reset(page: Any, site: Site) -> None:
    page.goto("/reset")
    page.fill("[data-form='ask-reset'] [name='email']", "eli@example.org")
    page.click("[data-form='ask-reset'] button")
    page.goto(site.letter_link("eli@example.org"))
    page.wait_for_selector("[data-form='reset']")


PUBLIC: dict[str, tuple[str | None, Way]] = {
    "tour": (None, "/tour/"),
    "tour in French": (None, "/fr/tour/"),
    "gig with a new date": (None, new_date),
    "gig to come": (None, gig_to_come),
    "who goes to a gig": (None, people_of_a_gig),
    "gig with photos": (None, with_photos),
    "all photos of a gig": (None, all_photos),
    "a photo": (None, a_photo),
    "reporting a photo": (None, photo_reported),
    "one tour": (None, "/tour/two-coats-one-train"),
    "a post about evenings": (None, "/news/the-cheese-train-a-photo-diary"),
    "gigs of the past": (None, "/tour/past/"),
    "gig with its setlist": (None, gig_with_setlist),
    "songs": (None, "/tour/songs/"),
    "songs in French": (None, "/fr/tour/songs/?sort=title"),
    "song": (None, "/tour/songs/hay"),
    "gigs near": (None, "/tour/near?place=Bruxelles"),
    "gigs near nothing known": (None, "/tour/near?place=Trifouilly"),
    "talk": (None, "/talk/"),
    "talk in French": (None, "/fr/talk/"),
    "unanswered": (None, "/talk/unanswered"),
    "talk of a tag": (None, "/talk/tag/lifts"),
    "a discussion that is solved": (None, "/talk/which-strings-keep-still-in-the-cold"),
    "a poll seen by a stranger": (None, "/talk/honest-question-by-which-track-of-lava-lullaby-are-you-asleep"),
    "a stranger's discussion": (None, "/talk/new"),
    "a stranger's discussion refused": (None, discussion_refused),
    "home": (None, "/"),
    "home in French": (None, "/fr/"),
    "news": (None, "/news/"),
    "news in French": (None, "/fr/news/"),
    "older news": (None, "/news/?page=2"),
    "news of a tag": (None, first_tag),
    "news of a year": (None, "/news/2025/"),
    "post with thread": (None, POST),
    "post with pages of comments": ("fay", LONG_POST),
    "thread by itself": (None, f"/comments/{COMMENT}/thread"),
    "post in French": (None, "/fr/news/bruxelles-c-est-reparti"),
    "page": (None, "/about"),
    "house rules": (None, "/rules"),
    "house rules of once": (None, "/rules/1"),
    "legal notice": (None, "/legal"),
    "privacy": (None, "/fr/confidentialite"),
    "contact": (None, "/contact"),
    "letter refused": (None, letter_refused),
    "letter sent": (None, "/contact/sent"),
    "search": (None, "/search"),
    "search that finds": (None, search_that_finds),
    "search that finds nothing": (None, "/search?q=zzqqxx"),
    "fans": (None, "/fans/"),
    "fan": (None, "/fans/fay"),
    "river": (None, "/fans/river"),
    "line taken away": ("fay", line_taken_away),
    "river of those one follows": ("fay", "/fans/river/followed"),
    "gigs of a fan": ("fay", "/fans/fay/gigs"),
    "member of the band": (None, "/fans/lucie"),
    "cities of fans": (None, "/fans/cities"),
    "fans in a city": (None, "/fans/in/clermont-ferrand-fr"),
    "404": (None, "/no/such/burrow"),
    "410": ("milo", withdrawn_comment),
    "403": ("fay", "/staff/"),
}
IN_BETWEEN: dict[str, tuple[str | None, Way]] = {
    "waiting comment": ("nora", waiting),
    "refused comment": ("fay", refused),
    "answering": ("fay", answering),
    "quoting": ("fay", quoting),
    "who reacted": ("fay", who_reacted),
    "somebody folded away": ("wren", folded_away),
    "old token": ("fay", old_token),
    "report": (None, report_form),
    "report refused": (None, report_refused),
    "profile reported": (None, "/fans/wren/report"),
    "reported to the moderators": (None, f"/comments/{COMMENT}/report/thanks"),
    "join": (None, "/join"),
    "join refused": (None, join_refused),
    "look at your mail": (None, "/join/sent"),
    "login": (None, "/login"),
    "signed out everywhere": (None, "/login?done=everywhere"),
    "login with a draft of long ago": (None, "/login?draft=0123456789abcdef"),
    "banned at the door": (None, banned_at_the_door),
    "login refused": (None, wrong_password),
    "login with draft": (None, draft_at_the_door),
    "confirm": (None, confirm),
    "used up link": (None, "/confirm/0123456789abcdef"),
    "stopping mails": (None, stopping_mails),
    "a stop that was cut short": (None, "/unsubscribe/0123456789abcdef"),
    "stopped mails": (None, stopped_mails),
    "ask for a new password": (None, "/reset"),
    "letter to a new password": (None, "/reset/sent"),
    "new password": (None, reset),
}
ACCOUNT: dict[str, tuple[str | None, Way]] = {
    "own picture": ("fay", "/account/picture"),
    "account": ("fay", "/account/"),
    "own photos": ("nora", "/account/photos"),
    "no photos yet": ("ada", "/account/photos"),
    "taking a photo back": ("nora", taking_a_photo_back),
    "adding photos": ("fay", sending_photos),
    "photos refused": ("fay", photos_refused),
    "own comments": ("fay", "/account/comments"),
    "no comments yet": ("ada", "/account/comments"),
    "comment that was taken down": ("petit-louis", "/account/comments"),
    "comment that was refused": ("hugo", "/account/comments"),
    "correcting a refused comment": ("hugo", correct_what_was_refused),
    "taking a comment back": ("fay", take_back),
    "correcting a comment": ("nora", correct),
    "a poll one voted in": ("fay", "/talk/the-left-speaker-in-brussels-who-stands-there-this-time"),
    "a poll to vote in": ("gwen-h", "/talk/before-brussels-at-what-hour-and-who-comes-alone"),
    "a discussion of one's own": ("fay", "/talk/the-left-speaker-in-brussels-who-stands-there-this-time"),
    "taking a discussion back": ("fay", "/talk/the-left-speaker-in-brussels-who-stands-there-this-time/withdrawal"),
    "correcting a discussion": ("fay", correct_discussion),
    "correcting a discussion too late": ("fay", TOO_LATE),
    "own discussions": ("nora", "/account/talk"),
    "own profile": ("fay", "/fans/fay"),
    "profile to write": ("fay", "/account/profile"),
    "profile refused": ("fay", profile_refused),
    "own profile that waits": ("nora", waiting_profile),
    "what one may do about a fan": ("milo", with_acts_open),
    "followers": ("fay", "/fans/fay/followers"),
    "people one follows": ("fay", "/account/people"),
    "own gigs": ("fay", own_calendar),
    "gig one was at": ("fay", gig_one_was_at),
    "own place": ("fay", "/account/place"),
    "place refused": ("fay", place_refused),
    "gigs near, signed in": ("fay", "/tour/near?place=Bruxelles"),
    "username": ("fay", "/account/username"),
    "e-mail": ("fay", "/account/email"),
    "new e-mail": ("fay", new_email),
    "password": ("fay", "/account/password"),
    "notices": ("fay", "/account/notifications"),
    "notices refused": ("fay", notices_refused),
    "told": ("fay", told),
    "told nothing": ("nora", "/account/notices"),
    "sessions": ("fay", "/account/sessions"),
    "language": ("fay", "/account/language"),
    "leave for good": ("fay", "/account/leave"),
    "about to leave": ("nora", about_to_leave),
    "one's data": ("fay", "/account/data"),
    "log out": ("fay", "/logout"),
    "menu": ("ada", with_open_menu),
}
DESK: dict[str, tuple[str | None, Way]] = {
    "tour at the desk": ("eli", "/staff/tour/"),
    "new gig": ("eli", "/staff/tour/new"),
    "gig at the desk": ("eli", gig_at_desk),
    "houses": ("eli", "/staff/tour/houses"),
    "house": ("eli", "/staff/tour/houses/1"),
    "setlist at the desk": ("eli", setlist_at_desk),
    "press at the desk": ("eli", press_at_desk),
    "songs at the desk": ("eli", "/staff/tour/songs"),
    "song at the desk": ("eli", song_at_desk),
    "a discussion to keep in order": ("milo", discussion_in_order),
    "queue": ("milo", "/moderation/"),
    "queue in French": ("milo", "/fr/moderation/"),
    "reported": ("milo", "/moderation/reported"),
    "recent": ("milo", "/moderation/recent"),
    "decided": ("milo", decided),
    "decided by somebody else": ("milo", conflict),
    "one photo": ("milo", photo_to_judge),
    "one comment": ("milo", of_one_comment),
    "what was decided": ("milo", "/moderation/log"),
    "watched words": ("milo", "/moderation/words"),
    "sifted": ("milo", "/moderation/?newcomers=1"),
    "a person's file": ("milo", "/moderation/people/nora"),
    "before a clean-up": ("milo", "/moderation/cleanups/new?scope=all&queue=pending&newcomers=1"),
    "a clean-up": ("milo", cleaned_up),
    "clean-ups": ("milo", "/moderation/cleanups/"),
    "a new version of the rules": ("eli", "/staff/rules"),
    "who was told": ("eli", "/staff/notices"),
    "letters": ("eli", "/staff/letters"),
    "no spam": ("eli", "/staff/letters?heap=spam"),
    "a letter": ("eli", letter_of_somebody),
    "watched words kept": ("milo", words_kept),
    "desk": ("eli", "/staff/"),
    "all news": ("eli", "/staff/news/"),
    "nothing in a list": ("eli", "/staff/page/?status=withdrawn"),
    "editor": ("eli", editor),
    "withdrawing": ("eli", withdrawing),
    "written by two": ("eli", written_by_two),
    "seen before it is out": ("eli", seen_before_it_is_out),
    "new text": ("eli", "/staff/news/new"),
    "new page": ("eli", "/staff/page/new"),
    "translations": ("eli", "/staff/translations"),
    "a translation begun": ("eli", translation_begun),
    "two wrote at once": ("eli", two_at_once),
    "writing with all its helps": ("eli", helped),
    "text refused": ("eli", entry_refused),
    "preview": ("eli", preview),
    "pictures": ("eli", "/staff/pictures"),
    "a picture": ("eli", a_picture),
    "tags": ("eli", "/staff/tags"),
    "tag renamed": ("eli", tag_renamed),
    "appearance": ("ada", "/staff/appearance"),
    "colour refused": ("ada", colour_refused),
    "preview of other looks": ("ada", other_looks),
    "mail": ("ada", "/staff/mail"),
    "how the site is": ("ada", "/staff/health"),
    "letter": ("ada", letter),
}

# Among texts of one language.
IN_ENGLISH = (
    "correcting a comment", "a poll one voted in", "a poll to vote in", "a discussion of one's own", "taking a discussion back", "correcting a discussion", "who reacted",
)  # fmt: skip
# Lived through in French too, whose words are longer. Left out are posts, which have a language of their own, and ways that go by an English word.
IN_FRENCH = [
    "older news", "news of a year", "house rules", "letter refused", "letter sent", "search", "search that finds nothing", "fans", "fan", "member of the band", "cities of fans", "fans in a city", "404", "403",
    "report refused", "reported to the moderators", "join", "join refused", "look at your mail", "login",
    "signed out everywhere", "banned at the door", "login refused", "confirm", "used up link", "stopping mails",
    "ask for a new password", "letter to a new password", "new password", *(name for name in ACCOUNT if name not in IN_ENGLISH),
    *(name for name in DESK if name not in ("one comment", "queue in French", "seen before it is out", "a discussion to keep in order")),
]  # fmt: skip

__all__ = ["IN_FRENCH", "Way", "all_scenes", "go"]
