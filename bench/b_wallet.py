"""Wallets: from her confirmation on the phone to the motor (G5); what asking costs an hour stands in `pollcost.py`.

Nobody can call a machine behind a museum's router, so it asks: the wait for the next look, 0 to a whole interval, and one
way over HTTP are the limit. G5 is about what comes after that: the provider is asked and says "paid", and the motor turns.
The controller is the real process, its providers are simulated and answer real HTTP. The floor is a bare httpx client that
is told the same by the same provider, from the moment in which the provider was asked, as the machine's time is.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from bench import pollcost
from bench.b_latency import EDGE, FINGER_S
from bench.buyer import Buyer, Visit
from bench.effort import Effort
from bench.floor import Disk, Echo
from bench.table import Rounds, Row, at_most, duration, percentile

NAMES = ("deuna", "pix")
GOLDEN = 0.618034
"""Steps of so much of an interval fall evenly into it, however many there are."""
VISITS_PART = 4
"""A visit lasts as long as the machine lets pass between two looks; so there are fewer than a coin's."""
LINES = 3
"""Messages on the lines between the decision and the motor, as `latency` counts them."""
SYNCS = "disk syncs, that look → motor"


def measure(effort: Effort) -> list[Row]:
    return [*_waiting(effort), *pollcost.measure(effort)]


@dataclass(frozen=True, slots=True)
class Price:
    """What a bare client needs from the provider's being asked to its answer, and for all of it; and lines and disk."""

    answer_s: float
    trip_s: float
    echoes_s: float
    sync_s: float


Round = list[tuple[Visit, Price]]


def _waiting(effort: Effort) -> list[Row]:
    visits = -(-effort.visits // VISITS_PART)
    with ExitStack() as stack:
        buyer = stack.enter_context(Buyer())
        echo = stack.enter_context(Echo(buyer.machine.folder, "unix", "echo.sock"))
        disk = Disk(buyer.machine.folder / "disk")
        stack.callback(disk.close)
        rounds = [[_visit(buyer, echo, disk) for _ in range(visits)] for _ in range(effort.rounds + 1)]
        checked, counted, echoed = buyer.judge(), buyer.disk is not None, echo.name
        poll_s = max(one.language.capabilities.poll_ms for one in buyer.accounts.values()) / 1_000
    kept = [pair for pairs in (rounds[1:] or rounds) for pair in pairs]
    return [
        *_whole_rows(kept, poll_s, checked),
        *_rest_rows(rounds, echoed, checked),
        _p95_row(kept, checked),
        _syncs_row(kept, checked) if counted else Row("G1", SYNCS, "not counted: no C compiler"),
    ]


def _visit(buyer: Buyer, echo: Echo, disk: Disk) -> tuple[Visit, Price]:
    """One piece, by the wallets in turn; then what the same way costs without Minga, after the same rests."""
    number = len(buyer.turns)
    name = NAMES[number % len(NAMES)]
    visit, bill = buyer.visit(name, number * GOLDEN % 1)
    time.sleep(FINGER_S)
    asked, heard_s = buyer.bare(name, bill)
    echoes_s = sum(echo.ping(EDGE) for _ in range(LINES))
    return visit, Price(asked.answered_s - heard_s, asked.answered_s - asked.sent_s, echoes_s, disk.sync())


def _whole_rows(kept: Round, poll_s: float, checked: str) -> list[Row]:
    """What she waits, beside what was left of the interval and a bare exchange; and how much of it was until that look."""
    rows = []
    for percent in (50, 95):
        whole_s = percentile([visit.whole_s for visit, _ in kept], percent)
        waited_s = percentile([visit.waited_s for visit, _ in kept], percent)
        limit_s = percentile([visit.left_s + price.trip_s for visit, price in kept], percent)
        floor = f"left of {poll_s:g} s + 1 httpx {duration(limit_s)}"
        told = f"{duration(whole_s)}, {duration(waited_s)}"
        metric = f"paid on the phone → motor, p{percent}; of it until the machine looks"
        rows.append(Row("", metric, told, floor, whole_s / limit_s, f"n={len(kept)}", checked=checked))
    return rows


def _rest_rows(rounds: Sequence[Round], echo: str, checked: str) -> list[Row]:
    rest, durable = Rounds(), Rounds()
    for pairs in rounds:
        rest.add((v.rest_s for v, _ in pairs), (p.answer_s for _, p in pairs))
        durable.add((v.rest_s for v, _ in pairs), (p.answer_s + p.sync_s + p.echoes_s for _, p in pairs))
    return [
        at_most("G5", "the look that tells it → motor, intent durable, curtain proved", rest, "httpx", 3, checked),
        at_most("", "  … beside disk and lines as well", durable, f"httpx + 1 sync + {LINES} × {echo}", None, checked),
    ]


def _p95_row(kept: Round, checked: str) -> Row:
    rest_s = percentile([visit.rest_s for visit, _ in kept], 95)
    floor_s = percentile([price.answer_s for _, price in kept], 95)
    floor, spread = f"httpx p95 {duration(floor_s)}", f"n={len(kept)}"
    return Row("", "  … p95", duration(rest_s), floor, rest_s / floor_s, spread, checked=checked)


def _syncs_row(kept: Round, checked: str) -> Row:
    found = sorted({visit.syncs for visit, _ in kept})
    told = " or ".join(map(str, found))
    return Row("G1", SYNCS, told, "the intent 1", None, "", "= 1", found == [1], checked)
