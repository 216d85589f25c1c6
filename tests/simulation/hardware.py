"""The town's devices: an acceptor that remembers coins, spirals that jam, hoppers that are short, deaf, dumb or exchanged.

What they do is the truth and stands in `Truth`; what they say may be lost, repeated or wrong in the ways real ones are.
"""

from collections.abc import Callable
from typing import Any

from truth import COINS_CENTS, Acceptor, SimulatedHopper, Storm, Truth

from controller.domain import effects as do
from controller.domain.catalog import Closed, SlotId
from controller.domain.change import Hopper, HopperOrder, Paid
from controller.domain.events import CoinsPaid, Event, HoppersAnswered, ItemDropped, VendRefused, VendUnknown
from controller.protocols import cctalk


class Hardware:
    """`pending` are answers on their way to the brain, `late` old ones that may come again."""

    def __init__(self, storm: Storm, truth: Truth) -> None:
        self.storm, self.rng, self.truth = storm, storm.rng, truth
        self.counter, self.buffer = self.rng.randrange(200), [cctalk.Entry(5, 0)] * 5  # a used acceptor remembers
        self.accepting: frozenset[int] = frozenset()
        self.pending: list[Event] = []
        self.late: list[Event] = []
        self.known: dict[int, Event] = {}
        self.hoppers = {hopper.place: hopper for hopper in (SimulatedHopper(25), SimulatedHopper(5))}
        self.dumb: dict[tuple[int, str], bool] = {}
        """Whether the hopper at this place can never say what it gave for this payout."""

    @property
    def performers(self) -> dict[type[do.Effect], Callable[[Any], None]]:
        """What the brain may ask of them; a town has nothing for any other effect to do."""
        nothing = dict.fromkeys(do.Effect.__subclasses__(), lambda effect: None)
        return nothing | {
            do.Dispense: self.dispense,
            do.QueryVend: self.query_vend,
            do.AskHoppers: self.ask_hoppers,
            do.PayCoins: self.pay_coins,
            do.AskPaid: self.tell_paid,
            do.AcceptCoins: lambda effect: setattr(self, "accepting", effect.cents),
        }

    def controller_dies(self) -> None:
        """What was on its way to the controller or waiting in its memory is gone; the acceptor stops by itself."""
        self.pending.clear()
        self.late.clear()
        self.accepting = frozenset()

    # Coins

    def insert(self, position: int) -> None:
        """A coin falls into the box, and the acceptor counts it."""
        self.truth.inserted_cents += COINS_CENTS[position]
        self.truth.box_cents += COINS_CENTS[position]
        self.counter = self.counter % 255 + 1
        self.buffer = [cctalk.Entry(position, 0), *self.buffer[:4]]

    def reading(self) -> Acceptor:
        return Acceptor("cctalk:simulated:7", self.counter, tuple(self.buffer))

    def forget_coins(self, booked_cents: int) -> None:
        """The acceptor loses power. Coins it did not tell stay in the box; the cash count finds them.

        The reading that was under way is booked whole or not at all. Some acceptors keep stale events in the buffer.
        """
        truth = self.truth
        untold_cents = truth.inserted_cents - truth.told_cents - truth.hidden_cents
        if booked_cents - truth.told_cents not in (0, untold_cents):
            truth.wrongs.append(f"{truth.told_cents} cents were told and {booked_cents} are booked")
        truth.hidden_cents += truth.told_cents + untold_cents - booked_cents
        truth.told_cents = booked_cents
        self.counter = 0
        if self.rng.random() < 0.5:
            self.buffer = [cctalk.Entry(0, 0)] * 5

    # Spirals

    def dispense(self, effect: do.Dispense) -> None:
        self.truth.turned[effect.vend_id] += 1
        result = self._turn(effect.vend_id, effect.slot)
        self.known[effect.vend_id] = result
        self._say(result)

    def _turn(self, vend_id: int, slot: SlotId) -> Event:
        rng, rates = self.rng, self.storm.rates
        if rng.random() < rates.jam:
            reason = rng.choice((Closed.JAMMED, Closed.STUCK_HOME, Closed.NO_MOTOR, Closed.SENSOR))
            return VendRefused(vend_id, reason)
        if not self.truth.pieces[slot]:
            return VendUnknown(vend_id, "no-drop")
        self.truth.pieces[slot] -= 1
        self.truth.fell[vend_id] = slot
        if rng.random() < rates.missed_beam:
            return VendUnknown(vend_id, "no-drop")
        return ItemDropped(vend_id, Closed.JAMMED if rng.random() < rates.jam / 4 else None)

    def query_vend(self, effect: do.QueryVend) -> None:
        self.pending.append(self.known.get(effect.vend_id) or VendUnknown(effect.vend_id, "forgotten"))

    # Hoppers

    def ask_hoppers(self, effect: do.AskHoppers) -> None:
        there = (hopper for hopper in self.hoppers.values() if not hopper.away)
        hoppers = tuple(Hopper(h.place, h.coin_cents, 0, h.lifetime_coins, h.serial) for h in there)
        self._say(HoppersAnswered(effect.payout_id, hoppers))

    def pay_coins(self, effect: do.PayCoins) -> None:
        """Coins leave one by one; the power may fail between two, a hopper may run empty, jam, or give one too many."""
        for order in effect.orders:
            hopper, jams = self.hoppers[order.place], self.rng.random() < self.storm.rates.paid_part
            while not hopper.away and hopper.knows(order) and hopper.missing(order) and hopper.coins:
                if jams and self.rng.random() < 0.3:
                    break
                self.storm.maybe_cut()
                self._pay_one(effect.payout_id, hopper)
            if hopper.coins and not hopper.away and self.rng.random() < self.storm.rates.jam / 5:
                self._pay_one(effect.payout_id, hopper)
            if self.storm.strikes(self.storm.rates.unsure / 2):
                hopper.exchange()
        self.tell_paid(effect)

    def _pay_one(self, payout_id: int, hopper: SimulatedHopper) -> None:
        hopper.pay_one()
        self.truth.left_cents[payout_id] += hopper.coin_cents

    def tell_paid(self, effect: do.PayCoins | do.AskPaid) -> None:
        """What left by each hopper's own count; no word while one is away."""
        if any(self.hoppers[order.place].away for order in effect.orders):
            return
        unsure = tuple(order.place for order in effect.orders if self._cannot_say(effect.payout_id, order))
        told = [order for order in effect.orders if order.place not in unsure]
        paid = tuple(Paid(order.place, self.hoppers[order.place].paid_cents(order)) for order in told)
        for order in effect.orders:
            short = self.hoppers[order.place].paid_cents(order) < order.cents
            self.hoppers[order.place].suspect |= order.place in unsure or short
        self._say(CoinsPaid(effect.payout_id, tuple(part for part in paid if part.cents), unsure))

    def _cannot_say(self, payout_id: int, order: HopperOrder) -> bool:
        key = (payout_id, order.place)
        if key not in self.dumb:
            self.dumb[key] = self.rng.random() < self.storm.rates.unsure
        return self.dumb[key] or not self.hoppers[order.place].knows(order)

    def _say(self, answer: Event) -> None:
        """It reaches the brain once, later again, or not at all."""
        if self.rng.random() < self.storm.rates.repeated_answer:
            self.late.append(answer)
        if not self.storm.strikes(self.storm.rates.lost_answer):
            self.pending.append(answer)
