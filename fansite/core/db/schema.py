"""Which schema the database has, which ones this version knows, and the way from one to the next."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fansite.core.errors import WrongSchema
from fansite.settings import ROOT, Settings

from .engine import database_uri

PRESENT_SCHEMA = sa.text("SELECT version_num FROM alembic_version")
EMPTY = "The database is empty: run `fansite init` (or `fansite db upgrade`) first."
NEWER = "The database was made by a newer version of this program: install that one."


def alembic_config(settings: Settings) -> Any:
    from alembic.config import Config  # dear to import: only the command line needs it

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["uri"] = database_uri(settings)
    return config


def upgrade(settings: Settings, schema: str = "head") -> None:
    """Brings the database to today's schema, or to an earlier one that a backup has."""
    from alembic import command
    from alembic.util import CommandError

    settings.instance_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        if _present_schema(settings) not in (None, *schemas()):
            raise WrongSchema(NEWER)
        command.upgrade(alembic_config(settings), schema)
    except (CommandError, sa.exc.DatabaseError) as problem:
        raise WrongSchema(f"The database cannot be upgraded: {_in_one_line(problem)}") from problem


def schema_problem(settings: Settings) -> str | None:
    """One line when the database is not at today's schema, else None. Opens and closes its own connection."""
    if _no_file(settings):
        return EMPTY
    try:
        current = _present_schema(settings)
    except sa.exc.DatabaseError as problem:  # not there, locked, or no database at all
        return f"The database does not answer: {_in_one_line(problem)}"
    known = schemas()
    if current is None:
        return EMPTY
    if current not in known:
        return NEWER
    if current != known[0]:
        return f"The database has schema {current}, this version needs {known[0]}: run `fansite db upgrade` first."
    return None


def is_older(settings: Settings) -> bool:
    """Whether the database has a schema that an earlier version made: to be backed up before it is upgraded."""
    try:
        return not _no_file(settings) and _present_schema(settings) in schemas()[1:]
    except sa.exc.DatabaseError:
        return False


def _no_file(settings: Settings) -> bool:
    """To look into a database that is not there would make one."""
    return settings.sqlite and not Path(settings.instance_path / "fansite.db").exists()


@cache
def schemas() -> list[str]:
    """All this version knows, today's first. Each migration names the one before it; Alembic itself is dear to import, and every start asks."""
    after = {before or "": name for name, before in map(_named_in, (ROOT / "migrations" / "versions").glob("*.py"))}
    known = [after[""]]
    while known[0] in after:
        known.insert(0, after[known[0]])
    return known


def _named_in(migration: Path) -> tuple[str, str | None]:
    found = _MIGRATION.search(migration.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{migration} does not say which schema it makes, and of which")
    return found[1], found[2]


# Its own name and that of the one before it, one line after the other.
_MIGRATION = re.compile(r'^revision = "(\w+)"\ndown_revision = (?:None|"(\w+)")$', re.MULTILINE)


def _present_schema(settings: Settings) -> str | None:
    engine = sa.create_engine(database_uri(settings), poolclass=sa.pool.NullPool)
    try:
        with engine.connect() as connection:
            return connection.scalar(PRESENT_SCHEMA) if sa.inspect(connection).has_table("alembic_version") else None
    finally:
        engine.dispose()


def _in_one_line(problem: Exception) -> str:
    return str(getattr(problem, "orig", problem)).splitlines()[0]
