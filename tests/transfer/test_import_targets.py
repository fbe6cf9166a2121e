"""Links and pictures of a Markdown text, exchanged one by one."""

from __future__ import annotations

import pytest

from fansite.transfer.targets import addresses, exchange
from tests.effort import takes_at_most

SMALL, BIG, PAGE = "https://old.example/small.jpg", "https://old.example/big.jpg", "https://old.example/2024/thiers/"


def moved(text: str) -> str:
    return exchange(text, picture={SMALL: "/media/ab.jpg"}.get, link={PAGE: "/news/thiers", BIG: "/media/cd.jpg"}.get)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"[Thiers]({PAGE})", "[Thiers](/news/thiers)"),
        (f'[Thiers]({PAGE} "A title")', '[Thiers](/news/thiers "A title")'),
        (f"[Thiers](<{PAGE}>)", "[Thiers](/news/thiers)"),
        (f"<{PAGE}>", f"[{PAGE}](/news/thiers)"),
        (f'<td><a href="{PAGE}">Thiers</a></td>', '<td><a href="/news/thiers">Thiers</a></td>'),
        ("[else](https://else.example/)", "[else](https://else.example/)"),
        (f"![A stove]({SMALL})", "![A stove](/media/ab.jpg)"),
        (f'![]({SMALL} "Its caption")', '![](/media/ab.jpg "Its caption")'),
        (f"[![A stove]({SMALL})]({BIG})", "[![A stove](/media/ab.jpg)](/media/cd.jpg)"),
        (f'<td><img alt="A stove" src="{SMALL}"></td>', '<td><img src="/media/ab.jpg" alt="A stove"></td>'),
    ],
)
def test_what_is_here_gets_its_new_address(before, after):
    assert moved(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("![A stove](https://x.example/1.jpg)", "[A stove](https://x.example/1.jpg)"),
        ("![](https://x.example/deep/my%20stove.jpg?w=3)", "[my stove.jpg](https://x.example/deep/my%20stove.jpg?w=3)"),
        ('![A stove](https://x.example/1.jpg "Lit")', "[Lit](https://x.example/1.jpg)"),
        (f"[![A stove](https://x.example/1.jpg) and words]({PAGE})", "[A stove and words](/news/thiers)"),
        (
            '<td><img src="https://x.example/1.jpg" alt="&lt;b&gt;"></td>',
            '<td><a href="https://x.example/1.jpg">&lt;b&gt;</a></td>',
        ),
        ('<a href="/x"><img src="https://x.example/1.jpg" alt="A stove"></a>', '<a href="/x">A stove</a>'),
        ("[open\n![A stove](https://x.example/1.jpg)", "[open\n[A stove](https://x.example/1.jpg)"),
    ],
)
def test_a_picture_that_is_not_here_becomes_a_link_and_never_one_within_another(before, after):
    assert moved(before) == after


@pytest.mark.parametrize(
    "text",
    [
        f"`[Thiers]({PAGE})`",
        f"``[Thiers]({PAGE})``",
        f"```\n![x]({SMALL})\n[Thiers]({PAGE})\n```",
        f"````\n```\n[Thiers]({PAGE})\n````\n",
        f"\\[Thiers]\\({PAGE})",
    ],
)
def test_code_and_escaped_signs_stay_as_they_are(text):
    assert moved(text) == text


def test_the_text_after_code_is_read_again():
    assert moved(f"```\ncode\n```\n[a]({PAGE})\n") == "```\ncode\n```\n[a](/news/thiers)\n"


def test_the_addresses_of_links_are_found_in_order_and_once():
    text = f"[a]({PAGE}) <https://b.example/> [c]({PAGE}) ![no]({SMALL}) `[d](e)`"
    assert list(addresses(text)) == [PAGE, "https://b.example/"]


@pytest.mark.parametrize(
    "piece",
    ["![", "[", "](", "](<", "`", "`a ", "` `` ``` ", '<img a="', '<a href="', '![x](y "', "\\", "<https://", "![x](", "```\n"],
)
def test_a_text_made_to_be_hard_to_read_is_not(piece):
    text = piece * (300_000 // len(piece))
    takes_at_most(2, lambda: moved(text))
