"""The markup of every kind of page against what schema.org and the readers of shared links ask for."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import pytest

from fansite.accounts import operations as accounts
from fansite.comments import operations as comments
from fansite.moderation import operations as moderation
from fansite.news import operations as news
from fansite.pages import operations as pages
from fansite.tour import operations as tour
from fansite.tour.photos import operations as photos
from fansite.tour.setlists import operations as setlists
from tests.client import ORIGIN
from tests.media.hostile import photograph
from tests.texts import many_comments
from tests.tour.cast import gig

pytestmark = [pytest.mark.shared, pytest.mark.once]

# What a text or a number in JSON may stand for.
PLAIN = {"Text", "URL", "Date", "DateTime", "Integer", "Number", "Boolean", "CssSelectorType", "PronounceableText"}
GIG = "/tour/2027-02-05-brussels-la-vieille-brasserie"
PLAYED = "/tour/2026-11-20-london-the-lantern-room"
ADDRESSES = ("/", "/fr/", "/news/", "/news/the-rain", "/news/the-rain?page=2", "/fr/news/la-pluie", "/news/tag/studio", "/news/2026/", "/about",
             "/fans/", "/fans/fay", "/comments/{thread}/thread", "/tour/", GIG, PLAYED, "/tour/songs/", "/tour/songs/avec-le-temps", f"{PLAYED}/photos", f"{PLAYED}/photos/1")  # fmt: skip


class Vocabulary:
    """Types with all they are kinds of; properties with what they may stand on and hold."""

    def __init__(self, text: str) -> None:
        self.above: dict[str, set[str]] = {}
        self.stands_on: dict[str, set[str]] = {}
        self.holds: dict[str, set[str]] = {}
        for term in json.loads(text)["@graph"]:
            name = self.short(term["@id"])
            if not term["@id"].startswith("schema:"):
                continue
            if "rdf:Property" in term["@type"]:
                self.stands_on[name] = self.names(term, "schema:domainIncludes")
                self.holds[name] = self.names(term, "schema:rangeIncludes")
            else:
                self.above[name] = self.names(term, "rdfs:subClassOf")

    @staticmethod
    def short(name: str) -> str:
        return name.rpartition(":")[2]

    def names(self, term: Any, key: str) -> set[str]:
        found = term.get(key, [])
        return {self.short(one["@id"]) for one in (found if isinstance(found, list) else [found])}

    def kinds_of(self, name: str) -> set[str]:
        return {name}.union(*(self.kinds_of(one) for one in self.above.get(name, set())))

    def check(self, node: dict[str, Any]) -> int:
        kind = node["@type"]
        assert kind in self.above, f"schema.org has no {kind}"
        for name, value in node.items():
            if name.startswith("@"):
                continue
            assert name in self.stands_on, f"schema.org has no {name}"
            assert self.kinds_of(kind) & self.stands_on[name], f"{kind} has no {name}"
            for one in value if isinstance(value, list) else [value]:
                assert one not in ("", None), f"{kind}: empty {name}"
                held = self.kinds_of(one["@type"]) if isinstance(one, dict) else PLAIN
                assert held & self.holds[name] or isinstance(one, str), f"{kind}: {name} holds no {one}"
        inner = [
            one for value in node.values() for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)
        ]
        return 1 + sum(self.check(one) for one in inner)


@pytest.fixture
def shown(cast, clock, stranger):
    """Address → page, of every kind of page that is indexed."""
    post = news.draft(by=cast.eli, title="The rain", body="It rained.", tags=["studio"])
    french = news.draft(by=cast.eli, title="La pluie", body="Il a plu.", language="fr", translation_of=post.id)
    about = pages.draft(by=cast.eli, title="About", body="Two of us.")
    for act, entry in ((news, post), (news, french), (pages, about)):
        act.publish(entry.id, by=cast.eli)
    root = comments.post(post.id, by=cast.fay, body="One").id
    reply = comments.post(post.id, by=cast.milo, body="Two", parent_id=root).id
    comments.edit(reply, by=cast.milo, body="Three")
    hidden = comments.post(post.id, by=cast.fay, body="Hidden").id
    comments.post(post.id, by=cast.milo, body="Below it", parent_id=hidden)
    moderation.decide(moderation.take_up("comment", hidden, by=cast.milo), "remove", by=cast.milo)
    comments.post(french.id, by=cast.ada, body="Adieu")
    many_comments(post.id, cast.fay.id, 60)
    winter = tour.tour_named("Winter", by=cast.eli)
    evening = gig(
        cast.eli,
        tour_id=winter.id,
        price=1700,
        currency="EUR",
        tickets="on_sale",
        ticket_url="https://tickets.example",
        ends=time(23),
    )
    tour.reschedule(evening.id, {"day": date(2027, 2, 5)}, by=cast.eli)
    comments.post(evening.id, by=cast.fay, body="See you there")
    played = gig(cast.eli, "london", day=date(2026, 11, 20))
    text = "[tape] Bells\nHay, with Anke\nLa Bourrée du Chat (trad. cover)\nEncore\nAvec le temps (Léo Ferré cover)"
    setlists.write_down(played.id, text, by=cast.eli, version=played.version)
    photos.send(played.id, photograph(), caption="Us, wet", by=cast.fay)
    accounts.disable(cast.milo.id)
    found = {}
    for address in ADDRESSES:
        stranger.get(address.format(thread=root))
        found[address] = stranger.page
    return found


def graph(page) -> list[dict[str, Any]]:
    return [node for text in page.xpath('//script[@type="application/ld+json"]/text()') for node in json.loads(text)["@graph"]]


def test_every_type_and_property_is_one_of_schema_org(shown, shared):
    vocabulary = Vocabulary((shared / "data" / "schemas" / "schemaorg" / "schemaorg-current-https.jsonld").read_text())
    counted = {address: sum(vocabulary.check(node) for node in graph(page)) for address, page in shown.items()}
    assert counted["/news/the-rain"] > 100
    assert counted[GIG] > 8 and counted[PLAYED] > 10 and counted["/tour/songs/avec-le-temps"] > 3
    assert counted[f"{PLAYED}/photos/1"] > 6
    assert all(counted[address] for address in ("/", "/fr/news/la-pluie", "/news/tag/studio", "/about"))
    with pytest.raises(AssertionError, match="has no headline"):
        vocabulary.check({"@type": "Person", "headline": "x"})


def test_articles_have_all_that_is_required_and_recommended(shown, shared):
    rows = requirements(shared, "Google > NewsArticle")
    wanted = {tuple(row["selector"].split("[*].")[1].replace('"', "").split(".")) for row in rows if "[*]" in row["selector"]}
    assert len(wanted) > 6
    for address in ("/news/the-rain", "/fr/news/la-pluie"):
        (article,) = [node for node in graph(shown[address]) if node["@type"] == "NewsArticle"]
        for path in wanted:
            found: Any = article
            for name in path:
                found = found[name]
            assert found, f"{address}: {'.'.join(path)}"


def test_shared_links_have_all_that_is_required_and_recommended(shown, shared):
    # Accounts elsewhere, which the site knows nothing of.
    rows = [
        row
        for row in requirements(shared, "Facebook", "Twitter")
        if row["selector"] not in ('"twitter:site"', '"twitter:creator"')
    ]
    assert len(rows) > 10
    for address, page in shown.items():
        told = {meta.get("property") or meta.get("name"): meta.get("content") for meta in page.xpath("//meta[@content]")}
        for row in rows:
            names = [name.strip(' "') for name in row["selector"].split("||")]
            if "description" in names[0] and address.startswith("/comments/"):
                continue  # one thread is described by its title
            assert any(told.get(name) for name in names), f"{address}: {row['description']}"
        assert told["og:url"] == page.xpath('string(//link[@rel="canonical"]/@href)')


def test_a_shared_link_names_its_other_languages_and_the_size_of_its_picture(shown):
    for address, own, other in (("/", "en_GB", "fr_FR"), ("/fr/", "fr_FR", "en_GB"), ("/fr/news/la-pluie", "fr_FR", "en_GB")):
        told = [(meta.get("property"), meta.get("content")) for meta in shown[address].xpath("//meta[@property]")]
        assert {
            ("og:locale", own),
            ("og:locale:alternate", other),
            ("og:image:width", "1200"),
            ("og:image:height", "630"),
        } <= set(told)
        assert len({name for name, _content in told}) == len(told)
    assert not shown["/about"].xpath('//meta[@property="og:locale:alternate"]')


def test_crumbs_lead_to_pages_that_are_there(shown, stranger):
    for address, page in shown.items():
        for node in graph(page):
            for item in node.get("itemListElement", []):
                if "item" in item:
                    assert item["item"].startswith(ORIGIN), address
                    stranger.get(item["item"].removeprefix(ORIGIN))


def requirements(shared, *presets: str) -> list[dict[str, Any]]:
    text = (shared / "data" / "seo" / "structured-data-and-social-requirements.jsonl").read_text()
    return [row for row in map(json.loads, text.splitlines()) if row["preset"] in presets]
