"""Small facts kept in the process: never older than the clock says, whenever they were read."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from fansite.core import kept
from fansite.core.db import db, touch
from fansite.core.kept import SiteFact, say, site_name
from fansite.lib.times import now
from tests.core.broken import broken_off
from tests.core.forks import together


def test_a_name_is_the_settings_until_one_is_given(app):
    assert site_name() == "The Paper Marmots"
    say("site_name", "Lava Lullaby")
    assert site_name() == "Lava Lullaby"


def test_what_is_known_is_not_asked_again(app, count_queries):
    site_name()
    with count_queries() as counted:
        site_name()
    assert counted == []


def test_another_process_changes_it_for_all(app):
    assert site_name() == "The Paper Marmots"
    together(lambda: say("site_name", "Lava Lullaby"))
    assert site_name() == "Lava Lullaby"


# What a page reads that began before: a view of SQLite's is of one moment, PostgreSQL looks anew with each question.
IN_AN_OLD_VIEW = {"sqlite": "The Paper Marmots", "postgresql": "Lava Lullaby"}


def test_what_was_read_in_an_old_view_is_not_kept_as_new(app, elsewhere):
    """A page began before the name was changed and asks for it after: what it reads may be shown once, but never again."""
    site = app.extensions["fansite"]
    db.session.scalar(sa.select(sa.func.count()).select_from(SiteFact))
    elsewhere("INSERT INTO site_fact VALUES ('site_name', 'Lava Lullaby')")
    site.clock.bump(["site"])
    assert site_name() == IN_AN_OLD_VIEW[db.engine.dialect.name]
    db.session.rollback()
    assert site_name() == "Lava Lullaby"


def test_what_is_taken_back_was_never_known(app):
    with broken_off() as session:
        session.add(SiteFact(name="site_name", value="Never"))
        touch("site")
        session.flush()
        assert site_name() == "Never"
    assert site_name() == "The Paper Marmots"


def test_an_answer_of_nothing_is_an_answer(app, count_queries):
    def nothing() -> None:
        assert db.session.get(SiteFact, "nothing") is None

    with count_queries() as counted:
        for _ in range(2):
            assert kept.kept("nothing", ("list:news",), nothing) is None
    assert len(counted) == 1


# ---- what says itself what it depends on ------------------------------------------------------------------------------------


@pytest.fixture
def drawn(app, clock):
    """How often it was made, and what makes it."""
    made: list[str] = []

    def make():
        made.append(site_name())
        return made[-1], ("list:news",), now() + timedelta(hours=1)

    return made, lambda: kept.kept_as_told("drawn", make)


def test_it_is_made_again_as_soon_as_what_it_depends_on_changes(app, drawn):
    made, asked = drawn
    assert asked() == asked() == "The Paper Marmots" and len(made) == 1
    app.extensions["fansite"].clock.bump(["list:comments"])
    asked()
    assert len(made) == 1
    app.extensions["fansite"].clock.bump(["list:news"])
    asked()
    assert len(made) == 2


def test_it_is_made_again_when_its_time_is_over(drawn, clock):
    made, asked = drawn
    asked()
    clock.shift(59 * 60)
    asked()
    assert len(made) == 1
    clock.shift(60)
    asked()
    assert len(made) == 2


def test_what_is_made_of_what_is_taken_back_was_never_made(drawn):
    made, asked = drawn
    with broken_off():
        touch("list:news")
        asked()
    asked()
    assert len(made) == 2
