"""A backlog on its way to the lab (G12): facts a second until the hub has them on disk and the machine has kept its answer.

The real courier as a process, a real Mosquitto, the real hub with SQLite. Beside it, in turns and through the same broker,
the same facts one a message to a subscriber that only counts: from a bare socket, which is the goal's floor, and from paho.
Nothing is durable there and nothing is judged. `vendingzets-agent` is not run: its licence lets only its customers run it.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.effort import Effort
from bench.hub import Hub, judge
from bench.letterbox import read_books, written_books
from bench.program import Program
from bench.servers import HOST, Mosquitto, missing
from bench.table import CheckFailed, Rounds, Row, rate

LEAST = 10.0
GROWTH_MB_MAX = 2.0
"""So much more memory for ten times the facts still counts as none: Python's own takes and gives back."""
METRIC, MEMORY = "backlog: facts a second, durable and answered for", "the courier's memory for ten times the backlog"
SETTINGS = """[machine]
name = "{name}"
database = "{books}"
disk_free_mb_min = 1
[sync]
broker = "mqtt://{host}:{port}"
"""


@dataclass
class Drain:
    """One broker, one hub and two machines' books, a short backlog and a long one."""

    folder: Path
    broker: Mosquitto
    hub: Hub
    short: Path
    long: Path
    facts: int
    runs: int = 0
    grown_mb: dict[Path, list[float]] = field(default_factory=dict)
    """What the courier took for itself while it carried these, each time."""

    def carried(self, books: Path) -> float:
        """Facts a second out of these books, as a machine the lab has never heard of. Raises CheckFailed."""
        self.runs += 1
        name, config = f"drain-{self.runs}", self.folder / f"{self.runs}.toml"
        config.write_text(SETTINGS.format(name=name, books=books, host=HOST, port=self.broker.port))
        memory = books.with_suffix(".sync.json")
        memory.unlink(missing_ok=True)
        self.hub.rest()
        with Program(self.folder / "carrier.log", "bench.carrier", config) as carrier:
            told = carrier.told()
        head = read_books(books).head
        kept = json.loads(memory.read_text())
        if (kept["seq"], bytes.fromhex(kept["head"])) != head:
            raise CheckFailed(f"the machine remembers fact {kept['seq']} of {head[0]}")
        judge(self.hub.store, {name: head})
        self.grown_mb.setdefault(books, []).append(told["peak_mb"] - told["before_mb"])
        return per_second(told)

    def floor(self, how: str) -> float:
        """Messages a second that a subscriber has counted."""
        self.hub.rest()
        port, log = self.broker.port, self.folder / "floors.log"
        with (
            Program(log, "bench.mqttfloors", "count", port, self.facts) as counter,
            Program(log, "bench.mqttfloors", how, port, self.long, self.facts) as publisher,
        ):
            counter.told()
            publisher.told()
            publisher.begin()
            told = {**publisher.told(), **counter.told()}
        if told["count"] != self.facts:
            raise CheckFailed(f"{told['count']} of {self.facts} messages came")
        return self.facts / (float(told["done_s"]) - float(told["began_s"]))


def per_second(told: dict[str, Any]) -> float:
    return float(told["facts"]) / (float(told["done_s"]) - float(told["began_s"]))


def measure(effort: Effort) -> list[Row]:
    if absent := missing(("G12", METRIC), ("G12", MEMORY)):
        return absent
    with _stand(effort.backlog) as drain:
        raw, paho = Rounds(), Rounds()
        for _ in range(effort.rounds + 1):
            speed = [drain.carried(drain.long)]
            raw.add(speed, [drain.floor("raw")])
            paho.add(speed, [drain.floor("paho")])
            drain.carried(drain.short)
        return _rows(drain, raw, paho)


@contextmanager
def _stand(facts: int) -> Iterator[Drain]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="minga-bench-")))
        long = written_books(folder / "long", facts)
        short = written_books(folder / "short", facts // 10)
        broker = stack.enter_context(Mosquitto(folder / "broker"))
        hub = stack.enter_context(Hub(folder / "hub", broker, str(folder / "lab.db")))
        yield Drain(folder, broker, hub, short, long, read_books(long).head[0])


def _rows(drain: Drain, raw: Rounds, paho: Rounds) -> list[Row]:
    checked = (
        f"{drain.facts:,} facts a backlog: all at the lab, none twice, every hash reckoned again, and the machine "
        "remembers the last one; the floors' subscriber counted as many"
    )
    speed = rate(median(raw.subject))
    floors = [("raw socket", raw, "G12", METRIC), ("paho, 20 unanswered,", paho, "", "  … beside paho")]
    rows = [
        Row(
            goal,
            metric,
            speed,
            f"{name} a fact a message {rate(median(rounds.floor))}",
            rounds.ratio,
            rounds.spread,
            f"≥ {LEAST:g}×" if goal else "",
            rounds.ratio >= LEAST if goal else None,
            checked,
        )
        for name, rounds, goal, metric in floors
    ]
    return [*rows, _memory(drain, checked)]


def _memory(drain: Drain, checked: str) -> Row:
    """What is there before the first message, the program itself, is left out on both sides."""
    long, short = (median(drain.grown_mb[books]) for books in (drain.long, drain.short))
    small, limit = f"{drain.facts // 10:,} facts {short:.1f} MB", f"≤ {GROWTH_MB_MAX:g} MB more"
    return Row("G12", MEMORY, f"{long:.1f} MB", small, None, "", limit, long - short <= GROWTH_MB_MAX, checked)
