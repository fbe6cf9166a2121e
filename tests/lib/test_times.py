"""Dates in words."""

from __future__ import annotations

from datetime import date

import pytest
from babel.dates import format_date, format_skeleton

from fansite.lib.times import as_said

pytestmark = pytest.mark.once
FIRST, LAST = date(2026, 11, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("of", "form", "language", "said"),
    [
        (FIRST, "full", "fr", "dimanche 1er novembre 2026"),
        (FIRST, "long", "fr", "1er novembre 2026"),
        (FIRST, "medium", "fr", "1er nov. 2026"),
        (date(2026, 11, 11), "long", "fr", "11 novembre 2026"),
        (LAST, "long", "fr", "31 décembre 2026"),
        (FIRST, "MMMM yyyy", "fr", "novembre 2026"),
        (FIRST, "long", "en_GB", "1 November 2026"),
    ],
)
def test_the_first_of_a_month_is_an_ordinal_in_french(of, form, language, said):
    assert as_said(format_date(of, form, language), of, language) == said


def test_the_day_of_the_week_stands_before_it():
    assert as_said(format_skeleton("MMMEd", FIRST, locale="fr"), FIRST, "fr") == "dim. 1er nov."
