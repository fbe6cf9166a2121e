"""Old addresses that answer on, and pictures found in a folder without ever leaving it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fansite.transfer import wxr
from fansite.transfer.blog import Item, Site
from fansite.transfer.links import find_local, local_names, old_paths, page_path

BLOG = Path(__file__).parent / "fixtures" / "marmots-blog.xml"
SITE = Site(base_blog_url="https://www.marmots.example")
UPLOADS = "https://marmots.example/wp-content/uploads"


@pytest.fixture(scope="module")
def post() -> Item:
    return next(wxr.items(BLOG, wxr.check(BLOG)))


def at(post: Item, link: str, guid: str = "") -> Item:
    return replace(post, link=link, guid=guid, old_slugs=())


# ---- old addresses ----------------------------------------------------------------------------------------------------------


def test_a_post_answers_at_its_old_path_with_and_without_slash_and_by_its_number(post):
    paths = old_paths(at(post, "https://www.marmots.example/2024/05/04/thiers/"), SITE)
    assert paths == ["/2024/05/04/thiers/", "/2024/05/04/thiers", "/?p=11"]


def test_a_path_is_decoded_as_the_server_will_see_it(post):
    assert "/2024/thiers-été/" in old_paths(at(post, "https://marmots.example/2024/thiers-%c3%a9t%C3%A9/"), SITE)


def test_a_blog_in_a_folder_keeps_the_folder_and_former_slugs_answer_too(post):
    site = wxr.check(BLOG).site
    assert old_paths(post, site) == [
        "/blog/2024/05/04/thiers-été/",
        "/blog/2024/05/04/thiers-été",
        "/blog/2024/05/04/knives/",
        "/blog/2024/05/04/knives",
        "/blog/?p=11",
    ]


def test_a_page_answers_by_both_its_numbers(post):
    page = replace(at(post, "https://marmots.example/about/"), post_type="page")
    assert old_paths(page, SITE) == ["/about/", "/about", "/?page_id=11", "/?p=11"]


def test_the_path_of_a_guid_answers_but_not_its_number(post):
    paths = old_paths(at(post, "https://marmots.example/?p=11", "https://marmots.example/2007/04/first/"), SITE)
    assert paths == ["/2007/04/first/", "/2007/04/first", "/?p=11"]
    assert old_paths(at(post, "https://marmots.example/a/", "https://marmots.example/?p=3"), SITE) == ["/a/", "/a", "/?p=11"]


@pytest.mark.parametrize(
    "link",
    [
        "https://other.example/x/",
        "https://marmots.example/",
        "https://marmots.example/wp-content/uploads/x.jpg",
        "not an address",
        "http://[bad",
        "https://marmots.example/a%00b",
    ],
)
def test_addresses_that_are_not_the_posts_own_are_not_taken(post, link):
    assert old_paths(at(post, link), SITE) == ["/?p=11"]


def test_a_path_longer_than_we_keep_is_left_out(post):
    assert old_paths(at(post, f"https://marmots.example/{'a' * 600}/"), SITE) == ["/?p=11"]


@pytest.mark.parametrize("status", ["draft", "pending", "private"])
def test_what_had_no_public_address_gets_none(post, status):
    assert old_paths(replace(post, status=status), SITE) == []


def test_attachments_and_texts_that_share_a_number_get_no_number(post):
    assert old_paths(replace(post, post_type="attachment"), SITE) == []
    assert old_paths(replace(at(post, "https://marmots.example/a/"), shares_number=True), SITE) == ["/a/", "/a"]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://marmots.example/2024/caf%C3%A9/#comments", "/2024/café/"),
        ("http://www.marmots.example/about", "/about"),
        ("https://marmots.example/?p=12", "/?p=12"),
        ("https://marmots.example/index.php?lang=fr&page_id=3", "/?page_id=3"),
        ("https://marmots.example/", None),
        ("https://marmots.example/wp-content/uploads/2024/x.jpg", None),
        ("https://marmots.example/paper.pdf", None),
        ("https://other.example/about", None),
        ("mailto:jeanne@marmots.example", None),
        ("http://[bad/", None),
    ],
)
def test_a_link_within_the_old_site_is_called_as_the_page_it_leads_to(url, path):
    assert page_path(url, SITE) == path


# ---- pictures ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "names"),
    [
        (f"{UPLOADS}/2010/05/x-300x200.jpg", ["2010/05/x-300x200.jpg", "2010/05/x.jpg"]),
        (f"{UPLOADS}/2010/05/x.jpg?w=300", ["2010/05/x.jpg"]),
        (f"{UPLOADS}/2020/x-scaled.jpg", ["2020/x-scaled.jpg", "2020/x.jpg"]),
        (f"{UPLOADS}/2007/x.miniature.png", ["2007/x.miniature.png", "2007/x.png"]),
        (f"{UPLOADS}/sites/3/2010/x.jpg", ["2010/x.jpg"]),
        (f"{UPLOADS}/2010/%C3%A9t%C3%A9.jpg", ["2010/été.jpg"]),
        ("/wp-content/uploads/2010/x.jpg", ["2010/x.jpg"]),
        ("//www.marmots.example/blog/wp-content/uploads/x.jpg", ["x.jpg"]),
        ("https://cdn.marmots.example/wp-content/uploads/x.jpg", ["x.jpg"]),
        ("https://i0.wp.com/www.marmots.example/wp-content/uploads/x.jpg?resize=1", ["x.jpg"]),
        ("https://marmots.example/files/2010/x.jpg", ["2010/x.jpg"]),
        ("https://other.example/wp-content/uploads/2010/x.jpg", []),
        ("https://notmarmots.example/wp-content/uploads/2010/x.jpg", []),
        ("https://i0.wp.com/other.example/wp-content/uploads/x.jpg", []),
        ("https://marmots.example/theme/x.jpg", []),
        (f"{UPLOADS}/../../wp-config.php", []),
        (f"{UPLOADS}/%2e%2e/%2e%2e/etc/passwd", []),
        (f"{UPLOADS}//etc/passwd", []),
        (f"{UPLOADS}/..%5c..%5cwindows.jpg", []),
        (f"{UPLOADS}/C:/x.jpg", []),
        (f"{UPLOADS}/a%00.jpg", []),
        (f"{UPLOADS}/{'a' * 300}.jpg", []),
        ("http://[bad/wp-content/uploads/x.jpg", []),
        ("", []),
    ],
)
def test_the_names_an_upload_may_have(url, names):
    assert local_names(url, SITE) == names


def test_wordpress_com_keeps_files_on_a_host_of_its_own():
    site = Site(base_blog_url="https://marmots.wordpress.com")
    assert local_names("https://marmots.files.wordpress.com/2010/05/x.jpg?w=640", site) == ["2010/05/x.jpg"]
    assert local_names("https://others.files.wordpress.com/2010/05/x.jpg", site) == []


@pytest.mark.parametrize("start", ["", "uploads", "wp-content/uploads"])
def test_a_file_is_found_in_a_copy_of_uploads_of_wp_content_or_of_the_site(tmp_path, start):
    folder = tmp_path / start / "2010"
    folder.mkdir(parents=True)
    (folder / "x.jpg").write_bytes(b"full")
    assert find_local(["2010/x-300x200.jpg", "2010/x.jpg"], tmp_path) == folder / "x.jpg"


def test_nothing_outside_the_folder_is_found(tmp_path):
    secret, media = tmp_path / "secret.jpg", tmp_path / "media"
    secret.write_bytes(b"secret")
    media.mkdir()
    (media / "link.jpg").symlink_to(secret)
    (media / "out").symlink_to(tmp_path)
    (media / "folder.jpg").mkdir()
    names = ["link.jpg", "out/secret.jpg", "../secret.jpg", str(secret), "folder.jpg", "a\0b", "missing.jpg", "x" * 300]
    assert [find_local([name], media) for name in names] == [None] * len(names)


def test_a_link_within_the_folder_is_followed(tmp_path):
    (tmp_path / "real.jpg").write_bytes(b"x")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "real.jpg")
    assert find_local(["link.jpg"], tmp_path) == tmp_path / "real.jpg"
