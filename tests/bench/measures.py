"""What is measured, and how: each figure is the median of several rounds, those of the site and of nginx taking turns."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench import sites
from tests.bench.load import Answers, median, read, readers, write
from tests.bench.machine import CLIENT_CORE, cpu_seconds_of_load, family, pinned, proportional_mib, watched
from tests.bench.sites import BUILD, GZIP, Running, Size, forms, get, made, physical_limit, served, settled, signed_in
from tests.bench.use import use

CLIENTS = 8
STARTS = 3
# Some two hundred pages a second.
READERS = {"number": 4, "pause_ms": 20}
# Pages of the demo band that both sizes have.
PAGES = {
    "home": "/",
    "news": "/news/",
    "the last page of news": "/news/?page={last}",
    "a tag": "/news/tag/brussels",
    "a post, 10 comments": "{few}",
    "a post, 50 comments": "{fifty}",
    "fans": "/fans/",
    "a fan": "/fans/fay",
    "feed": "/feed.xml",
    "sitemap": "/sitemap.xml",
}
SIGNED_IN = ("home", "a post, 10 comments", "a post, 50 comments")


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    how: str
    per_second: float
    cpu_ms: float
    p50: float
    p99: float
    # To nginx in the same rounds, where it serves the same bytes.
    ratio_cpu: float | None = None
    ratio_speed: float | None = None


@dataclass
class Results:
    posts: int
    figures: list[Figure] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)


def measure(size: Size, *, seconds: int, rounds: int) -> Results:
    results = Results(size.posts)
    folder = made(size)
    with served(folder, FANSITE_PAGE_MEMORY="0") as site:
        paths = {name: path.format(**places(folder)) for name, path in PAGES.items()}
        cookie = signed_in(site)
        for name, path in paths.items():
            results.figures.append(_figure(name, "made for each", site, path, seconds, rounds, connections=4))
        for name in SIGNED_IN:
            results.figures.append(
                _figure(name, "signed in", site, paths[name], seconds, rounds, connections=4, headers=(f"Cookie: {cookie}",))
            )
    with served(folder) as site:
        for name, path in paths.items():
            results.figures.append(_figure(name, "kept ready", site, path, seconds, 1, headers=(GZIP,)))
        results.figures += list(_beside_nginx(site, "/", seconds, rounds))
    if size.searched:
        _with_the_worker(results, folder, seconds)
    return results


def _with_the_worker(results: Results, folder: Path, seconds: int) -> None:
    for query in ("ukulele", "the"):
        with served(folder, FANSITE_PAGE_MEMORY="0") as site:
            results.figures.append(
                _figure(f"search: {query}", "made for each", site, f"/search?q={query}", seconds, 1, connections=4)
            )
    for workers in (1, 2):
        figure, facts = posting(folder, workers, seconds=4 * seconds)
        results.figures.append(figure)
        results.facts.update(facts)


def places(folder: Path) -> dict[str, str]:
    """Addresses that differ from site to site."""
    with closing(sqlite3.connect(folder / "fansite.db")) as database:

        def post(comments: int) -> str:
            nearest = "SELECT slug FROM entry WHERE kind = 'news' AND language = 'en' AND status = 'published' ORDER BY abs(comments_count - ?), id LIMIT 1"
            return f"/news/{database.execute(nearest, (comments,)).fetchone()[0]}"

        offered = "SELECT count(*) FROM entry WHERE kind = 'news' AND language = 'en' AND status = 'published'"
        last = -(-database.execute(offered).fetchone()[0] // 20)
        return {"few": post(10), "fifty": post(50), "last": str(last)}


def _figure(
    name: str,
    how: str,
    site: Running,
    path: str,
    seconds: float,
    rounds: int,
    *,
    connections: int = 16,
    headers: tuple[str, ...] = (),
) -> Figure:
    taken = [_round(site, path, seconds, connections, headers) for _ in range(rounds)]
    return _of(name, how, taken)


def _round(site: Running, path: str, seconds: int, connections: int, headers: tuple[str, ...]) -> tuple[Answers, float]:
    with watched(site.pid) as spent:
        answers = read(site.url(path), seconds=seconds, connections=connections, headers=headers)
    if answers.failed or not answers.number:
        raise RuntimeError(f"{path}: {answers.failed} of {answers.number} answers were none")
    return answers, spent.seconds


def _of(name: str, how: str, taken: list[tuple[Answers, float]], beside: list[tuple[Answers, float]] | None = None) -> Figure:
    speed, cpu = median([one.per_second for one, _cpu in taken]), median([1000 * cpu / one.number for one, cpu in taken])
    ratios: tuple[float | None, float | None] = (None, None)
    if beside:
        theirs = [1000 * cpu / one.number for one, cpu in beside]
        ours = [1000 * cpu / one.number for one, cpu in taken]
        ratios = (
            median([mine / other for mine, other in zip(ours, theirs, strict=True)]),
            median([mine.per_second / other.per_second for (mine, _), (other, _) in zip(taken, beside, strict=True)]),
        )
    p50, p99 = median([one.p50 for one, _ in taken]), median([one.p99 for one, _ in taken])
    return Figure(name, how, speed, cpu, p50, p99, *ratios)


def _beside_nginx(site: Running, path: str, seconds: int, rounds: int) -> Iterator[Figure]:
    """The kept page in its forms, and the short answer to who has it, beside the same bytes as files."""
    plain, packed = get(site.port, path)[2], get(site.port, path, Accept_Encoding="gzip")[2]
    with physical_limit({"page.html": plain, "page.html.gz": packed}) as nginx:
        etag = get(site.port, path, Accept_Encoding="gzip")[1]["etag"]
        theirs = get(nginx.port, "/page.html", Accept_Encoding="gzip")[1]["ETag"]
        forms = {
            "home, packed": ((GZIP,), (GZIP,)),
            "home, unpacked": ((), ()),
            "home, unchanged (304)": ((GZIP, f"If-None-Match: {etag}"), (GZIP, f"If-None-Match: {theirs}")),
        }
        for name, (ours, others) in forms.items():
            taken, beside = [], []
            for _ in range(max(3, rounds)):
                beside.append(_round(nginx, "/page.html", seconds, 16, others))
                taken.append(_round(site, path, seconds, 16, ours))
            yield _of(name, "kept ready", taken, beside)
            yield _of(f"{name}: nginx", "a file", beside)


# ---- start and memory -----------------------------------------------------------------------------------------------------------


def memory(size: Size) -> dict[str, float]:
    """Of all `fansite serve` started, once its index was made, its cards drawn and its pages read by many; and how long a start takes."""
    facts = {}
    for web in (1, 2):
        name = f"{web} web and the worker"
        facts[f"seconds from the start to the first answer, {name}"] = median([_start(made(size), web) for _ in range(STARTS)])
        folder = made(size)  # what its worker began in those is not begun here
        shutil.rmtree(folder / "search", ignore_errors=True)
        with served(folder, workers=web, worker=True) as site:
            use(site, folder)
            held = [proportional_mib([pid]) for pid in family(site.pid)]
        facts[f"MiB of memory in use, {name}"] = sum(held)
        members = ["supervisor", *(f"web {number}" for number in range(1, web + 1)), "worker"]
        facts.update({f"MiB of the {member}, {name}": mib for member, mib in zip(members, held, strict=True)})
    return facts


def _start(folder: Path, web: int) -> float:
    with served(folder, workers=web, worker=True) as site:
        return site.seconds_to_first_answer


# ---- writing ------------------------------------------------------------------------------------------------------------------


def posting(folder: Path, workers: int, *, seconds: int) -> tuple[Figure, dict[str, float]]:
    """Comments through the form of the page: session, token, nonce, all checks, committed to the disk; while the worker delivers and
    others read pages that are kept ready. And what each side of it costs."""
    with served(folder, workers=workers, worker=True) as site:
        cookie = signed_in(site)
        token, actions = forms(site, cookie)
        settled(site)
        before, load = _comments_in(folder), cpu_seconds_of_load()
        headers = (f"Cookie: {cookie}", f"Origin: {site.url('')}")
        with watched(site.pid) as spent:
            with readers(site.url(""), _elsewhere(folder, actions), seconds=seconds, **READERS):
                answers = write(site.url(""), [token, *actions], seconds=seconds, connections=CLIENTS, headers=headers)
            settled(site)
        load = cpu_seconds_of_load() - load
    if answers.failed or not answers.number:
        raise RuntimeError(f"{answers.failed} comments were not taken, {answers.number} were")
    if _comments_in(folder) - before < answers.number:
        raise RuntimeError(f"{answers.number} comments were taken, {_comments_in(folder) - before} are there")
    name = "a comment, one web process" if workers == 1 else f"a comment, {workers} web processes"
    sides = {"web": sum(spent.by_process[:-1]), "worker": spent.by_process[-1], "load": load}
    facts = {f"{name}: CPU ms of the {side}": 1000 * cost / answers.number for side, cost in sides.items()}
    return Figure(name, "written", answers.per_second, 1000 * spent.seconds / answers.number, answers.p50, answers.p99), facts


def _elsewhere(folder: Path, actions: list[str]) -> list[str]:
    """Pages that stay as they are while comments go to these: where fans live, and other posts. (The list of fans tells of each comment.)"""
    written_to = {int(action.rpartition("/")[2]) for action in actions}
    with closing(sqlite3.connect(folder / "fansite.db")) as database:
        posts = "SELECT id, slug FROM entry WHERE kind = 'news' AND language = 'en' AND status = 'published' ORDER BY published_at LIMIT 20"
        return ["/fans/cities", *(f"/news/{slug}" for id, slug in database.execute(posts) if id not in written_to)]


def _comments_in(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "fansite.db")) as database:
        return int(database.execute("SELECT count(*) FROM comment").fetchone()[0])


# ---- long work ----------------------------------------------------------------------------------------------------------------


def importing(number: int = 10_000) -> float:
    """Texts a second by `fansite import entries`, into a new site."""
    folder = BUILD / "import"
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    folder.mkdir(parents=True)
    environment = sites.environment(folder, 8000, {})
    subprocess.run(sites.command("db", "upgrade"), env=environment, check=True, stdout=subprocess.DEVNULL)
    lines, at = folder / "posts.jsonl", datetime(2026, 1, 1, tzinfo=UTC)
    with lines.open("w") as file:
        for n in range(number):
            text = {
                "kind": "news", "slug": f"post-{n}", "title": f"Post {n}", "language": "en", "tags": ["rain"],
                "body": "It **rained**. " * 60, "published_at": (at - timedelta(hours=n)).isoformat(),
            }  # fmt: skip
            file.write(json.dumps(text) + "\n")
    began = time.perf_counter()
    words = [*pinned(CLIENT_CORE), *sites.command("import", "entries", str(lines))]
    subprocess.run(words, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return number / (time.perf_counter() - began)


SITEMAP = """
import resource, sys, time
from fansite.app import create_app
from fansite.core.web import records
import io
records.configure_logs(io.StringIO())
client = create_app().test_client()
files = [part.split("</loc>")[0].partition("//")[2].partition("/")[2] for part in client.get("/sitemap.xml").text.split("<loc>")[1:]]
before, began, number = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time(), 0
for name in files:
    number += client.get("/" + name).get_data().count(b"<url>")
