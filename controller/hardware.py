"""What moves the spirals, takes money and lights the lamp: GPIO, ccTalk, MDB or the I/O board, by configuration.

Four choices, a line of configuration each: `motors.drive`, `cabinet.drive`, `coins.kind` and `mdb.line`. Nothing above
this file knows which was made.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from gpiozero import GPIOZeroError

from controller.brain import Brain, Perform
from controller.config import Config
from controller.devices.board import Board
from controller.devices.cabinet import Cabinet
from controller.devices.coins import CoinAcceptor
from controller.devices.hoppers import PayingBus
from controller.devices.matrix import MotorMatrix
from controller.devices.mdbasked import PROVIDER
from controller.devices.mdbmoney import MdbMoney
from controller.devices.mdbqibixx import AdapterLine
from controller.devices.pulsepin import PulsePin
from controller.devices.scanner import CodeScanner
from controller.devices.wallets import AskedMs, TrustedMs
from controller.domain.effects import BringHome, Dispense, QueryVend, TrySensor
from controller.errors import MingaError
from controller.protocols.scanner import Kind

SETTLE_MS = 1_000
"""How long coins on their way are waited for at a stop; systemd and people are impatient."""
Accept = Callable[[frozenset[int]], None]


class Motors(Protocol):
    """What turns spirals, whatever it is; answers are events."""

    def dispense(self, effect: Dispense) -> None: ...
    def query(self, effect: QueryVend) -> None: ...
    def bring_home(self, effect: BringHome) -> None: ...
    def try_sensor(self, effect: TrySensor) -> None: ...


@dataclass(slots=True)
class Hardware:
    """`shut` closes for coins and waits for those on their way; `starts` are called once the brain has started.

    `tubes` pay coins out beside the hoppers; `wallets` do the effects of payments, by their provider.
    """

    motors: Motors
    lamp: Callable[[bool], None]
    accept: Accept
    shut: Callable[[], None]
    starts: list[Callable[[], None]] = field(default_factory=list)
    tubes: list[PayingBus] = field(default_factory=list)
    wallets: dict[str, Perform] = field(default_factory=dict)
    asked: dict[str, Callable[[], Any]] = field(default_factory=dict)
    """How each device is, for a technician; safe to call at any time."""

    def start(self) -> None:
        for start in self.starts:
            start()


def hardware(config: Config, brain: Brain, closing: ExitStack) -> Hardware:
    """Everything off, and at rest until `start`. Raises MingaError when a line cannot be had; `closing` ends it all."""
    board = _board(config, brain, closing)
    starts = [board.start] if board else []
    with _words_for_gpio():
        matrix = None if board and config.motors.drive == "board" else _matrix(config, brain, closing)
        lamp = board.lamp if board and config.cabinet.drive == "board" else _cabinet(config, brain, closing).lamp
        money = _mdb(config, brain, board, closing)
        accept, shut, start, asked = _coins(config, brain, board, money, closing)
    starts += [start] if start else []
    asked |= {"motors": matrix.status} if matrix else {}
    asked |= {"board": board.status} if board else {}
    motors: Motors = matrix or board.motors  # type: ignore[union-attr]  # one of them is there
    if money is None:
        return Hardware(motors, lamp, accept, shut, starts, asked=asked)
    if config.mdb.bills and not config.has_changer:  # bills beside another coin acceptor
        accept, shut = (
            partial(_both, accept, money.accept),
            partial(_both, shut, partial(money.shut, SETTLE_MS / 1_000)),
        )
    starts.append(money.start)
    wallets: dict[str, Perform] = {PROVIDER: money.pay} if config.mdb.reader else {}
    asked["mdb"] = money.status
    return Hardware(motors, lamp, accept, shut, starts, [money] if config.has_changer else [], wallets, asked)


def wallet_desks(
    config: Config, brain: Brain, parts: Hardware, trusted_ms: TrustedMs, asked_ms: AskedMs, closing: ExitStack
) -> None:
    """Add the wallets that are paid by a QR code. Raises MingaError when a key cannot be had, or not safely."""
    if not config.wallets:
        return
    from controller.devices.walletdesk import (
        WalletDesk,  # only here: a machine without wallets waits for no HTTP library
    )

    name, zone = config.machine.name, config.clock.zone
    for wallet in config.wallets:
        desk = WalletDesk(wallet, brain.put, trusted_ms, asked_ms, machine=name, zone=zone)
        closing.callback(desk.stop)
        parts.wallets[wallet.name] = desk.perform
        parts.asked[wallet.name] = desk.status
        parts.starts.append(desk.start)


def voucher_desk(config: Config, brain: Brain, parts: Hardware, trusted_ms: TrustedMs, closing: ExitStack) -> None:
    """Add the scanner that reads vouchers, if their keys are known. Raises MingaError when a file of them cannot be had."""
    if not config.vouchers.keys:
        return
    from controller.devices.vouchers import VoucherDesk  # its cryptography takes a tenth of a second to load

    scanner, files, zone = config.scanner, config.vouchers, config.clock.zone
    desk = VoucherDesk(config.machine.name, files.keys, files.revoked, brain.put, trusted_ms, zone)
    kind, same_code_ms = Kind(scanner.kind), scanner.same_code_ms
    reader = CodeScanner(scanner.port, brain.put, desk.take, kind=kind, baud=scanner.baud, same_code_ms=same_code_ms)
    closing.callback(reader.stop)
    parts.asked["scanner"] = reader.status
    parts.starts.append(reader.start)


def _coins(
    config: Config, brain: Brain, board: Board | None, money: MdbMoney | None, closing: ExitStack
) -> tuple[Accept, Callable[[], None], Callable[[], None] | None, dict[str, Callable[[], Any]]]:
    """What lets coins in, what shuts them out for good, what is to be started for it, and who can be asked how it is."""
    settle_s = SETTLE_MS / 1_000
    if money and config.has_changer:
        return money.accept, partial(money.shut, settle_s), None, {}
    if board and config.board_counts:
        return board.accept, partial(board.shut, settle_s), None, {}
    if config.coins.kind == "pulses":
        pin = PulsePin(config.pulses, brain.put, brain.is_stuck)
        closing.callback(pin.close)
        return pin.accept, partial(_shut_pin, pin), None, {}
    acceptor = CoinAcceptor(config.coins, brain.put, settle_ms=SETTLE_MS, stuck=brain.is_stuck)
    closing.callback(acceptor.stop)
    return acceptor.accept, acceptor.stop, acceptor.start, {"coins": acceptor.status}


def _mdb(config: Config, brain: Brain, board: Board | None, closing: ExitStack) -> MdbMoney | None:
    """The devices of the MDB bus, on the board or behind an adapter."""
    if config.mdb.line == "none":
        return None
    line = board.lane if board and board.lane else AdapterLine(config.mdb.port)
    payments = (lambda: brain.journal.shop.payments) if config.mdb.reader else None
    marks = lambda: brain.journal.marks  # noqa: E731
    has_changer, bills_cents = config.has_changer, frozenset(config.mdb.bills_cents)
    money = MdbMoney(
        line,
        brain.put,
        marks,
        payments,
        changer=has_changer,
        stuck=brain.is_stuck,
        bills=config.mdb.bills,
        bills_cents=bills_cents,
    )
    closing.callback(money.stop)
    return money


def _board(config: Config, brain: Brain, closing: ExitStack) -> Board | None:
    """The I/O board, if anything is wired to it."""
    if not config.uses_board:
        return None
    board = Board(config, brain.put, lambda: brain.journal.marks, lambda: brain.cycle.last_vend_id, brain.is_stuck)
    closing.callback(board.stop)
    return board


def _matrix(config: Config, brain: Brain, closing: ExitStack) -> MotorMatrix:
    matrix = MotorMatrix(config.motors, brain.put)
    closing.callback(matrix.close)
    return matrix


def _cabinet(config: Config, brain: Brain, closing: ExitStack) -> Cabinet:
    cabinet = Cabinet(config.cabinet, brain.put)
    closing.callback(cabinet.close)
    return cabinet


def _both(first: Callable[..., None], second: Callable[..., None], *given: frozenset[int]) -> None:
    first(*given)
    second(*given)


def _shut_pin(pin: PulsePin) -> None:
    """A train under way is heard to its end."""
    pin.accept(frozenset())
    time.sleep(SETTLE_MS / 1_000)


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
