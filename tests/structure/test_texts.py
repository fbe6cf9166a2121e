"""Every word a person reads can be translated, and is."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.conftest import ROOT

METHODS = [("fansite/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "_l": None,
    "lazy_gettext": None,
    "_n": (1, 2),
    "lazy_ngettext": (1, 2),
}
CATALOGUE = ROOT / "fansite" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"


def in_code() -> set[str]:
    found = extract_from_dir(
        str(ROOT),
        METHODS,
        {"templates/**.html": {"trimmed": "true"}, "templates/**.txt": {"trimmed": "true"}},
        KEYWORDS,
        directory_filter=_ours,
    )
    return {message[0] if isinstance(message, tuple) else message for _file, _line, message, _comments, _context in found}


def _ours(path: str) -> bool:
    relative = Path(path).resolve().relative_to(ROOT)
    return not relative.parts or relative.parts[0] in ("fansite", "templates")


def catalogue():
    return read_po(BytesIO(CATALOGUE.read_bytes()), locale="fr")


def test_every_text_is_in_french_too():
    known = {(message.id[0] if isinstance(message.id, tuple) else message.id): message for message in catalogue() if message.id}
    missing = sorted(in_code() - known.keys())
    assert not missing, f"{len(missing)} texts lack French: {missing[:20]}"
    fuzzy = [key for key, message in known.items() if message.fuzzy]
    assert not fuzzy
    empty = [
        key
        for key, message in known.items()
        if not (all(message.string) if isinstance(message.string, tuple) else message.string)
    ]
    assert not empty


def test_no_translation_is_left_over():
    known = {message.id[0] if isinstance(message.id, tuple) else message.id for message in catalogue() if message.id}
    assert not sorted(known - in_code())


def test_translations_keep_their_places():
    for message in catalogue():
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set().union(*(set(re.findall(r"%\((\w+)\)", text)) for text in ids))
        for text in strings:
            assert set(re.findall(r"%\((\w+)\)", text)) <= wanted, message.id
        assert set(re.findall(r"%\((\w+)\)", strings[-1])) == set(re.findall(r"%\((\w+)\)", ids[-1])), message.id


def test_french_is_set_as_french():
    """Narrow no-break space before ; ! ? and inside guillemets, typographic apostrophes."""
    for message in catalogue():
        if not message.id:
            continue
        for text in message.string if isinstance(message.string, tuple) else (message.string,):
            plain = re.sub(r"%\(\w+\)s|https?://\S+|`[^`]*`|\{\w+\}", "", text)
            assert not re.search(r"[^\u202f\u00a0\s?!…(][!?;](?!\w)", plain), f"{message.id!r}: {text!r}"
            assert "'" not in plain, f"{message.id!r}: {text!r}"
            assert not re.search("« | »", plain), f"{message.id!r}: {text!r}"


def test_no_template_holds_bare_words():
    """Words outside of `_()` would stay English for ever."""
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|<style.*?</style>|<kbd.*?</kbd>", " ", text, flags=re.S)
        text = re.sub(r"<[^>]*>", " ", text)
        words = re.findall(r"[A-Za-zÀ-ÿ]{3,}", text)
        assert not words, f"{path.relative_to(ROOT)}: {words[:5]}"
