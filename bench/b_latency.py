"""How long a visitor waits: press to motor (G1), home switch to motor off (G2), coin to credit and to the page (G3).

The controller and the pages are the real processes. A press is the moment in which its edge is written into the lines'
socket, a motor's start and stop the moment in which the controller's order was read there: both ends of the way are
included. After every visit the floor is asked: as many messages through the same kind of socket to a C program.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.board import AWAY_S, Turn
from bench.effort import Effort
from bench.floor import Disk, Echo
from bench.machine import BUTTONS, PRICE_CENTS, Machine
from bench.table import CheckFailed, Rounds, Row, at_most, duration, percentile
from bench.visitor import Page, Pictures

EDGE = b"edge 20 1 12345.678901\n"
FINGER_S = 0.04
"""Between two presses at least this: the cabinet takes quicker ones for bounces."""
UNIT_NICE = -5
"""What the controller's systemd unit asks for."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit in seconds: coin on the line to the credit's picture and to the page; then its turn."""

    credit_s: float
    page_s: float
    turn: Turn

    @property
    def first_line_s(self) -> float:
        return self.turn.first_line_s - self.turn.pressed_s

    @property
    def motor_s(self) -> float:
        return self.turn.motor_s - self.turn.pressed_s

    @property
    def off_s(self) -> float:
        return self.turn.off_s - self.turn.home_s


@dataclass(frozen=True, slots=True)
class Price:
    """What the same way costs without Minga, in seconds: echoes after the same pauses as in the visit, and a disk sync.

    `late_echo_s` comes as long after the others as the home switch after the motor's start: a rested processor is slower.
    """

    echo_s: float
    three_echoes_s: float
    late_echo_s: float
    tty_s: float
    sync_s: float


@dataclass(slots=True)
class Museum:
    """A running machine with its watchers, and its floors."""

    machine: Machine
    pictures: Pictures
    page: Page
    echo: Echo
    tty: Echo
    disk: Disk

    def visit(self, number: int, turns: list[Turn]) -> Visit:
        """One coin, one press, one piece."""
        machine, slot = self.machine, list(BUTTONS)[number % len(BUTTONS)]
        machine.insert()
        seen_s, picture = self.pictures.until(lambda p: p["credit_cents"] == PRICE_CENTS, "the credit")
        line_s = machine.firmware.on_the_line_s
        shown_s = self.page.shows(picture["version"])
        time.sleep(FINGER_S)
        turns.append(turn := machine.board.press(slot))
        if not machine.board.ended():
            raise CheckFailed(f"{slot} was pressed and its motor did not turn")
        _, picture = self.pictures.until(lambda p: p["phase"] == "idle" and not p["credit_cents"], "the sale")
        if any(slot["quantity"] < 2 for slot in picture["slots"]):
            with machine.client() as client:
                machine.refill(client, client.watch())
        return Visit(seen_s - line_s, shown_s - line_s, turn)

    def price(self) -> Price:
        time.sleep(FINGER_S)
        echoes = [self.echo.ping(EDGE) for _ in range(3)]
        time.sleep(AWAY_S)
        late_s = self.echo.ping(EDGE)
        return Price(echoes[0], sum(echoes), late_s, self.tty.ping(bytes(16)), self.disk.sync())


def measure(effort: Effort) -> list[Row]:
    turns: list[Turn] = []
    with _open_museum() as museum:
        quiet = [_round(museum, effort.visits, turns) for _ in range(effort.rounds + 1)]
        with _crowd(museum.machine.port):
            loaded = [_round(museum, effort.loaded_visits, turns) for _ in range(effort.rounds + 1)]
        checked = museum.machine.judge(turns)
        name = museum.echo.name
    return [*_quiet_rows(quiet, name, checked), *_loaded_rows(loaded, name, checked)]


@contextmanager
def _open_museum() -> Iterator[Museum]:
    with ExitStack() as stack:
        machine = stack.enter_context(Machine())
        controller = machine.start("controller", _priority())
        machine.start("web")
        machine.sells()
        machine.stock()
        assert controller.poll() is None
        pictures = Pictures(machine.folder / "minga.sock")
        stack.callback(pictures.close)
        page = machine.until(lambda: Page(machine.port), "the pages answer")
        stack.callback(page.close)
        echo = stack.enter_context(Echo(machine.folder, "unix", "echo.sock"))
        tty = stack.enter_context(Echo(machine.folder, "tty", "echo.tty"))
        disk = Disk(machine.folder / "disk")
        stack.callback(disk.close)
        yield Museum(machine, pictures, page, echo, tty, disk)


def _priority() -> list[str]:
    """The unit's own niceness, where this user may ask for it."""
    return ["nice", "-n", str(UNIT_NICE)] if os.geteuid() == 0 else []


