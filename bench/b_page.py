"""The visitor's page in a real browser: a coin until it is painted (G3), and a slow phone's first look at it (G10).

The machine is the whole one without photos. A coin's moment is when its event stands on the acceptor's line, the end is
when the browser has handed on the frame that shows the credit. The floor is a page with nothing but a number, told by a
stream of its own: what this browser needs for any news at all. For the opening the floor is the same page, over the
same slow line.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median

from bench.b_start import fetch
from bench.board import Turn
from bench.effort import Effort
from bench.emptypage import EmptyPage
from bench.machine import BUTTONS, PRICE_CENTS, Machine
from bench.screen import CHROMIUM, Opening, Screen, chromium, opened
from bench.table import CheckFailed, Rounds, Row, at_most, duration, percentile
from bench.visitor import Pictures

FINGER_S = 0.04
USABLE_S_MAX, REQUESTS_MAX, BYTES_MAX = 0.6, 4, 10_000
NOT_HERE = "not measured: no Chromium here"
METRICS = ("coin on the line → painted", "page on the throttled profile, usable")


@dataclass(slots=True)
class Museum:
    """A running machine and its page on a screen, with the floor's page beside it."""

    machine: Machine
    pictures: Pictures
    screen: Screen
    empty: EmptyPage
    floor: Screen

    def coin(self, turns: list[Turn]) -> float:
        """Seconds from a coin to the painted credit; then its piece is bought."""
        machine, slot = self.machine, list(BUTTONS)[len(turns) % len(BUTTONS)]
        machine.insert()
        _, picture = self.pictures.until(lambda p: p["credit_cents"] == PRICE_CENTS, "the credit")
        began_s = machine.firmware.on_the_line_s + time.time() - time.monotonic()
        took_s = self.screen.painted(picture["version"]) - began_s
        time.sleep(FINGER_S)
        turns.append(machine.board.press(slot))
        if not machine.board.ended():
            raise CheckFailed(f"{slot} was pressed and its motor did not turn")
        self.pictures.until(lambda p: p["phase"] == "idle" and not p["credit_cents"], "the sale")
        return took_s

    def news(self) -> float:
        """Seconds for the floor: from a stream's event to its number, painted."""
        time.sleep(FINGER_S)
        number, began_s = self.empty.tell()
        return self.floor.painted(number) - began_s


def measure(effort: Effort) -> list[Row]:
    if CHROMIUM is None:
        return [Row("", metric, NOT_HERE) for metric in METRICS]
    turns: list[Turn] = []
    painted, usable, pages = Rounds(), Rounds(), []
    with chromium() as browser, _open_museum() as (machine, empty):
        for _ in range(max(1, effort.starts) + 1):
            page, floor = opened(browser, machine.port), opened(browser, empty.port)
            usable.add([page.usable_s], [floor.usable_s])
            pages.append(page)
        with ExitStack() as stack:
            screens = [Screen(browser, port) for port in (machine.port, empty.port)]
            for screen in screens:
                stack.callback(screen.close)
            pictures = Pictures(machine.folder / "minga.sock")
            stack.callback(pictures.close)
            museum = Museum(machine, pictures, screens[0], empty, screens[1])
            for _ in range(effort.rounds + 1):
                pairs = [(museum.coin(turns), museum.news()) for _ in range(effort.visits)]
                painted.add((coin for coin, _ in pairs), (news for _, news in pairs))
        checked = f"{len(pages)} openings, each with its script at work; " + machine.judge(turns)
    return [*_painted_rows(painted, checked), *_opening_rows(usable, pages, checked)]


@contextmanager
def _open_museum() -> Iterator[tuple[Machine, EmptyPage]]:
    with Machine() as machine, EmptyPage() as empty:
        machine.start("controller")
        machine.start("web")
        machine.sells()
        machine.stock()
        machine.until(lambda: fetch(machine.port), "the page comes")
        yield machine, empty


def _painted_rows(rounds: Rounds, checked: str) -> list[Row]:
    p95_s, floor_s = percentile(rounds.subject, 95), percentile(rounds.floor, 95)
    floor, spread = f"empty page p95 {duration(floor_s)}", f"n={len(rounds.subject)}"
    return [
        at_most("", f"{METRICS[0]}, p50", rounds, "empty page and stream", None, checked),
        Row("", "  … p95", duration(p95_s), floor, p95_s / floor_s, spread, checked=checked),
    ]


def _opening_rows(usable: Rounds, pages: list[Opening], checked: str) -> list[Row]:
    took_s, requests, received = median(usable.subject), pages[-1].requests, pages[-1].received_bytes
    later = pages[-1].later_bytes
    floor = f"empty page {duration(median(usable.floor))}"
    slow, limit = took_s <= USABLE_S_MAX, f"≤ {duration(USABLE_S_MAX)}"
    return [
        Row("G10", METRICS[1], duration(took_s), floor, usable.ratio, usable.spread, limit, slow, checked),
        _count("  … requests before it can be used", str(requests), "one", REQUESTS_MAX, requests, checked),
        _count("  … bytes of them", f"{received:,} B", "", BYTES_MAX, received, checked),
        Row("", "  … bytes afterwards, without pictures", f"{later:,} B", checked=checked),
    ]


def _count(metric: str, subject: str, floor: str, most: int, number: int, checked: str) -> Row:
    return Row("G10", metric, subject, floor, limit=f"≤ {most:,}", ok=number <= most, checked=checked)
