"""One museum day: who comes when, what they want, and what goes wrong; planned from a seed, played on real processes."""

import random
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from controller.client import Client
from controller.domain.catalog import SlotId
from controller.domain.money import dollars
from controller.domain.stocking import CountSlot, OpenSlot
from controller.domain.treasury import CountCash
from controller.domain.view import SlotView
from controller.errors import MingaError
from controller.ledger.connection import open_readonly
from controller.ledger.reports import balances
from hw_mocks.cashless import GIVES_UP, LATE_APPROVAL, NO_TWIN, PAYS_LATE, PHOTOGRAPHED, PhoneVisit, VoucherVisit
from hw_mocks.museum import Museum
from hw_mocks.office import QUITO, Office
from hw_mocks.visit import COINS, PHONE, SETTLE_S, VOUCHER, Visit, Visitor

OPENS_H, CLOSES_H = 9, 17.5
SLOW = ((PHONE, NO_TWIN), (PHONE, PAYS_LATE), (PHONE, LATE_APPROVAL))
"""What a wallet gives back takes it some seconds, so these come first of all stories."""
CUT = (COINS, "cut")
"""The last of them: the number of a refund lives in the program until it is proven, and a cut would take it away."""
STORIES = (
    CUT,
    (COINS, "jam"),
    (COINS, "fall-through"),
    (PHONE, ""),
    (VOUCHER, ""),
    (VOUCHER, PHOTOGRAPHED),
    *SLOW,
    (PHONE, GIVES_UP),
    (COINS, "light-piece"),
    (COINS, "changes-mind"),
    (COINS, "late-jam"),
    (COINS, "walks-away"),
    (COINS, "stuck-home"),
    (PHONE, ""),
)
"""How somebody pays and what goes wrong with it; each happens once, and on a short day those in front."""


def plan(seed: int, visitors: int, slots: list[str]) -> list[Visitor]:
    """The day's visitors in the order they come. Every story is played once, the power cut in the middle of a vend."""
    rng = random.Random(seed)
    day_s = int((CLOSES_H - OPENS_H) * 3600)
    arrivals_s = sorted(rng.randrange(day_s) for _ in range(visitors))
    stories = rng.sample(STORIES[:visitors], min(visitors, len(STORIES)))
    stories.sort(key=lambda story: (story not in SLOW, story == CUT))
    turns = sorted(rng.sample(range(visitors), len(stories)))
    played = dict(zip(turns, stories, strict=True))
    return [
        Visitor(arrives_s, rng.choice(slots), rng.random() < 0.5, rng.random() < 0.5, mishap, pays_by)
        for number, arrives_s in enumerate(arrivals_s)
        for pays_by, mishap in [played.get(number, (COINS, ""))]
    ]


@dataclass(slots=True)
class Day:
    """Plays a plan on a machine that takes coins, a wallet and the vouchers of `office`. `told` is its story in sentences."""

    museum: Museum
    office: Office
    rng: random.Random
    power_cuts: int = 0
    told: list[str] = field(default_factory=list)

    def play(self, visitors: list[Visitor], progress: Callable[[str], None]) -> None:
        opening = datetime.now(QUITO).replace(hour=OPENS_H, minute=0, second=0, microsecond=0)
        for visitor in visitors:
            now = opening + timedelta(seconds=visitor.arrives_s)
            self.museum.set_wall_clock(int(now.timestamp() * 1000))
            if visitor.mishap == "cut":
                self._settle()
                self.power_cuts += 1
            with self.museum.client() as client:
                self._visit(client, visitor).play()
            with self.museum.client() as client:
                self._tend(client)
            progress(f"{now:%H:%M} {visitor.slot} {visitor.mishap or visitor.pays_by}")

    def close(self) -> None:
        """Two people empty the cash box; what they count is what truly lies in it."""
        self._settle()
        coins = self.museum.hand.truth()["coins"]
        in_box_cents = sum(coin["cents"] for coin in coins if coin["place"] == "box")
        with self.museum.client() as client:
            answer = client.ask(CountCash(in_box_cents, "coordinator", "seamstress", "closing-time"))
        assert answer.ok, answer.words
        self.tell(f"closing time: two people count {dollars(in_box_cents)} in the cash box")

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)

    def _visit(self, client: Client, visitor: Visitor) -> Visit:
        if visitor.pays_by == VOUCHER:
            return VoucherVisit(self.museum, self.rng, self.tell, client, visitor, self.office)
        kind = PhoneVisit if visitor.pays_by == PHONE else Visit
        return kind(self.museum, self.rng, self.tell, client, visitor)

    def _settle(self) -> None:
        """Until the books have of each wallet what phones paid and did not get back."""
        deadline = time.monotonic() + SETTLE_S
        while not self._is_settled():
            if time.monotonic() > deadline:
                raise MingaError(f"money does not come back to the phones: {self.museum.hand.truth()['wallets']}")
            time.sleep(0.05)

    def _is_settled(self) -> bool:
        wallets = self.museum.hand.truth()["wallets"]
        with closing(open_readonly(self.museum.folder / "minga.db")) as db:
            known = balances(db)
        true_cents = {
            f"wallet:{name}": sum(till["paid_cents"].values()) - sum(till["returned_cents"].values())
            for name, till in wallets.items()
        }
        return not known.get("reversals") and all(known.get(name, 0) == cents for name, cents in true_cents.items())

    def _tend(self, client: Client) -> None:
        """Between visitors somebody looks after the machine: frees spirals, opens slots, fills what runs low."""
        picture = client.watch()
        for fault in self.museum.hand.truth()["faults"]:
            name, _, slot = fault.partition(" ")
            self.museum.hand.clear(name, slot)
            self.museum.hand.do("bring_home", slot=slot)
        for slot in picture.slots:
            if slot.status == "closed":
                self.museum.hand.do("bring_home", slot=slot.slot)
                client.ask(OpenSlot(SlotId(slot.slot), "technician"))
                self._recount(client, slot)
            elif slot.quantity <= 1:
                self._recount(client, slot)

    def _recount(self, client: Client, slot: SlotView) -> None:
        self.museum.hand.fill(slot.slot, 6)
        answer = client.ask(CountSlot(SlotId(slot.slot), slot.quantity, 6, slot.maker))
        assert answer.ok, answer.words
