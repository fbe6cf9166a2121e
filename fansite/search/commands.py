"""`fansite rebuild search`."""

from __future__ import annotations

import click

from fansite.core.command import as_json, progress, tell, with_site
from fansite.search.listeners import all_documents
from fansite.search.queries import findables, index


@click.group()
def rebuild() -> None:
    """Makes what follows from the tables anew.

    \b
    Example:  fansite rebuild search
    """


@rebuild.command("search")
@as_json
@with_site
def rebuild_search(as_json: bool) -> None:
    """Builds the search index from the tables; the site goes on answering meanwhile.

    \b
    Example:  fansite rebuild search
    """
    total = sum(len(ids) for findable in findables().values() for ids in findable.every(0))
    done = 0
    with progress("Indexing", total, quiet=as_json) as advance:

        def count(documents: int) -> None:
            nonlocal done
            advance(documents - done)
            done = documents

        index().rebuild(all_documents(), count)
    tell(as_json, {"documents": done}, f"{done} documents can be found.")
