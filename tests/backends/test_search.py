"""What any search backend must do, whatever its engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fansite.backends.search import Answer, Document, Query, Search, SearchNotReady, open_search
from tests.backends.search_cast import FIRST_DAY, Aside, document, emptied, found, french, many, opened
from tests.effort import takes_at_most

BACKENDS = ("whoosh:", "sqlite:", "postgres:")


@pytest.fixture(params=BACKENDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Search]:
    database = emptied(request.getfixturevalue("postgres")) if request.param == "postgres:" else ""
    search = opened(tmp_path / "search", request.param, database)
    yield search
    search.close()


@pytest.fixture
def holding(empty: Search) -> Callable[..., Search]:
    def fill(*documents: Document) -> Search:
        empty.rebuild(iter(documents))
        return empty

    return fill


# From nothing


def test_a_site_without_an_index_finds_nothing_and_says_so(empty):
    assert empty.state() == "missing"
    assert empty.find(Query("marmots")) == Answer(ready=False)
    assert list(empty.keys()) == []


def test_changes_alone_never_make_a_half_full_index(empty):
    with pytest.raises(SearchNotReady):
        empty.apply([document("entry:1", "Tour")], [])


def test_an_empty_index_is_ready_and_takes_the_first_document(holding):
    search = holding()
    assert search.state() == "ready"
    assert search.find(Query("tour")) == Answer([], 0, None)

    search.apply([document("entry:1", "Tour")], [])

    assert found(search, "tour") == ["entry:1"]
    assert search.state() == "ready"


def test_another_url_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected whoosh:"):
        open_search("elastic://host", tmp_path, Aside(tmp_path))


# Changes


def test_a_changed_document_is_found_by_its_new_words_only(holding):
    search = holding(document("entry:1", "Lisbon"), document("entry:2", "Paris"))

    search.apply([document("entry:1", "Porto")], ["entry:2"])

    assert found(search, "lisbon") == []
    assert found(search, "porto") == ["entry:1"]
    assert found(search, "paris") == []
    assert sorted(search.keys()) == ["entry:1"]


def test_a_document_put_and_dropped_at_once_is_not_found(holding):
    search = holding(document("comment:7", body="rude words"))

    search.apply([document("comment:7", body="rude words")], ["comment:7"])

    assert found(search, "rude") == []


def test_a_document_put_twice_at_once_is_found_once(holding):
    search = holding()

    search.apply([document("entry:1", "First draft"), document("entry:1", "Second draft")], ["entry:99"])

    assert found(search, "draft") == ["entry:1"]
    assert found(search, "first") == []


def test_nothing_dropped_is_found_again_however_the_index_is_merged(holding):
    """Whoosh's `refresh()` showed deleted documents after merges (ENGINES §A.1)."""
    search = holding()
    living: set[str] = set()
    for step in range(36):
        put = [document(f"entry:{step}", f"Marmots {step}")]
        drop = []
        if step % 3 == 2:
            drop = [f"entry:{step - 2}"]
            put.append(document(f"entry:{step - 1}", f"Marmots {step - 1} again"))

        search.apply(put, drop)

        living = (living | {one.key for one in put}) - set(drop)
        answer = search.find(Query("marmots", per_page=100))
        assert sorted(hit.key for hit in answer.hits) == sorted(living)
        assert answer.total == len(living)
    assert sorted(search.keys()) == sorted(living)


def test_a_rebuild_forgets_what_is_gone_and_tells_how_far_it_is(holding):
    search = holding(document("entry:old", "Marmots of old"))
    steps: list[int] = []

    search.rebuild(iter(many(300)), steps.append)

    assert steps == sorted(steps)
    assert steps[-1] == 300
    assert len(steps) > 1
    assert search.find(Query("marmots")).total == 300
    assert "entry:old" not in set(search.keys())


def test_a_rebuild_that_fails_leaves_the_old_index(holding):
    search = holding(document("entry:1", "Marmots"))

    def torn() -> Iterator[Document]:
        yield document("entry:2", "Marmots")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        search.rebuild(torn())
    assert found(search, "marmots") == ["entry:1"]
    assert search.state() == "ready"


def test_a_document_seen_twice_by_a_rebuild_is_found_once(holding):
    search = holding(document("entry:1", "Marmots"), document("entry:2", "Marmots"), document("entry:1", "Marmots"))
    assert search.find(Query("marmots")).total == 2


def test_the_documents_of_a_rebuild_are_read_only_when_nobody_else_writes(holding):
    search = holding()
    asked: list[str] = []

    def reading() -> Iterator[Document]:
        asked.append(search.state())
        yield document("entry:1", "Marmots")

    search.rebuild(reading())
    assert asked == ["ready"]


