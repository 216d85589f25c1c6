"""The one place where the controller is put together, started and ended."""

import logging
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from contextlib import closing as ending
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from controller import __version__
from controller.auditor import Auditor
from controller.brain import Brain, Perform
from controller.clock import Clock
from controller.config import Config
from controller.copyist import Copyist
from controller.devices.control import ControlServer, Service
from controller.devices.hoppers import Hoppers
from controller.devices.lamp import Lamp
from controller.devices.mdbasked import PROVIDER as CARD_READER
from controller.devices.wallets import Wallets
from controller.domain import effects as do
from controller.domain.catalog import SlotId
from controller.domain.cycle import Phase
from controller.domain.events import Trouble
from controller.domain.hours import hours
from controller.domain.money import COINS_CENTS
from controller.domain.shop import Policy, Unreturnable
from controller.domain.view import View
from controller.errors import MingaError
from controller.hardware import Hardware, hardware, voucher_desk, wallet_desks
from controller.inbox import Asked
from controller.ledger.alone import alone
from controller.ledger.connection import open_readonly
from controller.ledger.diary import asked_for
from controller.ledger.journal import Journal
from controller.logbook import keep
from controller.protocols.sync.topics import of_machine
from controller.setting import Setting

if TYPE_CHECKING:
    from controller.courier import Courier

log = logging.getLogger("minga")

STOPS = {signal.SIGTERM, signal.SIGINT}
VEND_ENDS_S = 15.0
"""A stop waits this long for a piece that is already on its way."""


def run(config: Config) -> None:
    """Run the machine until SIGTERM or Ctrl-C. Outputs are off before anything else and after everything else.

    Raises MingaError with the way out when the machine cannot start.
    """
    keep(config.machine.database.parent, "controller")
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # before any thread is born, so that all of them inherit it
    with ExitStack() as closing:
        closing.enter_context(alone(config.machine.database))
        journal = Journal(config.machine.database, _policy(config), config.clock.zone)
        brain, parts = _assemble(config, journal, closing)
        _stop_on_signal(partial(_wind_down, brain, parts))
        log.info("%s is up: %d slots, %d facts in the books", config.machine.name, len(brain.shop.slots), journal.seq)
        brain.run()
        log.info("stopped")


def _assemble(config: Config, journal: Journal, closing: ExitStack) -> tuple[Brain, Hardware]:
    """Motors off first, then the books, then what takes money; the control socket last, when there is something to say."""
    wired = frozenset(SlotId(slot) for slot in config.slots())
    opening = hours(tuple(config.hours.open))
    places = frozenset(hopper.place for hopper in config.hoppers)
    setting = Setting(config.machine.name, __version__, wired, config.machine.disk_free_mb_min, opening, places)
    performers: dict[type[do.Effect], Perform] = {}
    clock = Clock(config.clock.offset_file, config.clock.zone, config.clock.trust_rtc)
    brain = Brain(journal, clock, setting, performers, lambda draw: _show(draw, brain, server, courier))

    closing.callback(lambda: brain.journal.close())  # whichever it has open by then
    parts = hardware(config, brain, closing)
    trusted_ms, asked_ms = partial(_trusted_ms, clock), partial(_asked_ms, config.machine.database)
    wallet_desks(config, brain, parts, trusted_ms, asked_ms, closing)
    voucher_desk(config, brain, parts, trusted_ms, closing)
    hoppers = Hoppers(config.hoppers, brain.put, Trouble.NO_HOPPER, more=parts.tubes)
    wallets = Wallets(parts.wallets)
    closing.callback(hoppers.stop)
    courier = _courier(config, brain, clock, parts, closing)
    asked = parts.asked | ({"hoppers": hoppers.status} if config.hoppers else {})
    service = _service(config, clock, asked, courier, closing)
    server = ControlServer(config.machine.socket, lambda ask, reply: brain.put(Asked(ask, reply)), service)
    closing.callback(server.stop)
    auditor = Auditor(config.machine.database, brain.put)
    closing.callback(auditor.stop)

    performers |= _performers(parts, hoppers) | _told_from_afar(courier)
    performers |= dict.fromkeys(get_args(do.PaymentEffect), wallets.perform)
    brain.start()
    hoppers.start()
    parts.start()
    server.start()
    auditor.start()
    return brain, parts


def _show(draw: Callable[[], View], brain: Brain, server: ControlServer, courier: "Courier | None") -> None:
    """The machine's picture goes to who watches it, and its newest fact to who carries it; neither keeps the brain."""
    server.publish(draw)
    if courier:
        courier.tell(brain.journal.seq, brain.cycle.phase is not Phase.IDLE, draw)


