"""What fans and staff write, and what becomes of it."""

from __future__ import annotations

import re
import threading

import pytest

from fansite.core import markup

FAN_LINK = 'rel="ugc nofollow noopener"'


def fan(text: str, **more) -> str:
    return markup.render(text, trust="fan", **more)


def staff(text: str, **more) -> str:
    return markup.render(text, trust="staff", **more)


# ---- fans -------------------------------------------------------------------------------------------------------------


def test_a_fans_lines_break_where_they_were_broken():
    assert fan("See you\nin Lisbon\n\nBye") == "<p>See you<br>\nin Lisbon</p>\n<p>Bye</p>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**loud** *soft* __loud__ _soft_", "<strong>loud</strong> <em>soft</em> <strong>loud</strong> <em>soft</em>"),
        ("~~sold out~~ a ~ b", "<del>sold out</del> a ~ b"),
        ("snake_case_name 2*3*4", "snake_case_name 2<em>3</em>4"),
        ("`a < b`", "<code>a &lt; b</code>"),
        ("I <3 you & <b>you</b>", "I &lt;3 you &amp; &lt;b&gt;you&lt;/b&gt;"),
        (r"\*not\* \~\~this\~\~", "*not* ~~this~~"),
        ("#tour #1", "#tour #1"),
        ("    four spaces", "four spaces"),
        ("They split up in\n1998. Then", "They split up in<br>\n1998. Then"),
    ],
)
def test_a_fans_signs(text, html):
    assert fan(text) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@fay", ["fay"]),
        ("(@Fay), *@j_r.b-2*.", ["Fay", "j_r.b-2"]),
        ("**@fay** _@fay_ ~~@fay~~", ["fay"] * 3),
        ("@fay's soup, @fay: @fay!", ["fay"] * 3),
        ("- @fay\n- soup", ["fay"]),
        ("é @fay", ["fay"]),
        # not in these
        ("me@fay", []),
        ("me@fay.example", []),
        ("<me@fay.example>", []),
        ("`@fay` and\n\n```\n@fay\n```", []),
        ("[@fay](/news/)", []),
        ("https://music.example/@fay", []),
        ("@fay@music.example", []),
        ("@fayette @fayé @nobody @f", []),
        ("> @fay said", []),
    ],
)
def test_a_name_leads_to_whose_it_is(text, named):
    names = markup.Names({"fay": "/fans/fay", "j_r.b-2": "/fans/j_r.b-2"})
    html = fan(text, names=names)
    assert re.findall(r'<a href="/fans/[^"]+" rel="[^"]+">@([^<]+)</a>', html) == named
    assert names.met == {name.lower() for name in named}


def test_a_name_is_nobodys_where_nobody_can_be_named():
    assert fan("@fay") == "<p>@fay</p>"
    assert "<a" not in staff("@fay")


@pytest.mark.parametrize(
    ("text", "address", "after"),
    [
        ("https://a.example", "https://a.example", ""),
        ("http://a.example/x?y=1&z=2#w.", "http://a.example/x?y=1&amp;z=2#w", "."),
        ("https://a.example/, then", "https://a.example/", ", then"),
        ("https://a.example/x!?…", "https://a.example/x", "!?…"),
        ("https://a.example/Muse_(band)", "https://a.example/Muse_(band)", ""),
        ("https://a.example/a_b_c*", "https://a.example/a_b_c", "*"),
        ("https://a.example/é", "https://a.example/é", ""),
        ("https://a.example»", "https://a.example", "»"),
    ],
)
def test_a_bare_address_becomes_a_link_without_the_punctuation_after_it(text, address, after):
    assert fan(text) == f'<p><a href="{address}" {FAN_LINK}>{address}</a>{after}</p>'


def test_a_bracket_around_an_address_is_no_part_of_it():
    assert fan("(https://a.example/Muse_(band)).").endswith("Muse_(band)</a>).</p>")


@pytest.mark.parametrize(
    "text", ["ftp://a.example", "www.a.example", "a@b.example", "https://", "xhttps://a.example", "`https://a.example`"]
)
def test_other_words_do_not(text):
    assert "<a" not in fan(text)


def test_an_address_in_a_links_text_makes_no_second_link():
    assert fan("[see https://a.example/x](https://a.example)").count("<a ") == 1


def test_a_fans_links_are_marked_as_theirs():
    assert fan("[a](https://a.example)") == f'<p><a href="https://a.example" {FAN_LINK}>a</a></p>'


