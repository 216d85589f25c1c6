"""The one place where the controller is put together, started and ended."""

import fcntl
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import IO

from gpiozero import GPIOZeroError

from controller import __version__
from controller.brain import Asked, Brain, Perform, Setting
from controller.clock import Clock
from controller.config import Config
from controller.config import Policy as PolicyConfig
from controller.devices.cabinet import Cabinet
from controller.devices.coins import CoinAcceptor
from controller.devices.control import ControlServer
from controller.devices.matrix import MotorMatrix
from controller.domain import effects as do
from controller.domain.catalog import SlotId
from controller.domain.cycle import Phase
from controller.domain.events import PayoutDone
from controller.domain.shop import Policy
from controller.domain.view import View
from controller.errors import MingaError
from controller.ledger.journal import Journal

log = logging.getLogger("minga")

VEND_ENDS_S = 15.0
"""A stop waits this long for a piece that is already on its way."""


def run(config: Config) -> None:
    """Run the machine until SIGTERM or Ctrl-C. Outputs are off before anything else and after everything else.

    Raises MingaError with the way out when the machine cannot start.
    """
    with ExitStack() as closing:
        closing.enter_context(_alone(config.machine.database))
        journal = Journal(config.machine.database, _policy(config.policy))
        brain, acceptor = _assemble(config, journal, closing)
        _stop_on_signal(partial(_wind_down, brain, acceptor))
        log.info("%s is up: %d slots, %d facts in the books", config.machine.name, len(brain.shop.slots), journal.seq)
        brain.run()
        log.info("stopped")


def _assemble(config: Config, journal: Journal, closing: ExitStack) -> tuple[Brain, CoinAcceptor]:
    """Motors off first, then the books, then what takes money; the control socket last, when there is something to say."""
    wired = frozenset(SlotId(slot) for slot in config.slots())
    setting = Setting(config.machine.name, __version__, wired, config.machine.disk_free_mb_min)
    performers: dict[type[do.Effect], Perform] = {}
    brain = Brain(journal, Clock(config.clock.offset_file), setting, performers, lambda picture: show(picture))

    closing.callback(lambda: brain.journal.close())  # whichever it has open by then
    with _words_for_gpio():
        motors = MotorMatrix(config.motors, brain.put)
        closing.callback(motors.close)
        cabinet = Cabinet(config.cabinet, brain.put)
        closing.callback(cabinet.close)
    acceptor = CoinAcceptor(config.coins, brain.put)
    closing.callback(acceptor.stop)
    server = ControlServer(config.machine.socket, lambda ask, reply: brain.put(Asked(ask, reply)))
    closing.callback(server.stop)

    def show(picture: View) -> None:
        cabinet.lamp(picture.coins_welcome)
        server.publish(picture)

    performers |= {
        do.Dispense: motors.dispense,
        do.QueryVend: motors.query,
        do.AcceptCoins: lambda effect: acceptor.accept(effect.accept),
        do.PayOut: lambda effect: brain.put(_owed(effect)),
        do.QueryPayout: lambda effect: brain.put(_owed(effect)),
    }
    brain.start()
    acceptor.start()
    server.start()
    return brain, acceptor


def _owed(effect: do.PayOut | do.QueryPayout) -> PayoutDone:
    """A machine without a hopper pays nothing out by itself: all of it is owed by a claim code."""
    return PayoutDone(effect.payout_id, paid_cents=0, unpaid_cents=effect.cents)


def _policy(policy: PolicyConfig) -> Policy:
    return Policy(
        credit_idle_ms=policy.credit_idle_s * 1_000,
        dispense_ms=policy.dispense_s * 1_000,
        notice_ms=policy.notice_s * 1_000,
        credit_max_cents=policy.credit_max_cents,
    )


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """Refuse to be the second controller on these books: two brains would sell the same piece twice."""
    lock = database.with_name(database.name + ".lock")
    try:
        file: IO[str] = lock.open("a+")
    except OSError as error:
        raise MingaError(
            f"{lock}: cannot be opened ({error.strerror}); the controller must own the database's folder"
        ) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise MingaError(
                f"{database}: another controller (process {holder}) runs on this database; "
                "stop it first, `systemctl stop minga-controller` on an installed machine"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@contextmanager
def _words_for_gpio() -> Iterator[None]:
    """A line that cannot be had ends the start with a sentence; systemd tries again."""
    try:
        yield
    except (GPIOZeroError, OSError) as error:
        raise MingaError(
            f"the GPIO lines cannot be had: {error}; on a Pi the user needs the group `gpio`, "
            "on any other computer start `minga simulate` and set the variables it prints"
        ) from None


def _wind_down(brain: Brain, acceptor: CoinAcceptor) -> None:
    """Close for coins and book those on their way; let a vend under way end; then stop."""
    acceptor.stop()
    late_s = time.monotonic() + VEND_ENDS_S
    while brain.cycle.phase is Phase.DISPENSING and time.monotonic() < late_s:
        time.sleep(0.02)
    brain.stop()


def _stop_on_signal(wind_down: Callable[[], None]) -> None:
    """SIGTERM and Ctrl-C wind the machine down in a thread of their own, while the brain goes on booking."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=wind_down, name="wind-down", daemon=True).start()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
