"""Old posts as clean Markdown, read back by the one renderer."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fansite.core import markup
from fansite.lib.wordpress import Picture, to_markdown
from tests.effort import takes_at_most


def shown(html: str, **more) -> str:
    """What a reader sees after the way through Markdown, on one line."""
    return re.sub(r">\s+<", "><", markup.render(to_markdown(html, **more), trust="staff"))


# ---- the classic editor -----------------------------------------------------------------------------------------------


def test_empty_lines_are_paragraphs_and_line_ends_breaks():
    assert to_markdown("Bonjour\nà tous\n\nSuite") == "Bonjour  \nà tous\n\nSuite"


def test_text_around_blocks_is_set_in_paragraphs():
    html = "Before\n<ul>\n\t<li>one</li>\n\t<li>two\n<ul><li>in</li></ul></li>\n</ul>\nAfter\n<h2>Head</h2>\nEnd"

    assert to_markdown(html) == "Before\n\n- one\n- two\n  - in\n\nAfter\n\n## Head\n\nEnd"


def test_quotes_hold_paragraphs():
    assert to_markdown("<blockquote>one\n\ntwo <cite>Ada</cite></blockquote>") == "> one\n>\n> two <cite>Ada</cite>"


def test_code_keeps_its_lines():
    assert to_markdown("a\n<pre>x\n\n  <b>y</b> &lt;z&gt;</pre>\nb") == "a\n\n```\nx\n\n  y <z>\n```\n\nb"


def test_a_caption_becomes_the_pictures_title():
    for caption in (
        '[caption id="a" width="9" caption="On &quot;stage&quot;"]<a href="/b"><img src="/i.jpg" alt="us" /></a>[/caption]',
        '[caption id="a"]<a href="/b"><img src="/i.jpg" alt="us" /></a> On "stage"[/caption]',
    ):
        assert to_markdown(caption) == '[![us](/i.jpg "On &quot;stage&quot;")](/b)'
        assert "<figcaption>On &quot;stage&quot;</figcaption>" in shown(caption).replace('"stage"', "&quot;stage&quot;")


def test_a_gallery_shows_the_pictures_its_caller_knows():
    asked = []

    def gallery(numbers):
        asked.append(numbers)
        return [Picture("/a.jpg", "a", "first"), Picture("/b.jpg")]

    text = to_markdown('x\n[gallery ids="3,4" columns="2"]\n\n[gallery]', gallery=gallery)

    assert asked == [(3, 4), ()]
    assert text.startswith('x\n\n![a](/a.jpg "first")\n\n![](/b.jpg)')


def test_a_gallery_nobody_knows_leaves_nothing():
    assert to_markdown("x\n\n[gallery]\n\ny") == "x\n\ny"


@pytest.mark.parametrize(
    ("html", "address"),
    [
        ("[youtube abc-_d]", "https://www.youtube.com/watch?v=abc-_d"),
        ("[youtube=https://www.youtube.com/watch?v=x]", "https://www.youtube.com/watch?v=x"),
        ("[dailymotion id=x9]", "https://www.dailymotion.com/video/x9"),
        ("[vimeo 12]", "https://vimeo.com/12"),
        ("[embed width='5']https://a.example/v[/embed]", "https://a.example/v"),
        ("[audio https://a.example/a.mp3]", "https://a.example/a.mp3"),
        ('[video width="5" mp4="https://a.example/a.mp4"][/video]', "https://a.example/a.mp4"),
        ('<iframe src="//www.youtube.com/embed/abcdef123?rel=0"></iframe>', "https://www.youtube.com/watch?v=abcdef123"),
        ('<iframe src="https://player.vimeo.com/video/12"></iframe>', "https://vimeo.com/12"),
        (
            '<object width="1"><param name="movie" value="http://www.youtube.com/v/abcdef123&hl=fr"><embed src="http://www.youtube.com/v/abcdef123"></object>',
            "https://www.youtube.com/watch?v=abcdef123",
        ),
        ('<figure><audio controls src="https://a.example/a.mp3"></audio></figure>', "https://a.example/a.mp3"),
        ('<video controls><source src="/a.mp4"></video>', "/a.mp4"),
    ],
)
def test_players_become_links_to_where_they_play(html, address):
    assert f'href="{address}"' in shown(html)


def test_words_in_brackets_stay_and_plug_ins_leave():
    text = shown(
        '[rire] [1] [[gallery]] a[i] [contact-form-7 id="4" title="x"] [su_box style="a"]in[/su_box] [code]$a[0] = "<b>";[/code]'
    )

    assert "[rire] [1] [gallery] a[i]" in text
    assert "contact" not in text
    assert "su_box" not in text
    assert "in" in text
    assert '$a[0] = "&lt;b&gt;";' in text


def test_what_a_player_of_a_plug_in_played_becomes_a_link():
    assert 'href="https://a.example/x.mp3"' in shown("[dewplayer:https://a.example/x.mp3]")
    assert "[note: see below]" in shown("[note: see below]")


def test_what_the_editor_wrote_as_style_is_said_in_markdown():
    html = (
        'We <span style="text-decoration: line-through;">drove</span> walked, <span style="FONT-WEIGHT: bold; font-style:italic">all</span> '
        'of us, <span style="color: red">at</span> <span style="text-decoration: underline">noon</span>.'
    )

    assert to_markdown(html) == "We ~~drove~~ walked, ***all*** of us, at <u>noon</u>."


def test_code_of_several_lines_is_a_block():
    assert to_markdown("Look:\n<code>.x {\n  a: b;\n}</code>").endswith("```\n.x {\n  a: b;\n}\n```")
    assert to_markdown("<!-- wp:paragraph --><p><code>a<br>b</code></p>") == "```\na\nb\n```"
    assert to_markdown("<p>one <code>line</code></p>") == "one `line`"


def test_a_new_page_of_a_post_begins_a_paragraph():
    assert to_markdown("one<!--nextpage-->two<!--more-->, on") == "one\n\ntwo, on"


# ---- the block editor -------------------------------------------------------------------------------------------------


def test_block_comments_leave_and_lines_are_no_breaks():
    html = '<!-- wp:paragraph {"align":"left"} -->\n<p>a\nb</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:more -->\n<!--more-->\n<!-- /wp:more -->\n<!-- wp:latest-posts /-->'

    assert to_markdown(html) == "a b"


def test_what_only_a_block_comment_says_is_kept():
    html = (
        '<!-- wp:cover {"url":"https://a.example/c.jpg","alt":"hills"} --><div><p>x</p></div><!-- /wp:cover -->'
        '<!-- wp:cover {"url":"https://a.example/d.jpg"} --><div><img src="https://a.example/d.jpg" alt="sea"></div><!-- /wp:cover -->'
        '<!-- wp:social-link {"url":"https://m.example/@us","service":"mastodon"} /-->'
    )

    assert to_markdown(html) == (
        "![hills](https://a.example/c.jpg)\n\nx\n\n![sea](https://a.example/d.jpg)\n\n[mastodon](https://m.example/@us)"
    )


def test_buttons_lead_where_they_say_and_nowhere_else():
    file = '<div><a href="/x.pdf">The rider</a><a href="/x.pdf" class="wp-block-file__button" download>Download</a></div>'

    assert to_markdown(f"<!-- wp:file -->{file}", "https://a.example/p/") == (
        "[The rider](https://a.example/x.pdf) [Download](https://a.example/x.pdf)"
    )
    assert to_markdown('<!-- wp:button --><a class="wp-block-button__link">Soon</a>', "https://a.example/p/") == "Soon"


def test_a_verse_is_no_code():
    html = '<!-- wp:verse --><pre class="wp-block-verse">Roses<br>are <a href="/r">red</a>\nand blue</pre><!-- /wp:verse -->'

    assert to_markdown(html) == "Roses  \nare [red](/r)  \nand blue"


# ---- Markdown and what it cannot say ----------------------------------------------------------------------------------


def test_simple_tables_are_markdown_and_others_stay():
    simple = (
        "<table><thead><tr><th>a</th><th>b|c</th></tr></thead><tbody><tr><td>1<br>2</td><td><b>x</b></td></tr></tbody></table>"
    )

    assert to_markdown(simple) == "| a | b\\|c |\n| --- | --- |\n| 1 2 | **x** |"
    for other in (
        '<table><tr><th>a</th><th>b</th></tr><tr><td colspan="2">x</td></tr></table>',
        "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>",
        "<table><tr><th>a</th><th>b</th></tr><tr><td><ul><li>x</li></ul></td><td></td></tr></table>",
    ):
        assert to_markdown(other).startswith("<table><")
        assert "<table>" in shown(other)


def test_what_markdown_has_no_sign_for_stays_html():
    html = 'H<sub>2</sub>O <abbr title="extended play">EP</abbr> <u>u</u> <kbd>k</kbd>\n<details><summary>s</summary><p>x</p></details>'

    assert to_markdown(html) == (
        'H<sub>2</sub>O <abbr title="extended play">EP</abbr> <u>u</u> <kbd>k</kbd>\n\n<details><summary>s</summary><p>x</p></details>'
    )


def test_a_caption_with_a_link_stays_html():
    html = '<figure><img src="/a.jpg" alt="a"><figcaption>by <a href="/x">x</a></figcaption></figure>'

    assert to_markdown(html) == html.replace('src="/a.jpg" alt="a"', 'alt="a" src="/a.jpg"') or to_markdown(html) == html


@pytest.mark.parametrize(
    "text",
    [
        "5 * 3 * 2", "_a_ snake_case", "# no heading", "- no item", "+ no item", "1. no item", "> no quote", "a [b](c) [d]", "![x](y)",
        "`no code`", "~~no~~", "back\\slash", "&amp;copy; &amp;lt;", "&lt;b&gt;", "===", "---", ": no definition", "*[a]: b", "[^1]: c",
        "[a]: https://x.example", "a | b", "``` no fence", "https://a.example/_b_*c", "**", "a  b", "C# &amp; C++", "| a |",
    ],
)  # fmt: skip
def test_text_that_looks_like_markdown_stays_text(text):
    html = markup.render(to_markdown(f"<p>{text}</p>"), trust="staff")

    assert markup.plain(html) == markup.plain(f"<p>{text}</p>")
    assert not re.search(r"<(?!/?(?:p|a)\b)", html)


@pytest.mark.parametrize(
    "address", ["/a b", "/a(b)", "/a_(b", "/a'b", '/a"b', "/a*b*", "/a_b_", "/a[b]", "/é?x=1&y=2", "/a\\b", "/a`b`"]
)
def test_addresses_survive(address):
    html = shown(f"<p><a href='{address.replace(chr(39), '&#39;')}'>x</a></p>")

    wanted = address.translate(str.maketrans({" ": "%20", "[": "%5B", "]": "%5D", "\\": "%5C", "`": "%60"}))
    assert f'href="{wanted.replace("&", "&amp;").replace(chr(34), "&quot;")}"' in html


def test_relative_addresses_are_completed():
    text = to_markdown(
        '<a href="../x">a</a> <a href="#y">b</a> <img src="//c.example/i.png" alt="">', "https://old.example/blog/1/"
    )

    assert text == "[a](https://old.example/blog/x) [b](#y) ![](https://c.example/i.png)"


def test_marks_touch_their_words():
    assert to_markdown("<p><b>a </b>b<em> c</em> <b><strong>d</strong></b></p>") == "**a** b *c* **d**"


def test_numbers_and_loose_items():
    assert shown('<ol start="3"><li><p>a</p><p>b</p></li><li>c</li></ol>') == (
        '<ol start="3"><li><p>a</p><p>b</p></li><li><p>c</p></li></ol>'
    )


# ---- hostile and broken -----------------------------------------------------------------------------------------------


def test_scripts_and_styles_leave_with_their_content():
    text = to_markdown("a<script>alert('b')</script><style>p{}</style><svg><script>1</script></svg><template>t</template>c")

    assert text == "ac"


@pytest.mark.parametrize("tag", ["div", "blockquote", "ul", "b", "span", "table", "section", "a href=x", "font size=1"])
def test_depth_beyond_measure_takes_no_time_and_loses_no_text(tag):
    name = tag.split()[0]

    text = takes_at_most(2, lambda: to_markdown(f"<{tag}>" * 10_000 + "deep" + f"</{name}>" * 10_000))

    assert "deep" in text


@pytest.mark.parametrize(
    "unit",
    ["[", "[code]", "[caption]", "[a b=", "<!--", "<!-- wp:a {", '<!-- wp:cover {"url":"/x"} -->', "<", "<a b='", "<ol><li>x</li>", "<li>x</li>",
     "<table><tr><td>", "<b><p>", "<b class=1><p>", "<pre>", "a\n", "=\n", "<object><embed src=x>", "<dl><dt>", "&", "*", "`"],
)  # fmt: skip
def test_repetition_takes_linear_time(unit):
    takes_at_most(2, lambda: to_markdown(unit * (50_000 // len(unit))))


PIECE = st.sampled_from(
    """<p> </p> <b> </b> <li> </li> <ul> </ul> <ol> <table> <tr> <td> <th> </table> <pre> </pre> <code> </code> <a_href="/x"> </a> <img_src="/i">
    <figure> <figcaption> </figure> <br> <hr> <h2> </h2> <blockquote> </blockquote> <dl> <dt> <dd> <details> <script> <!-- --> <!--_wp:a_--> [caption]
    [/caption] [code] [/code] [gallery] [youtube_x] * _ # > - 1. ` ~~ &amp; &lt; word é | : =""".split()
).map(lambda piece: piece.replace("_", " ") if piece != "_" else piece)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    pieces=st.lists(st.one_of(PIECE, st.sampled_from([" ", "\n", "\n\n"])), max_size=50),
    base=st.sampled_from([None, "https://a.example/"]),
)
def test_any_mixture_converts_and_renders(pieces, base):
    text = to_markdown("".join(pieces), base)

    assert "<script" not in markup.render(text, trust="staff")