# Order


def test_the_title_counts_more_than_the_text(holding):
    search = holding(
        document("body", "News from the road", "We play in Lisbon."),
        document("title", "Lisbon", "We play there on the road."),
        document("tags", "News", "From the road.", tags=("Lisbon",)),
    )
    assert found(search, "lisbon") == ["title", "tags", "body"]


def test_who_holds_all_the_words_comes_before_who_holds_one_often(holding):
    search = holding(
        document("one", body="Accordion, accordion, accordion and once more accordion for the night."),
        document("all", body="At night we heard an accordion somewhere in the harbour of Porto."),
        *many(10),
    )
    assert found(search, "accordion harbour porto") == ["all", "one"]


def test_words_side_by_side_count_more_than_words_apart(holding):
    search = holding(
        document("apart", body="A paper about music and the life of marmots up there."),
        document("together", body="Music about life up there: the paper marmots and a review."),
        *[document(f"other:{n}", body="paper" if n % 2 else "marmots") for n in range(6)],
    )
    assert found(search, "paper marmots")[0] == "together"


def test_of_equals_the_newest_comes_first(holding):
    days = [FIRST_DAY + timedelta(days=n) for n in (3, 1, 2)]
    search = holding(*[document(f"day:{n}", "On tour", published_at=day) for n, day in enumerate(days)])
    assert found(search, "tour") == ["day:0", "day:2", "day:1"]


def test_dates_before_1970_are_no_trouble(holding):
    search = holding(document("old", "Marmots", published_at=FIRST_DAY.replace(year=1925), year=1925), document("new", "Marmots"))
    assert found(search, "marmots") == ["new", "old"]
    assert found(search, "marmots", year=1925) == ["old"]


# Filters and pages


def test_kind_and_year_narrow_the_answer(holding):
    search = holding(
        document("entry:1", "Marmots", year=2024),
        document("entry:2", "Marmots", year=2025),
        document("comment:1", body="marmots", kind="comment", year=2025),
    )
    assert found(search, "marmots", kind="comment") == ["comment:1"]
    assert sorted(found(search, "marmots", year=2025)) == ["comment:1", "entry:2"]
    assert found(search, "marmots", kind="news", year=2025) == ["entry:2"]
    assert found(search, "marmots", kind="gig") == []
    assert search.find(Query("marmots", kind="comment")).hits[0].kind == "comment"


def test_pages_follow_each_other_without_gap_or_repetition(holding):
    search = holding(*many(45))
    pages = [search.find(Query("marmots", page=page, per_page=20)) for page in (1, 2, 3, 4)]
    keys = [hit.key for answer in pages for hit in answer.hits]
    assert [len(answer.hits) for answer in pages] == [20, 20, 5, 0]
    assert {answer.total for answer in pages} == {45}
    assert len(set(keys)) == 45
    assert found(search, "marmots", page=0) == found(search, "marmots", page=1)


# Languages


@pytest.mark.parametrize("typed", ["tournée", "tournee", "Tournées", "TOURNEES", "tourne\u0301e", "tournées!", "l'tournée"])
def test_accents_and_endings_are_forgiven(holding, typed):
    search = holding(french("entry:1", "La tournée d’automne"), french("entry:2", "Les œuvres"))
    assert found(search, typed) == ["entry:1"]


@pytest.mark.parametrize("written", ["tournee", "Tournées", "tourne\u0301e"])
def test_what_is_written_without_accents_is_found_with_them(holding, written):
    assert found(holding(french("entry:1", body=f"Notre {written} commence")), "tournée") == ["entry:1"]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("coeur", "Un cœur de pierre"),
        ("cœurs", "Un coeur de pierre"),
        ("ete", "Concerts d’été"),
        ("été", "Concerts d'ete"),
        ("noel", "Chansons de Noël"),
        ("album", "Il y a l’album et l'EP"),
        ("qu'album", "L’album"),
        ("l’olympia", "Nous jouons à l'Olympia"),
        ("aujourd'hui", "Aujourd’hui, Lyon"),
        ("jouer", "Nous jouerons à Lyon"),
        ("concert", "Deux concerts à Lyon"),
        ("ferrand", "Clermont-Ferrand nous attend"),
        ("clermontferrand", "Clermont-Ferrand nous attend"),
        ("Clermont Ferrand", "Clermont‑Ferrand nous attend"),
    ],
)
def test_french_is_searched_as_french_is_written(holding, typed, text):
    search = holding(french("entry:1", body=text), french("entry:2", body="Rien du tout"))
    assert found(search, typed) == ["entry:1"]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("play", "They played all night"),
        ("skies", "Under the sky"),
        ("band", "The band's van"),
        ("rem", "A song by R.E.M. tonight"),
        ("R.E.M.", "A song by REM tonight"),
        ("hiphop", "Some hip-hop tonight"),
        ("rock'n'roll", "Rock’n’Roll tonight"),
        ("strasse", "Die Straße"),
        ("naive", "A naïve tune"),
    ],
)
def test_english_is_searched_as_english_is_written(holding, typed, text):
    search = holding(document("entry:1", body=text), document("entry:2", body="Nothing at all"))
    assert found(search, typed) == ["entry:1"]