def test_links_of_a_fan_in_good_standing_count():
    assert fan("[a](https://a.example)", standing=True) == '<p><a href="https://a.example" rel="ugc noopener">a</a></p>'


def test_a_fans_picture_is_a_link_to_it():
    assert fan("![us](https://a.example/us.jpg)") == f'<p><a href="https://a.example/us.jpg" {FAN_LINK}>us</a></p>'
    assert fan("[![us](https://a.example/us.jpg)](https://b.example)").count("<a ") == 1


def test_a_fans_heading_is_a_bold_line():
    assert fan("# Loud\n\ntext") == "<p><strong>Loud</strong></p>\n<p>text</p>"
    assert fan("text\n---\nmore") == "<p>text</p>\n<hr>\n<p>more</p>"


def test_a_link_of_unknown_kind_is_only_its_text():
    assert fan("[a](tel:123) [b](javascript:x) [c]()") == "<p>a b c</p>"


def test_an_address_without_scheme_gets_one():
    assert 'href="https://a.example/x"' in fan("[a](//a.example/x)")


@pytest.mark.parametrize("indent", ["  ", "   ", "    "])
def test_lists_nest_by_any_indent_and_need_no_empty_line(indent):
    html = fan(f"Setlist:\n- one\n{indent}- two\n{indent}{indent}- three\n- four")

    assert re.sub(r"\s+", "", html) == (
        "<p>Setlist:</p><ul><li>one<ul><li>two<ul><li>three</li></ul></li></ul></li><li>four</li></ul>"
    )


def test_numbers_go_on_where_they_were():
    html = fan("3. three\n\n   still three\n4. four")

    assert re.sub(r"\s+", " ", html) == '<ol start="3"> <li> <p>three</p> <p>still three</p> </li> <li> <p>four</p> </li> </ol>'


def test_an_answer_below_a_quote_is_not_in_it():
    html = fan("> When?\nOn Friday.\n> > Where?\n\nthere")

    assert re.sub(r"\s+", "", html) == (
        "<blockquote><p>When?</p></blockquote><p>OnFriday.</p><blockquote><blockquote><p>Where?</p></blockquote></blockquote><p>there</p>"
    )


@pytest.mark.parametrize("trust", ["fan", "staff"])
@pytest.mark.parametrize("fence", ["```", "~~~", "`````", "```python"])
def test_code_stands_between_fences(trust, fence):
    end = fence.rstrip("python")

    html = markup.render(f"see\n{fence}\n<b> *x*\n\n  - y\n{end}\ndone", trust=trust)

    assert html == "<p>see</p>\n<pre><code>&lt;b&gt; *x*\n\n  - y\n</code></pre>\n<p>done</p>"


def test_code_without_an_end_goes_on_to_the_end():
    assert fan("```\na\n# b") == "<pre><code>a\n# b\n</code></pre>"


def test_code_can_stand_in_a_list():
    assert "<pre><code>x\n  y\n</code></pre>\n</li>" in fan("- a\n  ```\n  x\n    y\n  ```\n- b")


# ---- staff ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "shown"),
    [
        ("# ## ### #", "2342"),
        ("## ### ##", "232"),
        ("# ### ####", "234"),
        ("### ## #", "222"),
        ("# ## ### #### ##### ######", "234566"),
    ],
)
def test_headings_begin_below_the_pages_title_and_leave_no_level_out(levels, shown):
    html = staff("\n\n".join(f"{signs} Title" for signs in levels.split()))

    assert "".join(re.findall(r"<h(\d)>Title</h\1>", html)) == shown


def test_headings_in_html_keep_the_same_order():
    assert staff("# A\n\n<h1>B</h1>\n\n<h4>C</h4>") == "<h2>A</h2>\n<h2>B</h2>\n\n<h3>C</h3>"


def test_a_closed_heading_and_one_about_c_sharp():
    assert staff("## Tour ##\n\n# C#") == "<h2>Tour</h2>\n<h2>C#</h2>"


def test_links_out_and_links_within():
    html = staff("[a](https://a.example) [b](/tour/) [c](#d) [e](mailto:us@a.example)")

    assert html == (
        '<p><a href="https://a.example" rel="noopener">a</a> <a href="/tour/">b</a> <a href="#d">c</a> '
        '<a href="mailto:us@a.example">e</a></p>'
    )


def test_a_paid_link_says_so():
    assert 'rel="sponsored noopener"' in staff('<a href="https://a.example" rel="sponsored">a</a>')


