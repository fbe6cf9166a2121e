"""The looks at the desk: draft, preview, publication, and the way back."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image

from fansite.appearance import operations, queries
from fansite.appearance.marks import mark_of
from fansite.appearance.models import Wanted
from fansite.appearance.palette import Palette
from fansite.appearance.themes import themes
from fansite.core.errors import Conflict, Forbidden, Refused
from fansite.core.kept import facts, site_name
from fansite.core.web.failures import bare_page
from fansite.media.operations import describe, keep_picture, remove
from fansite.settings import ROOT
from tests.media.hostile import photograph
from tests.media.test_media import picture
from tests.texts import news_post

DESK = "/staff/appearance"


@pytest.fixture
def ada(cast, browser_as):
    visitor = browser_as(cast.ada)
    visitor.get(DESK)
    return visitor


def sheets(visitor) -> list[str]:
    return [path for path in visitor.page.xpath('//link[@rel="stylesheet"]/@href') if "/static/look/" in path]


def publish(cast, **wanted) -> None:
    operations.save_draft(operations.as_it_is().with_(**wanted), by=cast.ada)
    operations.publish(by=cast.ada)


# ---- the draft --------------------------------------------------------------------------------------------------------------


def test_a_draft_changes_nothing_for_anybody_else(cast, ada, stranger):
    before = stranger.get("/").get_data()
    ada.submit("appearance", {"name": "Nuit de Suie", "theme": "soot", "own_inks": "y"})
    assert queries.draft().wanted.theme == "soot"
    assert stranger.get("/").get_data() == before


def test_the_draft_waits_in_the_form(cast, ada):
    ada.submit("appearance", {"line_en": "two voices, one volcano", "links": "https://video.example.org/marmots"})
    ada.get(DESK)
    assert ada.page.xpath('//input[@name="line_en"]/@value') == ["two voices, one volcano"]
    assert ada.page.xpath('//textarea[@name="links"]')[0].text.strip() == "https://video.example.org/marmots"


def test_a_colour_that_was_left_alone_is_no_choice(cast, ada):
    ada.submit("appearance", {"theme": "soot"})
    assert queries.draft().wanted.colours == {}
    ada.get(DESK)
    ada.submit("appearance", {"ink_third": "#8f1d1d"})
    assert queries.draft().wanted.colours == {"third": "#8f1d1d"}


def test_a_draft_can_be_dropped(cast, ada):
    ada.submit("appearance", {"name": "Another name"})
    ada.get(DESK)
    ada.submit("removal")
    assert queries.draft() is None


# ---- what is refused --------------------------------------------------------------------------------------------------------


def test_a_colour_nobody_could_read_comes_back_with_the_pair_the_ratio_and_one_that_works(cast, ada):
    ada.submit("appearance", {"ink_second": "#ffcc00", "name": "Kept name"}, status=422)
    problem = " ".join(ada.page.xpath('//*[@id="ink_second-problem"]')[0].text_content().split())
    assert re.search(r"links on .* contrast of \d\.\d\d by day, and 4\.5 is needed", problem)
    assert ada.page.xpath('//input[@name="name"]/@value') == ["Kept name"]
    assert ada.page.xpath('//input[@name="ink_second"]/@value') == ["#ffcc00"]
    (offered,) = ada.page.xpath('//button[@name="take"]/@value')
    ada.submit("appearance", {"take": offered})
    assert queries.draft().wanted.colours == {"second": offered.partition(":")[2]}
    assert queries.draft().wanted.name == "Kept name"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 400),
        ("line_fr", "x" * 81),
        ("links", "javascript:alert(1)"),
        ("links", "https://nowhere"),
        ("links", "\n".join(f"https://x{n}.example.org" for n in range(13))),
        ("theme", "../../etc"),
        ("ink_first", "red; } body { display: none"),
        ("ink_first", "#12345"),
        ("hour", "noon"),
        ("logo", "x"),
        ("place_new", "-1"),
        ("place_new", "9" * 40),
    ],
)
def test_what_makes_no_sense_is_refused_and_kept(cast, ada, field, value):
    ada.submit("appearance", {field: value, "line_en": "still here"}, status=422)
    assert queries.draft() is None
    assert ada.page.xpath('//input[@name="line_en"]/@value') == ["still here"]


def test_the_operation_refuses_too(cast):
    with pytest.raises(Refused):
        operations.save_draft(Wanted(name="X", colours={"second": "#ffcc00"}), by=cast.ada)
    for person in (cast.eli, cast.milo, cast.fay, None):
        with pytest.raises(Forbidden):
            operations.save_draft(Wanted(name="X"), by=person)
        with pytest.raises(Forbidden):
            operations.publish(by=person)


# ---- preview ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["home", "news", "post", "join"])
def test_the_preview_is_the_sites_own_page_in_the_drafts_looks(cast, clock, ada, stranger, page):
    post = news_post(cast.eli)
    operations.save_draft(operations.as_it_is().with_(name="Nuit de Suie", theme="soot"), by=cast.ada)
    answer = ada.get(f"{DESK}/preview/{page}")
    assert len(sheets(ada)) == 1 and "Nuit de Suie" in ada.text
    assert "no-store" in answer.headers["Cache-Control"]
    address = {"home": "/", "news": "/news/", "post": f"/news/{post.slug}", "join": "/join"}[page]
    stranger.get(address)
    assert not sheets(stranger) and "Nuit de Suie" not in stranger.text
    assert ada.page.xpath("//main//h1")[0].get("class") == stranger.page.xpath("//main//h1")[0].get("class") or page == "home"
    assert ada.page.xpath('//*[@class="looks-bar"]') and not stranger.page.xpath('//*[@class="looks-bar"]')


def test_without_a_draft_or_a_post_there_is_nothing_to_preview(cast, ada):
    ada.get(f"{DESK}/preview/home", status=404)
    operations.save_draft(operations.as_it_is(), by=cast.ada)
    ada.get(f"{DESK}/preview/post", status=404)
    ada.get(f"{DESK}/preview/elsewhere", status=404)


def test_it_is_published_from_the_preview_with_one_press(cast, ada, stranger):
    operations.save_draft(operations.as_it_is().with_(theme="soot"), by=cast.ada)
    ada.get(f"{DESK}/preview/home")
    ada.submit("publication")
    stranger.get("/")
    assert len(sheets(stranger)) == 1


def test_a_link_of_the_preview_stays_in_the_draft_or_opens_beside_it(cast, clock, ada):
    post = news_post(cast.eli)
    operations.save_draft(operations.as_it_is().with_(theme="soot"), by=cast.ada)
    packed = ada.client.get(f"{DESK}/preview/home", headers={"Accept-Encoding": "gzip"})
    assert packed.status_code == 200 and "ETag" not in packed.headers
    ada.get(f"{DESK}/preview/home")
    assert ada.page.xpath("//head/base/@target") == ["_blank"]
    inside = ada.page.xpath(f'//main//a[@target="_self"][contains(@href, "{DESK}/preview/post?of={post.slug}")]')
    assert inside and not ada.page.xpath(f'//main//a[@href="/news/{post.slug}"]')
    assert ada.page.xpath('//a[@href="/fans/"][not(@target)]'), "what has no preview opens beside it"
    ada.get(inside[0].get("href"))
    assert len(sheets(ada)) == 1 and ada.page.xpath("string(//main//h1)").strip() == post.title
    ada.get(f"{DESK}/preview/post?of=nothing", status=404)


# ---- publication ------------------------------------------------------------------------------------------------------------


def test_what_is_published_everybody_sees_at_once(cast, stranger, browser_as):
    publish(cast, name="Nuit de Suie", theme="soot", lines={"en": "ash and firs", "fr": "cendre et sapins"}, hour="dusk")
    for path, line in (("/", "ash and firs"), ("/fr/", "cendre et sapins")):
        stranger.get(path)
        assert stranger.page.get("data-hour") == "dusk"
        assert stranger.page.xpath("string(//main//h1)").split() == ["Nuit", "de", "Suie"]
        assert line in stranger.text
    assert site_name() == "Nuit de Suie"


def test_the_sheet_is_small_kept_for_good_and_named_by_what_it_says(cast, stranger):
    publish(cast, colours={"third": "#8f1d1d"})
    stranger.get("/")
    (address,) = sheets(stranger)
    answer = stranger.client.get(address)
    assert answer.mimetype == "text/css" and answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "--hue-third:" in answer.text and len(answer.text) < 4000
    publish(cast, colours={"third": "#7a1f3d"})
    stranger.get("/")
    assert sheets(stranger) != [address]
    assert stranger.client.get(address).text == answer.text, "a page that is open somewhere keeps its looks"


def test_a_sheet_nobody_knows_is_what_is_shown_now_and_not_kept(cast, stranger):
    publish(cast, theme="soot")
    answer = stranger.client.get("/static/look/000000000000.css")
    assert answer.status_code == 200 and "max-age=60" in answer.headers["Cache-Control"]
    assert "--hue-ink" in answer.text


def test_the_browsers_own_bar_takes_the_sky(cast, stranger):
    stranger.get("/")
    before = stranger.page.xpath('//meta[@name="theme-color"]/@content')
    assert before == [Palette().colour("scene-sky", night).hex for night in (False, True)]
    publish(cast, theme="soot")
    stranger.get("/news/")
    assert stranger.page.xpath('//meta[@name="theme-color"]/@content') != before


def test_links_elsewhere_are_told_to_search_engines(cast, stranger):
    publish(cast, links=["https://video.example.org/marmots", "https://songs.example.org/marmots"])
    stranger.get("/")
    assert '"sameAs":["https://video.example.org/marmots","https://songs.example.org/marmots"]' in stranger.response.text


def test_the_parts_of_the_front_page_come_in_the_chosen_order(cast, clock, ada, stranger):
    news_post(cast.eli)
    ada.submit("appearance", {"place_new": "2", "place_said": "1", "place_fans": ""})
    operations.publish(by=cast.ada)
    stranger.get("/")
    assert stranger.page.xpath("//main//section/@aria-labelledby") == ["said", "new"]


def test_a_picture_of_the_library_is_the_logo_and_the_view(cast, stranger):
    logo = keep_picture(picture(), alt="Our hill", by=cast.eli)
    publish(cast, logo="picture", logo_picture=logo.id, hero="picture", hero_picture=logo.id)
    stranger.get("/")
    (name,) = stranger.page.xpath("//main//h1/img/@alt")
    assert name == site_name()
    assert stranger.page.xpath('//img[@class="hero__picture"]/@alt') == ["Our hill"]
    remove(logo.id, by=cast.eli)
    stranger.get("/")
    assert not stranger.page.xpath("//main//h1/img"), "a picture that is gone gives way to the drawing"


def test_new_words_for_the_view_stand_on_the_page_at_once(cast, stranger):
    view = keep_picture(picture(), alt="Our hill", by=cast.eli)
    publish(cast, hero="picture", hero_picture=view.id)
    stranger.get("/")
    describe(view.id, by=cast.eli, alt="Our hill, in snow", decorative=False, credit="")
    stranger.get("/")
    assert stranger.page.xpath('//img[@class="hero__picture"]/@alt') == ["Our hill, in snow"]


def test_logo_and_view_come_along_with_the_form(cast, ada, stranger):
    sent = {
        "logo_file": (BytesIO(picture()), "logo.png"),
        "hero_file": (BytesIO(photograph()), "hill.jpg"),
        "hero_alt": "Our hill",
    }
    ada.submit("appearance", sent)
    wanted = queries.draft().wanted
    assert (wanted.logo, wanted.hero) == ("picture", "picture") and wanted.logo_picture != wanted.hero_picture
    operations.publish(by=cast.ada)
    stranger.get("/")
    assert stranger.page.xpath('//img[@class="hero__picture"]/@alt') == ["Our hill"]
    assert stranger.page.xpath("//main//h1/img/@alt") == [site_name()]


@pytest.mark.parametrize(("data", "alt"), [(b"<svg onload=alert(1)>", "Our hill"), (None, "")])
def test_what_is_no_picture_or_says_nothing_is_refused_with_all_that_was_typed(cast, ada, data, alt):
    sent = {"hero_file": (BytesIO(data or photograph()), "hill.jpg"), "hero_alt": alt, "line_en": "still here"}
    ada.submit("appearance", sent, status=422)
    assert queries.draft() is None
    assert ada.page.xpath('//*[@id="hero_file-problem"]') and ada.page.xpath('//input[@name="line_en"]/@value') == ["still here"]


def test_any_bands_name_is_cut_from_paper_and_one_with_other_letters_is_set_in_type(cast, stranger):
    publish(cast, name="Les Élèves du Château")
    stranger.get("/")
    assert stranger.page.xpath('//main//h1//*[local-name()="svg"]')
    assert stranger.page.xpath("string(//main//h1)").split() == "Les Élèves du Château".split()
    for otherwise in ({"name": "Кино"}, {"name": "Les Élèves", "logo": "text"}, {"name": "Les Élèves", "theme": "soot"}):
        publish(cast, **otherwise)
        stranger.get("/")
        assert not stranger.page.xpath('//main//h1//*[local-name()="svg"]')
        assert stranger.page.xpath("string(//main//h1)").split() == otherwise["name"].split()


def test_the_mark_in_the_tab_and_on_the_home_screen_wears_the_theme(cast, stranger):
    stranger.get("/")
    assert all("/art/" in path for path in stranger.page.xpath('//link[contains(@rel, "icon")]/@href'))
    publish(cast, theme="soot", colours={"third": "#8f1d1d"})
    stranger.get("/")
    vector, small, large = stranger.page.xpath('//link[contains(@rel, "icon")]/@href')
    drawn = stranger.client.get(vector)
    assert drawn.mimetype == "image/svg+xml" and "immutable" in drawn.headers["Cache-Control"]
    assert "fill:#" in drawn.text and "var(" not in drawn.text and len(drawn.text) < 2000
    for path, size in ((small, 32), (large, 180)):
        answer = stranger.client.get(path)
        image = Image.open(BytesIO(answer.data))
        assert image.size == (size, size) and "immutable" in answer.headers["Cache-Control"]
        assert len(image.convert("RGB").getcolors(size * size)) > 3
    assert stranger.client.get(vector.replace(".svg", "-5000.png")).status_code == 404


# ---- the way back -----------------------------------------------------------------------------------------------------------


def test_one_press_goes_back_to_before_and_one_more_forward_again(cast, ada, stranger):
    first = stranger.get("/").get_data()
    publish(cast, name="Nuit de Suie", theme="soot")
    second = stranger.get("/").get_data()
    for expected in (first, second):
        ada.get(DESK)
        ada.submit("version")
        assert stranger.get("/").get_data() == expected


def test_the_last_versions_are_kept_and_no_more(cast, ada):
    for number in range(queries.KEPT + 3):
        publish(cast, name=f"Band {number}")
    assert [look.wanted.name for look in queries.published()] == [f"Band {number}" for number in range(queries.KEPT + 2, 2, -1)]
    assert facts()["site_name"] == f"Band {queries.KEPT + 2}"


def test_two_owners_cannot_publish_one_draft_twice(cast):
    operations.save_draft(operations.as_it_is(), by=cast.ada)
    operations.publish(by=cast.ada)
    with pytest.raises(Conflict):
        operations.publish(by=cast.ada)


def test_a_draft_is_no_version_to_go_back_to(cast):
    draft = operations.save_draft(operations.as_it_is(), by=cast.ada)
    with pytest.raises(Conflict):
        operations.take_back(draft.id, by=cast.ada)


def test_the_looks_cost_a_page_no_question_of_its_own(cast, clock, stranger, count_queries):
    publish(cast, theme="soot", colours={"third": "#8f1d1d"})
    stranger.get("/join")
    with count_queries() as asked:
        stranger.get("/join")
    assert not [question for question in asked if "look" in str(question) or "site_fact" in str(question)]


def test_the_page_for_when_the_database_is_away_wears_what_was_seen_last_and_asks_nothing(app, cast, stranger, count_queries):
    publish(cast, theme="soot")
    stranger.get("/")
    settings = app.extensions["fansite"].settings
    for known in (True, False):
        with app.test_request_context("/"), count_queries() as asked:
            body = bare_page(settings, 503).get_data(as_text=True)
        assert not list(asked)
        assert ("/static/look/" in body) is known and ('class="marmot' in body)
        app.extensions["fansite"].kept.clear()


@pytest.mark.parametrize("key", themes())
def test_the_mark_of_every_theme_is_snips_and_discs_alone_and_all_its_inks_are_known(key):
    drawing = (ROOT / "templates" / themes()[key].drawing("mark")).read_text()
    assert not re.findall(r'd="[^"]*[CcSsQqTtAa][^"]*"', drawing)
    assert set(re.findall(r"<(\w+)", drawing)) <= {"svg", "path", "circle"}
    drawn, styled = (
        set(re.findall(pattern, text))
        for pattern, text in (
            (r'<(?:path|circle) class="([\w-]+)"', drawing),
            (r"\.([\w-]+)\{fill:#", mark_of(Wanted(theme=key))),
        )
    )
    assert drawn and drawn <= styled
