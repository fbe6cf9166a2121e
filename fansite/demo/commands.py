"""`fansite demo load`."""

from __future__ import annotations

import click

from fansite.core.command import as_json, tell, with_site

WORDS = {"account": "accounts", "news": "posts", "page": "pages", "comment": "comments", "gig": "gigs"}
COUNT = click.IntRange(0, 10_000_000)


@click.group()
def demo() -> None:
    """An invented band to look around with.

    \b
    Example:  fansite demo load
    """


@demo.command()
@click.option("--posts", type=COUNT, default=0, help="At least this many posts in all.")
@click.option("--comments", type=COUNT, default=0, help="At least this many comments in all.")
@click.option("--fans", type=COUNT, default=0, help="At least this many accounts in all.")
@click.option("--gigs", "evenings", type=COUNT, default=0, help="At least this many gigs in all.")
@as_json
@with_site
def load(posts: int, comments: int, fans: int, evenings: int, as_json: bool) -> None:
    """Loads The Paper Marmots: 30 posts over three years, 60 gigs, 200 fans, 40 discussions, 600 comments, a waiting queue. A second
    time adds nothing.

    \b
    Example:  fansite demo load
              fansite demo load --posts 3000 --comments 20000 --fans 1000
    """
    from fansite.demo import operations  # a whole band, which no server needs

    made = operations.load(posts=posts, comments=comments, fans=fans, evenings=evenings)
    loaded = ", ".join(f"{count} {WORDS[kind]}" for kind, count in made.items())
    tell(as_json, {"created": made}, f"Loaded: {loaded}.", *operations.accounts_lines())
