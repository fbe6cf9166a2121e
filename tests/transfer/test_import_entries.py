"""`fansite import entries`: JSON lines become news and pages, once, as whoever has them in a file expects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from fansite.core.content import Entry
from fansite.core.db import Model, db
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.tags.models import Tag
from fansite.transfer.commands import import_
from tests.conftest import NOON
from tests.transfer.export import save

FIXTURES = Path(__file__).parent / "fixtures"
ENTRIES = FIXTURES / "entries.jsonl"


@pytest.fixture
def importing(app):
    """Types `fansite import entries …`."""

    def run(*words, status=0):
        result = CliRunner().invoke(import_, ["entries", *map(str, words)], obj={"app": lambda: app})
        db.session.rollback()  # this test's own look at the database is from before
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def told(importing):
    return lambda *words: json.loads(importing(*words, "--json").stdout)


def lines(folder, *entries, name="entries.jsonl"):
    usual = {"kind": "news", "body": "Text.", "language": "en", "published_at": "2024-05-04T20:00:00Z", "tags": []}
    return save(folder, "".join(json.dumps(usual | {"title": entry["slug"].title()} | entry) + "\n" for entry in entries), name)


def entry(slug):
    return db.session.scalars(sa.select(Entry).where(Entry.slug == slug)).one()


def everything():
    """Rows by table. That the search index shall be made anew is told each time."""
    tables = [table for table in Model.metadata.sorted_tables if table.name not in ("event", "delivery")]
    return {table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables}


# ---- what comes in ------------------------------------------------------------------------------------------------------------


def test_one_object_says_what_was_made(told, cast):
    facts = told(ENTRIES)
    assert facts == {"created": {"news": 2, "page": 1, "tag": 2}, "updated": {}, "skipped": {}, "problems": []}


def test_past_is_published_future_waits_for_its_time_and_null_is_a_draft(told, cast, clock, stranger, worker):
    told(ENTRIES)
    assert {entry(slug).slug: entry(slug).status for slug in ("new-strings", "cordes-neuves", "about")} == {
        "new-strings": "published",
        "cordes-neuves": "scheduled",
        "about": "draft",
    }
    stranger.get("/fr/news/cordes-neuves", status=404)
    stranger.get("/about", status=404)
    clock.move_to(entry("cordes-neuves").published_at)
    worker()
    stranger.get("/fr/news/cordes-neuves")
    assert "Cordes neuves" in stranger.text


def test_it_is_read_listed_fed_mapped_and_found(told, stranger, worker):
    told(ENTRIES)
    worker()
    stranger.get("/news/new-strings")
    assert stranger.page.xpath("//main//em/text()") == ["ring"]
    assert stranger.page.xpath('//time[starts-with(@datetime, "2024-05-04T20:00:00")]')
    for address in ("/news/", "/news/tag/strings", "/news/2024/", "/feed.xml", "/sitemaps/news-1.xml"):
        assert "/news/new-strings" in stranger.get(address).get_data(as_text=True)
    stranger.get("/search?q=strings")
    assert stranger.page.xpath('//ol[@id="results"]/li[1]//a/@href')[0].startswith("/news/new-strings")


def test_a_page_seen_before_shows_what_came_in(app, told, stranger):
    site = app.extensions["fansite"]
    seen = site.clock.seen()
    told(ENTRIES)
    assert not site.clock.fresh(seen, ("list:news",))
    assert not site.clock.fresh(seen, ("list:page",))


def test_translations_find_each_other_in_whatever_order(told, cast, tmp_path, stranger):
    told(lines(tmp_path, {"slug": "pluie", "language": "fr", "translation_of": "rain"}, {"slug": "rain"}))
    assert entry("pluie").group_id == entry("rain").id
    stranger.get("/news/rain")
    assert stranger.page.xpath('//link[@hreflang="fr"]/@href')[0].endswith("/fr/news/pluie")


def test_a_translation_of_nothing_is_told_in_a_dry_run_too(told, tmp_path):
    file = lines(
        tmp_path,
        {"slug": "pluie", "language": "fr", "translation_of": "rain"},
        {"slug": "neige", "language": "fr", "translation_of": "snow"},
        {"slug": "snow"},
    )
    foreseen = told(file, "--dry-run")
    assert foreseen == told(file)
    assert foreseen["problems"] == ["line 1: there is no news “rain” in another language to be translated"]


def test_an_author_is_somebody_who_writes_here(told, cast, tmp_path):
    facts = told(
        lines(tmp_path, {"slug": "one", "author": "eli"}, {"slug": "two", "author": "fay"}, {"slug": "three", "author": "nobody"})
    )
    assert [entry(slug).author_id for slug in ("one", "two", "three")] == [cast.eli.id, None, None]
    assert [problem.partition(":")[0] for problem in facts["problems"]] == ["line 2", "line 3"]


def test_a_title_too_long_is_cut_and_one_that_is_missing_is_made_of_the_text(told, tmp_path):
    facts = told(lines(tmp_path, {"slug": "long", "title": "word " * 60}, {"slug": "none", "title": "", "body": "It *rained*."}))
    assert entry("long").title.endswith("word…") and len(entry("long").title) <= 200
    assert entry("none").title == "It rained."
    (problem,) = facts["problems"]
    assert problem.startswith("line 1: “word") and "200" in problem


# ---- again --------------------------------------------------------------------------------------------------------------------


def test_a_second_time_adds_nothing(told, cast):
    told(ENTRIES)
    before = everything()
    facts = told(ENTRIES)
    assert facts == {"created": {}, "updated": {}, "skipped": {"news": 2, "page": 1}, "problems": []}
    assert everything() == before


def test_what_changed_in_the_file_is_renewed(told, tmp_path, stranger):
    told(lines(tmp_path, {"slug": "one", "tags": ["old"]}, {"slug": "two"}))
    facts = told(lines(tmp_path, {"slug": "one", "body": "New text.", "tags": ["new"]}, {"slug": "two"}))
    assert (facts["created"], facts["updated"], facts["skipped"]) == ({"tag": 1}, {"news": 1}, {"news": 1})
    post = db.session.get(NewsPost, entry("one").id)
    assert post.body == "New text." and [tag.slug for tag in post.tags] == ["new"]
    stranger.get("/news/one")
    assert "New text." in stranger.text


def test_what_was_changed_here_stays(told, cast, tmp_path):
    told(lines(tmp_path, {"slug": "one"}))
    post = entry("one")
    news.revise(post.id, by=cast.eli, version=post.version, title="Ours")
    facts = told(lines(tmp_path, {"slug": "one", "body": "New text."}))
    assert facts["updated"] == {} and facts["skipped"] == {"news": 1}
    assert "changed here" in facts["problems"][0]
    assert (entry("one").title, entry("one").body) == ("Ours", "Text.")


def test_what_was_written_here_is_never_taken_over(told, cast, tmp_path):
    ours = news.draft(by=cast.eli, title="One", body="Ours.")
    facts = told(lines(tmp_path, {"slug": ours.slug}))
    assert facts["created"] == {} and "written here" in facts["problems"][0]
    assert entry("one").body == "Ours."


def test_a_published_text_whose_line_says_null_is_taken_down(told, tmp_path, stranger):
    told(lines(tmp_path, {"slug": "one"}))
    told(lines(tmp_path, {"slug": "one", "published_at": None}))
    assert entry("one").status == "draft"
    assert stranger.client.get("/news/one").status_code in (404, 410)


# ---- refused ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("{oops\n", "line 2: not JSON"),
        ('{"kind": "gig"}\n', "line 2: "),
        (
            json.dumps({"kind": "news", "slug": "x", "title": "X", "body": "", "language": "de", "published_at": None}) + "\n",
            "line 2: “de”",
        ),
    ],
)
def test_one_wrong_line_refuses_the_file_and_leaves_nothing(importing, tmp_path, wrong, told):
    before = everything()
    good = lines(tmp_path, {"slug": "one"}).read_text()
    result = importing(save(tmp_path, good + wrong), "--json", status=1)
    assert result.stderr.startswith(f"export.xml: {told}") and result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert everything() == before


def test_a_file_that_is_not_there_is_a_wrong_command(importing, tmp_path):
    assert "does not exist" in importing(tmp_path / "none.jsonl", status=2).stderr


def test_people_are_told_in_lines(importing, cast):
    assert importing(ENTRIES).stdout.startswith("Created: 2 news, 1 page, 2 tags.\n")


@pytest.mark.shared
def test_a_thousand_abstracts_and_paragraphs_come_in(app, shared, told, tmp_path, clock):
    folder = shared / "data/search"
    texts = [(folder / name).read_text() for name in ("cranfield-docs.jsonl", "piaf-fr-dev-docs.jsonl")]
    docs = [json.loads(line) for text in texts for line in text.split("\n") if line]
    entries = [
        {
            "slug": f"doc-{doc['id']}".lower(),
            "title": doc["title"],
            "body": doc["text"],
            "language": "fr" if "category" in doc else "en",
        }
        for doc in docs
    ]
    facts = told(lines(tmp_path, *entries))
    assert facts["created"] == {"news": 1813}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(NewsPost).where(NewsPost.published_at < NOON)) == 1813
    assert not db.session.scalars(sa.select(Tag)).all()
