"""Every kind of content is whole: what search, sitemap, staff and templates need is there."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT

VERBS = ("read", "edit", "publish", "withdraw")


@pytest.fixture
def site(app):
    return app.extensions["fansite"]


def test_there_are_kinds(site):
    assert set(site.contents) == {"news", "page", "gig", "talk"}


def test_each_kind_has_a_policy_that_says_no_to_strangers(site):
    for content in site.contents.values():
        for verb in VERBS:
            rule = getattr(content.policy, verb)
            if verb != "read":
                assert rule(None, content.model(status="draft")) is False, f"{content.kind}: {verb}"


def test_each_kind_has_its_addresses_and_templates(app, site):
    folders = {"news": "news", "page": "pages", "gig": "tour", "talk": "talk"}
    for content in site.contents.values():
        assert content.endpoint in app.view_functions
        assert not content.list_endpoint or content.list_endpoint in app.view_functions
        assert (ROOT / "templates" / folders[content.kind] / "show.html").exists()


def test_each_kind_is_searched_and_stands_in_the_sitemap(site):
    for kind in site.contents:
        assert site.findables[kind].subject_kind == "entry"
        assert kind in site.sitemap


def test_each_reviewable_has_all_a_decision_needs(site):
    for reviewable in site.reviewables.values():
        for name in ("cards", "state", "approve", "hide", "restore", "touch", "visible"):
            assert callable(getattr(reviewable, name))
