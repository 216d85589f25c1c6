"""The I/O board's link: how long an order and its answer are under way, and how many frames a second are made and found.

The board's files run on MicroPython's Unix port and on CPython, the bench is the real host behind a pseudo-terminal. Neither
is an RP2040: what carries over is what the same way costs beside a bare echo, and that both are quicker than the wire.
The wire's own time is arithmetic and stands in rows of its own.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.effort import Effort
from bench.farboard import BAUD, FITTED, NOT_FITTED, Caller, link_only, whole_board
from bench.floor import Echo
from bench.interpreters import CPYTHON, Interpreter, interpreters, micropython, missing
from bench.table import CheckFailed, Rounds, Row, at_most, duration, percentile, rate
from controller.protocols.board import Turn
from controller.protocols.board.orders import packed
from firmware import messages, wire

TRIPS_A_VISIT = 20
LINE_BYTES_S = BAUD / 10
USB_BYTES_S = 19 * 64 * 1_000
"""Full speed carries at most 19 bulk packets of 64 bytes in each frame of 1 ms (USB 2.0, table 5-9)."""
FRAMES = {23: 500, 200: 100}
"""Payload bytes of a turn's answer and of the longest message, and how many of them at a time."""


def measure(effort: Effort) -> list[Row]:
    return [*_trips(effort), *_frames(effort)]


def trip_bytes() -> tuple[int, int]:
    """Bytes of the frame that orders a turn, and of the frame that answers it."""
    kind, body = packed(FITTED)
    order = messages.message(messages.COMMAND, 0, kind, 1, body)
    turned = messages.body(kind | 0x80, *(0,) * 8)
    answer = messages.message(messages.ANSWER, 0, kind, 1, messages.DONE, turned)
    return len(wire.encode(order)), len(wire.encode(answer))


def _trips(effort: Effort) -> list[Row]:
    many = effort.visits * TRIPS_A_VISIT
    ping = bytes(sum(trip_bytes()) // 2)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="minga-link-")))
        echo = stack.enter_context(Echo(folder, "tty", "echo.tty"))
        boards: dict[str, tuple[Caller, Turn]] = {}
        for each in interpreters():
            boards[f"turn ordered → answered, {each.name}"] = stack.enter_context(link_only(each, folder)), FITTED
        whole = stack.enter_context(whole_board(micropython() or CPYTHON, folder))
        boards[f"  … the whole program, a turn it refuses, {(micropython() or CPYTHON).name}"] = whole, NOT_FITTED
        measured = {metric: Rounds() for metric in boards}
        for _ in range(effort.rounds + 1):
            for metric, (caller, order) in boards.items():
                trips = [caller.trip(order) for _ in range(many)]
                measured[metric].add(trips, [echo.ping(ping) for _ in range(many)])
        checked = {caller.checked() for caller, _ in boards.values()}.pop()
        rows = [
            row
            for metric, rounds in measured.items()
            for row in (at_most("", metric, rounds, echo.name, None, checked), _slowest(rounds, echo.name, checked))
        ]
    return [*missing("turn ordered → answered, MicroPython"), *rows, *_wire_rows()]


def _slowest(rounds: Rounds, echo: str, checked: str) -> Row:
    """What one in a hundred took, of the echoes as well."""
    p99_s, floor_s = percentile(rounds.subject, 99), percentile(rounds.floor, 99)
    floor, spread = f"{echo} p99 {duration(floor_s)}", f"n={len(rounds.subject)}"
    return Row("", "    … p99", duration(p99_s), floor, p99_s / floor_s, spread, checked=checked)


def _wire_rows() -> list[Row]:
    """What the wires allow, which no program can change."""
    order, answer = trip_bytes()
    wires = ((f"UART at {BAUD:,} baud, as wired", LINE_BYTES_S), ("USB at full speed, bulk", USB_BYTES_S))
    return [
        Row(
            "",
            f"  … {order} + {answer} bytes on the wire: {name}",
            f"{duration((order + answer) / speed)}, not measured",
        )
        for name, speed in wires
    ]


def _frames(effort: Effort) -> list[Row]:
    rows = missing("frames made and found, MicroPython")
    for interpreter in interpreters():
        for size, many in FRAMES.items():
            rows += _frame_rows(interpreter, size, many, effort.rounds + 1)
    return rows


def _frame_rows(interpreter: Interpreter, size: int, many: int, rounds: int) -> list[Row]:
    made, found = Rounds(), Rounds()
    for encode_us, find_us, bare_us, stream_bytes in interpreter.run("framing", size, many, rounds):
        frame_bytes = stream_bytes / many
        made.add([many / encode_us * 1e6], [many / bare_us * 1e6])
        found.add([many / find_us * 1e6], [many / bare_us * 1e6])
    if frame_bytes != size + wire.FRAME_BYTES_MIN - 1:
        raise CheckFailed(f"{size} bytes became a frame of {frame_bytes}")
    where = f"{interpreter.name}{', as on the Pi' if interpreter is CPYTHON else ''}"
    checked = "frames of 23 and of 200 bytes, made and found again on each interpreter, the same ones"
    return [
        _frame_row(f"{what} a second, {size} bytes, {where}", rounds_, frame_bytes, checked)
        for what, rounds_ in (("frames made", made), ("frames found", found))
    ]


def _frame_row(metric: str, rounds: Rounds, frame_bytes: float, checked: str) -> Row:
    per_second = median(rounds.subject)
    metric = f"{metric} ({per_second * frame_bytes / LINE_BYTES_S:,.0f} × the wire)"
    floor = f"CRC-32 and a copy {rate(median(rounds.floor))}"
    return Row("", metric, rate(per_second), floor, rounds.ratio, rounds.spread, checked=checked)
