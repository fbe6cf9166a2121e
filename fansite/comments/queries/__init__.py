"""Finding comments: threads as pages show them, what one person said, what was said last. Other features find all of it here."""

from fansite.comments.queries.by_ids import earlier_wordings, many_with_context, public_ones, with_context
from fansite.comments.queries.names import names_for
from fansite.comments.queries.people import count_own, count_public, of_authors, own_of, public_of, tags_of_public
from fansite.comments.queries.recent import latest, latest_below
from fansite.comments.queries.rows import About, Heard, Said, Writer
from fansite.comments.queries.threads import (
    last_page,
    last_page_of_thread,
    missing,
    on_path,
    page_of_one_thread,
    page_of_rank,
    page_of_threads,
    rank_in_thread,
    share_of_thread,
)

__all__ = [
    "About",
    "Heard",
    "Said",
    "Writer",
    "count_own",
    "count_public",
    "earlier_wordings",
    "last_page",
    "last_page_of_thread",
    "latest",
    "latest_below",
    "many_with_context",
    "missing",
    "names_for",
    "of_authors",
    "on_path",
    "own_of",
    "page_of_one_thread",
    "page_of_rank",
    "page_of_threads",
    "public_of",
    "public_ones",
    "rank_in_thread",
    "share_of_thread",
    "tags_of_public",
    "with_context",
]
