"""The results as a table and a drawing: `docs/performance.md` between its marks, `docs/pictures/performance.svg`."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from math import log10
from pathlib import Path

from tests.bench.measures import Figure, Results
from tests.conftest import ROOT

PAGE, PICTURE = ROOT / "docs" / "performance.md", ROOT / "docs" / "pictures" / "performance.svg"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def table(results: Sequence[Results]) -> str:
    lines = [f"Measured {datetime.now(UTC):%Y-%m-%d}, {machine()}."]
    for one in results:
        lines += [
            "",
            f"### {one.posts:,} posts",
            "",
            "| what | how | requests/s | CPU ms | p50 ms | p99 ms | CPU : nginx | speed : nginx |",
        ]
        lines.append("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
        lines += [row(figure) for figure in one.figures]
        lines += ["", *lines_of(one.facts)]
    return "\n".join(lines) + "\n"


def lines_of(facts: Mapping[str, float]) -> list[str]:
    return [f"- {name}: {value:,.1f}" for name, value in facts.items()]


def row(figure: Figure) -> str:
    ratios = [f"{ratio:.2f}" if ratio is not None else "" for ratio in (figure.ratio_cpu, figure.ratio_speed)]
    cells = [
        figure.name,
        figure.how,
        f"{figure.per_second:,.0f}",
        f"{figure.cpu_ms:.3f}",
        f"{figure.p50:.1f}",
        f"{figure.p99:.1f}",
        *ratios,
    ]
    return f"| {' | '.join(cells)} |"


def machine() -> str:
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return f"{found[1] if found else platform.machine()}, Python {platform.python_version()}"


def write(results: Sequence[Results]) -> None:
    text = PAGE.read_text()
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(results)}\n{END}{after}")
    PICTURE.write_text(drawing(results[0].figures))


# ---- the drawing ----------------------------------------------------------------------------------------------------------------

# Requests a second on one core, as they were measured on this kind of machine.
OTHERS = {"WordPress, home": 26.0, "WordPress, home, with a page cache": 3800.0, "Ghost, home": 40.0, "FlaskBB, list": 40.0}
SHOWN = {
    ("home", "made for each"): "Fansite, home, made for each",
    ("home", "kept ready"): "Fansite, home, kept ready",
    ("home, packed: nginx", "a file"): "nginx, the same as a file",
}
STYLE = (
    "text{font:15px system-ui,sans-serif;fill:#2b2320}.bar{fill:#c8452f}.other{fill:#8f8378}"
    "@media (prefers-color-scheme:dark){text{fill:#f3ead9}.bar{fill:#e8674f}.other{fill:#a89c8f}}"
)
WIDTH, LINE, LEFT = 760, 30, 300


def drawing(figures: Sequence[Figure]) -> str:
    """Requests a second, each line ten times the one before: ours and what others would be picked instead."""
    shown = {**OTHERS, **{SHOWN[key]: figure.per_second for figure in figures if (key := (figure.name, figure.how)) in SHOWN}}
    bars = sorted(shown.items(), key=lambda bar: bar[1])
    lines = [_bar(number, name, value, name.startswith("Fansite")) for number, (name, value) in enumerate(bars)]
    height = LINE * len(bars) + 16
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Requests a second on one core">'
        f"<style>{STYLE}</style>{''.join(lines)}</svg>\n"
    )


def _bar(number: int, name: str, value: float, ours: bool) -> str:
    top = 8 + number * LINE
    length = max(2.0, log10(max(value, 1.0)) / 5 * (WIDTH - LEFT - 90))
    return (
        f'<text x="{LEFT - 10}" y="{top + 16}" text-anchor="end">{escape(name)}</text>'
        f'<rect class="{"bar" if ours else "other"}" x="{LEFT}" y="{top}" width="{length:.0f}" height="20" rx="3"/>'
        f'<text x="{LEFT + length + 8:.0f}" y="{top + 16}">{value:,.0f}</text>'
    )
