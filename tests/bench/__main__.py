"""`make bench`: what pages, comments and long work cost, beside nginx as the limit. `make bench-check`: two commits beside each other.

Needs `wrk` and `nginx` (apt-get install wrk nginx). Nothing here is a test: a slow machine is no fault.
"""

from __future__ import annotations

import argparse
import shutil
import sys

from tests.bench import check, measures, report, sites
from tests.bench.machine import cores


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 posts only, short rounds, nothing written: two minutes")
    parser.add_argument("--memory", action="store_true", help="only what is held in use, by process, and how long a start takes")
    parser.add_argument("--check", nargs=2, metavar=("BEFORE", "AFTER"), help="compare two commits")
    asked = parser.parse_args()
    missing = [name for name in ("wrk", "nginx") if not shutil.which(name) and not shutil.which(f"/usr/sbin/{name}")]
    if missing:
        print(f"Missing: {', '.join(missing)}. To have them: apt-get install {' '.join(missing)}")
        return 1
    if cores() < 2:
        print("There is one core: the load generator takes time from the server, and the figures say little.")
    if asked.check:
        return 0 if check.compare(*asked.check) else 1
    if asked.memory:
        print("\n".join(report.lines_of(measures.memory(sites.SMALL))))
        return 0
    found = [measures.measure(sites.SMALL, seconds=1 if asked.quick else 3, rounds=1 if asked.quick else 3)]
    if not asked.quick:
        found.append(measures.measure(sites.LARGE, seconds=3, rounds=3))
        found[0].facts.update(measures.memory(sites.SMALL))
        found[0].facts["texts imported in a second"] = measures.importing()
        number, seconds, mib = measures.sitemap(1_000_000)
        found[0].facts.update(
            {"addresses in the sitemap": number, "processor seconds for all its files": seconds, "MiB for that": mib}
        )
        report.write(found)
    print(report.table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
