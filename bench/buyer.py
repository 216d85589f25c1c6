"""Somebody with a phone before a whole machine: she wants a piece, pays for it at a known moment, and its motor turns.

The controller is the real process; its two providers, Deuna and Pix, answer real HTTP from the bench's own process and note
when they first tell anybody that a charge is paid. The motor's start is noted at the far end of the lines (`board.py`).
"""

import os
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from bench.asker import Asked, Asker
from bench.b_latency import UNIT_NICE
from bench.board import Turn
from bench.machine import BUTTONS, PRICE_CENTS, Machine
from bench.slowdisk import SlowDisk, library
from bench.table import CheckFailed
from bench.visitor import Pictures
from controller.config import Wallet
from controller.devices.walletdesk import keys_of, provider_of
from controller.domain.catalog import SlotId
from controller.domain.events import PayBy
from controller.errors import MingaError
from controller.ledger import reports
from controller.ledger.connection import open_readonly
from controller.protocols.wallets import Charge, Provider
from controller.protocols.wallets.port import Look
from hw_mocks.wallets import Bill, Phone, SimulatedDeuna, SimulatedPix
from hw_mocks.wallets.door import Answer, Call, Door

ZONE = "America/Guayaquil"
OURS = "minga"
"""The controller's user agent."""
PAID = ("APPROVED", "CONCLUIDA")
"""How Deuna and Pix say that it is paid."""
KEY = "clave-de-prueba"
TABLE = """
[[wallets]]
provider = "{name}"
name = "{name}"
point_of_sale = "4200000"
url = "{url}"
key_file = "{folder}/wallet.key"
secret_file = "{folder}/wallet.key"
"""
Simulated = SimulatedDeuna | SimulatedPix


def simulated() -> dict[str, Simulated]:
    """Both providers by name. Deuna's limit of a call a second is off: the floor is asked between the machine's own calls."""
    return {"deuna": SimulatedDeuna(interval_ms=0), "pix": SimulatedPix()}


@dataclass(frozen=True, slots=True)
class Word:
    """A provider told that a charge is paid: when it was asked, and how often the controller had waited for its disk then."""

    asked_s: float
    syncs: int


class Teller:
    """Stands in a provider's door, and notes when each caller was first told of a payment."""

    def __init__(self, door: Door, disk: SlowDisk | None) -> None:
        self.told: dict[str, Word] = {}
        self._serve, self._disk = door.serve, disk
        setattr(door, "serve", self._noted)  # noqa: B010 - the door asks its own `serve` for every call

    def _noted(self, call: Call) -> Answer | None:
        word = Word(time.monotonic(), self._disk.syncs if self._disk else 0)
        answer = self._serve(call)
        if answer and answer.body.get("status") in PAID:
            self.told.setdefault(call.headers.get("user-agent", ""), word)
        return answer


@dataclass(frozen=True, slots=True)
class Visit:
    """When she had paid, when the next look was due, when the machine asked and was told so, the turn, and the disk syncs
    between those two."""

    paid_s: float
    due_s: float
    asked_s: float
    turn: Turn
    syncs: int

    @property
    def whole_s(self) -> float:
        return self.turn.motor_s - self.paid_s

    @property
    def left_s(self) -> float:
        """How long she would wait for a machine that needs no time."""
        return self.due_s - self.paid_s

    @property
    def waited_s(self) -> float:
        return self.asked_s - self.paid_s

    @property
    def rest_s(self) -> float:
        return self.turn.motor_s - self.asked_s


@dataclass(frozen=True, slots=True)
class Account:
    """One wallet: its provider, whoever stands in its door, its language, and a bare client that asks it too."""

    provider: Simulated
    teller: Teller
    language: Provider
    asker: Asker


