"""The queue by keyboard, and what two moderators at once see."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def milo(visit: Any) -> Any:
    page = visit("milo")
    page.goto("/moderation/")
    return page


def current(page: Any) -> str:
    return str(page.locator(".review--current").get_attribute("id"))


def cards(page: Any) -> list[str]:
    return [str(card.get_attribute("id")) for card in page.locator(".review").all()]


def test_j_and_k_walk_the_cards_and_stop_at_the_ends(milo):
    ids = cards(milo)
    assert current(milo) == ids[0]
    milo.keyboard.press("j")
    milo.keyboard.press("j")
    assert current(milo) == ids[2]
    assert milo.evaluate("document.activeElement.id") == ids[2]
    for _each in range(4):
        milo.keyboard.press("k")
    assert current(milo) == ids[0]


def test_a_approves_the_card_one_stands_on_goes_on_with_the_next_and_u_takes_it_back(milo):
    ids = cards(milo)
    milo.keyboard.press("j")
    milo.keyboard.press("a")
    milo.wait_for_selector(".toast")
    assert ids[1] not in cards(milo)
    assert current(milo) == ids[2]
    assert milo.evaluate("document.activeElement.id") == ids[2]
    milo.keyboard.press("u")
    milo.wait_for_selector(".toast:has-text('waits again')")
    assert cards(milo) == ids
    assert milo.evaluate("document.activeElement.id") == ids[1]


def test_r_rejects_with_the_reason_that_was_typed(milo):
    ids = cards(milo)
    milo.fill(f"#{ids[0]} [name='reason']", "No adverts, not even kind ones")
    milo.keyboard.press("r")  # a letter of the reason, not a decision
    assert milo.locator(f"#{ids[0]} [name='reason']").input_value().endswith("onesr")
    milo.locator("h1").click()
    milo.keyboard.press("r")
    milo.wait_for_selector(".toast")
    milo.goto("/moderation/recent")
    assert "No adverts, not even kind ones" in milo.locator(f"#{ids[0]}").inner_text()
    milo.locator(f"#{ids[0]} button[value='undo']").click()
    milo.goto("/moderation/")
    assert ids[0] in cards(milo)


def test_keys_with_a_modifier_are_the_browsers(milo):
    ids = cards(milo)
    milo.keyboard.press("Control+j")
    assert current(milo) == ids[0]


def test_the_second_of_two_moderators_is_told(milo, visit):
    ada = visit("ada")
    ada.goto("/moderation/")
    ids = cards(milo)
    milo.locator(f"#{ids[-1]} button[value='approve']").click()
    milo.wait_for_selector(".toast")
    ada.locator(f"#{ids[-1]} button[value='reject']").click()
    ada.wait_for_selector(".flash--wrong")
    assert "Somebody decided this a moment before you" in ada.locator(".flash--wrong").inner_text()
    assert "APPROVED" in ada.locator(".review .stamp").inner_text().upper()
    milo.keyboard.press("u")
    milo.wait_for_selector(".toast:has-text('waits again')")