def test_a_query_is_read_in_every_language(holding):
    search = holding(
        document("en", "Festivals of Lyon"),
        french("fr", "Le festival de Lyon"),
        document("de", "Festival in Lyon", language="de"),
    )
    assert sorted(found(search, "festival lyon")) == ["de", "en", "fr"]


def test_a_language_we_do_not_stem_is_found_as_written(holding):
    search = holding(document("de", "Größe zählt: Konzerte", language="de-AT"))
    assert found(search, "grosse") == ["de"]
    assert found(search, "konzerte") == ["de"]
    assert found(search, "konzert ") == []


def test_stop_words_do_not_rank_but_are_not_lost(holding):
    search = holding(
        document("who", "The Who tonight", "They play."),
        document("long", "Tonight", "The men who came, the men who left, and the rest who are the rest."),
        french("ou", "Où sont les marmottes ?"),
        french("the", "Un thé au salon"),
    )
    assert found(search, "The Who")[0] == "who"
    assert found(search, "où sont")[0] == "ou"
    assert found(search, "the marmottes") == ["ou"]
    assert found(search, "thé au salon")[0] == "the"


# What may be typed


def test_a_quoted_phrase_must_stand_there_word_by_word(holding):
    search = holding(
        french("exact", body="C'est la fin de la tournée, dit-elle."),
        french("loose", body="La tournée touche à sa fin de saison."),
    )
    assert found(search, '"fin de la tournée"') == ["exact"]
    assert found(search, "« fin de la tournée »") == ["exact"]
    assert sorted(found(search, "fin tournée")) == ["exact", "loose"]
    assert found(search, '"de la" fin') == ["exact"]
    assert found(search, '"tournée fin"') == []


def test_a_phrase_ends_with_its_tag(holding):
    search = holding(document("apart", "News", tags=("paper", "marmots")), document("one", "News", tags=("paper marmots",)))
    assert found(search, '"paper marmots"') == ["one"]


def test_a_minus_leaves_words_and_phrases_out(holding):
    search = holding(document("acoustic", "Acoustic set"), document("electric", "Electric set"), document("other", "Set list"))
    assert sorted(found(search, "set -acoustic")) == ["electric", "other"]
    assert sorted(found(search, 'set -"electric set"')) == ["acoustic", "other"]
    assert found(search, "-acoustic") == []


def test_a_hyphen_inside_a_word_is_no_minus(holding):
    assert found(holding(french("entry:1", "Clermont-Ferrand")), "Clermont-Ferrand") == ["entry:1"]


def test_the_last_word_may_still_be_half_typed(holding):
    search = holding(french("entry:1", "La tournée"), document("entry:2", "Accordion"))
    assert found(search, "tourn") == ["entry:1"]
    assert found(search, "our accor") == ["entry:2"]
    assert found(search, "accor ") == []
    assert found(search, "ac") == []


