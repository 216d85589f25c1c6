"""What a town is made of: its shelf, its fault rates, its clock, its acceptor's memory, and what physically happened."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from controller.domain.catalog import SlotId
from controller.domain.change import HopperOrder
from controller.domain.events import CoinsSeen
from controller.domain.shop import Policy, Unreturnable
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


def policy(unreturnable: Unreturnable = Unreturnable.ACCEPT) -> Policy:
    """A machine that waits a minute for its visitor."""
    return Policy(credit_idle_ms=60_000, dispense_ms=12_000, notice_ms=20_000, unreturnable=unreturnable)


class PowerCut(BaseException):
    """The lights go out; nothing in the program may catch this."""


@dataclass(frozen=True, slots=True)
class Acceptor:
    """A reading of the simulated acceptor's own memory, as its device worker would offer it."""

    source: str
    counter: int
    buffer: tuple[cctalk.Entry, ...]

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        mark = marks.get(self.source)
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
    serial: int = 345_678
    away: bool = False
    """Its plug is out: it neither answers nor pays."""
    suspect: bool = False
    """It gave less than ordered or could not say what it gave, and nobody has counted it since."""

    @property
    def place(self) -> str:
        return f"hopper:{self.coin_cents}"

    @property
    def cents(self) -> int:
        return self.coins * self.coin_cents

    def knows(self, order: HopperOrder) -> bool:
        """Whether the order is for this very hopper; the count of another one would mean nothing."""
        return order.serial in (None, self.serial)

    def missing(self, order: HopperOrder) -> int:
        return max(0, order.coins - (self.lifetime_coins - order.lifetime_before))

    def paid_cents(self, order: HopperOrder) -> int:
        return (self.lifetime_coins - order.lifetime_before) * self.coin_cents

    def pay_one(self) -> None:
        self.coins, self.lifetime_coins = self.coins - 1, self.lifetime_coins + 1

    def exchange(self) -> None:
        """Another hopper takes its place: the coins are poured over, the number and the count are its own."""
        self.serial, self.lifetime_coins = self.serial + 1, self.lifetime_coins + 137


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
    unsure: float
    clock: float

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
            paid_part=pick((0.0, 0.2, 0.6)),
            unsure=pick((0.0, 0.1, 0.4)),
            clock=pick((0.0, 0.3, 1.0)),
        )


ALL_FAULTS = Rates(
    cut=0.02,
    kill=0.02,
    jam=0.1,
    lost_answer=0.1,
    repeated_answer=0.2,
    missed_beam=0.05,
    paid_part=0.2,
    unsure=0.1,
    clock=0.3,
)


@dataclass(slots=True)
class Storm:
    """Chance from one seed, and whether things go wrong right now."""

    rng: random.Random
    rates: Rates
    rages: bool = False

    def strikes(self, rate: float) -> bool:
        return self.rages and self.rng.random() < rate

    def maybe_cut(self) -> None:
        """Raises PowerCut."""
        if self.strikes(max(self.rates.cut, self.rates.kill)):
            raise PowerCut

    def takes_everything(self) -> bool:
        """Whether a cut takes the whole machine, or only the controller dies."""
        return self.rng.random() * (self.rates.cut + self.rates.kill) < self.rates.cut


@dataclass(slots=True)
class Truth:
    """What physically happened. No program under test writes here."""

    inserted_cents: int = 0
    told_cents: int = 0
    """Coins of readings that the brain has taken whole."""
    hidden_cents: int = 0
    """Coins in the box that a power cut hid: taken after the last committed reading, forgotten by the acceptor."""
    wrongs: list[str] = field(default_factory=list)
    by_hand_cents: int = 0
    """What was given back at the desk."""
    box_cents: int = 0
    safe_cents: int = 0
    bank_cents: int = 0
    found_cents: int = 0
    """Hidden coins that a cash count has brought to light."""
    turned: Counter[int] = field(default_factory=Counter)
    fell: dict[int, SlotId] = field(default_factory=dict)
    pieces: dict[SlotId, int] = field(default_factory=dict)
    left_cents: Counter[int] = field(default_factory=Counter)
    """What truly left the hoppers, by payout."""
    cuts: int = 0
    acknowledged: list[tuple[int, bytes]] = field(default_factory=list)
    written_ms: dict[int, int] = field(default_factory=dict)
    """When each fact was truly written (milliseconds since 1970)."""
    certain_boots: set[int] = field(default_factory=set)
    """The starts in which somebody set the clock right at some time."""


ZONE = timezone(timedelta(hours=-5))
"""Quito's clock; it never changes."""
YEAR_MS = 31_557_600_000


class SimulatedClock:
    """True time, and the wall clock that shows it or something else. Monotonic time begins with the power."""

    def __init__(self, true_ms: int = 1_790_006_400_000) -> None:
        self.now_ms, self._began_ms = 0, true_ms
        self.error_ms, self.kept = 0, True

    @property
    def true_ms(self) -> int:
        return self._began_ms + self.now_ms

    def mono_ms(self) -> int:
        return self.now_ms

    def wall_ms(self) -> int:
        return self.true_ms + self.error_ms

    def trusted(self) -> bool:
        return self.kept

    def week_min(self) -> int:
        local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self.wall_ms())
        local = local.astimezone(ZONE)
        return local.weekday() * 1_440 + local.hour * 60 + local.minute

    def go_to(self, hour: int, minute: int = 0) -> None:
        """Wait until it is truly this time of day, today or tomorrow."""
        local = datetime.fromtimestamp(self.true_ms // 1_000, ZONE)
        then = local.replace(hour=hour, minute=minute, second=0)
        then += timedelta(days=then < local)
        self.now_ms += int(then.timestamp()) * 1_000 - self.true_ms // 1_000 * 1_000

    def restart(self) -> None:
        """The power was away: monotonic time begins anew."""
        self._began_ms, self.now_ms = self.true_ms, 0

    def lose(self, wall_ms: int = 0) -> None:
        """The wall clock says something else now (1970, as a Pi does), and nobody keeps it."""
        self.error_ms, self.kept = wall_ms - self.true_ms, False

    def step(self, by_ms: int) -> None:
        """It jumps; a clock that jumps is not kept."""
        self.error_ms, self.kept = self.error_ms + by_ms, False

    def set_right(self) -> None:
        """A time server was heard."""
        self.error_ms, self.kept = 0, True
