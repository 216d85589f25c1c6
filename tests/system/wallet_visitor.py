"""A machine with two wallets, whoever pays by one, and the books beside what the providers' tills say.

The providers live in the test's own process, so that a test holds what is wrong with them and what is true of them; the
machine is told of them after its world has started, which would otherwise simulate them too.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from visitor import STEADY, Visitor, eventually, kill

from controller.domain.catalog import SlotId
from controller.domain.events import PayBy
from controller.domain.stocking import OpenSlot
from controller.domain.view import View
from controller.ledger.connection import open_readonly
from controller.ledger.reports import Totals
from hw_mocks.museum import Museum
from hw_mocks.verdict import judge
from hw_mocks.wallets import Bill, Phone, SimulatedDeuna, SimulatedPix

SPEED = 4.0
SETTINGS = f"""{STEADY}
[motors]
turn_ms = 1_800
drop_ms = 600
"""
"""Spirals turn in half a second here; a jam is found soon enough."""
WALLET = """
[[wallets]]
provider = "{name}"
name = "{name}"
point_of_sale = "4200000"
url = "{url}"
key_file = "{folder}/wallet.key"
secret_file = "{folder}/wallet.secret"
screen_s = 20
check_s = 600
"""
SCREEN_S = 20
"""The shortest that a screen may wait for a payment."""
KEYS = {"wallet.key": "clave-de-prueba", "wallet.secret": "secreto-de-prueba"}
FEW = (
    "Sold",
    "VendStarted",
    "VendInDoubt",
    "PaymentAsked",
    "PaymentTaken",
    "PaymentLate",
    "ReversalAccepted",
    "ReversalBounced",
    "Reversed",
    "ReversalFailed",
)


Provider = SimulatedDeuna | SimulatedPix


class WalletMuseum(Museum):
    """A museum whose controller has wallets at these providers, which its world knows nothing of."""

    def __init__(self, folder: Path, providers: dict[str, Provider]) -> None:
        super().__init__(folder)
        self.providers = providers
        for name, key in KEYS.items():
            (folder / name).write_text(f"{key}\n")
            (folder / name).chmod(0o600)

    def start_controller(self) -> View:
        settings = self.file.read_text()
        if "[[wallets]]" not in settings:
            tables = (WALLET.format(name=name, url=one.url, folder=self.folder) for name, one in self.providers.items())
            self.file.write_text(settings + "".join(tables))
        return super().start_controller()


@dataclass(frozen=True, slots=True)
class Fair:
    """A machine, its two providers by name, and a phone with a wallet of each.

    `unproven_cents` came back, and no controller ever heard the number of its refund, because the provider's reply was lost:
    it waits in `reversals` for a person. What was heard survives every kill.
    """

    museum: Museum
    providers: dict[str, Provider]
    phone: Phone
    unproven_cents: Counter[str] = field(default_factory=Counter)

    def repair(self) -> None:
        for provider in self.providers.values():
            provider.faults.repair()

    def reopens_slots(self, but: tuple[str, ...]) -> None:
        """A technician opens what a starved computer called jammed; not what is in doubt, nor `but` these."""
        with self.museum.client() as client:
            for slot in client.watch().slots:
                if slot.status == "closed" and slot.reason != "doubt" and slot.slot not in but:
                    self.museum.hand.do("bring_home", slot=slot.slot)
                    assert client.ask(OpenSlot(slot.slot, "nina")).ok

    # Life and death

    def dies(self) -> None:
        """`kill -9` of the controller, and the end of its process."""
        kill(self.museum)
        self.museum.kill_controller()

    def lives(self) -> None:
        self.museum.start_controller()

    # The books beside the truth

    def written(self) -> dict[str, int]:
        """How many facts of each kind that matters here are in the books."""
        return {kind: self.count(kind) for kind in FEW}

    def count(self, kind: str) -> int:
        db = open_readonly(self.museum.folder / "minga.db")
        (facts,) = db.execute("SELECT count(*) FROM facts WHERE type = ?", [kind]).fetchone()
        db.close()
        return int(facts)

    @property
    def charges(self) -> int:
        """How many the providers were ever asked for."""
        return sum(len(provider.till.charges) for provider in self.providers.values())

    def complaints(self) -> tuple[Totals, list[str]]:
        """All that the auditor and the judge say, and each wallet that does not hold what its till has."""
        true_cents = {
            name: provider.till.balance_cents + self.unproven_cents[name] for name, provider in self.providers.items()
        }
        back_cents = sum(sum(provider.till.returned_cents.values()) for provider in self.providers.values())
        refunded_cents = back_cents - self.unproven_cents.total()
        card = {"paid_cents": sum(true_cents.values()), "held_cents": 0, "refunded_cents": refunded_cents}
        truth = self.museum.hand.truth() | {"mdb": {"card": card}}  # to the judge a phone is a card
        totals, complaints = judge(self.museum.folder / "minga.db", truth)
        for name, cents in true_cents.items():
            if (held_cents := totals.cash.get(f"wallet:{name}", 0)) != cents:
                complaints.append(f"wallet:{name} holds {held_cents} cents by the books, {cents} by its till")
        if totals.reversals_cents != self.unproven_cents.total():
            complaints.append(f"{totals.reversals_cents} cents wait to be proven, {self.unproven_cents} should")
        return totals, complaints

    def settles(self) -> Totals:
        """The books once nothing is under way: they are what is true. Else it fails with everything that is broken."""

        def rest() -> Totals | None:
            totals, complaints = self.complaints()
            return None if totals.credit_cents or totals.hold_cents or complaints else totals

        try:
            found: Totals = eventually(rest, "the books are true")
        except AssertionError:
            raise AssertionError(f"never settled: {self.complaints()}") from None
        return found


def came_back(bill: Bill) -> bool:
    """Whether all of what was paid for it is with her again, by one transfer."""
    bill.till.settle()
    moves = [entry.cents for entry in bill.till.transfers if entry.reference == bill.charge.reference]
    return len(moves) == 2 and sum(moves) == 0


class WalletVisitor(Visitor):
    """Somebody with a phone before the machine of a fair."""

    def __init__(self, fair: Fair) -> None:
        super().__init__(fair.museum)
        self.fair = fair

    def __enter__(self) -> "WalletVisitor":
        return self

    def is_shown(self, wallet: str, slot: str) -> Bill:
        """She wants this piece by this wallet, and scans what the screen shows; her phone waits for her to confirm."""
        self.sees(lambda p: wallet in p.wallets and not p.payment and not p.vending, f"{wallet} can be paid with")
        answer = self.client.ask(PayBy(wallet, SlotId(slot)))
        assert answer.ok, answer.words
        picture = self.sees(lambda p: p.payment and p.payment.offer, "the offer is on the screen")
        assert picture.payment
        assert picture.payment.offer
        assert picture.payment.provider == wallet
        return self.fair.phone.scan(picture.payment.offer.link)

    def changes_her_mind(self) -> None:
        """The return button: nobody waits for her payment any more."""
        self.museum.hand.press("return")
        self.sees(lambda p: not p.payment, "nobody waits")

    def is_turned_away(self, wallet: str, slot: str) -> None:
        """She wants to pay by a wallet whose provider does not answer: she is told, and it is offered no more."""
        if wallet in self.picture.wallets:
            assert self.client.ask(PayBy(wallet, SlotId(slot))).ok
            self.sees_news("unpaid", "no-wallet")
        self.sees(lambda p: wallet not in p.wallets, f"{wallet} is gone from the screen")


@contextmanager
def fair(folder: Path) -> Iterator[Fair]:
    """World, controller and pages with the example's shelf, and Deuna and Pix to pay by."""
    with SimulatedDeuna() as deuna, SimulatedPix() as pix:
        providers: dict[str, Provider] = {"deuna": deuna, "pix": pix}
        with WalletMuseum(folder, providers) as museum:
            museum.found()
            museum.open(SETTINGS, SPEED)
            museum.fill_shelf()
            yield Fair(museum, providers, Phone(deuna.till, pix.till))
            for name in ("controller", "web", "world"):  # pytest shows them beside a failure only
                print(f"--- {name}\n{museum.log(name)[-4_000:]}")
