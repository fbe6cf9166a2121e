"""XML from strangers, as it comes in small pieces: what is merely worn is mended, what is hostile is refused with its line.

Mended: a byte order mark, blank lines before the declaration, a wrong or missing encoding, control characters, prefixes nobody declared.
Refused: a DOCTYPE and with it every entity, deep nesting, giant tags, endless vocabularies, NUL bytes, and what is not well-formed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.expatreader import DefusedExpatParser

from fansite.transfer.problems import Problems, Refused
from fansite.transfer.source import MAX_BYTES, Progress, pieces

MAX_DEPTH = 40
# The parser holds a tag or comment in memory until it ends, and reads it again with every piece.
MAX_TOKEN = 1024 * 1024
# The parser remembers every name it ever met; an export uses fewer than a hundred.
MAX_NAMES = 1000

# What XML 1.0 forbids, and the marks the decoder leaves for bytes that are not UTF-8.
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\udc80-\udcff\ufffe\uffff]")
_MENDED = (
    dict.fromkeys([*range(9), *range(14, 32), 0xFFFE, 0xFFFF], "")
    | {0x0B: " ", 0x0C: " "}
    | {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
)
_DECLARATION = re.compile(rb"""\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Read as declared. Anything else is UTF-8, or Western bytes that found their way in among UTF-8: see `_mended`.
_OTHER_ENCODING = re.compile(r"cp125[0134-8]|iso8859-([2-9]|1[0-46])|koi8-[ru]|shift_jis|euc_(jp|kr)|gb2312|gbk|gb18030|big5")


class Listener(Protocol):
    def opened(self, name: str, attributes: Mapping[str, str], line: int) -> None: ...
    def text(self, piece: str) -> None: ...
    def closed(self, name: str) -> None: ...


def parse(
    path: Path,
    listener: Listener,
    *,
    problems: Problems,
    progress: Progress | None = None,
    max_bytes: int = MAX_BYTES,
) -> Iterator[None]:
    """Reads the file to its end and stops after each piece, so that the caller can use up what the listener heard."""
    text = _Text(problems)
    guard = _Guard(listener, text)
    try:
        for piece in pieces(path, progress=progress, max_bytes=max_bytes):
            guard.feed(text.decoded(piece))
            yield
        guard.feed(text.rest())
        if not text.started:
            raise Refused(None, "the file is empty")
        guard.end()
        yield
    except SAXParseException as error:
        raise Refused(guard.line, _in_words(error)) from error
    except DefusedXmlException as error:
        raise Refused(guard.line, _forbidden(error)) from error
    except Refused as refusal:
        raise Refused(refusal.line or text.lines + 1, refusal.reason) from refusal
    text.report()


class _Guard(ContentHandler):
    """Stands between parser and listener and counts."""

    def __init__(self, listener: Listener, text: _Text) -> None:
        super().__init__()
        self._listener = listener
        self._text = text
        self._parser = DefusedExpatParser(forbid_dtd=True)
        self._parser.setContentHandler(self)
        self._depth = 0
        self._names: set[str] = set()
        self._heard = False
        self._silence = 0

    @property
    def line(self) -> int:
        return self._text.skipped_lines + (self._parser.getLineNumber() or 1)

    def feed(self, text: str) -> None:
        if not text:
            return
        self._heard = False
        self._parser.feed(text)
        self._silence = 0 if self._heard else self._silence + len(text)
        if self._silence > MAX_TOKEN:
            raise Refused(self.line, f"one tag or comment is longer than {MAX_TOKEN // 1024**2} MB")

    def end(self) -> None:
        self._parser.close()

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        self._heard = True
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Refused(self.line, f"elements are nested more than {MAX_DEPTH} deep")
        self._names.add(name)
        self._names.update(attrs.getNames())
        if len(self._names) > MAX_NAMES:
            raise Refused(self.line, f"more than {MAX_NAMES} different tags: no export has so many")
        self._listener.opened(name, dict(attrs.items()), self.line)

    def characters(self, content: str) -> None:
        self._heard = True
        self._listener.text(content)

    def endElement(self, name: str) -> None:
        self._heard = True
        self._depth -= 1
        self._listener.closed(name)

    def processingInstruction(self, target: str, data: str) -> None:
        self._heard = True


