"""What a hub can take in (G14): facts a second that are judged, on disk and answered for, into SQLite and PostgreSQL.

First the store alone, from one machine and from fifty, beside the same rows in one go (COPY; in SQLite one transaction) and
beside a commit for each. Then end to end through a real Mosquitto into the hub's own process, beside a subscriber that writes
a row for each message. After every run all hashes are reckoned again; then the store hears everything once more and must
find nothing new in it.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter

from bench import plainrows
from bench.effort import Effort
from bench.fleet import Fleet
from bench.flood import row_by_row, through_a_hub
from bench.hub import Hub, judge
from bench.letterbox import Books, read_books, written_books
from bench.process import peak_mb
from bench.servers import Mosquitto, Postgres, missing
from bench.table import CheckFailed, Rounds, Row, rate
from lab.store import opened

FACTS_MAX = 20_000
NAIVE_PART = 5
"""A commit each is so slow that a fifth of the facts must do."""
EACH, MACHINES = (1, 20, 100), (1, 50)
LEAST = {1: 7.0, 20: 40.0}
"""G14: so many times a row and a commit a message, by facts in a message."""
METRIC = "facts a second through a hub"


@dataclass
class Lab:
    """One kind of database; `empty` tells the address of a new one."""

    kind: str
    folder: Path
    books: Books
    facts: int
    empty: Callable[[], str]
    names: Iterator[int] = field(default_factory=count)

    def fleet(self, machines: int, each: int, part: int = 1) -> Fleet:
        """Machines of which no store has heard."""
        return Fleet(f"{self.kind.lower()}-{next(self.names)}", self.books, machines, self.facts // part, each)

    def taken(self, fleet: Fleet) -> float:
        """Facts a second into the store alone. Raises CheckFailed unless each is there once."""
        store, rounds = opened(self.empty(), make=True), list(fleet.rounds())
        began_s = perf_counter()
        for arrivals in rounds:
            store.take(arrivals)
        took_s = perf_counter() - began_s
        judge(store, fleet.heads)
        again = sum(store.take(arrivals).facts for arrivals in rounds)
        judge(store, fleet.heads)
        store.close()
        if again:
            raise CheckFailed(f"{again} facts were taken twice")
        return fleet.total / took_s


def measure(effort: Effort) -> list[Row]:
    if absent := missing(("G14", METRIC)):
        return absent
    rows = []
    with _labs(min(effort.backlog, FACTS_MAX)) as labs:
        for lab in labs:
            rows += [row for machines in MACHINES for each in EACH for row in _alone(lab, machines, each, effort)]
            rows += _end_to_end(lab, effort)
    return rows + missing(("G14", f"{METRIC}, PostgreSQL"), postgres=True)


@contextmanager
def _labs(facts: int) -> Iterator[list[Lab]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="minga-bench-")))
        books, files = read_books(written_books(folder / "books", facts)), count()
        labs = [Lab("SQLite", folder, books, facts, lambda: str(folder / f"lab{next(files)}.db"))]
        if not missing(("G14", METRIC), postgres=True):
            labs.append(Lab("PostgreSQL", folder, books, facts, stack.enter_context(Postgres()).database))
        yield labs


def _alone(lab: Lab, machines: int, each: int, effort: Effort) -> list[Row]:
    """The store without a network; beside a commit each only for many machines, since it is the same for one."""
    limit, naive = Rounds(), Rounds()
    for _ in range(effort.rounds + 1):
        fleet = lab.fleet(machines, each)
        rows, speed = fleet.rows(), [lab.taken(fleet)]
        limit.add(speed, [plainrows.at_once(lab.empty(), rows)])
        naive.add(speed, [plainrows.one_by_one(lab.empty(), rows[: max(1, len(rows) // NAIVE_PART)])])
    whose = "1 machine" if machines == 1 else f"{machines} machines"
    words = f"{lab.kind}, {whose}, {each} a message: facts judged and on disk"
    checked = (
        f"{fleet.total:,} facts of {whose}, {each} a message, into {lab.kind}: none lost, none twice, all hashes right"
    )
    found = [_row("", words, limit, "the same rows in one go", None, checked)]
    if machines > 1:
        found.append(_row("", "  … beside a commit each", naive, "a row, a commit", None, checked))
    return found


def _end_to_end(lab: Lab, effort: Effort) -> list[Row]:
    rows, log = [], lab.folder / "naive.log"
    with (
        Mosquitto(lab.folder / f"broker-{lab.kind}") as broker,
        Mosquitto(lab.folder / f"naive-{lab.kind}") as other,
        Hub(lab.folder / lab.kind, broker, lab.empty()) as hub,
    ):
        for each in EACH:
            rounds = Rounds()
            for _ in range(effort.rounds + 1):
                speed = through_a_hub(hub, broker, lab.fleet(MACHINES[-1], each))
                rounds.add([speed], [row_by_row(log, other, lab.empty(), lab.fleet(MACHINES[-1], 1, NAIVE_PART))])
            checked = f"{lab.facts:,} facts of 50 machines through one hub into {lab.kind}: none lost, all hashes right"
            least, goal = (LEAST.get(each), "G14") if lab.kind == "PostgreSQL" else (None, "")
            words = f"{lab.kind}, Mosquitto to ack, {each} a message"
            rows.append(_row(goal if least else "", words, rounds, "a row, a commit a message", least, checked))
        memory = f"{peak_mb(hub.pid):.0f} MB"
        return [*rows, Row("", f"{lab.kind}: the hub's memory after all that, at most", memory, checked=checked)]


def _row(goal: str, words: str, rounds: Rounds, floor: str, least: float | None, checked: str) -> Row:
    ours, theirs = rate(median(rounds.subject)), f"{floor} {rate(median(rounds.floor))}"
    limit, ok = ("", None) if least is None else (f"≥ {least:g}×", rounds.ratio >= least)
    return Row(goal, words, ours, theirs, rounds.ratio, rounds.spread, limit, ok, checked)
