"""The world outside the program: coins, pieces, motors and what people were told. The crash cannot reach it.

The same deeds in the same order make the same world. So its keeper, who is told of each deed before it is done, knows
which coins went in and which motors turned, whatever becomes of the process that did it.
"""

from collections import Counter
from typing import Any

from cash import Cash
from stories import FILL, HOPPER_COINS, HOPPERS_CENTS, LAST, SLOTS, Act, Coin, Desk, Mechanics, story
from truth import COINS_CENTS, Acceptor, SimulatedHopper

from controller.domain.catalog import Closed
from controller.domain.change import Hopper, HopperOrder, Paid
from controller.domain.events import CoinsPaid, Event, HoppersAnswered, ItemDropped, VendRefused, VendUnknown
from controller.domain.stocking import Wish
from controller.protocols import cctalk

POSITIONS = {cents: position for position, cents in COINS_CENTS.items()}
PATIENCE = 5
"""After so many pictures in a row that show a broken disk, somebody pulls the plug."""


class World:
    """One story's physical truth, and the memory of devices that have a power supply of their own."""

    def __init__(self, seed: int, before: tuple[Act, ...] = (), last: tuple[Act, ...] = LAST) -> None:
        self.seed, self.last = seed, last
        self.acts: list[Act] = [*before, *story(seed), *last]
        self.turns: list[str] = []
        self.pays: list[str] = []
        self.counter, self.buffer = 0, (cctalk.Entry(0, 0),) * 5
        self.accepting = False
        self.inserted_cents = self.given_cents = self.acknowledged_cents = self.hidden_cents_max = 0
        self.turned: Counter[int] = Counter()
        self.fell: dict[int, str] = {}
        self.pieces = dict.fromkeys(SLOTS, FILL)
        self.remembered: dict[int, Event] = {}
        self.hoppers = {f"hopper:{cents}": SimulatedHopper(cents, HOPPER_COINS) for cents in HOPPERS_CENTS}
        self.cash = Cash(self.hoppers)
        self.dumb: set[int] = set()
        """Payouts of which no hopper can ever say what it gave."""
        self.payouts: Counter[int] = Counter()
        self.paying: list[tuple[int, str]] = []
        self.left_cents: Counter[int] = Counter()
        self.told: dict[int, bytes] = {}
        self.codes: dict[str, int] = {}
        """The claims that were shown to somebody, with their cents."""
        self.asking: Wish | None = None
        """What somebody asked for and has no answer to."""
        self.asked_again = False
        self.wrongs: list[str] = []
        self.disk_pictures = 0
        self.history: list[tuple[int, tuple[Any, ...]]] | None = None
        """With a disk that logs its writes: each deed, and how long that log was before it."""

    def answer(self, deed: tuple[Any, ...]) -> Any:
        """Do one deed, and say what came of it."""
        what, *rest = deed
        return getattr(self, what)(*rest)

    def logged(self, log_bytes: int, deed: tuple[Any, ...]) -> Any:
        """A deed, and how far the disk's log had come when it began."""
        if self.history is not None:
            self.history.append((log_bytes, deed))
        return self.answer(deed)

    # What people do

    def act(self) -> object:
        """The next thing that happens, as the machine notices it; None when the story is over.

        Who has no answer asks the very same again.
        """
        if self.asking:
            self.asked_again = True
            return self.asking
        while self.acts:
            match self.acts.pop(0):
                case Mechanics(turns, pays):
                    self.turns, self.pays = list(turns), list(pays)
                case Coin(cents, in_flight):
                    return self._put_in(cents) if self.accepting or in_flight else self.acceptor()
                case act if isinstance(act, Desk):
                    if wish := self.cash.wish(act, self.fell, list(self.codes)):
                        self.asking = wish
                        return wish
                case act:
                    return act
        return None

    def _put_in(self, cents: int) -> Acceptor:
        self.inserted_cents += cents
        self.cash.box_cents += cents
        self.counter = self.counter % 255 + 1
        self.buffer = (cctalk.Entry(POSITIONS[cents], 0), *self.buffer[:4])
        return self.acceptor()

    def shown(self, seq: int, head: bytes, codes: dict[str, int], disk_trouble: bool) -> None:
        """A picture reached the screens: what it says was acknowledged, and must be true for ever."""
        if self.told.setdefault(seq, head) != head:
            self.wrongs.append(f"fact {seq} was acknowledged with two hashes")
        self.codes |= codes
        self.disk_pictures = self.disk_pictures + 1 if disk_trouble else 0
        if not disk_trouble:
            self.acknowledged_cents = self.given_cents
        elif self.accepting:
            self.wrongs.append("coins are welcome on a broken disk")

    def answered(self, wish: Wish, refusal: str) -> None:
        """A person was told yes or no; what she then does with coins is the truth.

        Who asked before and had no answer takes "that was decided already" for the answer she missed.
        """
        missed = self.asked_again and refusal in ("unknown-claim", "refunded")
        if wish == self.asking and (missed or not refusal):
            self.cash.moves(wish, self.fell, self.codes)
        if wish == self.asking:
            self.asking, self.asked_again = None, False

    @property
    def patience_is_over(self) -> bool:
        return self.disk_pictures >= PATIENCE

    # What devices do

    def acceptor(self) -> Acceptor:
        """What the coin acceptor remembers."""
        self.given_cents = self.inserted_cents
        return Acceptor("cctalk:simulated:7", self.counter, self.buffer)

    def accept(self, accept: bool) -> None:
        self.accepting = accept

    def turn(self, vend_id: int, slot: str) -> Event | None:
        """A motor turns once for every order it gets: it is the program that must not order twice."""
        how = self.turns.pop(0) if self.turns else "falls"
        self.turned[vend_id] += 1
        if how == "jams":
            self.remembered[vend_id] = VendRefused(vend_id, Closed.JAMMED)
            return self.remembered[vend_id]
        self.pieces[slot] -= 1
        self.fell[vend_id] = slot
        unseen = VendUnknown(vend_id, "no-drop")
        self.remembered[vend_id] = unseen if how == "unseen" else ItemDropped(vend_id)
        return None if how == "silent" else self.remembered[vend_id]

    def vend(self, vend_id: int) -> Event:
        """What the motor board remembers of this vend."""
        return self.remembered.get(vend_id) or VendUnknown(vend_id, "forgotten")

    def hoppers_there(self, payout_id: int) -> Event | None:
        """The hoppers that answer, each with its own count of coins ever paid."""
        if self.pays[:1] == ["deaf"]:
            self.pays.pop(0)
            return None
        there = (
            Hopper(each.place, each.coin_cents, 0, each.lifetime_coins, each.serial) for each in self.hoppers.values()
        )
        return HoppersAnswered(payout_id, tuple(there))

    def order_coins(self, payout_id: int, orders: tuple[HopperOrder, ...]) -> None:
        """The hoppers get their orders; from now on they pay by themselves, one coin after another."""
        self.payouts[payout_id] += 1
        how = self.pays[0] if self.pays else "all"
        coins = [(payout_id, order.place) for order in orders for _ in range(order.coins)]
        half = how in ("half", "unsure")
        self.paying = coins[: len(coins) // 2] if half else coins + coins[:1] * (how == "one more")
        if how == "unsure":
            self.dumb.add(payout_id)

    def pay_coin(self) -> bool:
        """One coin leaves, if there is one to leave."""
        if self.paying:
            payout_id, place = self.paying.pop(0)
            self.hoppers[place].pay_one()
            self.left_cents[payout_id] += self.hoppers[place].coin_cents
        return bool(self.paying)

    def coins_paid(self, payout_id: int, orders: tuple[HopperOrder, ...], asked: bool) -> Event | None:
        """What left for these orders, by the hoppers' own counts, which a power cut does not touch."""
        how = "all" if asked or not self.pays else self.pays.pop(0)
        if how == "exchanged":
            self.hoppers[orders[0].place].exchange()
        sure = [order for order in orders if payout_id not in self.dumb and self.hoppers[order.place].knows(order)]
        paid = (Paid(order.place, self.hoppers[order.place].paid_cents(order)) for order in sure)
        unsure = tuple(order.place for order in orders if order not in sure)
        return None if how == "silent" else CoinsPaid(payout_id, tuple(part for part in paid if part.cents), unsure)

    # Crashes

    def restart(self, power_cut: bool = False, hurry: bool = False) -> None:
        """The controller is gone. The story goes on, or in a hurry only its last visit; that one begins anew.

        Hoppers finish their orders without a controller, but not without power. In a power cut acceptor and motor board
        forget too: coins of readings that were never acknowledged may stay hidden.
        """
        self.accepting, self.disk_pictures = False, 0
        rest = self.acts[: -len(self.last)] if len(self.acts) > len(self.last) and not hurry else []
        self.acts = [*rest, *self.last]
        if power_cut:
            self.hidden_cents_max += self.inserted_cents - self.acknowledged_cents
            self.acknowledged_cents = self.inserted_cents
            self.counter = 0
            self.remembered.clear()
            self.paying.clear()
        while self.pay_coin():
            pass
