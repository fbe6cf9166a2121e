"""The pages the law asks for: there from the first day, public only when nothing is left blank."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fansite.core.db import db, get
from fansite.core.errors import Refused
from fansite.pages import duties, operations
from fansite.pages.checks import law
from fansite.pages.models import Page


def pages_by_slug() -> dict[str, Page]:
    return {page.slug: page for page in db.session.scalars(sa.select(Page))}


def fill(page: Page, by: Any) -> None:
    body = duties.BLANK.sub("Lucie Roche, 3 impasse du Four, Besse", page.body)
    operations.revise(page.id, by=by, version=page.version, body=body)
    operations.publish(page.id, by=by)


def test_a_new_site_has_them_as_linked_drafts_once(cast, stranger):
    duties.add_drafts(cast.ada.id)
    duties.add_drafts(cast.ada.id)
    pages = pages_by_slug()
    assert sorted(pages) == ["confidentialite", "legal", "mentions-legales", "privacy"]
    assert pages["mentions-legales"].translation_of_id == pages["legal"].id
    assert {page.status for page in pages.values()} == {"draft"}
    for path in ("/legal", "/privacy", "/fr/mentions-legales", "/fr/confidentialite"):
        stranger.get(path, status=404)


def test_with_a_blank_they_cannot_be_published_nor_planned(cast, browser_as):
    duties.add_drafts(cast.ada.id)
    page = pages_by_slug()["legal"]
    eli = browser_as(cast.eli)
    eli.get(f"/staff/page/{page.id}")
    with pytest.raises(Refused, match="TO COMPLETE"):
        operations.publish(page.id, by=cast.eli)
    fill(page, cast.eli)
    assert get(Page, page.id).public
    with pytest.raises(Refused):
        operations.revise(page.id, by=cast.eli, version=get(Page, page.id).version, body="**⚠ TO COMPLETE: name**")


def test_the_desk_tells_the_owner_what_is_missing_and_nobody_else(cast, browser_as):
    duties.add_drafts(cast.ada.id)
    ada, eli = browser_as(cast.ada), browser_as(cast.eli)
    ada.get("/staff/")
    assert ada.page.xpath("count(//*[@data-duties]//li)") == 4 and "has 7 blanks" in ada.text
    eli.get("/staff/")
    assert not eli.page.xpath("//*[@data-duties]")
    for page in pages_by_slug().values():
        fill(page, cast.eli)
    ada.get("/staff/")
    assert not ada.page.xpath("//*[@data-duties]")


def test_the_foot_of_every_page_leads_to_those_that_are_public(cast, stranger):
    duties.add_drafts(cast.ada.id)
    stranger.get("/")
    assert not stranger.page.xpath("//footer//a[@href='/legal']")
    for page in pages_by_slug().values():
        fill(page, cast.eli)
    stranger.get("/")
    assert stranger.page.xpath("//footer//a[@href='/legal' or @href='/privacy']/text()") == ["Legal notice", "Privacy"]
    stranger.get("/fr/")
    links = stranger.page.xpath("//footer//a/@href")
    assert "/fr/mentions-legales" in links and "/fr/confidentialite" in links
    stranger.get("/privacy")
    assert {link.get("hreflang"): link.get("href") for link in stranger.page.xpath("//link[@hreflang]")}["fr"].endswith(
        "/fr/confidentialite"
    )


def test_a_site_that_has_such_a_page_already_is_given_no_other(cast):
    operations.draft(by=cast.eli, title="Mentions", slug="mentions-legales", language="fr", body="Nous.")
    duties.add_drafts(cast.ada.id)
    assert "legal" not in pages_by_slug() and "privacy" in pages_by_slug()


def test_the_doctor_names_what_is_not_public_and_says_where(cast):
    duties.add_drafts(cast.ada.id)
    found = list(law())
    assert [finding.level for finding in found] == ["warning"] * 4
    assert "Legal notice" in str(found[0].text) and found[0].where == f"/staff/page/{pages_by_slug()['legal'].id}"
    for page in pages_by_slug().values():
        fill(page, cast.eli)
    assert [finding.level for finding in law()] == ["ok"]
