"""One museum day: who comes when, what they want, and what goes wrong; planned from a seed, played on real processes."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from controller.client import Client
from controller.domain.catalog import SlotId
from controller.domain.events import SlotChosen
from controller.domain.money import dollars
from controller.domain.stocking import CountSlot, OpenSlot
from controller.domain.treasury import CountCash
from controller.domain.view import SlotView, View
from controller.errors import MingaError
from hw_mocks.museum import Museum

QUITO = timezone(timedelta(hours=-5))
OPENS_H, CLOSES_H = 9, 17.5
COINS_CENTS = (100, 50, 25, 10, 5)
SETTLE_S = 15.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visit. `mishap` is a fault that strikes it, `cut`, `fall-through`, `changes-mind`, `walks-away`, or nothing."""

    arrives_s: int
    slot: str
    coins_first: bool
    by_button: bool
    mishap: str


def plan(seed: int, visitors: int, slots: list[str]) -> list[Visitor]:
    """The day's visitors in the order they come. Every mishap strikes once, the power cut in the middle of a vend."""
    rng = random.Random(seed)
    day_s = int((CLOSES_H - OPENS_H) * 3600)
    arrivals_s = sorted(rng.randrange(day_s) for _ in range(visitors))
    mishaps = ["cut", "jam", "fall-through", "light-piece", "changes-mind", "late-jam", "walks-away", "stuck-home"]
    struck = dict(zip(rng.sample(range(visitors), min(visitors, len(mishaps))), mishaps, strict=False))
    return [
        Visitor(arrives_s, rng.choice(slots), rng.random() < 0.5, rng.random() < 0.5, struck.get(number, ""))
        for number, arrives_s in enumerate(arrivals_s)
    ]


@dataclass(slots=True)
class Day:
    """Plays a plan. `told` collects the day's story in sentences."""

    museum: Museum
    rng: random.Random
    power_cuts: int = 0
    told: list[str] = field(default_factory=list)

    def play(self, visitors: list[Visitor], progress: Callable[[str], None]) -> None:
        opening = datetime.now(QUITO).replace(hour=OPENS_H, minute=0, second=0, microsecond=0)
        for visitor in visitors:
            now = opening + timedelta(seconds=visitor.arrives_s)
            self.museum.set_wall_clock(int(now.timestamp() * 1000))
            with self.museum.client() as client:
                Visit(self, client, visitor).play()
            with self.museum.client() as client:
                self._tend(client)
            progress(f"{now:%H:%M} {visitor.slot} {visitor.mishap}".strip())

    def close(self) -> None:
        """Two people empty the cash box; what they count is what truly lies in it."""
        coins = self.museum.hand.truth()["coins"]
        in_box_cents = sum(coin["cents"] for coin in coins if coin["place"] == "box")
        with self.museum.client() as client:
            answer = client.ask(CountCash(in_box_cents, "coordinator", "seamstress", "closing-time"))
        assert answer.ok, answer.words
        self.tell(f"closing time: two people count {dollars(in_box_cents)} in the cash box")

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)

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


@dataclass(slots=True)
class Visit:
    """What one visitor does, in front of the screen and with coins in hand."""

    day: Day
    client: Client
    visitor: Visitor
    picture: View = field(init=False)

    def play(self) -> None:
        self.picture = self.client.watch()
        price_cents = next(slot.price_cents for slot in self.picture.slots if slot.slot == self.visitor.slot)
        mishap = self.visitor.mishap
        if mishap in ("jam", "late-jam", "light-piece", "stuck-home"):
            self.day.museum.hand.inject(mishap, self.visitor.slot)
            self.day.tell(f"slot {self.visitor.slot}: {mishap}")
        if mishap in ("changes-mind", "walks-away"):
            self._pay(price_cents // 2)
            return self._leave(mishap)
        with self.day.museum.hand.watch() as happenings:
            if self.visitor.coins_first:
                self._pay(price_cents)
                self._choose()
            else:
                self._choose()
                self._pay(price_cents)
            if mishap == "cut":
                happenings.until("motor", on=True)
                return self._power_cut()
        return self._await_end()

    def _pay(self, cents: int) -> None:
        """Coins until it is enough; a coin that comes back is tried again."""
        missing_cents = cents - self.picture.credit_cents
        if self.visitor.mishap == "fall-through":
            place = self.day.museum.hand.insert(cents=25, rejected=True)
            self.day.tell(f"a coin falls through into the {place}; the visitor tries another")
        while missing_cents > 0:
            missing_cents -= self._insert(missing_cents)

    def _insert(self, missing_cents: int) -> int:
        """One coin, and a look at the screen: nobody throws in the next before the credit has counted up."""
        coin_cents = self._coin(missing_cents)
        deadline = time.monotonic() + SETTLE_S
        before, before_cents = self.picture.version, self.picture.credit_cents
        while self.day.museum.hand.insert(cents=coin_cents) != "box":
            self._look(deadline, "the machine takes no coins")
            if self.picture.coins_cents and coin_cents not in self.picture.coins_cents:
                coin_cents = self._coin(missing_cents)
        self._wait(lambda picture: picture.version > before and picture.credit_cents != before_cents, "no credit")
        return coin_cents

    def _coin(self, missing_cents: int) -> int:
        """One of the two biggest coins that fit, of those the screen says may come in."""
        welcome = self.picture.coins_cents or COINS_CENTS
        fitting = [coin for coin in COINS_CENTS if coin <= missing_cents and coin in welcome] or [COINS_CENTS[-1]]
        return self.day.rng.choice(fitting[:2])

    def _choose(self) -> None:
        before = self.picture.version
        if self.visitor.by_button:
            self.day.museum.hand.press(self.visitor.slot)
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
            self.day.museum.hand.press("return")
        self._wait(lambda picture: picture.phase == "idle" and picture.notice, "no claim code")
        assert self.picture.notice
        told = self.picture.notice
        what = f"claim {told.claim}" if told.claim else f"{dollars(told.cents)} given back"
        self.day.tell(f"a visitor {mishap.replace('-', ' ')}: {what}")

    def _power_cut(self) -> None:
        museum = self.day.museum
        museum.cut_power()
        self.day.power_cuts += 1
        museum.restore_power()
        with museum.client() as client:
            self.client, self.picture = client, client.watch()
            self._await_end()
        notice = self.picture.notice
        self.day.tell(
            f"the power is cut while {self.visitor.slot} turns: {notice and notice.news}, {notice and notice.claim}"
        )

    def _await_end(self) -> None:
        ended = ("sold", "failed", "doubt", "claim", "sold-out", "closed", "paused")
        self._wait(
            lambda picture: not picture.vending and picture.notice and picture.notice.news in ended,
            "the vend does not end",
        )
        if self.picture.credit_cents:
            self.day.museum.hand.press("return")
            self._wait(lambda picture: not picture.credit_cents and picture.phase == "idle", "no claim code")

    def _wait(self, until: Callable[[View], object], complaint: str) -> None:
        deadline = time.monotonic() + SETTLE_S
        while not until(self.picture):
            self._look(deadline, complaint)

    def _look(self, deadline: float, complaint: str) -> None:
        if time.monotonic() > deadline:
            raise MingaError(f"{complaint}: {self.visitor} sees {self.picture}")
        self.picture = self.client.picture()