def test_pictures_have_words_and_wait():
    assert staff("text ![us](/media/us.jpg)") == '<p>text <img alt="us" src="/media/us.jpg" loading="lazy"></p>'
    assert staff("<img src='/media/us.jpg'>") == '<p><img src="/media/us.jpg" alt="" loading="lazy"></p>'


def test_a_picture_alone_with_a_title_is_a_figure():
    html = staff('![us](/media/us.jpg "On *stage* & off")\n\n[![us](/media/us.jpg "Here")](/tour/)')

    assert html == (
        '<figure><img alt="us" src="/media/us.jpg" loading="lazy"><figcaption>On *stage* &amp; off</figcaption></figure>\n'
        '<figure><a href="/tour/"><img alt="us" src="/media/us.jpg" loading="lazy"></a><figcaption>Here</figcaption></figure>'
    )


def test_tables_align_without_styles():
    html = staff("Town | Price\n-----|------:\nLyon | 12 €")

    assert '<th class="align-right">Price</th>' in html
    assert '<td class="align-right">12 €</td>' in html
    assert "style" not in html


def test_footnotes_point_at_each_other_and_keep_apart():
    html = staff("a[^1] b[^note two]\n\n[^1]: first\n[^note two]: second", id_prefix="p7-")

    targets, ids = re.findall(r'href="#([^"]+)"', html), re.findall(r'id="([^"]+)"', html)
    assert sorted(targets) == sorted(ids) == ["p7-fn:1", "p7-fn:note-two", "p7-fnref:1", "p7-fnref:note-two"]


def test_definitions_and_abbreviations():
    html = staff("EP\n: a short record\n\n*[EP]: extended play\n\nOur EP")

    assert "<dt>" in html
    assert '<abbr title="extended play">EP</abbr>' in html


def test_quotes_and_dashes_stay_as_typed():
    assert staff('"a" -- b...') == '<p>"a" -- b...</p>'


def test_html_of_an_import_stays_within_the_list():
    html = staff('<div class="x" onclick="y"><p style="color:red">a <u>b</u></p><iframe src="/x">c</iframe></div>\n\n*d*')

    assert html == "<div><p>a <u>b</u></p></div>\n\n<p><em>d</em></p>"


# ---- both -------------------------------------------------------------------------------------------------------------


def test_threads_do_not_mix_their_texts():
    results: dict[int, set[str]] = {}

    def write(number: int) -> None:
        results[number] = {staff(f"word {number}[^1]\n\n[^1]: note {number}") for _ in range(30)}

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(len(htmls) == 1 and f"note {number}" in next(iter(htmls)) for number, htmls in results.items())
    assert len(results) == 6


def test_line_ends_are_of_one_kind():
    assert markup.tidy("a\r\nb\rc\u2028d\tе\u202e") == "a\nb\nc\nd\tе"


def test_empty_texts_render_to_nothing():
    assert fan("") == fan(" \n\t\n") == staff("") == ""


# ---- text again -------------------------------------------------------------------------------------------------------


def test_plain_reads_like_the_page():
    html = staff(
        'We **play**\nLyon &amp; Rome[^1]\n\n- one\n- two\n\n![us](/us.jpg "On stage")\n\n```\na\n b\n```\n\nTown | €\n---|---\nLyon | 12\n\n[^1]: by train'
    )

    assert markup.plain(html) == ("We play Lyon & Rome\n\none\ntwo\n\nus\nOn stage\n\na\nb\n\nTown €\nLyon 12\n\nby train")


def test_plain_shows_signs_that_were_escaped():
    assert markup.plain(fan('a < b "c" & <d>')) == 'a < b "c" & <d>'


def test_a_summary_ends_at_a_word():
    html = fan("We play Lyon, Rome and Lisbon.\n\nCome early.")

    assert markup.summary_of(html) == "We play Lyon, Rome and Lisbon. Come early."
    assert markup.summary_of(html, 14) == "We play Lyon…"
    assert markup.summary_of(html, 15) == "We play Lyon…"
    assert markup.summary_of("x" * 50, 10) == "x" * 9 + "…"
    assert markup.summary_of("a <b & c") == "a <b & c"


@pytest.mark.parametrize("length", range(5, 60, 7))
def test_a_summary_keeps_its_length(length):
    assert len(markup.summary_of("Ils jouent à Lyon, à Rome et – peut-être – à Lisbonne en mars.", length)) <= length