@contextmanager
def _crowd(port: int) -> Iterator[None]:
    crowd = subprocess.Popen([sys.executable, Path(__file__).with_name("load.py"), str(port)])
    try:
        time.sleep(0.5)
        if crowd.poll() is not None:
            raise CheckFailed("the crowd went away")
        yield
    finally:
        crowd.kill()
        crowd.wait()


def _round(museum: Museum, visits: int, turns: list[Turn]) -> list[tuple[Visit, Price]]:
    return [(museum.visit(len(turns), turns), museum.price()) for _ in range(visits)]


Round = list[tuple[Visit, Price]]


def _quiet_rows(rounds: list[Round], echo: str, checked: str) -> list[Row]:
    first, motor, durable, off, coin, page = (Rounds() for _ in range(6))
    for visits in rounds:
        first.add((v.first_line_s for v, _ in visits), (p.echo_s for _, p in visits))
        motor.add((v.motor_s for v, _ in visits), (p.three_echoes_s for _, p in visits))
        durable.add((v.motor_s for v, _ in visits), (p.three_echoes_s + p.sync_s for _, p in visits))
        off.add((v.off_s for v, _ in visits), (p.late_echo_s for _, p in visits))
        coin.add((v.credit_s for v, _ in visits), (2 * p.tty_s + p.sync_s for _, p in visits))
        page.add((v.page_s for v, _ in visits), (2 * p.tty_s + p.sync_s for _, p in visits))
    bare = f"2 × {echo} on a tty + 1 sync"
    return [
        at_most("G1", "press → motor line, intent durable, curtain proved", motor, f"3 × {echo}", 5, checked),
        at_most("", "  … beside the disk's price as well", durable, f"3 × {echo} + 1 sync", None, checked),
        at_most("", "  press → first line that moves, intent durable", first, echo, None, checked),
        at_most("G1", "home switch → motor off, no disk on the way", off, echo, 2, checked),
        at_most("", "coin on the line → credit committed and told", coin, bare, None, checked),
        at_most("", "  … → on the page's live stream", page, bare, None, checked),
        *_screen_rows(rounds, checked),
    ]


def _screen_rows(rounds: list[Round], checked: str) -> list[Row]:
    """G3 allows a hundredth of all coins one disk sync and 2 ms."""
    kept = [pair for visits in (rounds[1:] or rounds) for pair in visits]
    allowed_s = percentile([price.sync_s for _, price in kept], 99) + 0.002
    rows = []
    for metric, took_s in (
        ("coin on the line → control socket, p99", [visit.credit_s for visit, _ in kept]),
        ("coin on the line → the page's live stream, p99", [visit.page_s for visit, _ in kept]),
    ):
        p99_s = percentile(took_s, 99)
        ratio = p99_s / allowed_s
        floor = f"1 sync p99 + 2 ms {duration(allowed_s)}"
        rows.append(Row("G3", metric, duration(p99_s), floor, ratio, f"n={len(kept)}", "≤ 1×", ratio <= 1, checked))
    return rows


def _loaded_rows(rounds: list[Round], echo: str, checked: str) -> list[Row]:
    kept = [pair for visits in (rounds[1:] or rounds) for pair in visits]
    rows = []
    for goal, metric, limit_s, took_s in (
        ("G2", "home switch → motor off, web saturated, p99", 0.001, [visit.off_s for visit, _ in kept]),
        ("", "press → motor line, web saturated, p99", None, [visit.motor_s for visit, _ in kept]),
    ):
        p99_s, floor_s = percentile(took_s, 99), percentile([price.echo_s for _, price in kept], 99)
        ok = None if limit_s is None else p99_s <= limit_s
        limit = "" if limit_s is None else f"≤ {duration(limit_s)}"
        floor = f"{echo} p99 {duration(floor_s)}"
        rows.append(Row(goal, metric, duration(p99_s), floor, p99_s / floor_s, f"n={len(kept)}", limit, ok, checked))
    return rows
