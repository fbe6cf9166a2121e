"""Files that are worn are mended; files that are hostile are refused with their line, quickly and in little memory."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from fansite.transfer import wxr, xmlstream
from fansite.transfer.problems import Problems, Refused
from tests.effort import takes_at_most
from tests.transfer.export import HEAD, TAIL, item, save, wrapped

# Of the file that is read whole: memory is the same for any. `MEGABYTES=200` for more than is taken by default.
MEGABYTES = int(os.environ.get("MEGABYTES", "60"))
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
BOMB = (
    DECLARATION
    + '<!DOCTYPE rss [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


def refused(path: Path) -> pytest.ExceptionInfo[Refused]:
    with pytest.raises(Refused) as refusal:
        wxr.check(path)
    return refusal


def title_of(path: Path) -> str:
    (found,) = wxr.items(path, wxr.check(path))
    return found.title


# ---- mended ---------------------------------------------------------------------------------------------------------------------


CAFE = wrapped(item("<title>Café</title>"))
WORN = {
    "a byte order mark": b"\xef\xbb\xbf" + CAFE.encode(),
    "blank lines in front": b"\n\n \r\n" + CAFE.encode(),
    "a byte order mark after a blank line": b"\n\xef\xbb\xbf" + CAFE.encode(),
    "no declaration": CAFE.partition("\n")[2].encode(),
    "Windows line ends": CAFE.replace("\n", "\r\n").encode(),
    "UTF-16": CAFE.encode("utf-16"),
    "UTF-16 called UTF-8, big end first": b"\xfe\xff" + CAFE.encode("utf-16-be"),
    "Latin-1, and it says so": CAFE.replace("UTF-8", "ISO-8859-1").encode("latin-1"),
    "Latin-1 called UTF-8": CAFE.encode("latin-1"),
    "UTF-8 called Latin-1": CAFE.replace("UTF-8", "ISO-8859-1").encode(),
    "UTF-8 called UTF-16": CAFE.replace("UTF-8", "UTF-16").encode(),
    "an encoding nobody knows": CAFE.replace("UTF-8", "x-user-defined").encode(),
    "an encoding that is none": CAFE.replace("UTF-8", "punycode").encode(),
    "prefixes nobody declared": CAFE.replace(' xmlns:wp="http://wordpress.org/export/1.2/"', "")
    .replace("<title>", '<atom:link rel="hub"/><title>')
    .encode(),
    "other prefixes": CAFE.replace("wp:", "w:").replace("xmlns:wp", "xmlns:w").encode(),
    "https namespaces": CAFE.replace("http://wordpress.org", "https://wordpress.org").encode(),
    "a version nobody knows": CAFE.replace("1.2</wp:wxr", "9.9</wp:wxr").encode(),
    "no version": CAFE.replace("<wp:wxr_version>1.2</wp:wxr_version>", "").encode(),
    "control characters": CAFE.replace("Café", "\x0b\x08Ca\x1f\x03fé\uffff").encode(),
    "elements nobody asked for": CAFE.replace(
        "<title>Café", "<extra><title>No</title></extra><wp:extra>x</wp:extra><title>Café"
    ).encode(),
}


@pytest.mark.parametrize("name", WORN)
def test_a_worn_file_is_read(tmp_path, name):
    assert title_of(save(tmp_path, WORN[name])) == "Café"


def test_a_gzipped_file_is_known_by_its_bytes_not_its_name(tmp_path):
    assert title_of(save(tmp_path, gzip.compress(CAFE.encode()), "export.xml")) == "Café"
    assert title_of(save(tmp_path, CAFE, "export.xml.gz")) == "Café"


def test_cyrillic_in_its_own_encoding_is_read(tmp_path):
    text = wrapped(item("<title>Группа</title>")).replace("UTF-8", "windows-1251")
    assert title_of(save(tmp_path, text.encode("cp1251"))) == "Группа"


def test_what_was_mended_is_told_with_its_line(tmp_path):
    text = wrapped(item("<title>Ca\x08fé\x08</title>")).encode()
    census = wxr.check(save(tmp_path, text.replace(b"Blog", b"Bl\xf6g")))
    assert sorted(problem for problem in census.problems if "date" not in problem) == [
        "line 3: bytes that are not UTF-8 were read as Windows-1252: 1, the first one here",
        "line 4: control characters were left out: 2, the first one here",
    ]
    assert census.site.title == "Blög"


def test_a_letter_cut_in_two_by_the_reading_is_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("fansite.transfer.source.PIECE", 3)
    assert title_of(save(tmp_path, wrapped(item("<title>Café 🎻</title>")))) == "Café 🎻"


# ---- refused --------------------------------------------------------------------------------------------------------------------


def nested(levels: int) -> str:
    """`levels` in all: rss and channel are two."""
    return HEAD + "<a>\n" * (levels - 2) + "</a>" * (levels - 2) + TAIL


HOSTILE = {
    "empty": (b"", None, "empty"),
    "only blanks": (b" \n\n", None, "empty"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 1, "not an XML file"),
    "zip": (b"PK\x03\x04" + b"\0" * 50, 1, "ZIP archive"),
    "a web page": (b"<!DOCTYPE html>\n<html><body>Hello</body></html>", 1, "web page"),
    "a web page without doctype": (b"\n<html><body>Hello</body></html>", 2, "begins with <html>"),
    "a warning in front": (b"<br />\n<b>Warning</b>: Cannot modify header" + CAFE.encode(), 1, "begins with <br>"),
    "an ordinary feed": (
        b"<rss version='2.0'>\n<channel><title>News</title><item><title>One</title></item></channel></rss>",
        1,
        "RSS feed, not a WordPress",
    ),
    "a wrong tag": (wrapped(item("\n\n<title>x</titel>")).encode(), 6, "mismatched tag"),
    "a bare ampersand": (wrapped(item("\n<title>A & B</title>")).encode(), 5, "not well-formed"),
    "cut off": (CAFE.encode()[:-30], None, "ends too early"),
    "cut off in a text": (wrapped(item("<content:encoded><![CDATA[Once upon")).encode()[:-25], None, "ends too early"),
    "something after the end": ((CAFE + "<rss/>").encode(), None, "junk after document element"),
    "entity bomb": ((BOMB + "\n<rss>&i;</rss>").encode(), 2, "DOCTYPE or entities"),
    "external entity": (
        (DECLARATION + '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<rss>&x;</rss>').encode(),
        2,
        "DOCTYPE or entities",
    ),
    "external DTD": ((DECLARATION + '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd"><rss/>').encode(), 2, "DOCTYPE or entities"),
    "parameter entity": (
        (DECLARATION + '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]><rss/>').encode(),
        2,
        "DOCTYPE or entities",
    ),
    "DOCTYPE in UTF-16": (
        (DECLARATION + '<!DOCTYPE r [<!ENTITY x "y">]><rss>&x;</rss>').encode("utf-16"),
        2,
        "DOCTYPE or entities",
    ),
    "an entity nobody declared": (wrapped(item("<title>&nbsp;</title>")).encode(), 4, "undefined entity"),
    "50 levels": (nested(50).encode(), 42, "nested more than 40"),
    "a NUL byte": (wrapped(item("<title>a\0b</title>")).encode(), 4, "NUL byte"),
    "one endless tag": ((HEAD + '<item a="' + "x" * 3_000_000).encode(), None, "longer than 1 MB"),
    "one endless comment": ((HEAD + "<!--" + "x" * 3_000_000).encode(), None, "longer than 1 MB"),
    "endless vocabulary": ((HEAD + "".join(f"<a{n}/>" for n in range(5000)) + TAIL).encode(), 4, "different tags"),
    "endless attributes": (
        (HEAD + "<item " + " ".join(f'a{n}=""' for n in range(5000)) + "/>" + TAIL).encode(),
        4,
        "different tags",
    ),
    "gzip cut off": (gzip.compress(CAFE.encode())[:-20], None, "gzip file is cut off"),
    "gzip damaged": (gzip.compress(CAFE.encode())[:-8] + b"\0" * 8, None, "gzip file is damaged"),
    "gzip of nothing good": (b"\x1f\x8b" + b"x" * 100, 1, "gzip file is damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_broken_file_is_refused_with_line_and_reason(tmp_path, name):
    content, line, reason = HOSTILE[name]
    path = save(tmp_path, content)
    refusal = takes_at_most(2, lambda: refused(path))
    assert reason in refusal.value.reason
    assert refusal.value.line
    if line is not None:
        assert refusal.value.line == line


def test_forty_levels_are_not_too_deep(tmp_path):
    wxr.check(save(tmp_path, nested(40)))


def test_a_gzip_bomb_is_refused_before_it_goes_off(tmp_path):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    path = tmp_path / "bomb.xml.gz"
    with path.open("wb") as file:
        file.write(packer.compress(HEAD.encode()))
        for _ in range(300):
            file.write(packer.compress(b" " * 1_000_000))
        file.write(packer.flush())
    refusal = takes_at_most(2, lambda: refused(path))
    assert "100 times its size" in refusal.value.reason


def test_a_file_larger_than_the_limit_is_refused_at_the_line_where_it_is_reached(tmp_path):
    export = wrapped(*[item(number=number) for number in range(1, 3000)]).encode()
    packed = save(tmp_path, gzip.compress(export), "packed.xml.gz")
    with pytest.raises(Refused, match=r"line \d{3}: the file is larger than 0 MB"):
        wxr.check(packed, max_bytes=100_000)


def test_of_a_file_that_is_not_packed_nothing_is_read_to_know_that_it_is_too_large(tmp_path):
    path = save(tmp_path, b"<" * 100_001)
    read: list[int] = []
    with pytest.raises(Refused, match=r"line 1: the file is larger than 0 MB"):
        wxr.check(path, max_bytes=100_000, progress=read.append)
    assert read == []


def test_more_items_than_a_site_can_have_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(wxr, "MAX_ITEMS", 10)
    with pytest.raises(Refused, match="line 14: more than 10 items"):
        wxr.check(save(tmp_path, wrapped(*[item(number=number) for number in range(1, 20)])))


def test_more_terms_than_memory_should_hold_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(wxr, "MAX_KEPT", 100_000)
    with pytest.raises(Refused, match="more authors, terms and attachments"):
        wxr.check(save(tmp_path, wrapped(*[f"<wp:tag><wp:tag_slug>t{number}</wp:tag_slug></wp:tag>" for number in range(500)])))


def test_reasons_a_file_makes_up_do_not_fill_the_report(tmp_path):
    made_up = [item(number=number).replace("post</wp:post_type>", f"kind{number}</wp:post_type>") for number in range(1, 200)]
    census = wxr.check(save(tmp_path, wrapped(*made_up)))
    assert len(census.skipped) <= wxr.MAX_REASONS + 1
    assert sum(census.skipped.values()) == 199


def test_the_list_of_problems_stays_short():
    problems = Problems()
    for line in range(1, 1000):
        problems.note(line, "x" * 1000)
    texts = list(problems)
    assert (len(problems), len(texts)) == (999, 201)
    assert texts[-1] == "and 799 more"
    assert max(map(len, texts)) <= 300


def test_bytes_that_are_all_wrong_do_not_take_long(tmp_path):
    path = save(tmp_path, (HEAD + "<x>").encode() + b"\x0b\x08\xe9\n" * 250_000 + ("</x>" + TAIL).encode())
    takes_at_most(2, lambda: wxr.check(path))


def test_the_depth_named_in_the_design_is_the_one_used():
    assert xmlstream.MAX_DEPTH == 40


# ---- 200 MB ---------------------------------------------------------------------------------------------------------------------

# A process of its own, so that its memory is that of the reading. Not getrusage: its peak is that of the process before exec, too.
MEASURED = """
import sys
from pathlib import Path
from fansite.transfer import wxr
from fansite.transfer.problems import Refused
path, limit = Path(sys.argv[1]), int(sys.argv[2])
try:
    census = wxr.check(path, max_bytes=limit)
    print(sum(1 for item in wxr.items(path, census, max_bytes=limit)))
