"""What a town is made of: its shelf, its fault rates, its clock, its acceptor's memory, and what physically happened."""

import random
from collections import Counter
from dataclasses import dataclass, field

from controller.domain.catalog import SlotId
from controller.domain.change import HopperOrder
from controller.domain.events import CoinsSeen
from controller.domain.shop import Policy
from controller.protocols import cctalk

COINS_CENTS = {1: 5, 2: 10, 3: 25, 4: 50, 5: 100}
SHELF = {"A1": "bolso", "A2": "bolso", "A4": "bolso", "A3": "monedero", "B1": "chumpi", "B2": "bufanda"}
PRICES_CENTS = {"bolso": 350, "monedero": 135, "chumpi": 500, "bufanda": 475}
MAKERS = {"bolso": "rosa", "monedero": "rosa", "chumpi": "luz", "bufanda": "inti"}
RULES = (
    (("maker", 80), ("fund:comun", 15), ("fund:maquina", 5)),
    (("maker", 1), ("fund:comun", 1), ("fund:maquina", 1)),
    (("maker", 7), ("fund:comun", 3)),
)
FILL = 9
POLICY = Policy(credit_idle_ms=60_000, dispense_ms=12_000, notice_ms=20_000)


class PowerCut(BaseException):
    """The lights go out; nothing in the program may catch this."""


@dataclass(frozen=True, slots=True)
class Acceptor:
    """A reading of the simulated acceptor's own memory, as its device worker would offer it."""

    source: str
    counter: int
    buffer: tuple[cctalk.Entry, ...]

    def since(self, mark: int | None) -> CoinsSeen | None:
        news = cctalk.new_events(mark, self.counter, self.buffer)
        if news.mark == mark and not news.alarm:
            return None
        coins = tuple(COINS_CENTS[credit.position] for credit in news.credits)
        return CoinsSeen("coins", self.source, news.mark, coins, news.alarm, news.lost)


@dataclass(slots=True)
class SimulatedHopper:
    """A hopper and the coins truly in it; it counts every coin it ever paid, and keeps that number without power."""

    coin_cents: int
    coins: int = 40
    lifetime_coins: int = 1_000

    @property
    def place(self) -> str:
        return f"hopper:{self.coin_cents}"

    def missing(self, order: HopperOrder) -> int:
        return max(0, order.coins - (self.lifetime_coins - order.lifetime_before))

    def paid_cents(self, order: HopperOrder) -> int:
        return (self.lifetime_coins - order.lifetime_before) * self.coin_cents

    def pay_one(self) -> None:
        self.coins, self.lifetime_coins = self.coins - 1, self.lifetime_coins + 1


@dataclass(slots=True)
class Rates:
    """How often each thing goes wrong in this town."""

    cut: float
    kill: float
    jam: float
    lost_answer: float
    repeated_answer: float
    missed_beam: float
    paid_part: float

    @classmethod
    def drawn(cls, rng: random.Random) -> "Rates":
        pick = rng.choice
        return cls(
            cut=pick((0.0, 0.004, 0.02)),
            kill=pick((0.0, 0.004, 0.02)),
            jam=pick((0.0, 0.1, 0.5)),
            lost_answer=pick((0.0, 0.1, 0.5)),
            repeated_answer=pick((0.0, 0.2, 0.8)),
            missed_beam=pick((0.0, 0.05, 0.3)),
            paid_part=pick((0.0, 0.5, 1.0)),
        )


@dataclass(slots=True)
class Truth:
    """What physically happened. No program under test writes here."""

    inserted_cents: int = 0
    told_cents: int = 0
    """Coins of readings that the brain has taken whole."""
    hidden_cents: int = 0
    """Coins in the box that a power cut hid: taken after the last committed reading, forgotten by the acceptor."""
    wrongs: list[str] = field(default_factory=list)
    returned_cents: int = 0
    """What was given back by hand; the hoppers know what left them."""
    box_cents: int = 0
    safe_cents: int = 0
    found_cents: int = 0
    """Hidden coins that a cash count has brought to light."""
    turned: Counter[int] = field(default_factory=Counter)
    fell: dict[int, SlotId] = field(default_factory=dict)
    pieces: dict[SlotId, int] = field(default_factory=dict)
    cuts: int = 0
    acknowledged: list[tuple[int, bytes]] = field(default_factory=list)


class SimulatedClock:
    def __init__(self) -> None:
        self.now_ms, self.wall = 0, 1_790_000_000_000

    def mono_ms(self) -> int:
        return self.now_ms

    def wall_ms(self) -> int:
        return self.wall + self.now_ms

    def trusted(self) -> bool:
        return True
