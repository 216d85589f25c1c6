"""One machine, its people and its cash, without disk or devices: books in memory beside the physical truth.

The books are only what the domain decides (`step`, `decide`, `after`, `postings`); the coins lie in a box, in two hoppers
and in a safe, and move when somebody or something truly moves them.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TypeVar

from builders import shelf
from truth import SimulatedHopper

from controller.domain import facts as f
from controller.domain.accounts import natural, postings
from controller.domain.change import Hopper, HopperOrder, Paid
from controller.domain.cycle import Cycle, Decision
from controller.domain.effects import Effect
from controller.domain.events import CoinsPaid, Event, HoppersAnswered
from controller.domain.shop import Shop, after
from controller.domain.stocking import Granted, Refusal
from controller.domain.treasury import (
    Books,
    Numbered,
    RefundSale,
    SettleClaim,
    decide,
)
from controller.domain.vend import step

Kind = TypeVar("Kind", bound=f.Fact)
Money = SettleClaim | RefundSale | Numbered


@dataclass
class Ledger:
    """The books as the domain alone keeps them."""

    shop: Shop = field(default_factory=shelf)
    cycle: Cycle = field(default_factory=Cycle)
    now_ms: int = 1_000
    facts: list[f.Fact] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    balances: Counter[str] = field(default_factory=Counter)

    def tell(self, event: Event) -> Decision:
        """Decide and write down."""
        decision = step(self.cycle, event, self.now_ms, self.shop)
        self.cycle = decision.cycle
        self.effects += decision.effects
        self.write(*decision.facts)
        return decision

    def ask(self, wish: Money) -> Granted | Refusal:
        """What becomes of a wish; what is granted is written down."""
        sales = {fact.vend_id: fact for fact in self.written(f.Sold)}
        back = {fact.vend_id for fact in self.written(f.SaleRefunded)}
        sale = sales.get(wish.vend_id) if isinstance(wish, RefundSale) else None
        done = self.done(wish.wish_id) if isinstance(wish, Numbered) else None
        is_back = sale is not None and sale.vend_id in back
        answer = decide(wish, self.shop, Books(self.balances, sale, is_back, done, frozenset(self.paying)))
        if isinstance(answer, Granted):
            self.write(*answer.facts)
        return answer

    @property
    def paying(self) -> list[str]:
        """The hoppers with orders of the payout under way."""
        return [order.place for order in self.cycle.payout.orders] if self.cycle.payout else []

    def write(self, *facts: f.Fact) -> None:
        for fact in facts:
            self.facts.append(fact)
            self.shop = after(self.shop, fact)
            for line in postings(fact):
                self.balances[line.account] += line.cents
        floats = {place: cents for place, cents in self.balances.items() if place.startswith("hopper:")}
        self.shop = replace(self.shop, floats=floats)

    def done(self, wish_id: str) -> f.Fact | None:
        """The fact that a wish with this id has become."""
        return next((fact for fact in self.facts if getattr(fact, "wish_id", None) == wish_id), None)

    def written(self, kind: type[Kind]) -> list[Kind]:
        """The facts of this type, oldest first."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def cents(self, account: str) -> int:
        """A balance as people read it."""
        return natural(account, self.balances[account])


class Hoppers:
    """The two hoppers, what is ordered of them, and what each does instead."""

    def __init__(self) -> None:
        self.all = {hopper.place: hopper for hopper in (SimulatedHopper(25, 0), SimulatedHopper(5, 0))}
        self.ordered: dict[str, HopperOrder] = {}
        """The orders of the payout under way that have not moved a coin yet."""

    def __getitem__(self, place: str) -> SimulatedHopper:
        return self.all[place]

    def answer(self, payout_id: int, deaf: str | None) -> HoppersAnswered:
        """Who is there, with its number and its count of coins ever paid."""
        there = (hopper for hopper in self.all.values() if hopper.place != deaf)
        return HoppersAnswered(
            payout_id, tuple(Hopper(h.place, h.coin_cents, 0, h.lifetime_coins, h.serial) for h in there)
        )

    def order(self, orders: tuple[HopperOrder, ...]) -> None:
        self.ordered = {order.place: order for order in orders}

    def pay(self, place: str, more: int) -> None:
        """Let the coins out: what is missing of the order and `more` (less, when negative), as far as there are any."""
        order, hopper = self.ordered.pop(place), self[place]
        wanted = hopper.missing(order) + more if hopper.knows(order) else 0
        for _ in range(min(max(0, wanted), hopper.coins)):
            hopper.pay_one()

    def paid(self, payout_id: int, orders: tuple[HopperOrder, ...], dumb: frozenset[str]) -> CoinsPaid:
        """What left, as far as anybody can say: one that is dumb, or was exchanged since the order, cannot."""
        self.ordered.clear()
        sure = [order for order in orders if order.place not in dumb and self[order.place].knows(order)]
        paid = (Paid(order.place, self[order.place].paid_cents(order)) for order in sure)
        unsure = tuple(order.place for order in orders if order not in sure)
        return CoinsPaid(payout_id, tuple(part for part in paid if part.cents), unsure)
