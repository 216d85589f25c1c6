"""A changer as the machine's coin acceptor: which coins come in, what came, and where it fell.

Like every coin device it says what it has heard and not what is new: the brain finds the news against the block it booked
last. A coin in a tube is in that tube's account (`tube:25`), from where it can be paid out again; others are in the coinbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from controller.devices.mdbline import Heard, Life
from controller.devices.mdbstation import Booked, Desk, Marks, Station
from controller.devices.mdbtubes import TubeDesk, place_of
from controller.domain.accounts import COINBOX
from controller.domain.events import CoinReturned, CoinsSeen, ReturnPressed, Trouble
from controller.protocols import mdb

NAME = "coins"
SOURCE = "mdb:changer"
"""The name of its marks: the number of the block booked last, in the line's life `/life`."""
LIFE, VALUES = SOURCE + "/life", SOURCE + "/values"
CHANGER = 0x08
TYPES = 16
ESCROW_REQUEST = 0x01
"""Somebody pressed the return lever (MDB/ICP 4.2, section 5, poll)."""


@dataclass(frozen=True, slots=True)
class ChangerReading:
    """The money in block `number` of the line's life `life`. Satisfies `controller.domain.events.Reading`."""

    life: int
    number: int
    coins_cents: tuple[int, ...]
    places: tuple[str, ...]
    unknown: int = 0

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        """The news after `marks`. A coin of unknown value gives no credit: it is found at the cash count."""
        if is_booked(marks, self.life, self.number):
            return None
        alarm, more = "unknown-coin" if self.unknown else None, ((LIFE, self.life),)
        return CoinsSeen(NAME, SOURCE, self.number, self.coins_cents, alarm, self.unknown, more, self.places)


@dataclass(frozen=True, slots=True)
class LostLife:
    """A life began, and `lost` blocks of the one before were never told (None: nobody knows how many); coins may be among
    them. Satisfies `controller.domain.events.Reading`."""

    life: int
    lost: int | None

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        """An alarm, once; books that knew no life before have lost nothing."""
        if marks.get(LIFE, self.life) == self.life:
            return None
        return CoinsSeen(NAME, SOURCE, 0, (), "reset", self.lost or 0, ((LIFE, self.life),))


@dataclass(frozen=True, slots=True)
class CoinValues:
    """What each coin type of this changer is worth: remembered, so that a block that was kept over a restart can be read
    before the changer is asked. Satisfies `controller.domain.events.Reading`."""

    cents: Mapping[int, int]

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        if self.are_in(marks):
            return None
        more = tuple((f"{VALUES}/{kind}", self.cents.get(kind, 0)) for kind in range(TYPES))
        return CoinsSeen(NAME, VALUES, len(self.cents), more_marks=more)

    def are_in(self, marks: Mapping[str, int]) -> bool:
        return self.cents == values_in(marks)


def values_in(marks: Mapping[str, int]) -> dict[int, int]:
    """Coin type to cents, as the books remember it."""
    worth = {kind: marks.get(f"{VALUES}/{kind}", 0) for kind in range(TYPES)}
    return {kind: cents for kind, cents in worth.items() if cents}


def is_booked(marks: Mapping[str, int], life: int, number: int) -> bool:
    """Whether these books know what this block said."""
    return marks.get(LIFE) == life and marks.get(SOURCE, 0) >= number


class ChangerStation(Station):
    """One changer. `accept` may be called from any thread; `tubes` is its other half, which pays."""

    host: mdb.ChangerHost

    def __init__(self, desk: Desk, marks: Marks, poll_ms: int) -> None:
        super().__init__(NAME, Trouble.NO_COINS, mdb.ChangerHost(poll_ms=poll_ms), CHANGER, desk)
        self._marks = marks
        self._wanted: frozenset[int] = frozenset()
        self._told: frozenset[int] = frozenset()
        self._values: CoinValues | None = None
        self.tubes = TubeDesk(self.host, marks, desk)
        self.held_back = False
        """True while nobody could book a coin: none is let in."""

    @property
    def works(self) -> bool:
        return self.host.ready

    @property
    def wanted(self) -> frozenset[int]:
        """The values of the coins that may come in now: none before the books know what each type is worth."""
        readable = self._values is not None and self._values.are_in(self._marks())
        return self._wanted if readable and not self.held_back else frozenset()

    def accept(self, cents: frozenset[int]) -> None:
        """Let coins of these values in from now on, and no others. A set-point: it holds through any loss and return."""
        self._wanted = cents

    def step(self, now_ms: int) -> None:
        wanted = self.wanted
        if wanted != self._told:
            self._told = wanted
            self.host.accept(wanted)
        self.tubes.step(now_ms, here=not self.reason, coins_wanted=bool(wanted))

    def live(self, life: Life, now_ms: int) -> None:
        super().live(life, now_ms)
        if life.lost != 0:
            self.desk.offer(LostLife(life.life, life.lost))

    def act(self, event: mdb.Event, heard: Heard | None) -> Booked | None:
        match event:
            case mdb.Told() if heard:
                return self._took(event, heard)
            case mdb.Found(identity=identity, values_cents=values):
                self.tubes.identity = identity
                self._values = CoinValues(dict(values))
                self.desk.offer(self._values)
            case mdb.TubesRead() | mdb.PaidOut():
                self.tubes.heard(event)
        return None

    def status(self) -> dict[str, Any]:
        setup, tubes = self.host.setup, self.host.tubes
        worth = setup.values_cents if setup else {}
        rows = [
            {"type": kind, "value_cents": cents, "in_tube": tubes.counts[kind] if tubes else None}
            for kind, cents in sorted(worth.items())
        ]
        return {**super().status(), "wanted_cents": sorted(self._wanted), "coins": rows}

    def _took(self, told: mdb.Told, heard: Heard) -> Booked | None:
        """The coins in one block, as one reading."""
        if any(isinstance(item, mdb.Status) and item.code == ESCROW_REQUEST for item in told.items):
            self.desk.offer(ReturnPressed())
        if any(
            isinstance(item, mdb.Slugs) or getattr(item, "route", None) is mdb.Route.REJECTED for item in told.items
        ):
            self.desk.offer(CoinReturned(self.device))
        coins = [coin for coin in told.credits if isinstance(coin, mdb.Coin)]
        if not coins:
            return None
        worth = self._values.cents if self._values else values_in(self._marks())
        known = [(worth[coin.coin_type], coin.route) for coin in coins if coin.coin_type in worth]
        places = tuple(place_of(cents) if route is mdb.Route.TUBE else COINBOX for cents, route in known)
        values = tuple(cents for cents, _ in known)
        self.desk.offer(ChangerReading(heard.life, heard.number, values, places, len(coins) - len(known)))
        return lambda: is_booked(self._marks(), heard.life, heard.number)
