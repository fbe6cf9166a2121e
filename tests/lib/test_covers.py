"""Covers drawn from a seed."""

import hashlib
import re
from xml.etree import ElementTree

import pytest

from fansite.lib.covers import SCHEMES, cover
from fansite.lib.motifs import MOTIFS
from fansite.settings import ROOT

SEEDS = [f"entry:{number}" for number in range(200)]


def classes_in(pictures: list[str]) -> set[str]:
    return {element.get("class", "") for picture in pictures for element in ElementTree.fromstring(picture).iter("path")}


def test_the_same_seed_has_the_same_cover():
    first = cover("entry:12")
    cover.cache_clear()

    assert cover("entry:12") == first


def test_a_cover_stays_the_same_from_one_release_to_the_next():
    known = hashlib.sha256(cover("entry:12").encode()).hexdigest()

    assert known.startswith("4ebbc1bc23dd0a9f"), "readers know a post by its cover: change them on purpose only"


def test_different_seeds_have_different_covers():
    assert len({cover(seed) for seed in SEEDS}) == len(SEEDS)


def test_every_motif_and_every_scheme_comes_up():
    grounds = {ElementTree.fromstring(cover(seed))[0].get("class") for seed in SEEDS}

    assert grounds == {f"ink-{scheme[0]}" for scheme in SCHEMES}
    assert {motif for motif in MOTIFS if any(cover(seed) == cover(seed, motif=motif) for seed in SEEDS)} == set(MOTIFS)


@pytest.mark.parametrize("motif", sorted(MOTIFS))
def test_a_motif_is_small_and_has_only_inks_of_the_theme(motif):
    pictures = [cover(seed, motif=motif) for seed in SEEDS[:20]]
    style = (ROOT / "static" / "css" / "base.css").read_text()

    assert all(len(picture) < 4000 for picture in pictures)
    assert not any(word in picture for picture in pictures for word in ("fill=", "style=", "stroke=", "id="))
    assert all(f".{name} {{ fill: var(--" in style for name in classes_in(pictures))


@pytest.mark.parametrize(("wide", "tall"), [(300, 200), (200, 200), (240, 480)])
def test_a_cover_has_any_format(wide, tall):
    for motif in MOTIFS:
        picture = ElementTree.fromstring(cover("x", motif=motif, wide=wide, tall=tall))
        assert picture.get("viewBox") == f"0 0 {wide} {tall}"


@pytest.mark.parametrize("seed", ["", "Zoë 🎹", "<script>", '"x" onload="y', "\ud800"])
def test_any_seed_gives_a_picture_that_holds_nothing_of_it(seed):
    picture = cover(seed)

    assert ElementTree.fromstring(picture).get("aria-hidden") == "true"
    assert "script" not in picture and "onload" not in picture
    assert re.fullmatch(r"[\x20-\x7e]+", picture)
