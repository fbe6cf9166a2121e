"""Writing a comment with scripts: nothing reloads, nothing is lost, nothing is said twice."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from tests.browser.site import PASSWORD, POST, comment_form, comment_with, send, write
from tests.serve.served import until

pytestmark = pytest.mark.browser
TOO_LONG = "la " * 4000


@pytest.fixture
def fay(visit: Any) -> Any:
    """A fan whose comments are published at once, with the post before her."""
    page = visit("fay")
    page.goto(POST)
    alive(page)
    page.evaluate("window.sameDocument = true")
    return page


def alive(page: Any) -> None:
    """Before the elements are there, a link is a link and a form a form: on a busy machine the click would come first."""
    for name in ("reply-mover", "live-form", "kept-text"):
        page.wait_for_selector(f"{name}:defined")


def text_in(page: Any) -> str:
    return str(comment_form(page).locator("textarea").input_value())


def same_document(page: Any) -> bool:
    return bool(page.evaluate("window.sameDocument === true"))


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.name || document.activeElement.tagName"))


def announced(page: Any) -> str:
    return str(page.evaluate("document.getElementById('live').textContent"))


def failure(page: Any) -> Any:
    return comment_form(page).locator("[data-failure]")


# ---- posting ----------------------------------------------------------------------------------------------------------------


def test_a_comment_is_posted_without_leaving_the_page(fay):
    write(fay, "Two seats by the piano, please.")
    send(fay)
    article = comment_with(fay, "Two seats by the piano")
    article.wait_for()
    assert same_document(fay)
    assert focused(fay) == article.get_attribute("id")
    assert fay.url.endswith(f"#{article.get_attribute('id')}")
    until(lambda: announced(fay) == "Your comment is up.")
    assert text_in(fay) == ""
    fay.reload()
    assert text_in(fay) == ""
    assert comment_with(fay, "Two seats by the piano").count() == 1


def test_a_first_comment_is_announced_as_waiting(visit):
    nora = visit("nora")
    nora.goto(POST)
    write(nora, "Is there a cloakroom for tubas?")
    send(nora)
    article = comment_with(nora, "cloakroom for tubas")
    article.wait_for()
    assert article.get_attribute("data-status") == "pending"
    until(lambda: "waits for a moderator" in announced(nora))


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "no-scripts"])
def test_a_double_click_says_it_once(visit, js):
    page = visit("fay", js=js)
    words = f"Twice is once, {'with' if js else 'without'} scripts"
    page.goto(POST)
    write(page, words)
    comment_form(page).locator(".button--main").dblclick()
    comment_with(page, words).first.wait_for()
    page.goto(POST)
    assert comment_with(page, words).count() == 1


def test_two_comments_one_after_the_other_are_two(fay):
    for number in ("first", "second"):
        write(fay, f"This is the {number} of two")
        send(fay)
        comment_with(fay, f"This is the {number} of two").wait_for()
    assert same_document(fay)
    fay.reload()
    assert comment_with(fay, "of two").count() == 2


def test_what_is_refused_stays_in_the_box_with_the_reason(fay):
    write(fay, TOO_LONG)
    send(fay)
    problems = comment_form(fay).locator("[data-problems]")
    problems.wait_for()
    assert same_document(fay)
    assert text_in(fay).strip() == TOO_LONG.strip()
    assert fay.evaluate("document.activeElement.matches('[data-problems]')")
    write(fay, "Shorter, then.")
    send(fay)
    comment_with(fay, "Shorter, then.").wait_for()
    assert same_document(fay)


def test_what_became_a_discussion_is_not_offered_again_and_what_was_refused_is(visit):
    page = visit("fay")

    def offered() -> str:
        page.goto("/talk/new")
        page.wait_for_selector("kept-text:defined")
        return str(page.locator("[name='body']").input_value())

    def start(title: str, body: str) -> None:
        page.locator("[name='title']").fill(title)
        page.locator("[name='body']").fill(body)
        page.locator("[data-form='start'] .button--main").click()

    assert offered() == ""
    start("A lift for a tuba", "It folds, a little.")
    page.wait_for_selector("kept-text[data-had]:defined", state="attached")
    address = page.url
    assert offered() == ""
    start("", "It does not fold.")
    page.wait_for_selector("[data-problems]")
    page.goto(address)
    page.wait_for_selector("kept-text[data-had]:defined", state="attached")
    assert offered() == "It does not fold."
    page.locator("[name='body']").fill("")


# ---- answering --------------------------------------------------------------------------------------------------------------


def test_the_box_comes_to_the_comment_that_is_answered(fay):
    address = fay.url
    write(fay, "Me too, with cheese")
    asked = fay.locator("article.comment[data-status='published']").nth(2)
    asked.locator("[data-reply]").click()
    name = asked.locator(".person__name").inner_text()
    assert fay.url == address
    assert focused(fay) == "body"
    assert comment_form(fay).locator("[data-reply-to]").inner_text().startswith(f"Replying to {name}")
    assert fay.evaluate("document.querySelector('.thread form.reply') !== null")
    assert text_in(fay) == "Me too, with cheese"
    send(fay)
    article = comment_with(fay, "Me too, with cheese")
    article.wait_for()
    assert f"comment-{article.get_attribute('data-parent')}" == asked.get_attribute("id")
    assert not fay.evaluate("document.querySelector('.thread form.reply') !== null")


def test_an_answer_can_become_a_word_to_all(fay):
    fay.locator("[data-reply]").first.click()
    write(fay, "To everyone")
    comment_form(fay).locator('[data-reply=""]').click()
    assert not comment_form(fay).locator("[data-reply-to]").is_visible()
    assert comment_form(fay).locator("[name='parent']").input_value() == ""
    assert text_in(fay) == "To everyone"
    assert same_document(fay)
    comment_form(fay).locator("textarea").fill("")


def test_without_scripts_the_same_link_leads_to_a_box_that_names_whom_it_answers(visit):
    page = visit("fay", js=False)
    page.goto(POST)
    asked = page.locator("article.comment[data-status='published']").nth(1)
    name, number = asked.locator(".person__name").inner_text(), str(asked.get_attribute("id")).removeprefix("comment-")
    asked.locator("[data-reply]").click()
    assert f"Replying to {name}" in comment_form(page).inner_text()
    write(page, "Answered by hand")
    send(page)
    assert comment_with(page, "Answered by hand").get_attribute("data-parent") == number


# ---- what is typed is never lost -----------------------------------------------------------------------------------------------


def test_without_a_connection_the_text_stays(fay):
    write(fay, "Written in the tunnel of Lioran")
    fay.context.set_offline(True)
    send(fay)
    failure(fay).wait_for()
    assert failure(fay).inner_text().startswith("No connection.")
    assert text_in(fay) == "Written in the tunnel of Lioran"
    fay.context.set_offline(False)
    send(fay)
    comment_with(fay, "tunnel of Lioran").wait_for()
    assert same_document(fay)


def test_a_closed_tab_gives_the_text_back(fay):
    write(fay, "I was called to the cows")
    fay.close()
    later = fay.context.new_page()
    later.goto(POST)
    later.wait_for_selector(".reply__kept")
    assert text_in(later) == "I was called to the cows"
    send(later)
    comment_with(later, "called to the cows").wait_for()
    assert text_in(later) == ""
    later.reload()
    assert text_in(later) == ""


def test_an_answer_begun_comes_back_under_its_comment(fay):
    asked = fay.locator("article.comment[data-status='published']").nth(3)
    asked.locator("[data-reply]").click()
    write(fay, "What I wanted to tell you")
    number = str(asked.get_attribute("id")).removeprefix("comment-")
    fay.goto("/news/")
    fay.go_back()
    fay.wait_for_selector(".thread form.reply")
    assert text_in(fay) == "What I wanted to tell you"
    assert comment_form(fay).locator("[name='parent']").input_value() == number
    comment_form(fay).locator("textarea").fill("")


def test_a_session_that_ended_leads_through_the_door_with_the_text(visit, site):
    page = visit()
    sign_in(page, "fay")
    page.goto(POST)
    write(page, "Still me, I only looked away")
    end_newest_session(site)
    send(page)
    page.wait_for_url("**/login?draft=*")
    assert "Still me, I only looked away" in page.locator(".draft").inner_text()
    fill_login(page, "fay")
    comment_with(page, "I only looked away").wait_for()
    page.goto(POST)
    assert text_in(page) == ""


def test_a_page_with_an_old_token_keeps_the_text_and_sends_it_the_second_time(fay):
    write(fay, "Open since Michaelmas")
    spoil_token(fay)
    send(fay)
    failure(fay).wait_for()
    assert "open for a long time" in failure(fay).inner_text()
    assert text_in(fay) == "Open since Michaelmas"
    send(fay)
    comment_with(fay, "Open since Michaelmas").wait_for()
    assert same_document(fay)


def test_an_old_token_without_live_forms_leads_to_a_page_with_the_text(fay):
    write(fay, "Older than\nthe piano")
    spoil_token(fay)
    fay.evaluate("document.querySelector('form[data-form=comment]').submit()")  # as a browser without scripts does
    fay.wait_for_selector("h1:has-text('open for a long time')")
    assert fay.locator("main textarea").input_value() == "Older than\nthe piano"
    fay.click("main button")
    comment_with(fay, "Older than").wait_for()


def test_the_way_back_from_the_door_finds_the_text_and_a_button_that_works(visit):
    page = visit()
    page.goto(POST)
    write(page, "On second thoughts")
    send(page)
    page.wait_for_url("**/login?draft=*")
    page.go_back()
    assert text_in(page) == "On second thoughts"
    button = comment_form(page).locator(".button--main")
    assert button.get_attribute("aria-disabled") != "true"
    button.click()
    page.wait_for_url("**/login?draft=*")


def test_the_way_back_after_posting_leads_to_where_one_came_from(visit):
    page = visit("fay")
    page.goto("/news/")
    page.goto(POST)
    alive(page)
    write(page, "Straight on till morning")
    send(page)
    comment_with(page, "Straight on till morning").wait_for()
    page.go_back()
    assert page.url.endswith("/news/")
    page.go_forward()
    comment_with(page, "Straight on till morning").wait_for()
    assert text_in(page) == ""


# ---- the parts ----------------------------------------------------------------------------------------------------------------


def sign_in(page: Any, name: str) -> None:
    page.goto("/login")
    fill_login(page, name)
    page.wait_for_selector(".menu")


def fill_login(page: Any, name: str) -> None:
    form = page.locator('form[data-form="login"]')
    form.locator('[name="email"]').fill(f"{name}@example.org")
    form.locator('[name="password"]').fill(PASSWORD)
    form.locator("button").click()


def end_newest_session(site: Any) -> None:
    """As a moderator's ban or a log-out elsewhere would."""
    with sqlite3.connect(site.folder / "fansite.db", timeout=10) as database:
        database.execute("DELETE FROM sign_in WHERE id = (SELECT max(id) FROM sign_in)")
    database.close()


def spoil_token(page: Any) -> None:
    page.eval_on_selector('form[data-form="comment"] [name="csrf_token"]', "field => { field.value = 'of last year'; }")
