"""A whole machine for measuring: books and sockets in a temporary folder, the real controller and pages as processes.

Its coin acceptor is the simulated one on a pseudo-terminal and its lines end at the bench's own `Board`; both note the
moments that matter. The controller in it cannot tell the difference.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from bench.board import Board, Turn
from bench.process import free_port
from bench.table import CheckFailed
from controller.client import Client, ControllerGone
from controller.commands import catalogue
from controller.config import load
from controller.domain.catalog import SlotId
from controller.domain.stocking import CountSlot
from controller.domain.view import View
from controller.ledger import reports
from controller.ledger.connection import open_readonly
from controller.ledger.schema import create
from controller.ledger.verify import verify
from hw_mocks.acceptor import ECUADOR_COINS, SimulatedAcceptor
from hw_mocks.acceptor_firmware import AcceptorFirmware

BOOKS = "minga.db"
READY_S = 60.0
STOP_S = 10.0
PRICE_CENTS = 100
DOLLAR = next(position for position, coin in ECUADOR_COINS.items() if coin == "US100A")
BUTTONS = {"A1": 2, "A2": 3, "A3": 4, "A4": 7, "B1": 8, "B2": 9, "B3": 10, "B4": 11}
CONTENT: dict[str, Any] = {
    "rule": {"maker": 80, "fund:comun": 15, "fund:maquina": 5},
    "makers": [{"maker": "rosa", "name": "Rosa", "consent": True}],
    "products": [{"product": "bolso-retazos", "maker": "rosa", "name": "Bolso", "price_cents": PRICE_CENTS}],
    "slots": [{"slot": slot, "product": "bolso-retazos", "capacity": 50, "quantity": 50} for slot in BUTTONS],
}
ENVIRONMENT = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
"""For every program that is measured: compiled code may be kept, as on an installed machine."""
Thing = TypeVar("Thing")


class Firmware(AcceptorFirmware):
    """Notes when a coin's event first stands on the line: the answer to a poll that carries a new counter."""

    on_the_line_s = 0.0
    asked = 0
    _told = 0

    def hear(self, data: bytes, now_ms: int) -> bytes:
        answer = super().hear(data, now_ms)
        self.asked += 1
        if len(answer) == 16 and answer[4] == self.counter != self._told:
            self._told, self.on_the_line_s = self.counter, time.monotonic()
        return answer


class Machine:
    """Use as a context: leaving it ends every process it started. `poll_ms` is how often coins are asked for.

    `books` makes the database in the machine's folder; by default it is empty. `settings` are more lines of configuration.
    """

    def __init__(
        self,
        poll_ms: int = 20,
        books: Callable[[Path], object] = lambda folder: create(folder / BOOKS),
        settings: str = "",
    ) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="minga-bench-")
        self.folder = Path(self._temporary.name)
        self.port = free_port()
        self.file = self.folder / "minga.toml"
        self.database = self.folder / BOOKS
        self.file.write_text(_settings(poll_ms, self.port) + settings)
        books(self.folder)
        self.board = Board(self.folder / "gpio.sock", load(self.file))
        self.acceptor = SimulatedAcceptor()
        self.firmware = self.acceptor.firmware = Firmware(ECUADOR_COINS)
        self.acceptor.open(self.folder / "coins")
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Machine":
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            self.end(process)
        self.acceptor.close()
        self.board.close()
        self._temporary.cleanup()

    def start(
        self, command: str, before: Sequence[str] = (), more: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """`minga controller`, `web` or `phones`, perhaps with another program `before` it or `more` in its environment."""
        with (self.folder / f"{command}.log").open("ab") as log:
            words = [*before, sys.executable, "-m", "controller", command, "--config", str(self.file)]
            environment = ENVIRONMENT | self.board.environment | dict(more or {})
            process = subprocess.Popen(
                words, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._processes.append(process)
        return process

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End it and whatever it started: a tracer lets go of what it traces, and does not end it."""
        if process in self._processes:
            self._processes.remove(process)
        for name in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, name)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_S)

    def killed(self, process: subprocess.Popen[bytes]) -> None:
        """Somebody kills it; returns when it is dead."""
        self._processes.remove(process)
        process.wait(STOP_S)

    def client(self) -> Client:
        return Client(self.folder / "minga.sock", timeout_s=20)

    def answers(self) -> View:
        """The controller's first picture, as soon as there is one."""

        def look() -> View:
            with self.client() as client:
                return client.watch()

        return self.until(look, "the controller answers")

    def sells(self) -> View:
        """The first picture without any trouble."""

        def look() -> View:
            picture = self.answers()
            if picture.troubles:
                raise ControllerGone(str(picture.troubles))
            return picture

        return self.until(look, "the controller sells")

    def stock(self) -> None:
        """Rosa's bags into every slot, at a dollar each."""
        with self.client() as client:
            catalogue.send(client, CONTENT, by="bench")

    def insert(self) -> None:
        """A dollar into the box, as soon as the acceptor is open: a visitor sees its light."""
        deadline_s = time.monotonic() + READY_S
        while not (self.acceptor.open_for(DOLLAR) and self.acceptor.insert(DOLLAR)):
            if time.monotonic() > deadline_s:
                raise CheckFailed("the acceptor takes no dollar")
            time.sleep(0.001)

    def refill(self, client: Client, view: View) -> None:
        for slot in view.slots:
            if slot.quantity < 2 and not client.ask(CountSlot(SlotId(slot.slot), slot.quantity, 50, "bench")).ok:
                raise CheckFailed(f"slot {slot.slot} cannot be filled")

    def until(self, look: Callable[[], Thing], what: str) -> Thing:
        deadline_s = time.monotonic() + READY_S
        while True:
            try:
                return look()
            except (OSError, ControllerGone) as error:
                if time.monotonic() > deadline_s or any(process.poll() is not None for process in self._processes):
                    logs = "".join(file.read_text()[-400:] for file in self.folder.glob("*.log"))
                    raise CheckFailed(f"waited in vain until {what}: {error} {logs}") from None
                time.sleep(0.001)

    def judge(self, turns: Sequence[Turn]) -> str:
        """Every turn is one sale, every motor turned once for each, every cent is there. What was checked, in words."""
        db = open_readonly(self.database)
        totals, complaints = reports.totals(db), [str(complaint) for complaint in verify(db)]
        db.close()
        if complaints:
            raise CheckFailed(f"the books do not verify: {complaints}")
        cents = len(turns) * PRICE_CENTS
        if (totals.sales, totals.inserted_cents, totals.sold_cents) != (len(turns), cents, cents):
            raise CheckFailed(f"{len(turns)} coins and presses became {totals}")
        if self.board.starts.total() != len(turns) or not all(turn.off_s for turn in turns):
            raise CheckFailed(f"{self.board.starts} motor starts for {len(turns)} presses")
        return f"{len(turns)} coins, {len(turns)} presses: as many sales and motor turns, none twice; the books verify"


def _settings(poll_ms: int, port: int) -> str:
    buttons = ", ".join(f"{slot} = {pin}" for slot, pin in BUTTONS.items())
    return f"""
[machine]
name = "bench"
disk_free_mb_min = 1
[coins]
port = "coins"
poll_ms = {poll_ms}
[motors]
debounce_ms = 2
drop_ms = 500
[cabinet]
slot_buttons = {{ {buttons} }}
[policy]
credit_idle_s = 600
[web]
port = {port}
"""