HOSTILE = [
    "",
    "   ",
    "\0",
    "*",
    "a*",
    "?????",
    "~",
    "foo~9",
    "[a TO z]",
    "{a TO z}",
    "title_en:x",
    "key:entry*",
    "NOT",
    "AND OR NOT",
    "((((((((((",
    "))))",
    '"',
    '""',
    '"""""',
    '-""',
    "-",
    "--x",
    "- - -",
    "^99",
    "marmots^1e999",
    "'",
    "''''",
    "l'l'l'l'",
    "\\",
    "\ud800",
    "x" * 100_000,
    "(" * 100_000,
    '"the ' * 5_000,
    "-the " * 5_000,
    "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 50,
    "e" + "\u0301" * 100_000,
    "ﷺ" * 100,
    "İ" * 300,
    "marmots\n\r\t\u2028again",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "🎸🎸🎸",
    "音楽",
    "مرحبا",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_no_query_breaks_or_slows_the_search(holding, text, caplog):
    search = holding(*many(40), document("the", "The who", "the of and to " * 200))
    answer = takes_at_most(0.25, lambda: search.find(Query(text)))
    assert answer.total >= len(answer.hits)
    assert not caplog.records


@pytest.mark.shared
def test_no_naughty_string_breaks_the_search(holding, shared, caplog, request):
    strings = json.loads((shared / "data/xss/big-list-of-naughty-strings.json").read_text(encoding="utf-8"))
    search = holding(*[document(f"entry:{n}", text[:80], text, tags=(text[:30],)) for n, text in enumerate(strings)])
    for text in strings if "whoosh:" in request.node.name else strings[::4]:
        search.find(Query(text))
    assert not caplog.records
    assert len(list(search.keys())) == len(strings)


def test_hostile_documents_are_indexed_in_time(holding):
    texts = ["a" * 100_000, "é" * 50_000, "e" + "\u0301" * 100_000, "-a" * 50_000, "l'" * 50_000, "\0" * 10_000, "\ud800"]
    search = takes_at_most(3, lambda: holding(*[document(f"entry:{n}", "Hostile", text) for n, text in enumerate(texts)]))
    assert search.find(Query("hostile")).total == len(texts)


# A better spelling


def test_a_slip_is_answered_with_the_word_meant(holding):
    search = holding(french("entry:1", "La tournée des marmottes"), document("entry:2", "An accordion, a harbour"), *many(30))
    assert search.find(Query("acordion ")).suggestion == "accordion"
    assert search.find(Query("accordoin")).suggestion == "accordion"
    assert search.find(Query("Acordionn")).suggestion == "Accordion"
    assert search.find(Query("tounrée")).suggestion == "tournée"
    assert search.find(Query("tounree")).suggestion == "tournée"
    assert search.find(Query("harbuor acordion")).suggestion == "harbour accordion"


def test_a_better_spelling_is_offered_only_when_it_helps(holding):
    search = holding(document("entry:1", "Accordion"), document("comment:1", body="harbour", kind="comment"))
    assert search.find(Query("accordion acrodion")).suggestion is None  # something was found
    assert search.find(Query("zzzzzzzz")).suggestion is None
    assert search.find(Query("tuor")).suggestion is None
    assert search.find(Query("acordion", kind="comment")).suggestion is None
    assert search.find(Query('"accordion harbour"')).suggestion is None


def test_no_word_of_a_dropped_document_is_suggested(holding):
    search = holding(*many(20), document("comment:1", body="That scoundrel stole an accordion"), document("entry:a", "Accordion"))
    assert search.find(Query("scoundrle accordoin ")).suggestion == "scoundrel accordion"

    search.apply([], ["comment:1"])

    assert search.find(Query("scoundrle accordoin ")).suggestion == "scoundrle accordion"
    assert search.find(Query("scoundrle ")).suggestion is None


def test_the_more_frequent_word_is_suggested(holding):
    search = holding(document("entry:1", "Banjos"), *[document(f"entry:{n}", "Bandos forever") for n in range(2, 6)])
    assert search.find(Query("bannos ")).suggestion == "bandos"


# What is gone before the index knows


def test_what_is_gone_is_neither_found_nor_counted_nor_suggested(holding):
    search = holding(
        document("entry:1", "Fado tonight"), document("entry:2", "Fado flowerpot"), document("comment:3", "", "fado")
    )

    answer = search.find(Query("fado", without=frozenset({"entry:2", "comment:9"})))

    assert {hit.key for hit in answer.hits} == {"entry:1", "comment:3"}
    assert answer.total == 2
    assert search.find(Query("flowerpod")).suggestion == "flowerpot"
    assert search.find(Query("flowerpod", without=frozenset({"entry:2"}))).suggestion is None


def test_pages_have_no_gaps_where_something_is_gone(holding):
    search = holding(*many(30))
    first = found(search, "marmots", per_page=10)
    gone = frozenset(first[:3])

    pages = [found(search, "marmots", per_page=10, page=page, without=gone) for page in (1, 2, 3)]

    assert [len(page) for page in pages] == [10, 10, 7]
    assert not gone.intersection(key for page in pages for key in page)


def test_years_are_those_something_can_be_found_of(holding):
    search = holding(document("entry:1", year=2026), document("entry:2", year=2019), document("entry:3", year=2026))
    assert search.years() == [2026, 2019]

    search.apply([], ["entry:2"])

    assert search.years() == [2026]


def test_a_common_word_is_not_taken_for_another_that_looks_like_its_stem(holding):
    search = holding(french("entry:1", "Vous êtes venus"), french("entry:2", "Un bel été"), french("entry:3", "Nos étés"))
    assert sorted(found(search, "été")) == sorted(found(search, "ete")) == ["entry:2", "entry:3"]
    assert found(search, '"vous êtes"') == ["entry:1"]