class Buyer:
    """A running machine with two wallets, and her; a context that ends all of it."""

    def __enter__(self) -> "Buyer":
        with ExitStack() as stack:
            self.machine = stack.enter_context(Machine())
            self.disk = SlowDisk(slow, self.machine.folder, 0) if (slow := library()) else None
            self.accounts = {name: self._opened(name, one, stack) for name, one in simulated().items()}
            self.phone = Phone(*(account.provider.till for account in self.accounts.values()))
            self.machine.start("controller", priority(), self.disk.environment if self.disk else {})
            self.machine.sells()
            self.machine.stock()
            self.client = stack.enter_context(self.machine.client())
            self.pictures = Pictures(self.machine.folder / "minga.sock")
            stack.callback(self.pictures.close)
            self.pictures.until(lambda p: set(p["wallets"]) == set(self.accounts), "both wallets")
            self.machine.board.at_motor = self._motor
            self.turns: list[Turn] = []
            self._motor_syncs = 0
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _opened(self, name: str, provider: Simulated, stack: ExitStack) -> Account:
        """The provider listens, and the machine's configuration names it."""
        stack.enter_context(provider)
        folder = self.machine.folder
        key = folder / "wallet.key"
        key.write_text(KEY)
        key.chmod(0o600)
        with self.machine.file.open("a") as file:
            file.write(TABLE.format(name=name, url=provider.url, folder=folder))
        wallet = Wallet.model_validate(
            {"provider": name, "url": provider.url, "point_of_sale": "4200000"}
            | {"key_file": str(key), "secret_file": str(key)}
        )
        language = provider_of(wallet, ZONE)
        asker = stack.enter_context(Asker(provider.url, keys_of(wallet, language)))
        return Account(provider, Teller(provider.door, self.disk), language, asker)

    def _motor(self) -> None:
        self._motor_syncs = self.disk.syncs if self.disk else 0

    def visit(self, name: str, phase: float) -> tuple[Visit, Bill]:
        """One piece by this wallet, confirmed when `phase` (0 to 1) of the time to the next look has passed."""
        account, slot = self.accounts[name], list(BUTTONS)[len(self.turns) % len(BUTTONS)]
        account.teller.told.clear()
        turn = self.machine.board.press(slot)
        self.pictures.until(lambda p: p["chosen"] == slot, "her choice")
        offer = self._asks(name, slot)
        poll_s = account.language.capabilities.poll_ms / 1_000
        due_s = time.monotonic() + poll_s
        bill = self.phone.scan(offer["link"])
        time.sleep(max(0.0, due_s - (1 - phase) * poll_s - time.monotonic()))
        paid_s = time.monotonic()
        bill.confirm()
        self.turns.append(turn)
        if not self.machine.board.ended():
            raise CheckFailed(f"{slot} was paid for by {name} and its motor did not turn")
        _, picture = self.pictures.until(lambda p: p["phase"] == "idle" and not p["payment"], "the sale")
        if any(slot["quantity"] < 2 for slot in picture["slots"]):
            with self.machine.client() as client:
                self.machine.refill(client, client.watch())
        word = account.teller.told[OURS]
        return Visit(paid_s, due_s, word.asked_s, turn, self._motor_syncs - word.syncs), bill

    def _asks(self, name: str, slot: str) -> dict[str, Any]:
        """She wants to pay by this wallet; what the screen then shows."""
        try:
            answer = self.client.ask(PayBy(name, SlotId(slot)))
        except MingaError as error:
            raise CheckFailed(f"{name} was not asked: {error}") from None
        if not answer.ok:
            raise CheckFailed(f"{name} was not asked: {answer.words}")
        _, picture = self.pictures.until(lambda p: p["payment"] and p["payment"]["offer"], f"{name}'s code")
        offer: dict[str, Any] = picture["payment"]["offer"]
        return offer

    def bare(self, name: str, bill: Bill) -> tuple[Asked, float]:
        """A bare client asks the same; and when the provider was asked then."""
        account = self.accounts[name]
        look = Look(Charge(0, bill.charge.reference.removeprefix("MINGA").lstrip("0"), bill.cents))
        asked = account.asker.ask(account.language.request(look))
        return asked, account.teller.told[Asker.AGENT].asked_s

    def judge(self) -> str:
        """As many approvals as sales and motor turns, every cent in its wallet. What was checked, in words."""
        self.machine.judge(self.turns)
        paid = [charge for one in self.accounts.values() for charge in one.provider.till.charges if charge.payment]
        db = open_readonly(self.machine.database)
        cash = reports.totals(db).cash
        db.close()
        for name, account in self.accounts.items():
            if cash.get(f"wallet:{name}", 0) != account.provider.till.balance_cents:
                raise CheckFailed(f"{name} holds {account.provider.till.balance_cents} cents; the books say {cash}")
        if len(paid) != len(self.turns) or sum(cash.values()) != len(paid) * PRICE_CENTS:
            raise CheckFailed(f"{len(paid)} approvals of {PRICE_CENTS} cents became {len(self.turns)} sales and {cash}")
        cents = len(paid) * PRICE_CENTS
        return (
            f"{len(paid)} approvals by phone: as many sales and motor turns, none twice; "
            f"{cents} cents in the books as at the providers; the books verify"
        )


def priority() -> list[str]:
    """The controller's own niceness, where this user may ask for it."""
    return ["nice", "-n", str(UNIT_NICE)] if os.geteuid() == 0 else []