def _courier(config: Config, brain: Brain, clock: Clock, parts: Hardware, closing: ExitStack) -> "Courier | None":
    """Who carries the facts to the lab; nobody, where no broker is named. It begins when the brain has."""
    if not config.sync.broker:
        return None
    from controller.courier import Courier  # a machine by itself does without all this
    from controller.devices.broker import Broker
    from controller.orders import Orders

    def opening() -> tuple[str, ...]:
        decided = brain.journal.shop.governance.hours
        return tuple(config.hours.open) if decided is None else decided

    broker = Broker(config.sync, config.machine.name, of_machine(config.machine.name))
    courier = Courier(config, clock, broker, __version__, opening, lambda name, said: orders.heard(name, said))
    orders = Orders(config.machine.name, config.sync.keys, brain.put, courier.answer)
    closing.callback(broker.stop)
    closing.callback(courier.stop)  # before the broker's: it has something to say
    parts.starts += [courier.start, partial(broker.start, courier, courier.will)]
    return courier


def _performers(parts: Hardware, hoppers: Hoppers) -> dict[type[do.Effect], Perform]:
    """Who does each kind of effect that is none of a wallet's."""
    lamp = Lamp(parts.lamp)

    def take_coins(effect: do.AcceptCoins) -> None:
        parts.accept(effect.cents)
        lamp.show(bool(effect.cents))

    return {
        do.Dispense: parts.motors.dispense,
        do.QueryVend: parts.motors.query,
        do.BringHome: parts.motors.bring_home,
        do.TrySensor: parts.motors.try_sensor,
        do.BlinkLamp: lambda _: lamp.blink(),
        do.AcceptCoins: take_coins,
        do.AskHoppers: hoppers.ask,
        do.PayCoins: hoppers.pay,
        do.AskPaid: hoppers.ask_paid,
    }


def _told_from_afar(courier: "Courier | None") -> dict[type[do.Effect], Perform]:
    """Who does what the lab may ask for. A machine that starts anew winds down first, as for any other stop."""
    return {
        do.TellLab: lambda _: courier.snapshot() if courier else None,
        do.StartAnew: lambda _: os.kill(os.getpid(), signal.SIGTERM),
    }


def _service(
    config: Config, clock: Clock, asked: dict[str, Callable[[], Any]], courier: "Courier | None", closing: ExitStack
) -> Service:
    """What a technician may ask beside the brain: how each device is, a backup now, and the lab's facts now."""
    machine = config.machine
    copyist = Copyist(machine.database, machine.backups, machine.name, clock.wall_ms)
    closing.callback(copyist.stop)
    everybody = asked | {"backup": copyist.status} | ({"sync": courier.status} if courier else {})
    return Service(
        lambda: {name: ask() for name, ask in everybody.items()}, copyist.start, courier.hurry if courier else None
    )


def _policy(config: Config) -> Policy:
    policy, mdb = config.policy, config.mdb
    coins_cents = {*COINS_CENTS, *config.coins.values_cents.values(), *(mdb.bills_cents if mdb.bills else ())}
    return Policy(
        credit_idle_ms=policy.credit_idle_s * 1_000,
        dispense_ms=policy.dispense_s * 1_000,
        notice_ms=policy.notice_s * 1_000,
        credit_max_cents=policy.credit_max_cents,
        unreturnable=Unreturnable(policy.unreturnable),
        coins_cents=tuple(sorted(coins_cents)),
        authorize_ms=config.screen_s * 1_000,
        wallets=(*((CARD_READER,) if mdb.reader else ()), *(wallet.name for wallet in config.wallets)),
        fees=tuple((wallet.name, wallet.fee) for wallet in config.wallets),
        question=config.kiosk.question,
        answers=tuple(config.kiosk.answers),
        box_coins_max=config.coins.box_coins_max,
        statutes=config.assembly.statutes,
    )


def _trusted_ms(clock: Clock) -> int | None:
    """The time of day, while somebody keeps it right."""
    return clock.wall_ms() if clock.trusted() else None


def _asked_ms(database: Path, payment_id: int) -> int | None:
    """When a payment was asked for by the books, where that is certain. May be called from any thread."""
    try:
        with ending(open_readonly(database)) as db:
            moment = asked_for(db, payment_id)
    except (sqlite3.Error, MingaError):
        return None
    return moment.wall_ms if moment and moment.certain else None


def _wind_down(brain: Brain, parts: Hardware) -> None:
    """Close for coins and book those on their way; let a vend or a payout under way end; then stop."""
    parts.shut()
    late_s = time.monotonic() + VEND_ENDS_S
    while brain.cycle.moves and not brain.outlasts_the_disk and time.monotonic() < late_s:
        time.sleep(0.02)
    brain.stop()


def _stop_on_signal(wind_down: Callable[[], None]) -> None:
    """SIGTERM and Ctrl-C wind the machine down in a thread of their own, while the brain goes on booking.

    The thread waits for them; a handler would wait until the brain's thread has time for it.
    """

    def wait() -> None:
        signal.sigwait(STOPS)
        wind_down()

    threading.Thread(target=wait, name="wind-down", daemon=True).start()
