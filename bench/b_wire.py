"""What the sync costs on a mobile plan (G13): bytes of IP on a machine's line, both ways, encrypted and plain.

The real brain, courier and connection, a real Mosquitto and the real hub, and a toll on the line (`toll.py`). Counted is all
that passes: facts, the lab's answers, what the machine says of itself, MQTT's and TCP's own acknowledgements. The goal was
set for one event a sale and no answer of the lab; a sale of ours is several facts, each proven and each answered.
"""

import ssl
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.certificate import certified
from bench.effort import Effort
from bench.hub import Hub, judge
from bench.intouch import DAY_MS, InTouch
from bench.letterbox import read_books
from bench.process import free_port
from bench.rawmqtt import RawMqtt
from bench.servers import HOST, Mosquitto, missing
from bench.table import Row
from bench.toll import Toll
from controller.courier.herald import SIGN_OF_LIFE_MS

LIVE_BYTES, BACKLOG_BYTES, DAY_BYTES = 290, 70, 40_000
"""G13: a live sale over TLS, a sale in a backlog, an idle day."""
WAITING_A_VISIT = 10
"""So many sales wait in a backlog for each that is made live: they take no time."""
WHILES, PINGS = 2, 5
"""So many of each are counted; the day is made of them."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the broker; `ca` is the certificate by which it is known, where it has one."""

    name: str
    folder: Path
    hub: Hub
    toll: Toll
    ca: Path | None

    def machine(self, kind: str, fold: bool = True) -> InTouch:
        """A new machine in touch: all it had to say at first is said."""
        name = f"wire-{self.name}-{kind}"
        machine = InTouch(self.folder / name, name, self.toll, self.ca, fold)
        machine.call()
        return machine

    def judged(self, machine: InTouch) -> str:
        """Raises CheckFailed unless the lab has this machine's books, whole."""
        machine.hang_up()
        head = read_books(machine.stall.database).head
        machine.stall.judge()
        judge(self.hub.store, {machine.name: head})
        return f"{head[0]} facts of {machine.stall.sales} sales over {self.name}: all at the lab, every hash reckoned again"


def measure(effort: Effort) -> list[Row]:
    if absent := missing(
        ("G13", "bytes of a live sale"), ("G13", "bytes of a backlog"), ("G13", "bytes of an idle day")
    ):
        return absent
    rows = []
    with _ways() as ways:
        for way in ways:
            machine = way.machine("live")
            seen = [*_live(way, machine, effort.visits), _idle(way, machine), _call(way, machine)]
            checked = way.judged(machine)
            rows += [_row(way, words, found, limit, floor, checked) for words, found, limit, floor in seen]
            for fold in (True, False):
                rows.append(_backlog(way, effort.visits * WAITING_A_VISIT, fold))
    return rows


@contextmanager
def _ways() -> Iterator[list[Way]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="minga-bench-")))
        certificate, key = certified(folder)
        safe = free_port()
        encrypted = (f"listener {safe} {HOST}", f"certfile {certificate}", f"keyfile {key}")
        broker = stack.enter_context(Mosquitto(folder / "broker", *encrypted))
        hub = stack.enter_context(Hub(folder / "hub", broker, str(folder / "lab.db")))
        tls, plain = (stack.enter_context(Toll(port)) for port in (safe, broker.port))
        yield [Way("tls", folder, hub, tls, certificate), Way("plain", folder, hub, plain, None)]


Seen = tuple[str, float, int | None, str]
"""In words, bytes of IP, the goal's limit if there is one, and what stands beside it."""


def _live(way: Way, machine: InTouch, visits: int) -> list[Seen]:
    """One sale after the other, each fact by itself."""
    first, before, state = machine.stall.journal.seq, way.toll.passed, 0
    for _ in range(visits):
        state += machine.sale()
    sale = way.toll.passed.since(before).ip_bytes / visits
    facts = read_books(machine.stall.database).facts[first:]
    bodies = sum(len(row.body.encode()) for row, _ in facts) / visits
    many, of_state = len(facts) / visits, state / visits
    return [
        (f"a live sale: {many:g} facts, the state after it", sale, LIVE_BYTES, f"the facts' bodies {bodies:,.0f} B"),
        ("  … a fact of it with its answer", (sale - of_state) / many, None, f"a fact's body {bodies / many:,.0f} B"),
        ("  … the state after it", of_state, None, ""),
    ]


def _idle(way: Way, machine: InTouch) -> Seen:
    """A state each quiet while, and a sign of life whenever the line was silent for so long, as if a state were none."""
    state = sum(machine.a_quiet_while().ip_bytes for _ in range(WHILES)) / WHILES
    ping, pings = _ping(way), DAY_MS / 1_000 / machine.keepalive_s
    day = state * DAY_MS / SIGN_OF_LIFE_MS + ping * pings
    return "an idle day", day, DAY_BYTES, f"{DAY_MS // SIGN_OF_LIFE_MS} × {state:,.0f} B + {pings:g} × {ping:,.0f} B"


def _ping(way: Way) -> float:
    """One sign of life and its answer: the same two bytes each from any client."""
    tls = ssl.create_default_context(cafile=way.ca) if way.ca else None
    with RawMqtt(way.toll.port, "pinger", tls) as line:
        line.ping()
        way.toll.rest()
        before = way.toll.passed
        for _ in range(PINGS):
            line.ping()
            way.toll.rest()
        return way.toll.passed.since(before).ip_bytes / PINGS


def _call(way: Way, machine: InTouch) -> Seen:
    """With nothing to send: from the first packet to the last one."""
    machine.hang_up()
    before = way.toll.passed
    machine.call()
    machine.hang_up()
    return "a call: connection, meta, state, goodbye", float(way.toll.passed.since(before).ip_bytes), None, ""


def _backlog(way: Way, sales: int, fold: bool) -> Row:
    """What a call costs more when so many sales wait."""
    machine = way.machine("folded" if fold else "open", fold)
    machine.hang_up()
    alone = machine.call().ip_bytes
    machine.hang_up()
    machine.sell_alone(sales)
    sale = (machine.call().ip_bytes - alone) / sales
    words = f"a sale in a backlog of {sales}, {'folded' if fold else 'not folded'}"
    return _row(way, words, sale, BACKLOG_BYTES if fold else None, "", way.judged(machine))


def _row(way: Way, words: str, found: float, limit: int | None, floor: str, checked: str) -> Row:
    metric, told = f"{words}, {way.name}", f"{found:,.0f} B"
    if limit is None or way.ca is None:  # the goals are for encrypted lines
        return Row("", metric, told, floor, checked=checked)
    return Row("G13", metric, told, floor, None, "", f"≤ {limit:,} B", found <= limit, checked)
