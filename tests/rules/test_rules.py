"""The house rules: versions that never change, who accepted which, and where they are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.comments.models import Comment
from fansite.core.db import db
from fansite.core.errors import Forbidden
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.rules import operations, queries
from fansite.rules.models import Acceptance, Rules, Wording
from fansite.rules.points import pointed
from tests.cast import PASSWORD
from tests.texts import news_post, say

BODY = {
    "en": "Be good.\n\n1. **Be kind** to people.\n2. No hats for sale. Ever.\n",
    "fr": "Soyez bons.\n\n1. **De la douceur**.\n2. Pas de chapeaux.\n",
}


def texts(body: dict[str, str] | None = None, changed: str = "Hats are new") -> dict[str, Wording]:
    return {language: Wording(f"Be good ({language})", text, changed) for language, text in (body or BODY).items()}


@pytest.fixture
def rules(clock: Any, cast: Any) -> Rules:
    return operations.publish(texts(), by=cast.eli, after=0)


def second(cast: Any, clock: Any) -> Rules:
    clock.shift(timedelta(days=1))
    return operations.publish(texts({"en": "1. Only kind\n", "fr": "1. Douceur\n"}, "Hats are allowed"), by=cast.ada, after=1)


def test_everybody_reads_them_in_their_language_each_point_with_an_anchor(rules, stranger):
    stranger.get("/rules")
    assert stranger.page.xpath("//li[@id='rule-2']")[0].text_content().startswith("No hats")
    assert {link.get("hreflang"): link.get("href") for link in stranger.page.xpath("//link[@hreflang]")} == {
        "en": "http://127.0.0.1:8000/rules", "fr": "http://127.0.0.1:8000/fr/rules", "x-default": "http://127.0.0.1:8000/rules",
    }  # fmt: skip
    stranger.get("/fr/rules")
    assert "Soyez bons" in stranger.text
    assert queries.brief().points == ("De la douceur", "Pas de chapeaux")


@pytest.mark.parametrize(
    ("rendered", "anchored", "points"),
    [
        ("<p>Be good.</p>", "<p>Be good.</p>", []),
        (
            "<ol>\n<li>Be <strong>kind</strong>, <strong>always</strong>.<br>Yes.</li>\n<li>No&nbsp;hats. Ever.</li></ol>",
            '<ol>\n<li id="rule-1">Be <strong>kind</strong>, <strong>always</strong>.<br>Yes.</li>\n<li id="rule-2">No&nbsp;hats. Ever.</li></ol>',
            ["kind", "No\xa0hats"],
        ),
        (
            "<ol><li>A<ol><li>nested</li></ol></li></ol><ol><li>of another list</li></ol>",
            '<ol><li id="rule-1">A<ol><li>nested</li></ol></li></ol><ol><li>of another list</li></ol>',
            ["Anested"],
        ),
        ("<blockquote><ol><li>quoted</li></ol></blockquote>", "<blockquote><ol><li>quoted</li></ol></blockquote>", []),
        (f"<ol><li>{'long words ' * 20}</li></ol>", f'<ol><li id="rule-1">{"long words " * 20}</li></ol>', ["long words " * 10 + "long…"]),
    ],
)  # fmt: skip
def test_points_are_those_of_the_first_list_and_nothing_else_of_the_text_changes(rendered, anchored, points):
    assert pointed(rendered) == (anchored, points)


def test_a_site_without_rules_says_nothing_of_them(cast, stranger):
    news_post(cast.eli, slug="tour")
    stranger.get("/rules", status=404)
    stranger.get("/news/tour")
    assert "House rules" not in stranger.text


def test_older_versions_stay_as_they_were_and_say_so(rules, cast, clock, stranger):
    second(cast, clock)
    stranger.get("/rules/1")
    assert "No hats for sale" in stranger.text and "A newer version holds" in stranger.text
    assert stranger.page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    stranger.get("/rules")
    assert "Only kind" in stranger.text and "Hats are allowed" in stranger.text
    stranger.get("/rules/3", status=404)


def test_an_editor_publishes_at_the_desk_and_keeps_what_was_typed_when_something_is_missing(rules, cast, browser_as):
    eli = browser_as(cast.eli)
    eli.get("/staff/rules")
    eli.submit("rules", {"body_en": "1. Whistle\n", "changed_en": "We whistle"}, status=422)
    assert (
        "in every language" in eli.text
        and eli.page.xpath("//textarea[@name='body_en']")[0].text_content().strip() == "1. Whistle"
    )
    eli.submit("rules", {"changed_fr": "On siffle"}, follow=True)
    assert "Whistle" in eli.text and db.session.scalar(sa.select(sa.func.count()).select_from(Rules)) == 2


def test_who_was_overtaken_loses_no_word_and_the_same_again_is_no_version(rules, cast, clock, browser_as):
    eli = browser_as(cast.eli)
    eli.get("/staff/rules")
    second(cast, clock)
    eli.submit("rules", {"body_en": "1. Mine\n", "changed_en": "a", "changed_fr": "b"}, status=409)
    assert "1. Mine" in eli.page.xpath("//textarea[@name='body_en']")[0].text_content()
    eli.submit("rules")
    eli.get("/staff/rules")
    eli.submit("rules", {"changed_en": "a", "changed_fr": "b"}, status=422)
    assert "Nothing is different" in eli.text


def test_only_who_publishes_for_the_band_may(rules, cast):
    for person in (cast.fay, cast.milo):
        with pytest.raises(Forbidden):
            operations.publish(texts({"en": "x", "fr": "x"}), by=person, after=1)


def test_the_form_of_comments_shows_the_short_form_to_everybody(rules, cast, stranger):
    news_post(cast.eli, slug="tour")
    stranger.get("/news/tour")
    assert "Be good (en)" in stranger.text and "have changed" not in stranger.text


def test_after_a_new_version_a_fan_is_told_once_and_accepts_by_writing(rules, cast, clock, browser_as, stranger):
    news_post(cast.eli, slug="tour")
    fay = browser_as(cast.fay)
    fay.get("/news/tour")
    assert "have changed" not in fay.text, "nothing changed yet"
    second(cast, clock)
    stranger.get("/news/tour")
    assert "have changed" not in stranger.text
    fay.get("/news/tour")
    assert "The house rules have changed. Hats are allowed" in fay.text
    fay.submit("comment", {"body": ""}, status=422)
    assert "have changed" in fay.text, "what was not sent accepts nothing"
    fay.submit("comment", {"body": "A kind word"}, follow=True)
    assert "have changed" not in fay.text
    assert queries.accepted_by(cast.fay.id)[-1][0] == 2
    fay.post(
        f"/comments/on/{db.session.scalar(sa.select(Comment.entry_id))}",
        {"body": "Another", "rules": "99", "csrf_token": fay.page.xpath("string(//input[@name='csrf_token']/@value)")},
    )
    assert [number for number, _at in queries.accepted_by(cast.fay.id)] == [2], "a version nobody published is nothing"


def test_who_joins_accepts_what_holds_that_day(rules, cast, clock, worker, stranger):
    stranger.get("/join")
    assert "accepts the rules of the house" in stranger.text
    joined = accounts.create(email="gus@example.org", username="gus", password=PASSWORD)
    second(cast, clock)
    worker()
    assert db.session.execute(sa.select(Acceptance.account_id, Acceptance.rules_id)).all() == [(joined.id, 1)]


def test_a_decision_names_a_rule_and_its_author_is_led_there_also_after_a_new_version(rules, cast, clock, browser_as):
    post = news_post(cast.eli, slug="tour")
    say(post, cast.nora, "Hats, cheap hats")
    milo, nora = browser_as(cast.milo), browser_as(cast.nora)
    milo.get("/moderation/")
    assert [option.text for option in milo.page.xpath("//select[@name='rule']/option")][1:] == [
        "1. Be kind",
        "2. No hats for sale",
    ]
    milo.submit("decision", {"decision": "reject", "reason": "Advertising", "rule": "2"})
    second(cast, clock)
    nora.get("/account/comments")
    assert nora.page.xpath("//a[contains(@href, '#rule-2')]/@href") == ["/rules/1#rule-2"]
    assert "2. No hats for sale" in nora.text
    milo.get("/moderation/recent")
    assert "House rule: 2. No hats for sale" in milo.text
    review = db.session.scalar(sa.select(Review))
    assert (review.rules_id, review.rule) == (1, 2)
    moderation.undo(review.id, by=cast.milo)
    assert (review.rules_id, review.rule) == (None, None)


def test_a_new_site_begins_with_the_programs_own_rules(app, stranger):
    operations.add_defaults()
    operations.add_defaults()
    assert db.session.scalars(sa.select(Rules.id)).all() == [1]
    for path in ("/rules", "/fr/rules"):
        stranger.get(path)
        assert len(stranger.page.xpath("//li[starts-with(@id, 'rule-')]")) == 6
