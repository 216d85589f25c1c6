"""One command, one table: what Minga is quick at, what it is slow at, and the limit of the same machine at the same moment.

    python bench/run.py                       the quick bench, some minutes
    python bench/run.py --full                more rounds of the same
    python bench/run.py --wide                the same, and the recovery with two million facts
    python bench/run.py --only start,idle     some pieces
    python bench/run.py --json figures.json   the same rows for programs

Everything runs on Unix sockets and loopback, in temporary folders, and ends only processes that it started. The status
is 1 when a check failed; a missed goal is a figure, not a failure.
"""

import argparse
import json
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import (
    b_bytes,
    b_collector,
    b_disk,
    b_drain,
    b_durable,
    b_firmware,
    b_idle,
    b_latency,
    b_link,
    b_mdb,
    b_page,
    b_parser,
    b_phone,
    b_recovery,
    b_start,
    b_statement,
    b_voucher,
    b_wallet,
    b_wire,
)
from bench.effort import FULL, QUICK, WIDE, Effort
from bench.table import CheckFailed, Row, printed

PIECES: dict[str, Callable[[Effort], list[Row]]] = {
    "latency": b_latency.measure,
    "page": b_page.measure,
    "phone": b_phone.measure,
    "durable": b_durable.measure,
    "bytes": b_bytes.measure,
    "disk": b_disk.measure,
    "parser": b_parser.measure,
    "mdb": b_mdb.measure,
    "voucher": b_voucher.measure,
    "wallet": b_wallet.measure,
    "link": b_link.measure,
    "firmware": b_firmware.measure,
    "start": b_start.measure,
    "statement": b_statement.measure,
    "drain": b_drain.measure,
    "wire": b_wire.measure,
    "collector": b_collector.measure,
    "recovery": b_recovery.measure,
    "idle": b_idle.measure,
}
EFFORTS = (
    ("quick", QUICK, "some minutes; the default"),
    ("full", FULL, "several times as many rounds"),
    ("wide", WIDE, "as full, and a recovery with two million facts, which take minutes to write"),
)


def main(words: list[str] | None = None) -> None:
    given = _arguments(words)
    rows = measure(given.only, given.effort)
    print(f"{about()}\n\n{printed(rows)}")
    if given.json:
        report = {"machine": about(), "load": os.getloadavg(), "rows": [asdict(row) for row in rows]}
        given.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    raise SystemExit(1 if any(row.subject == "FAILED" for row in rows) else 0)


def measure(pieces: list[str], effort: Effort) -> list[Row]:
    """The rows of these pieces; a piece whose check fails is one row that says so."""
    rows: list[Row] = []
    for name in pieces:
        began_s = time.monotonic()
        print(f"bench: {name} …", end=" ", file=sys.stderr, flush=True)
        try:
            rows += PIECES[name](effort)
        except CheckFailed as error:
            rows.append(Row("", f"{name}: {error}", "FAILED", ok=False))
        print(f"{time.monotonic() - began_s:.0f} s", file=sys.stderr)
    return rows


def about() -> str:
    """The machine and the moment, for whoever reads the figures later."""
    load = " ".join(f"{figure:.2f}" for figure in os.getloadavg())
    python, sqlite = platform.python_version(), sqlite3.sqlite_version
    return (
        f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} × {_processor()}, Linux {platform.release()}, "
        f"CPython {python}, SQLite {sqlite}; load {load}\n"
        "Hardware simulated. On another machine only ratios and counts carry over."
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").partition("\n")[0])
    effort = parser.add_mutually_exclusive_group()
    for word, much, told in EFFORTS:
        effort.add_argument(f"--{word}", dest="effort", action="store_const", const=much, help=told)
    parser.set_defaults(effort=QUICK)
    parser.add_argument("--only", type=_pieces, default=list(PIECES), help=f"some of: {','.join(PIECES)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there as well")
    return parser.parse_args(words)


def _pieces(text: str) -> list[str]:
    names = text.split(",")
    if strangers := set(names) - PIECES.keys():
        raise argparse.ArgumentTypeError(
            f"no piece is called {', '.join(sorted(strangers))}; there are {', '.join(PIECES)}"
        )
    return names


if __name__ == "__main__":
    main()