# ---- real sites -------------------------------------------------------------------------------------------------------

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


def texts_of(path) -> list[str]:
    raw = path.read_bytes()
    root = ElementTree.fromstring(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    return [item.findtext(CONTENT) or "" for item in root.iter("item")]


def count(html: str) -> Counter[str]:
    html = re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
    return Counter(
        pictures=len(re.findall(r"<img\b[^>]*\bsrc=", html)),
        headings=len(re.findall(r"<h[1-6]\b", html)),
        links=len(re.findall(r"""<a\b[^>]*\bhref=["']?(?!#)[^>]*>(?!\s*</a>)""", html)),
    )


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "posts", "pictures", "headings"),
    [
        ("theme-unit-test.xml", 186, 146, 81),
        ("block-editor-64.xml", 72, 158, 526),
        ("fr-blog-alienlebarge.xml.gz", 588, 590, 99),
        ("theme-preview.xml", 7, 1, 15),
        ("pelican-sample.xml", 20, 3, 1),
        ("nikola-wordpress_export_example.xml", 8, 3, 1),
    ],
)
def test_a_real_site_keeps_its_pictures_headings_and_links(shared, name, posts, pictures, headings):
    texts = texts_of(shared / "data/wxr" / name)
    before, after = Counter(), Counter()
    kept = 0
    for html in texts:
        text = to_markdown(html, "https://old.example/")
        markup.check(text, limit=200_000)
        page = markup.render(text, trust="staff")
        outside_code = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        assert "<script" not in outside_code + page
        assert "wp:" not in outside_code
        assert "[gallery" not in page
        assert "[caption" not in page
        before, after = before + count(html), after + count(page)
        # Of the text, not of the page: until the import has fetched them, pictures of another site are words and links there.
        kept += outside_code.count("![")

    assert len(texts) == posts
    assert before["pictures"] == pictures
    assert kept >= pictures
    assert before["headings"] == after["headings"] == headings
    assert after["links"] >= before["links"]
