"""Two commits beside each other, taking turns: which of them is slower, and whether that is more than chance."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.bench import sites
from tests.bench.load import median, read
from tests.bench.machine import watched
from tests.bench.measures import PAGES, SIGNED_IN, places
from tests.conftest import ROOT

ROUNDS = 7
# Beyond this, and beyond what the rounds differ among themselves, a change is no chance.
NOTICED = 1.1


def checkout(commit: str) -> Path:
    """A worktree of it, with the translations of this checkout compiled."""
    name = subprocess.run(
        ["git", "rev-parse", "--short", commit], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()
    folder = sites.BUILD / "commits" / name
    if not folder.exists():
        subprocess.run(
            ["git", "worktree", "add", "--force", "--detach", str(folder), name], cwd=ROOT, check=True, capture_output=True
        )
        for catalogue in (ROOT / "fansite" / "translations").rglob("*.mo"):
            (folder / catalogue.relative_to(ROOT)).write_bytes(catalogue.read_bytes())
    return folder


def compare(before: str, after: str, *, seconds: int = 1) -> bool:
    """Prints each page's CPU as `after : before`; whether nothing became clearly slower."""
    roots = [checkout(commit) for commit in (before, after)]
    taken: dict[str, list[list[float]]] = {}
    folders = []
    for root in roots:
        copy = sites.made(sites.SMALL, root)
        kept = copy.with_name(f"running-{root.name}")
        subprocess.run(["rm", "-rf", str(kept)], check=True)
        copy.rename(kept)
        folders.append(kept)
    with (
        sites.served(folders[0], root=roots[0], FANSITE_PAGE_MEMORY="0") as first,
        sites.served(folders[1], root=roots[1], FANSITE_PAGE_MEMORY="0") as second,
    ):
        paths = [{name: path.format(**places(folder)) for name, path in PAGES.items()} for folder in folders]
        cookies = [f"Cookie: {sites.signed_in(site)}" for site in (first, second)]
        for _ in range(ROUNDS):
            for name in PAGES:
                for who in ("", *([", signed in"] if name in SIGNED_IN else [])):
                    both = taken.setdefault(name + who, [[], []])
                    for side, site in enumerate((first, second)):
                        headers = (cookies[side],) if who else ()
                        with watched(site.pid) as spent:
                            answers = read(site.url(paths[side][name]), seconds=seconds, connections=4, headers=headers)
                        both[side].append(1000 * spent.seconds / answers.number)
    verdicts = [verdict(name, *sides) for name, sides in taken.items()]
    print("\n".join(line for line, _fine in verdicts))
    return all(fine for _line, fine in verdicts)


def verdict(name: str, before: list[float], after: list[float]) -> tuple[str, bool]:
    """A line, and whether it is fine. The ratios of single rounds say how far chance goes: slower is what was slower in nearly all."""
    ratios = sorted(new / old for old, new in zip(before, after, strict=True))
    middle = median(ratios)
    slower = middle > NOTICED and ratios[len(ratios) // 5] > 1.0
    faster = middle < 1 / NOTICED and ratios[-1 - len(ratios) // 5] < 1.0
    words = "slower" if slower else "faster" if faster else "the same"
    return (
        f"{name:32} {median(before):8.2f} → {median(after):8.2f} ms   {middle:5.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})   {words}",
        not slower,
    )