print(number, time.process_time() - began, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
# Every fourth is the French version of the one before it.
ROWS = """
WITH RECURSIVE n(i) AS (SELECT (SELECT max(id) FROM entry) + 1 UNION ALL SELECT i + 1 FROM n LIMIT {more})
INSERT INTO entry (id, kind, scope, slug, language, translation_of_id, title, status, created_at, updated_at, published_at, version)
SELECT i, 'news', '', 'more-' || i, iif(i % 4, 'en', 'fr'), iif(i % 4, NULL, i - 1), 'More', 'published', '2026-01-01 00:00:00.000000',
       '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000', 1 FROM n
"""


def sitemap(addresses: int) -> tuple[int, float, float]:
    """(addresses, processor seconds, MiB beside what the process had before) of all files of a site of that many."""
    folder = made(sites.SMALL)
    with closing(sqlite3.connect(folder / "fansite.db")) as database, database:
        there = database.execute("SELECT count(*) FROM entry").fetchone()[0]
        database.execute(ROWS.format(more=max(0, addresses - there)))
    environment = sites.environment(folder, 8000, {"FANSITE_PAGE_MEMORY": "0"})
    told = subprocess.run(
        [sys.executable, "-c", SITEMAP], env=environment, check=True, capture_output=True, text=True, cwd=sites.ROOT
    )
    number, seconds, mib = told.stdout.split()
    return int(number), float(seconds), float(mib)