class _Text:
    """Decodes and mends; knows how many lines it has given out."""

    def __init__(self, problems: Problems) -> None:
        self.started = False
        self.lines = 0
        # Blank lines in front of the declaration are not shown to the parser: there it would refuse the declaration.
        self.skipped_lines = 0
        self._problems = problems
        self._decoder: codecs.IncrementalDecoder | None = None
        self._dropped = _Tally()
        self._foreign = _Tally()

    def decoded(self, piece: bytes) -> str:
        if self._decoder is None:
            self._decoder = _decoder_for(piece)
        return self._mended(self._decoder.decode(piece))

    def rest(self) -> str:
        return self._mended(self._decoder.decode(b"", final=True)) if self._decoder else ""

    def report(self) -> None:
        for tally, what in (
            (self._dropped, "control characters were left out"),
            (self._foreign, "bytes that are not UTF-8 were read as Windows-1252"),
        ):
            if tally.count:
                self._problems.note(tally.line, f"{what}: {tally.count}, the first one here")

    def _mended(self, text: str) -> str:
        if not self.started:
            text = self._begun(text)
        if odd := _ODD.findall(text):
            self._note(odd, text)
            text = text.translate(_MENDED)
        self.lines += text.count("\n")
        return text

    def _begun(self, text: str) -> str:
        begun = text.lstrip("\ufeff \t\r\n")
        lines = text.count("\n", 0, len(text) - len(begun))
        self.lines += lines
        self.skipped_lines += lines
        self.started = bool(begun)
        if begun and not begun.startswith("<"):
            raise Refused(self.lines + 1, "this is not an XML file: it does not begin with “<”")
        return begun

    def _note(self, odd: list[str], text: str) -> None:
        if "\0" in odd:
            raise Refused(self._line_of("\0", text), "a NUL byte: the file is damaged, or not text")
        foreign = [character for character in odd if "\udc80" <= character <= "\udcff"]
        dropped = [character for character in odd if not "\udc80" <= character <= "\udcff"]
        for tally, found in ((self._foreign, foreign), (self._dropped, dropped)):
            if found:
                tally.line = tally.line or self._line_of(found[0], text)
                tally.count += len(found)

    def _line_of(self, odd: str, text: str) -> int:
        return self.lines + text.count("\n", 0, text.index(odd)) + 1


@dataclass(slots=True)
class _Tally:
    count: int = 0
    line: int = 0


def _decoder_for(start: bytes) -> codecs.IncrementalDecoder:
    """UTF-8 unless a byte order mark or a declared encoding of another alphabet says otherwise.

    “ISO-8859-1” is often declared over UTF-8 and the other way round; reading UTF-8 and taking each byte that is not for
    Windows-1252 is right for both, and for the two mixed.
    """
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.getincrementaldecoder("utf-16")(errors="replace")
    if declared := _DECLARATION.match(start.removeprefix(codecs.BOM_UTF8)):
        try:
            name = codecs.lookup(declared[1].decode("ascii")).name
        except LookupError:
            name = "utf-8"
        if _OTHER_ENCODING.fullmatch(name):
            return codecs.getincrementaldecoder(name)(errors="replace")
    return codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")


def _in_words(error: SAXParseException) -> str:
    message = error.getMessage()
    if message in ("no element found", "unclosed token", "unclosed CDATA section"):
        return "the file ends too early: the export was cut off"
    return f"not well-formed XML ({message})"


def _forbidden(error: DefusedXmlException) -> str:
    if isinstance(error, DTDForbidden) and str(error.name).lower() == "html":
        return "this is a web page, not an export"
    return "it declares a DOCTYPE or entities, which no export does and an attack would"
