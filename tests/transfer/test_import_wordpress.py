"""`fansite import wordpress`: a blog comes in with all that belongs to it, once, and its old addresses lead to it."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from PIL import Image

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.comments.models import Comment
from fansite.core.content import Entry, OldAddress
from fansite.core.db import db
from fansite.core.errors import Refused
from fansite.media.models import Picture
from fansite.moderation.models import Review
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.pages.models import Page
from fansite.tags.models import Tag
from fansite.transfer import operations, wxr
from fansite.transfer.commands import import_
from tests.serve.served import until
from tests.structure.test_cli import FANSITE, command, environment
from tests.transfer.export import HEAD, item, save, wrapped

FIXTURES = Path(__file__).parent / "fixtures"
BLOG = FIXTURES / "marmots-blog.xml"
EVERYTHING = (Entry, Comment, Account, Tag, OldAddress, Review)


@pytest.fixture
def importing(app: Any) -> Callable[..., Result]:
    """Types `fansite import wordpress …`."""

    def run(*words: Any, status: int = 0) -> Result:
        result = CliRunner().invoke(import_, ["wordpress", *map(str, words)], obj={"app": lambda: app})
        db.session.rollback()  # this test's own look at the database is from before
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def brought(importing: Callable[..., Result]) -> dict[str, Any]:
    """What the command said of our small blog."""
    return dict(json.loads(importing(BLOG, "--json").stdout))


def rows() -> dict[str, int]:
    return {model.__tablename__: db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0 for model in EVERYTHING}


def entry(title: str) -> Any:
    return db.session.scalars(sa.select(Entry).where(Entry.title == title)).one()


# ---- what comes in ------------------------------------------------------------------------------------------------------------


def test_one_json_object_says_what_was_made_and_what_was_left_out(brought):
    assert set(brought) == {"created", "updated", "skipped", "problems"}
    assert brought["created"] == {"account": 2, "news": 6, "page": 1, "comment": 3, "tag": 2}
    assert brought["updated"] == {}
    assert {"revision", "trash", "product", "comment spam"} <= set(brought["skipped"])
    assert any("stage.jpg" in problem for problem in brought["problems"])


def test_a_post_is_read_as_it_was_written(brought, stranger):
    stranger.get("/fr/news/thiers-ete")
    assert stranger.page.findtext(".//h1").split() == "A night in Thiers: R&B and knives <3".split()
    assert "In code one writes ." in stranger.text  # browsers show no CDATA in HTML either
    assert stranger.page.xpath('//time[starts-with(@datetime, "2024-05-04T20:00:00")]')
    assert {"Diary", "Café"} <= set(stranger.page.xpath('//a[contains(@href, "/news/tag/")]//text()'))
    assert "jeanne" in stranger.text
    assert "Knives." in stranger.page.xpath('//meta[@name="description"]/@content')[0]


def test_its_comments_stand_in_their_threads_and_pings_wait(brought, stranger):
    stranger.get("/fr/news/thiers-ete")
    said = {" ".join(article.text_content().split()): article for article in stranger.page.xpath('//article[@class="comment"]')}
    assert len(said) == 2  # the answer to spam, and what was said; the ping waits
    assert any("What a night!" in text for text in said)
    assert "Cheap Pills" not in stranger.text and "javascript:" not in stranger.response.get_data(as_text=True)
    ping = db.session.scalars(sa.select(Comment).where(Comment.kind == "pingback")).one()
    assert ping.status == "pending" and "other.example" in ping.body
    waiting = db.session.scalars(sa.select(Review)).one()
    assert (waiting.subject_id, waiting.queue, waiting.reasons) == (ping.id, "pending", ["imported, waiting"])


def test_only_what_was_public_is_public(brought, stranger):
    states = {row.title: row.status for row in db.session.execute(sa.select(Entry.title, Entry.status))}
    assert states == {
        "A night in Thiers: R&B and knives <3": "published",
        "About": "published",
        "Summer dates": "scheduled",
        "Unfinished": "draft",
        "To be read over": "draft",
        "For us alone": "draft",
        "For friends": "draft",
    }
    for title, status in states.items():
        if status != "published":
            stranger.get(f"/fr/news/{entry(title).slug}", status=404)


def test_its_authors_are_editors_who_cannot_sign_in_yet(brought, stranger, outbox_mails, worker):
    jeanne = db.session.scalars(sa.select(Account).where(Account.username_key == "jeanne")).one()
    assert (jeanne.role, jeanne.password_hash, jeanne.email) == ("editor", None, "jeanne@marmots.example")
    for password in ("", "None", "jeanne"):
        with pytest.raises(Refused):
            accounts.sign_in("jeanne", password)
    stranger.get("/fans/jeanne")
    assert "jeanne@marmots.example" not in stranger.response.get_data(as_text=True)
    accounts.ask_reset("jeanne@marmots.example")
    worker()
    assert [mail["To"] for mail in outbox_mails()] == ["jeanne@marmots.example"]


def test_an_address_typed_into_a_comment_form_makes_nobody(brought):
    said = db.session.scalars(sa.select(Comment).where(Comment.body.contains("What a"))).one()
    assert said.author_name == "Pierre & Co" or said.author.username == "jeanne"  # signed in there as number 2
    answer = db.session.scalars(sa.select(Comment).where(Comment.body.contains("An answer"))).one()
    assert (answer.author_id, answer.author_name) == (None, "Ida")


def test_pictures_of_a_folder_come_along_and_the_others_are_named(importing, stranger, tmp_path):
    folder = tmp_path / "uploads" / "2024" / "05"
    folder.mkdir(parents=True)
    Image.new("RGB", (40, 30), "red").save(folder / "stage.jpg")
    facts = json.loads(importing(BLOG, "--media-dir", tmp_path / "uploads", "--json").stdout)
    assert facts["created"]["picture"] == 1 and not [text for text in facts["problems"] if "picture" in text]
    stranger.get("/fr/news/thiers-ete")
    (picture,) = stranger.page.xpath('//main//*[contains(@class, "cover")]//img[contains(@src, "/media/")]')
    assert picture.get("alt") == "The stage, empty"
    (kept,) = db.session.scalars(sa.select(Picture))
    assert (kept.alt, kept.origin_path) == ("The stage, empty", "/blog/wp-content/uploads/2024/05/stage.jpg")
    for old in ("stage.jpg", "stage-300x200.jpg"):
        led = stranger.get(f"/blog/wp-content/uploads/2024/05/{old}", status=301)
        assert led.location == f"/media/{kept.name}"
    with stranger.client.get(picture.get("src")) as shown:
        assert shown.status_code == 200 and shown.mimetype.startswith("image/")


def test_pictures_that_were_forgotten_come_with_the_next_import(brought, importing, stranger, tmp_path):
    folder = tmp_path / "uploads" / "2024" / "05"
    folder.mkdir(parents=True)
    Image.new("RGB", (40, 30), "red").save(folder / "stage.jpg")
    facts = json.loads(importing(BLOG, "--media-dir", tmp_path / "uploads", "--json").stdout)
    assert (facts["created"], facts["updated"]) == ({"picture": 1}, {"news": 1})
    stranger.get("/fr/news/thiers-ete")
    assert stranger.page.xpath('//main//img[contains(@src, "/media/")]')


def test_songs_of_the_old_site_are_named_for_they_go_with_it(importing, tmp_path):
    song = "https://a.example/wp-content/uploads/2024/rain.mp3"
    text = f'<content:encoded><![CDATA[<a href="{song}">Rain</a>, <a href="{song}">again</a>, <a href="https://b.example/x.mp3">theirs</a>]]></content:encoded>'
    facts = json.loads(importing(save(tmp_path, wrapped(item(f"<title>Rain</title>{text}"))), "--json").stdout)
    assert facts["problems"][-1] == f"line 4: file of the old site, still linked there: {song}"
    assert sum("mp3" in problem for problem in facts["problems"]) == 1


# ---- old addresses ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "old",
    [
        "/blog/2024/05/04/thiers-%C3%A9t%C3%A9/",
        "/blog/2024/05/04/thiers-%c3%a9t%c3%a9",
        "/blog/2024/05/04/knives/",
        "/blog/?p=11",
        "/blog/index.php?p=11",
    ],
)
def test_old_addresses_lead_there_in_one_hop(brought, stranger, old):
    assert stranger.get(old, status=301).headers["Location"] == "/fr/news/thiers-ete"


def test_addresses_of_what_is_not_public_lead_nowhere(brought, stranger):
    for old in ("/blog/2024/alone/", "/blog/2024/friends/", "/blog?p=13"):
        stranger.get(old, status=404)


def test_a_number_two_imports_had_is_nobodys(importing, stranger, tmp_path):
    def blog(host: str, title: str) -> Path:
        head = HEAD.replace("a.example", host)
        inner = f"<title>{title}</title><link>https://{host}/{title.lower()}/</link><wp:post_date_gmt>2024-05-04 20:00:00</wp:post_date_gmt>"
        return save(tmp_path, wrapped(item(inner, number=7), head=head), f"{host}.xml")

    importing(blog("a.example", "Apples"))
    assert stranger.get("/?p=7", status=301).headers["Location"] == "/news/apples"
    importing(blog("b.example", "Pears"))
    stranger.get("/?p=7", status=200)
    assert stranger.get("/apples/", status=301).headers["Location"] == "/news/apples"
    assert stranger.get("/pears/", status=301).headers["Location"] == "/news/pears"


def test_links_within_the_old_site_lead_to_the_new_pages_whichever_came_first(importing, stranger, tmp_path):
    link = '<a href="https://a.example/second/">on</a> and <a href="https://a.example/?p=3">back</a>, <a href="https://a.example/gone/">off</a>'

    def post(number: int, slug: str, body: str) -> str:
        return item(
            f"<title>{slug}</title><link>https://a.example/{slug}/</link><wp:post_name>{slug}</wp:post_name>"
            f"<wp:post_date_gmt>2024-05-0{number} 20:00:00</wp:post_date_gmt><content:encoded><![CDATA[{body}]]></content:encoded>",
            number=number,
        )

    importing(save(tmp_path, wrapped(post(1, "first", link), post(2, "second", "2"), post(3, "third", link))))
    for slug in ("first", "third"):
        stranger.get(f"/news/{slug}")
        links = {a.text: a.get("href") for a in stranger.page.xpath('//main//a[text()="on" or text()="back" or text()="off"]')}
        assert links == {"on": "/news/second", "back": "/news/third", "off": "https://a.example/gone/"}


# ---- again, dry, killed, refused ------------------------------------------------------------------------------------------------


def test_a_second_time_adds_nothing(brought, importing):
    before = rows()
    facts = json.loads(importing(BLOG, "--json").stdout)
    assert facts["created"] == {} and facts["updated"] == {}
    assert facts["skipped"].items() >= {"news": 6, "page": 1, "comment": 3, "account": 2}.items()
    assert rows() == before


def test_what_changed_there_is_renewed_and_what_changed_here_stays(brought, importing, cast, tmp_path):
    about, thiers = entry("About"), entry("A night in Thiers: R&B and knives <3")
    news.revise(thiers.id, by=cast.eli, version=thiers.version, title="Our own title")
    changed = BLOG.read_text().replace("Who we are.", "Who we were.").replace("In code one writes", "In code they write")
    facts = json.loads(importing(save(tmp_path, changed), "--json").stdout)
    assert facts["updated"] == {"page": 1}
    assert any("it was changed here since" in problem for problem in facts["problems"])
    assert "Who we were." in db.session.get(Page, about.id).body
    post = db.session.get(NewsPost, thiers.id)
    assert post.title == "Our own title" and "one writes" in post.body


def test_a_dry_run_tells_the_same_and_writes_nothing(importing):
    before = rows()
    dry = json.loads(importing(BLOG, "--dry-run", "--json").stdout)
    assert rows() == before
    real = json.loads(importing(BLOG, "--json").stdout)
    for kind in ("news", "page", "comment", "account"):
        assert dry["created"][kind] == real["created"][kind]


def test_people_are_told_in_lines_and_shown_where_to_look(importing):
    said = importing(BLOG).stdout
    assert "6 news" in said and "1 page" in said and "3 comment" in said
    assert "picture missing" in said


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("torn.xml", wrapped(item("<title>One</title>"), item("<title>Two")), "not well-formed XML"),
        ("deep.xml", wrapped(item("<x>" * 50 + "</x>" * 50)), "nested"),
        ("bomb.xml", '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "lol">]><rss>&a;</rss>', "line 1"),
        ("page.xml", "<html><body>no export</body></html>", "line 1"),
        ("archive.xml", b"PK\x03\x04 not an export", "ZIP"),
    ],
)
def test_a_hostile_or_broken_file_leaves_nothing_behind(importing, tmp_path, name, content, told):
    before = rows()
    result = importing(save(tmp_path, content, name), "--json", status=1)
    assert told in result.stderr and result.stderr.startswith(f"{name}: ") and result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert rows() == before


def test_found_fed_and_mapped_while_the_site_serves(app, importing, stranger, worker):
    site = app.extensions["fansite"]
    stranger.get("/fr/news/")
    assert "Thiers" not in stranger.text
    seen = site.clock.seen()
    importing(BLOG)
    assert not site.clock.fresh(seen, ("list:news",)) and not site.clock.fresh(seen, ("list:page",))
    worker()
    stranger.get("/fr/search?q=couteaux")
    stranger.get("/fr/search?q=knives")
    assert stranger.page.xpath('//ol[@id="results"]/li[1]//a/@href')[0] == "/fr/news/thiers-ete"
    stranger.get("/fr/news/")
    assert "Thiers" in stranger.text
    assert "/fr/news/thiers-ete</loc>" in stranger.get("/sitemaps/news-1.xml").get_data(as_text=True)
    assert "thiers-ete" in stranger.get("/fr/feed.xml").get_data(as_text=True)


def test_an_import_that_was_killed_is_completed_by_the_next(tmp_path):
    posts = [
        item(
            f"<title>Post {n}</title><link>https://a.example/p{n}/</link><wp:post_name>p{n}</wp:post_name>"
            f"<wp:post_date_gmt>2024-05-04 20:00:00</wp:post_date_gmt><content:encoded>{'Words. ' * 400}</content:encoded>"
            f"<wp:comment><wp:comment_id>{n}</wp:comment_id><wp:comment_author>Ida</wp:comment_author><wp:comment_approved>1</wp:comment_approved>"
            f"<wp:comment_date_gmt>2024-05-05 10:00:00</wp:comment_date_gmt><wp:comment_content>Said {n}</wp:comment_content></wp:comment>",
            number=n,
        )
        for n in range(1, 401)
    ]
    export = save(tmp_path, wrapped(*posts))
    folder = tmp_path / "instance"
    assert command(folder, "db", "upgrade").returncode == 0
    running = psutil.Popen([FANSITE, "import", "wordpress", str(export)], env=environment(folder))
    until(lambda: counted(folder, "entry") > 60 or running.poll() is not None, 60)
    running.send_signal(signal.SIGKILL)
    assert running.wait(10) == -signal.SIGKILL, "it was done before it could be killed"
    assert 60 < counted(folder, "entry") < 400
    again = json.loads(command(folder, "import", "wordpress", str(export), "--json").stdout)
    assert again["created"]["news"] + again["skipped"]["news"] == 400
    assert (counted(folder, "entry"), counted(folder, "comment"), counted(folder, "imported")) == (400, 400, 400)
    assert counted(folder, "old_address") == 4 * 400 - 400  # with and without a slash, and by number


def counted(folder: Path, table: str) -> int:
    import sqlite3

    with sqlite3.connect(folder / "fansite.db") as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


# ---- real sites ---------------------------------------------------------------------------------------------------------------


def census_and_report(path: Path) -> tuple[wxr.Census, Any]:
    census = wxr.check(path)
    return census, operations.import_wordpress(path, census)


@pytest.mark.shared
@pytest.mark.slow
def test_a_real_french_blog_comes_in_whole_and_in_little_memory(app, stranger, shared):
    peak, done = Peak(), threading.Event()
    watcher = threading.Thread(target=peak.watch, args=(done,))
    watcher.start()
    try:
        _census, report = census_and_report(shared / "data/wxr/fr-blog-alienlebarge.xml.gz")
    finally:
        done.set()
        watcher.join()
    assert (report.created["news"], report.created["comment"]) == (588, 405)
    kinds = Counter(db.session.scalars(sa.select(Comment.kind)))
    assert kinds["comment"] == 375 and sum(kinds.values()) == 405
    assert peak.grown < 150 * 1024**2
    threads = db.session.execute(sa.select(Comment.path, Comment.parent_id, Comment.id)).all()
    assert all(path.endswith(f"{id:010d}") for path, _parent, id in threads)
    for slug in db.session.scalars(sa.select(Entry.slug).where(Entry.status == "published").order_by(Entry.id).limit(400)).all()[
        ::40
    ]:
        stranger.get(f"/fr/news/{slug}")
    old = db.session.execute(sa.select(OldAddress.path, OldAddress.entry_id).where(~OldAddress.path.contains("?"))).all()
    for path, entry_id in old[::100]:
        target = stranger.get(path, status=301).headers["Location"]
        assert target.endswith(db.session.get(Entry, entry_id).slug)


@pytest.mark.shared
def test_the_reference_export_of_wordpress_comes_in_whole(app, stranger, shared):
    _census, report = census_and_report(shared / "data/wxr/theme-unit-test.xml")
    assert (report.created["news"], report.created["page"], report.created["comment"]) == (58, 21, 33)
    assert +report.skipped == Counter(nav_menu_item=70)
    public = db.session.execute(sa.select(Entry.kind, Entry.slug).where(Entry.status == "published")).all()
    for kind, slug in public:
        stranger.get(f"/news/{slug}" if kind == "news" else f"/{slug}")
    depths = Counter(db.session.scalars(sa.select(Comment.depth)))
    assert depths[2] and depths[3]


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "block-editor-64.xml", "theme-preview.xml", "pelican-sample.xml", "nikola-wordpress_export_example.xml",
        "nikola-wordpress_unicode_export.xml", "importer/missing-version-tag.xml", "importer/slashes.xml", "importer/small-export.xml",
        "importer/term-formats.xml", "importer/valid-wxr-1.0.xml", "importer/valid-wxr-1.1.xml", "importer/wxr-simple.xml",
    ],
)  # fmt: skip
def test_every_export_we_know_comes_in_and_only_once(app, shared, name):
    path = shared / "data/wxr" / name
    census, report = census_and_report(path)
    made = Counter(db.session.scalars(sa.select(Entry.kind)))
    assert made == Counter({kind: report.created[kind] for kind in ("news", "page") if report.created[kind]})
    assert made.total() == sum(census.counts[kind] for kind in ("post", "page"))
    before = rows()
    _census, again = census_and_report(path)
    assert (+again.created, +again.updated) == (Counter(), Counter())
    assert rows() == before


@pytest.mark.shared
def test_what_is_no_xml_is_refused_with_its_line(importing, shared):
    before = rows()
    result = importing(shared / "data/wxr/importer/malformed.xml", status=1)
    assert result.stderr == "malformed.xml: line 90: not well-formed XML (mismatched tag)\n"
    assert rows() == before


class Peak:
    """By how much this process grew at most."""

    def __init__(self) -> None:
        self.process = psutil.Process(os.getpid())
        self.before = self.process.memory_info().rss
        self.grown = 0

    def watch(self, done: threading.Event) -> None:
        while not done.wait(0.05):
            self.grown = max(self.grown, self.process.memory_info().rss - self.before)
