"""WordPress exports: what is read, what is left out, and that real files give the numbers they hold."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fansite.transfer import wxr
from fansite.transfer.blog import Attachment, Author, Comment, Item, Site, Term, threaded
from fansite.transfer.problems import Refused
from tests.transfer.export import item, save, wrapped

BLOG = Path(__file__).parent / "fixtures" / "marmots-blog.xml"


def read(path: Path) -> tuple[wxr.Census, dict[str, Item]]:
    census = wxr.check(path)
    return census, {found.key: found for found in wxr.items(path, census)}


@pytest.fixture(scope="module")
def blog() -> tuple[wxr.Census, dict[str, Item]]:
    return read(BLOG)


# ---- what a file says -------------------------------------------------------------------------------------------------------


def test_the_census_knows_site_authors_terms_and_numbers(blog):
    census, _ = blog
    assert census.site == Site(
        title="Marmots & Friends",
        link="https://www.marmots.example/blog",
        description="Two voices, one stove",
        language="fr-FR",
        base_site_url="https://network.example/",
        base_blog_url="https://www.marmots.example/blog",
    )
    assert (census.site.address, census.site.language_code, census.version) == ("marmots.example/blog", "fr", "1.2")
    assert census.authors == [Author("jeanne", "jeanne@marmots.example", "Jeanne R&B"), Author("guest", "", "guest")]
    assert census.terms == [
        Term("category", "tour", "Tour"),
        Term("category", "diary", "Diary", parent="tour"),
        Term("post_tag", "café", "Café"),
        Term("post_format", "post-format-aside", "Aside"),
    ]
    assert census.counts == {"post": 6, "page": 1, "attachment": 1, "comment": 3, "ping": 1}
    stage = "https://www.marmots.example/blog/wp-content/uploads/2024/05/stage.jpg"
    assert census.attachments == {40: Attachment(stage, "The stage, empty", parent=11)}


def test_what_readers_never_saw_is_left_out_and_counted(blog):
    census, items = blog
    expected = {
        "revision": 1,
        "auto-draft": 1,
        "trash": 1,
        "nav_menu_item": 1,
        "product": 1,
        "comment spam": 1,
        "comment type order_note": 1,
    }
    assert census.skipped == expected
    assert set(items) == {"11", "2", "12", "13", "14", "15", "16", "40"}


def test_a_post_comes_with_all_that_belongs_to_it(blog):
    post = blog[1]["11"]
    assert (post.line, post.post_type, post.status, post.author, post.sticky, post.comments_open) == (
        24,
        "post",
        "publish",
        "jeanne",
        True,
        True,
    )
    assert post.title == "A night in Thiers: R&B and knives <3"
    assert post.slug == "thiers-été"
    assert post.date == datetime(2024, 5, 4, 20, 0, tzinfo=UTC)
    assert post.modified == datetime(2024, 5, 6, 8, 0, tzinfo=UTC)
    assert "<code><![CDATA[x]]></code>" in post.content
    assert post.excerpt == "<p>Knives.</p>"
    assert post.terms == (Term("category", "diary", "Diary"), Term("post_tag", "café", "Café"))
    assert (post.thumbnail_id, post.old_slugs) == (40, ("knives",))


def test_comments_stand_in_threads_and_replies_to_spam_move_up(blog):
    comments = blog[1]["11"].comments
    assert [(comment.id, comment.parent, comment.is_ping, comment.is_public) for comment in comments] == [
        (101, 0, False, True),
        (104, 101, False, True),
        (105, 0, True, False),
    ]
    assert (comments[0].author, comments[0].email, comments[0].user_id) == ("Pierre & Co", "pierre@example.org", 2)
    assert comments[0].content == "What a <b>night</b>!"


def test_nothing_of_a_commenters_machine_or_of_a_bad_link_is_kept(blog):
    comments = blog[1]["11"].comments
    assert "192.0.2.7" not in repr(comments)
    assert [comment.url for comment in comments] == ["", "", "https://other.example/"]


@pytest.mark.parametrize(
    ("key", "state"),
    [
        ("11", "published"),
        ("2", "published"),
        ("12", "scheduled"),
        ("13", "draft"),
        ("14", "draft"),
        ("15", "draft"),
        ("16", "draft"),
    ],
)
def test_only_what_everybody_could_read_is_public(blog, key, state):
    assert blog[1][key].state == state


def test_a_password_is_reported_since_the_post_becomes_a_draft(blog):
    assert list(blog[0].problems) == ["line 76: “For friends” asked for a password and becomes a draft"]


def test_an_attachment_says_where_its_file_is(blog):
    stage = blog[1]["40"]
    assert (stage.attached_file, stage.alt, stage.parent) == ("2024/05/stage.jpg", "The stage, empty", 11)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (
            "<wp:post_date_gmt>2010-05-01 10:00:00</wp:post_date_gmt><wp:post_date>2010-05-01 12:00:00</wp:post_date>",
            datetime(2010, 5, 1, 10, tzinfo=UTC),
        ),
        (
            "<wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt><wp:post_date>2010-05-01 12:00:00</wp:post_date>",
            datetime(2010, 5, 1, 12, tzinfo=UTC),
        ),
        (
            "<pubDate>Sat, 01 May 2010 10:00:00 +0000</pubDate><wp:post_date>2010-05-01 12:00:00</wp:post_date>",
            datetime(2010, 5, 1, 10, tzinfo=UTC),
        ),
        (
            "<pubDate>Thu, 01 Jan 1970 00:00:00 +0000</pubDate><wp:post_date>2010-05-01 12:00:00</wp:post_date>",
            datetime(2010, 5, 1, 12, tzinfo=UTC),
        ),
        (
            "<pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate><wp:post_date>2010-05-01 12:00:00</wp:post_date>",
            datetime(2010, 5, 1, 12, tzinfo=UTC),
        ),
        ("<wp:post_date>2010-02-31 12:00:00</wp:post_date><pubDate>yesterday</pubDate>", None),
        ("<wp:post_date>9999999-99-99</wp:post_date>", None),
    ],
)
def test_dates_come_from_the_first_place_that_tells_them(tmp_path, dates, expected):
    _, items = read(save(tmp_path, wrapped(item(dates))))
    assert items["1"].date == expected


def test_a_published_post_without_a_date_is_told(tmp_path):
    census, _ = read(save(tmp_path, wrapped(item("<title>When?</title>"))))
    assert list(census.problems) == ["line 4: “When?” has no date"]


def test_a_number_missing_is_taken_from_the_address(tmp_path):
    text = wrapped(
        "<item><link>https://a.example/?p=19</link><wp:post_type>post</wp:post_type><wp:status>publish</wp:status></item>"
    )
    assert list(read(save(tmp_path, text))[1]) == ["19"]


def test_an_item_without_any_number_has_the_same_key_each_time(tmp_path):
    text = wrapped("<item><link>https://a.example/x/</link><title>X</title><wp:status>publish</wp:status></item>")
    first, second = (list(read(save(tmp_path, text))[1]) for _ in range(2))
    assert first == second
    assert first[0].startswith("x")


def test_the_same_item_twice_counts_once_but_another_text_with_its_number_is_kept(tmp_path):
    text = wrapped(item("<title>One</title>"), item("<title>One</title>"), item("<title>Other</title>"))
    census, items = read(save(tmp_path, text))
    assert [found.title for found in items.values()] == ["One", "Other"]
    assert census.skipped == {"twice": 1}


def test_wxr_1_0_names_each_term_twice_and_we_take_it_once(tmp_path):
    labels = """<category><![CDATA[alpha]]></category><category domain="category" nicename="alpha"><![CDATA[alpha]]></category>
        <category domain="tag"><![CDATA[news]]></category><category domain="tag" nicename="news"><![CDATA[news]]></category>"""
    _, items = read(save(tmp_path, wrapped(item(labels))))
    assert items["1"].terms == (Term("category", "alpha", "alpha"), Term("post_tag", "news", "news"))


def test_a_field_too_long_is_cut_and_a_text_too_long_left_out(tmp_path):
    long = item("<title>" + "t" * 5000 + "</title>", number=1)
    huge = item("<content:encoded>" + "c" * (wxr.MAX_CONTENT + 1) + "</content:encoded>", number=2)
    census, items = read(save(tmp_path, wrapped(long, huge)))
    assert list(items) == ["1"]
    assert len(items["1"].title) == 4096
    assert census.skipped == {"too large": 1}
    assert "cut" in next(iter(census.problems))


def test_an_item_with_more_than_memory_should_hold_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(wxr, "MAX_ITEM", 50_000)
    crowded = item("<wp:comment><wp:comment_id>1</wp:comment_id></wp:comment>" * 200, number=1)
    census, items = read(save(tmp_path, wrapped(crowded, item(number=2))))
    assert list(items) == ["2"]
    assert census.skipped == {"too large": 1}


def test_a_file_that_changed_since_it_was_checked_is_not_read(tmp_path):
    path = save(tmp_path, wrapped(item()))
    census = wxr.check(path)
    save(tmp_path, wrapped(item(), item(number=2)))
    with pytest.raises(Refused, match="changed since it was checked"):
        list(wxr.items(path, census))


def test_progress_adds_up_to_the_size_of_the_file(tmp_path):
    told: list[int] = []
    path = tmp_path / "blog.xml.gz"
    path.write_bytes(gzip.compress(BLOG.read_bytes()))
    wxr.check(path, progress=told.append)
    assert sum(told) == path.stat().st_size


def test_a_caption_of_an_attachment_is_one_line_of_text(tmp_path):
    attachment = (
        "<item><wp:post_id>7</wp:post_id><wp:post_type>attachment</wp:post_type><wp:status>inherit</wp:status>"
        "<wp:attachment_url>https://a.example/x.jpg</wp:attachment_url>"
        "<excerpt:encoded>Ida &amp;amp; &lt;em&gt;the&lt;/em&gt;\nstove</excerpt:encoded></item>"
    )
    assert wxr.check(save(tmp_path, wrapped(attachment))).attachments[7].caption == "Ida & the stove"


# ---- threads ------------------------------------------------------------------------------------------------------------------


def a_comment(number: int, parent: int = 0, *, day: int = 1, approved: str = "1") -> Comment:
    return Comment(number, parent, "Fay", "", "", datetime(2024, 5, day, tzinfo=UTC), f"text {number}", approved, "", 0)


def test_parents_come_before_replies_wherever_they_stood():
    kept, _ = threaded([a_comment(3, 2), a_comment(2, 1), a_comment(1), a_comment(4, day=2)])
    assert [(comment.id, comment.parent) for comment in kept] == [(1, 0), (2, 1), (3, 2), (4, 0)]


def test_replies_in_a_circle_are_kept_and_the_circle_is_cut():
    kept, _ = threaded([a_comment(1, 2), a_comment(2, 1), a_comment(3, 3)])
    assert {comment.id: comment.parent for comment in kept} == {1: 0, 2: 1, 3: 0}


def test_a_reply_to_a_comment_the_file_does_not_hold_starts_a_thread():
    kept, _ = threaded([a_comment(1, 999)])
    assert kept[0].parent == 0


def test_replies_climb_over_several_that_are_left_out():
    kept, left_out = threaded(
        [a_comment(1), a_comment(2, 1, approved="spam"), a_comment(3, 2, approved="trash"), a_comment(4, 3)]
    )
    assert [(comment.id, comment.parent) for comment in kept] == [(1, 0), (4, 1)]
    assert left_out == {"comment spam": 1, "comment trash": 1}


def test_ten_thousand_replies_one_below_the_other_are_no_trouble():
    kept, _ = threaded([a_comment(number, number - 1) for number in range(1, 10_001)])
    assert [comment.parent for comment in kept] == list(range(10_000))


def test_comments_without_numbers_are_told_apart_by_what_they_say():
    kept, left_out = threaded([a_comment(0, day=1), a_comment(0, day=2), a_comment(0, day=2)])
    assert len(kept) == 2
    assert left_out == {"comment twice": 1}


# ---- real files -----------------------------------------------------------------------------------------------------------------

# File: posts, pages, attachments, comments, pings among them, authors, and what is left out; or why it is refused.
FILES = {
    "wxr/theme-unit-test.xml": (58, 21, 37, 33, 4, 2, {"nav_menu_item": 70}),
    "wxr/block-editor-64.xml": (61, 1, 9, 2, 0, 2, {"wp_navigation": 1}),
    "wxr/theme-preview.xml": (7, 0, 0, 2, 0, 1, {}),
    "wxr/fr-blog-alienlebarge.xml.gz": (588, 0, 0, 405, 30, 1, {}),
    "wxr/pelican-sample.xml": (11, 2, 4, 3, 0, 3, {"comment trash": 1, "custom1": 2, "custom2": 1}),
    "wxr/nikola-wordpress_export_example.xml": (4, 1, 3, 0, 0, 1, {}),
    "wxr/nikola-wordpress_unicode_export.xml": (1, 1, 0, 0, 0, 1, {}),
    "wxr/importer/missing-version-tag.xml": (0, 0, 0, 0, 0, 1, {}),
    "wxr/importer/slashes.xml": (1, 0, 0, 1, 0, 2, {}),
    "wxr/importer/small-export.xml": (6, 5, 0, 1, 0, 3, {}),
    "wxr/importer/term-formats.xml": (0, 0, 0, 0, 0, 0, {}),
    "wxr/importer/valid-wxr-1.0.xml": (3, 3, 0, 1, 0, 1, {}),
    "wxr/importer/valid-wxr-1.1.xml": (1, 1, 0, 1, 0, 1, {}),
    "wxr/importer/wxr-simple.xml": (1, 0, 0, 0, 0, 1, {}),
    "wxr/importer/malformed.xml": "line 90: not well-formed XML (mismatched tag)",
    "other-cms/wordpress-isso.xml": (3, 0, 0, 8, 0, 1, {}),
    "other-cms/disqus-isso.xml": "line 2: not a WordPress export: it begins with <disqus>, not with <rss>",
    "other-cms/ghost-mini.json": "line 1: this is not an XML file: it does not begin with “<”",
    "other-cms/ghost-theme-unit-test.json": "line 1: this is not an XML file: it does not begin with “<”",
    "other-cms/movabletype-entries.txt": "line 1: this is not an XML file: it does not begin with “<”",
}


@pytest.mark.shared
@pytest.mark.parametrize("name", FILES)
def test_every_file_we_know_is_read_or_refused_for_a_reason(shared, name):
    path, expected = shared / "data" / name, FILES[name]
    if isinstance(expected, str):
        with pytest.raises(Refused) as refusal:
            wxr.check(path)
        assert str(refusal.value) == expected
        return
    posts, pages, attachments, comments, pings, authors, skipped = expected
    census = wxr.check(path)
    items = list(wxr.items(path, census))
    assert Counter(found.post_type for found in items) == Counter(post=posts, page=pages, attachment=attachments)
    assert sum(len(found.comments) for found in items) == census.counts["comment"] == comments
    assert census.counts["ping"] == pings
    assert len(census.authors) == authors
    assert census.skipped == skipped


@pytest.mark.shared
def test_the_table_names_every_export_there_is(shared):
    data = shared / "data"
    files = [*data.glob("wxr/*.xml*"), *data.glob("wxr/importer/*"), *data.glob("other-cms/*")]
    assert {str(path.relative_to(data)) for path in files} == set(FILES)


@pytest.mark.shared
def test_the_french_blog_in_detail(shared):
    census, items = read(shared / "data/wxr/fr-blog-alienlebarge.xml.gz")
    assert (census.site.address, census.site.language_code) == ("alienlebarge.ch", "fr")
    assert Counter(found.state for found in items.values()) == {"published": 571, "draft": 17}
    comments = [comment for found in items.values() for comment in found.comments]
    assert Counter(comment.approved for comment in comments) == {"1": 401, "0": 4}
    assert Counter(comment.type for comment in comments if comment.is_ping) == {"pingback": 26, "trackback": 4}
    assert Counter(term.taxonomy for found in items.values() for term in found.terms)["post_tag"] == 1699
    assert {"justice-†", "l’appareil-photo-de-mes-reves-2"} <= {found.slug for found in items.values()}
    assert not list(census.problems)


@pytest.mark.shared
def test_the_theme_unit_test_in_detail(shared):
    census, items = read(shared / "data/wxr/theme-unit-test.xml")
    states = Counter((found.post_type, found.state) for found in items.values() if found.post_type != "attachment")
    assert states == {("post", "published"): 55, ("post", "draft"): 2, ("post", "scheduled"): 1, ("page", "published"): 21}
    assert "Markup: Title With Mark" in " ".join(found.title for found in items.values())
    assert len(census.attachments) == 37
    comments = [comment for found in items.values() for comment in found.comments]
    assert Counter(comment.approved for comment in comments) == {"1": 30, "0": 3}
    threads = [found for found in items.values() if any(comment.parent for comment in found.comments)]
    for found in threads:
        seen: set[int] = {0}
        for comment in found.comments:
            assert comment.parent in seen
            seen.add(comment.id)
    assert threads
