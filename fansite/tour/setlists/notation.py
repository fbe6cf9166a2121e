"""How a setlist is written down, by thumb, after the show: a song a line.

    1. Ash on the Sill
    La Bourrée du Chat (trad. cover)
    Salt Road, with Anke // slower than ever
    [tape] The 23:10 to Nevers
    // Jeanne tells of the goat
    Encore
    Hay

Both languages at once, whatever order and signs come naturally; what would be read as something else stands in quotes. What is written
back is read as the same again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from fansite.lib.accents import composed
from fansite.tour.setlists.models import MAX_GUESTS, MAX_REMARK, MAX_SONG, likeness_of

# Three hours of very short songs. What is far longer is a paste gone wrong.
MOST_LINES = 120
MOST_SIGNS = 20_000
MOST_OF_LINE = 600
# Who pasted something else altogether reads enough after these.
MOST_PROBLEMS = 10

WITH = r"(?:with|avec|feat\.?|ft\.?|featuring)"
TAPE = re.compile(r"\s*\[\s*(?:from |on |intro |sur )?(?:tape|bande)s?\s*\]\s*", re.I)
LAST_TAPE = re.compile(rf"(?:{TAPE.pattern})+$", re.I)
HEADING = re.compile(
    r"(?:(?:\d{1,2}(?:st|nd|rd|th|er|e|ère|ème)?|first|second|third|premier|deuxième|troisième) )?(?:encore|rappel|bis)s?(?: \d{1,2})?",
    re.I,
)
RULE = re.compile(r"[-–—=_*~]{3,}")
NUMBER = re.compile(r"(?:\d{1,3} ?[.)]|[-–—*•·]) +(?=\S)")
QUOTED = re.compile(r'"((?:[^"]|"")+)"(?!")|“([^”]+)”|«\s*([^»]+?)\s*»')
NOTE = re.compile(r"(?:^|\s)//")
LAST_BRACKETS = re.compile(r"\s*\(((?:[^()]|\([^()]*\))*)\)$")
IN_BRACKETS = re.compile(rf"{WITH}\s+(.+)", re.I)
AFTER_COMMA = re.compile(rf"(?:\s*[,;]|\s+[-–—+/])\s*{WITH}\s+(.+)$", re.I)
BARE = re.compile(rf"(.*\S)\s+{WITH}\s+(\S.*)", re.I)
COVERS = (
    re.compile(r"(.+?)[\s,]+cover", re.I),
    re.compile(r"(.+?)\s*,\s*reprise", re.I),
    re.compile(r"(?:a )?cover of (.+)", re.I),
    re.compile(r"(?:une )?reprise (?:des? |du |d['’])\s*(.+)", re.I),
    re.compile(r"(trad(?:\.|itional|itionnel|itionnelle)?)", re.I),
)
# Stands for a title that was read already; no line has it.
TITLE = "\x00"


class Line(NamedTuple):
    """A song, something from tape, or a remark: then there is no title."""

    part: int
    title: str
    artist: str = ""
    guests: str = ""
    note: str = ""
    tape: bool = False


@dataclass
class Reading:
    lines: list[Line] = field(default_factory=list)
    # Where in the text each of them stood.
    numbers: list[int] = field(default_factory=list)
    # What is to be put right, in words that name the line.
    problems: list[Any] = field(default_factory=list)
    # Titles that may go on where a guest was read: "Dancing with Myself".
    longer: list[str] = field(default_factory=list)


def read(text: str, known: Collection[str] = ()) -> Reading:
    """`known` are likenesses of titles that are titles as they stand, whatever words they hold."""
    found, part = Reading(), 0
    if len(text) > MOST_SIGNS:
        found.problems.append(_l("That is too long for a setlist: %(most)s characters at most.", most=MOST_SIGNS))
        return found
    for number, typed in enumerate(text.splitlines(), 1):
        told = _plain(typed)
        if _is_heading(told):
            part = found.lines[-1].part + 1 if found.lines else 1
        elif told and len(found.lines) == MOST_LINES:
            found.problems.append(_l("Line %(number)s: an evening has %(most)s lines at most.", number=number, most=MOST_LINES))
            break
        elif told:
            line = _line(told, part, known, found.longer) if len(told) <= MOST_OF_LINE else Line(part, told)
            wrong = _wrong(line)
            if wrong is not None:
                found.problems.append(_l("Line %(number)s: %(what)s", number=number, what=wrong))
            found.lines.append(line)
            found.numbers.append(number)
    del found.problems[MOST_PROBLEMS:]
    return found


def write(lines: Iterable[Line]) -> str:
    """As `read` understands it."""
    told, part = list[str](), 0
    for line in lines:
        if line.part != part:
            told += [""] * bool(told) + ["Encore"]
            part = line.part
        told.append(_written(line))
    return "\n".join(told)


# ---- reading ----------------------------------------------------------------------------------------------------------------


def _plain(typed: str) -> str:
    """Without what cannot be seen: control characters, and those that turn the direction of what follows."""
    shown = "".join(
        sign for sign in composed(typed) if sign.isspace() or unicodedata.category(sign) not in UNSEEN or sign in JOINERS
    )
    return " ".join(shown.split())


# Control characters, those that change how others are written, halves of pairs.
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")
# Two of them hold letters and pictures together.
JOINERS = "\u200c\u200d"


def _is_heading(told: str) -> bool:
    return RULE.fullmatch(told) is not None or HEADING.fullmatch(told.strip(" -–—=*#:.")) is not None


def _wrong(line: Line) -> Any:
    if not line.title and (line.artist or line.guests or line.tape):
        return _l("there is no title.")
    if not line.title and not line.note:
        return _l("there is no title.")
    for what, most in ((line.title, MAX_SONG), (line.artist, MAX_SONG), (line.guests, MAX_GUESTS), (line.note, MAX_REMARK)):
        if len(what) > most:
            return _l("“%(beginning)s…” is too long: %(most)s characters at most.", beginning=what[:30], most=most)
    return None


def _line(told: str, part: int, known: Collection[str], longer: list[str]) -> Line:
    told = NUMBER.sub("", told, count=1) if NUMBER.match(told) else told
    from_tape = TAPE.match(told)
    rest = told[from_tape.end() :] if from_tape else told
    quoted = QUOTED.match(rest)
    if quoted is not None:
        line = _with_more(TITLE + rest[quoted.end() :], part, bool(from_tape), known, [])
        if line.title == TITLE:
            title = quoted[1].replace('""', '"') if quoted[1] else quoted[2] or quoted[3]
            return line._replace(title=title.strip())
    return _with_more(rest, part, bool(from_tape), known, longer)


def _with_more(rest: str, part: int, tape: bool, known: Collection[str], longer: list[str]) -> Line:
    """What stands behind a title, from the end on: a remark, the sign of a tape, brackets, guests."""
    rest, note = _noted(rest)
    if TAPE.search(rest):
        rest, tape = " ".join(TAPE.sub(" ", rest).split()), True
    if (at_the_end := LAST_TAPE.search(note)) is not None:
        note, tape = note[: at_the_end.start()], True
    if tape:
        return Line(part, rest, note=note, tape=True)
    artist, guests = "", list[str]()
    while (piece := _last_piece(rest, artist, guests)) is not None:
        longer.append(likeness_of(rest))
        if longer[-1] in known:
            break
        rest, more_of_artist, more_guests = piece
        artist, guests = artist or more_of_artist, [*more_guests, *guests]
    return Line(part, rest.strip(), artist, ", ".join(guests), note)


def _last_piece(rest: str, artist: str, guests: list[str]) -> tuple[str, str, list[str]] | None:
    """(what stands before it, whose song it is, guests); None where the rest is a title."""
    if (brackets := LAST_BRACKETS.search(rest)) is not None:
        before, inside = rest[: brackets.start()], brackets[1].strip()
        if (more := IN_BRACKETS.fullmatch(inside)) is not None:
            return before, "", [more[1]]
        if not artist and (whose := _artist(inside)):
            return before, whose, []
    if (more := AFTER_COMMA.search(rest)) is not None:
        return rest[: more.start()], "", [more[1]]
    if not guests and (more := BARE.fullmatch(rest)) is not None:
        return more[1], "", [more[2]]
    return None


def _noted(rest: str) -> tuple[str, str]:
    remark = NOTE.search(rest)
    return (rest, "") if remark is None else (rest[: remark.start()].strip(), rest[remark.end() :].strip())


def _artist(inside: str) -> str:
    """Whose song it is, when brackets say so."""
    for words in COVERS:
        if (found := words.fullmatch(inside)) is not None:
            return found[1].strip(" ,")
    return ""


# ---- writing ----------------------------------------------------------------------------------------------------------------


def _written(line: Line) -> str:
    """In quotes where the bare title would be read as something else."""
    quoted = '"' + line.title.replace('"', '""') + '"'
    bare = _spelt(line, line.title)
    return bare if read(bare).lines == [line._replace(part=0)] else _spelt(line, quoted)


def _spelt(line: Line, title: str) -> str:
    more = (f" ({line.artist} cover)" if line.artist else "") + (f", with {line.guests}" if line.guests else "")
    note = f"// {line.note}" if line.note else ""
    if not line.title:
        return note
    return " ".join(part for part in ("[tape]" if line.tape else "", title + more, note) if part)