except Refused as refusal:
    print(refusal)
print(next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')) // 1024)
"""


def measured(path: Path, limit: int) -> tuple[str, int]:
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path), str(limit)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ},
    )
    answer, memory = run.stdout.splitlines()
    return answer, int(memory)


def an_export_of(path: Path, size: int) -> Path:
    body = (
        "<content:encoded><![CDATA["
        + "<p>Nous avons joué à Clermont. 🎻 The coffee was cold.</p>\n" * 200
        + "]]></content:encoded>"
    )
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        number = 0
        while file.tell() < size:
            number += 1
            file.write(item(body + f"<title>Night {number}</title>", number=number) + "\n")
        file.write(TAIL)
    return path


@pytest.mark.slow
def test_200_mb_are_refused_in_little_memory(tmp_path):
    answer, memory = measured(an_export_of(tmp_path / "big.xml", 200_000_000), wxr.MAX_BYTES)
    assert "the file is larger than 160 MB" in answer
    assert answer.startswith("line ")
    assert memory < 200


@pytest.mark.slow
def test_a_large_file_is_read_in_little_memory_where_the_limit_is_raised(tmp_path):
    answer, memory = measured(an_export_of(tmp_path / "big.xml", MEGABYTES * 1_000_000), 1 << 30)
    assert int(answer) > MEGABYTES * 50
    assert memory < 200


@pytest.mark.slow
def test_one_post_of_150_mb_is_left_out_in_little_memory(tmp_path):
    path = tmp_path / "one.xml"
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD + "<item><wp:post_id>1</wp:post_id><content:encoded><![CDATA[")
        for _ in range(150):
            file.write("🎻 " * 200_000)
        file.write("]]></content:encoded></item>" + TAIL)
    answer, memory = measured(path, wxr.MAX_BYTES)
    assert answer == "0"
    assert memory < 200
