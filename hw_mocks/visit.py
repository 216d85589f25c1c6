"""One visitor in front of the simulated machine: what she does with coins and buttons, and waits to see on the screen.

Every wait ends on something the screen shows. Phones and vouchers are in `hw_mocks.cashless`.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from controller.client import Client
from controller.domain.catalog import SlotId
from controller.domain.events import SlotChosen
from controller.domain.money import dollars
from controller.domain.view import View
from controller.errors import MingaError
from hw_mocks.museum import Museum

COINS, PHONE, VOUCHER = "coins", "phone", "voucher"
COINS_CENTS = (100, 50, 25, 10, 5)
SETTLE_S = 15.0
ENDED = ("sold", "failed", "doubt", "claim", "sold-out", "closed", "paused", "reversing")
"""News after which nothing more happens by itself."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visit. `mishap` is a fault that strikes it, `cut`, `fall-through`, `changes-mind`, `walks-away`, a word of
    `hw_mocks.cashless`, or nothing. `pays_by` is coins, phone or voucher."""

    arrives_s: int
    slot: str
    coins_first: bool
    by_button: bool
    mishap: str
    pays_by: str = COINS


@dataclass(slots=True)
class Visit:
    """What one visitor with coins does. `tell` takes a sentence of the day's story."""

    museum: Museum
    rng: random.Random
    tell: Callable[[str], None]
    client: Client
    visitor: Visitor
    picture: View = field(init=False)

    def play(self) -> None:
        self.picture = self.client.watch()
        mishap = self.visitor.mishap
        if mishap in ("jam", "late-jam", "light-piece", "stuck-home"):
            self.museum.hand.inject(mishap, self.visitor.slot)
            self.tell(f"slot {self.visitor.slot}: {mishap}")
        if mishap in ("changes-mind", "walks-away"):
            self._pay(self.price_cents // 2)
            return self._leave(mishap)
        with self.museum.hand.watch() as happenings:
            if self.visitor.coins_first:
                self._pay(self.price_cents)
                self._choose()
            else:
                self._choose()
                self._pay(self.price_cents)
            if mishap == "cut":
                happenings.until("motor", on=True)
                return self._power_cut()
        return self._await_end()

    @property
    def price_cents(self) -> int:
        """What the piece she has come for costs."""
        return next(slot.price_cents for slot in self.picture.slots if slot.slot == self.visitor.slot)

    def _pay(self, cents: int) -> None:
        """Coins until it is enough; a coin that comes back is tried again."""
        missing_cents = cents - self.picture.credit_cents
        if self.visitor.mishap == "fall-through":
            place = self.museum.hand.insert(cents=25, rejected=True)
            self.tell(f"a coin falls through into the {place}; the visitor tries another")
        while missing_cents > 0:
            missing_cents -= self._insert(missing_cents)

    def _insert(self, missing_cents: int) -> int:
        """One coin, and a look at the screen: nobody throws in the next before the credit has counted up."""
        coin_cents = self._coin(missing_cents)
        deadline = time.monotonic() + SETTLE_S
        before, before_cents = self.picture.version, self.picture.credit_cents
        while self.museum.hand.insert(cents=coin_cents) != "box":
            self._look(deadline, "the machine takes no coins")
            if self.picture.coins_cents and coin_cents not in self.picture.coins_cents:
                coin_cents = self._coin(missing_cents)
        self._wait(lambda picture: picture.version > before and picture.credit_cents != before_cents, "no credit")
        return coin_cents

    def _coin(self, missing_cents: int) -> int:
        """One of the two biggest coins that fit, of those the screen says may come in."""
        welcome = self.picture.coins_cents or COINS_CENTS
        fitting = [coin for coin in COINS_CENTS if coin <= missing_cents and coin in welcome] or [COINS_CENTS[-1]]
        return self.rng.choice(fitting[:2])

    def _choose(self) -> None:
        before = self.picture.version
        if self.visitor.by_button:
            self.museum.hand.press(self.visitor.slot)
        else:
            answer = self.client.ask(SlotChosen(SlotId(self.visitor.slot)))
            assert answer.ok, answer.words
        self._wait(
            lambda picture: picture.version > before and (picture.chosen or picture.vending or picture.notice),
            "no choice",
        )

    def _leave(self, mishap: str) -> None:
        self._wait(lambda picture: picture.credit_cents > 0, "no credit")
        if mishap == "changes-mind":
            self.museum.hand.press("return")
        self._wait(lambda picture: picture.phase == "idle" and picture.notice, "no claim code")
        assert self.picture.notice
        told = self.picture.notice
        what = f"claim {told.claim}" if told.claim else f"{dollars(told.cents)} given back"
        self.tell(f"a visitor {mishap.replace('-', ' ')}: {what}")

    def _power_cut(self) -> None:
        self.museum.cut_power()
        self.museum.restore_power()
        with self.museum.client() as client:
            self.client, self.picture = client, client.watch()
            self._await_end()
        notice = self.picture.notice
        self.tell(
            f"the power is cut while {self.visitor.slot} turns: {notice and notice.news}, {notice and notice.claim}"
        )

    def _await_end(self) -> None:
        self._wait(
            lambda picture: not picture.vending and picture.notice and picture.notice.news in ENDED,
            "the vend does not end",
        )
        if self.picture.credit_cents:
            self.museum.hand.press("return")
            self._wait(lambda picture: not picture.credit_cents and picture.phase == "idle", "no claim code")

    def _wait(self, until: Callable[[View], object], complaint: str) -> None:
        deadline = time.monotonic() + SETTLE_S
        while not until(self.picture):
            self._look(deadline, complaint)

    def _look(self, deadline: float, complaint: str) -> None:
        if time.monotonic() > deadline:
            raise MingaError(f"{complaint}: {self.visitor} sees {self.picture}")
        self.picture = self.client.picture()
