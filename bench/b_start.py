"""From the command to the first good answer (G7): the controller beside a bare Python, the pages beside an empty FastAPI.

The books are stocked, the lines and the coin acceptor are there. "Answers" is the first picture on the control socket;
"sells" is the first one without trouble, after the acceptor was asked for its name and all its coins over 9600 baud's
protocol (not at its speed: a pseudo-terminal is faster).
"""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.effort import Effort
from bench.machine import ENVIRONMENT, Machine
from bench.process import cpu_s, free_port
from bench.table import CheckFailed, Rounds, Row, at_most

CONTROLLER_LIMIT, WEB_LIMIT = 12, 1.2
EMPTY = Path(__file__).with_name("floors") / "empty_web.py"


def measure(effort: Effort) -> list[Row]:
    answers, cpu, sells, web = Rounds(), Rounds(), Rounds(), Rounds()
    with Machine() as machine:
        controller = machine.start("controller")
        machine.sells()
        machine.stock()
        machine.end(controller)
        for _ in range(effort.starts + 1):
            bare, controller_start = bare_python(), _controller(machine)
            answers.add([controller_start.answered_s], [bare.answered_s])
            cpu.add([controller_start.cpu_s], [bare.cpu_s])
            sells.add([controller_start.sold_s], [bare.sold_s])
            web.add([_web(machine)], [_empty_web()])
        checked = (
            f"{effort.starts + 1} starts: 8 stocked slots in each first picture, a whole page each; "
            + machine.judge([])
        )
    return [
        at_most("G7", "controller: command → answers", answers, "bare Python", CONTROLLER_LIMIT, checked),
        at_most("", "  … processor time until then", cpu, "bare Python", None, checked),
        at_most("", "  … → sells, the coin acceptor asked for everything", sells, "bare Python", None, checked),
        at_most("G7", "pages: command → first page", web, "empty FastAPI", WEB_LIMIT, checked),
    ]


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the command to the first answer and to the first sale that could be, and the processor's share."""

    answered_s: float
    cpu_s: float
    sold_s: float


def bare_python() -> Start:
    """It answers by ending."""
    began_s = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", "pass"], env=ENVIRONMENT)
    _, status, used = os.wait4(process.pid, 0)
    took_s = time.monotonic() - began_s
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise CheckFailed(f"a bare Python ended with {process.returncode}")
    return Start(took_s, used.ru_utime + used.ru_stime, took_s)


def _controller(machine: Machine) -> Start:
    began_s = time.monotonic()
    process = machine.start("controller")
    picture = machine.answers()
    answered_s, used_s = time.monotonic(), cpu_s(process.pid)
    machine.sells()
    sold_s = time.monotonic()
    machine.end(process)
    if len(picture.slots) != 8 or not all(slot.quantity for slot in picture.slots):
        raise CheckFailed(f"the first picture is not of the stocked machine: {picture}")
    return Start(answered_s - began_s, used_s, sold_s - began_s)


def _web(machine: Machine) -> float:
    """The pages without a controller: grey, but whole."""
    began_s = time.monotonic()
    process = machine.start("web")
    page = machine.until(lambda: fetch(machine.port), "the page comes")
    took_s = time.monotonic() - began_s
    machine.end(process)
    if b"</html>" not in page:
        raise CheckFailed("the first page is no page")
    return took_s


def _empty_web() -> float:
    began_s = time.monotonic()
    with empty_web():
        return time.monotonic() - began_s


@contextmanager
def empty_web() -> Iterator[int]:
    """The floor of the pages, running; its process's number, as soon as it has served one page."""
    port = free_port()
    process = subprocess.Popen([sys.executable, str(EMPTY), str(port)], env=ENVIRONMENT)
    try:
        while not _served(port):
            time.sleep(0.001)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _served(port: int) -> bool:
    with suppress(OSError):
        return fetch(port) == b'""'
    return False


def fetch(port: int) -> bytes:
    """The page at `/`. Raises OSError while nobody serves, CheckFailed when it is not well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/")
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise CheckFailed(f"the first page has status {answer.status}")
    return body
