"""A month of a simulated co-op, through the real brain: twelve makers, six hundred sales, and all that happens to money.

November 2026. Every third piece is paid by a wallet that takes a fee; now and then a piece may have fallen, a sale is taken
back, twice the cash is counted and a quarter is missing. On the 10th everybody is paid, on the 12th two sales of before are
taken back, on the 15th the assembly approves another rule, on the 30th all who are owed something are paid.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from controller.brain import Brain
from controller.domain import effects as do
from controller.domain.catalog import ALL, MakerId, ProductId, SlotId
from controller.domain.events import CoinsSeen, Event, ItemDropped, PayBy, PaymentApproved, SlotChosen, VendUnknown
from controller.domain.facts import Verdict
from controller.domain.fees import Fee
from controller.domain.shop import Policy
from controller.domain.stocking import ApproveRule, AssignSlot, CountSlot, OpenSlot, PutMaker, PutProduct, Refusal, Wish
from controller.domain.treasury import CountCash, PayMaker, RefundSale, SettleClaim
from controller.inbox import Asked
from controller.ledger.journal import Journal
from controller.ledger.schema import create
from controller.setting import Setting

MAKERS = {
    "rosa": ("Rosa Caiza", "bolso-retazos", "Bolso de retazos", 350),
    "luz": ("Luz Guamán", "chumpi-rojo", "Chumpi rojo", 500),
    "inti": ("Inti Ñawpa", "panuelo-pajaro", "Pañuelo pájaro", 225),
    "nusta": ("Ñusta Quilumbaquín", "monedero-nusta", "Monedero", 175),
    "tamia": ("Tamia Lema", "cinta-tamia", "Cinta de lluvia", 99),
    "sisa": ("Sisa Yupanqui", "flor-sisa", "Flor de tela", 125),
    "maria-2": ("María Tituaña", "gorro-maria", "Gorro", 333),
    "7-hilos": ("Taller Siete Hilos", "manta-7", "Manta pequeña", 1_999),
    "carmen": ("Carmen Chávez", "delantal", "Delantal", 450),
    "nina": ("Nina Simbaña", "muneca", "Muñeca", 675),
    "blanca": ("Blanca Morocho", "estuche", "Estuche", 205),
    "killa": ("Killa Anrango", "luna", "Luna bordada", 301),
}
"""Id, name, product, its name, its price in cents. One slot each."""
SLOTS = {maker: SlotId(f"{'AB'[n // 6]}{n % 6 + 1}") for n, maker in enumerate(MAKERS)}
SALES_A_DAY, DAYS, DAY_MS, HOUR_MS = 20, 30, 86_400_000, 3_600_000
NOVEMBER_MS = int(datetime(2026, 11, 1, 5, tzinfo=UTC).timestamp()) * 1_000
"""Midnight in Quito."""
BEFORE = (("maker", 80), ("fund:comun", 15), ("fund:maquina", 5))
SINCE = (("maker", 77), ("fund:comun", 16), ("fund:maquina", 7))
FEE = Fee(percent_bp=250, fixed_cents=3, vat_bp=1_500)
MISSING_CENTS = 25


@dataclass
class Calendar:
    """A clock that moves only when the story does."""

    now_ms: int = 9 * HOUR_MS
    certain: bool = True

    def mono_ms(self) -> int:
        return self.now_ms

    def wall_ms(self) -> int:
        return NOVEMBER_MS + self.now_ms

    def trusted(self) -> bool:
        return self.certain

    def week_min(self) -> int:
        return 0


@dataclass
class Coop:
    """The machine, its books, and what is asked of it."""

    path: Path
    clock: Calendar = field(default_factory=Calendar)
    sold: list[int] = field(default_factory=list)
    """The vends that were sold, in order."""
    marks: int = 0

    def __post_init__(self) -> None:
        create(self.path)
        policy = Policy(wallets=("deuna",), fees=(("deuna", FEE),))
        self.journal = Journal(self.path, policy)
        self.journal.db.execute("PRAGMA synchronous=OFF")  # nobody cuts this computer's power
        performers: dict[type[do.Effect], Callable[[Any], None]] = dict.fromkeys(do.Effect.__subclasses__(), _nothing)
        setting = Setting("quito-museo-1", "0.1.0", frozenset(SLOTS.values()))
        self.brain = Brain(self.journal, self.clock, setting, performers)  # type: ignore[arg-type]
        self.brain.start()
        self.ask(ApproveRule(BEFORE))
        for maker, (name, product, words, price_cents) in MAKERS.items():
            self.ask(PutMaker(MakerId(maker), name))
            self.ask(PutProduct(ProductId(product), MakerId(maker), words, price_cents))
            self.ask(AssignSlot(SLOTS[maker], ProductId(product), 50))
        self.fill()

    def ask(self, wish: Wish) -> None:
        """A wish that the machine grants."""
        answers: list[Refusal | None] = []
        self.brain.handle(Asked(wish, answers.append))
        assert answers == [None], f"{wish}: {answers}"

    def tell(self, *events: Event) -> None:
        for event in events:
            self.brain.handle(event)

    def fill(self) -> None:
        for slot in SLOTS.values():
            self.ask(CountSlot(slot, self.brain.shop.slots[slot].quantity, 50, "rosa"))

    def pays(self, maker: str, by_wallet: bool) -> int:
        """Somebody pays for this maker's piece to the cent; the vend's number."""
        price_cents = self.brain.shop.slots[SLOTS[maker]].price_cents
        if by_wallet:
            self.tell(PayBy("deuna", SLOTS[maker]))
            self.tell(PaymentApproved(self.brain.cycle.last_payment_id, price_cents))
        else:
            self.marks += 1
            self.tell(CoinsSeen("coins", "nri-1234", self.marks, (price_cents,)), SlotChosen(SLOTS[maker]))
        vend = self.brain.cycle.vend
        assert vend is not None
        return vend.vend_id

    def sells(self, maker: str, by_wallet: bool = False) -> int:
        vend_id = self.pays(maker, by_wallet)
        self.tell(ItemDropped(vend_id))
        self.sold.append(vend_id)
        return vend_id

    def doubts(self, maker: str, verdict: Verdict) -> None:
        """A piece that may have fallen; a person decides at once, and opens the slot."""
        vend_id = self.pays(maker, by_wallet=False)
        self.tell(VendUnknown(vend_id, "no-drop"))
        (code,) = self.brain.shop.claims
        self.ask(SettleClaim(code, verdict, "carmen"))
        self.ask(OpenSlot(SLOTS[maker], "nina"))

    def takes_back(self, vend_id: int) -> None:
        self.ask(RefundSale(vend_id, "carmen", "costura suelta"))

    def pays_everybody(self, name: str) -> None:
        """Everybody who is owed something gets it, to the cent, out of the safe."""
        for maker in MAKERS:
            if (owed_cents := -self.journal.balances.get(f"maker:{maker}", 0)) > 0:
                self.ask(PayMaker(MakerId(maker), owed_cents, "carmen", "luz", f"{name}-{maker}", "safe"))

    def counts(self, name: str, missing_cents: int = 0) -> None:
        """Two people empty the box into the safe; then the provider's money is fetched too."""
        for place in ("coinbox", "wallet:deuna"):
            there_cents = self.journal.balances.get(place, 0)
            found_cents = there_cents - (missing_cents if place == "coinbox" else 0)
            self.ask(CountCash(found_cents, "carmen", "luz", f"{name}-{place}", place))

    def day(self, day: int) -> None:
        """Twenty visitors, one after another; every 97th piece may or may not have fallen."""
        for n in range(SALES_A_DAY):
            number = day * SALES_A_DAY + n
            maker = list(MAKERS)[number * 7 % len(MAKERS)]
            self.clock.now_ms = day * DAY_MS + 9 * HOUR_MS + n * HOUR_MS // 3
            if number % 97 == 96:
                self.doubts(maker, (Verdict.DELIVERED, Verdict.REFUNDED)[number // 97 % 2])
            self.sells(maker, by_wallet=number * 5 // 7 % 3 == 2)

    def month(self) -> None:
        """The whole of November."""
        for day in range(DAYS):
            self.day(day)
            evening = {
                4: self._refunds,
                9: self._first_payday,
                11: self._refunds_after_pay,
                14: self._new_rule,
                29: self._close,
            }
            evening.get(day, _rest)()

    def _refunds(self) -> None:
        self.takes_back(self.sold[30])

    def _first_payday(self) -> None:
        self.counts("conteo-1", MISSING_CENTS)
        self.pays_everybody("pago-1")

    def _refunds_after_pay(self) -> None:
        for number in (41, 101):
            self.takes_back(self.sold[number])

    def _new_rule(self) -> None:
        self.ask(ApproveRule(SINCE, ALL))
        self.fill()

    def _close(self) -> None:
        self.counts("conteo-2", MISSING_CENTS)
        self.pays_everybody("pago-2")


def _nothing(_: object) -> None:
    """No device, no screen."""


def _rest() -> None:
    """An evening like others."""
