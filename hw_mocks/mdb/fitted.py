"""The devices that a configuration puts on the MDB bus, what people and mishaps do to them, and what is truly in them.

All that is public takes the bus's lock: on an adapter the devices live in a thread of their own.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, TypeVar

from controller.config import Config
from hw_mocks.mdb.bills import SimulatedBills
from hw_mocks.mdb.bus import MdbDevice, SimulatedMdbBus
from hw_mocks.mdb.changer import SimulatedChanger
from hw_mocks.mdb.reader import SimulatedReader
from hw_mocks.things import Coin, Place
from hw_mocks.world import World

Device = TypeVar("Device", bound=MdbDevice)
TUBE_COINS = 20
"""So many coins lie in each tube that is filled."""
APPROVES = {"approves": True, "declines": False, "silent": None}


class FittedMdb:
    """Each device is None where the configuration has none."""

    def __init__(self, config: Config, world: World, filled: bool = True) -> None:
        self._world = world
        self._taken_cents = 0
        in_tube = TUBE_COINS if filled else 0
        changer = SimulatedChanger(tubes=(in_tube, in_tube, in_tube, None), on_pay=self._pays)
        self.changer = changer if config.has_changer else None
        self.bills = SimulatedBills() if config.mdb.bills else None
        self.reader = SimulatedReader() if config.mdb.reader else None
        self._by_name: dict[str, MdbDevice | None] = {
            "changer": self.changer,
            "validator": self.bills,
            "reader": self.reader,
        }
        self.bus = SimulatedMdbBus(*filter(None, self._by_name.values()))

    # People

    def insert_coin(self, cents: int) -> Place:
        """Where it fell. Raises ValueError for a coin the changer does not know."""
        changer = _there(self.changer, "changer")
        if cents not in changer.coins_cents:
            raise ValueError(f"the changer knows no coin of {cents} cents; it knows {changer.coins_cents}")
        with self.bus.lock:
            in_tubes = sum(changer.tubes)
            kept = changer.insert(cents)
            in_tube = sum(changer.tubes) > in_tubes
        return "tube" if in_tube else "box" if kept else "tray"

    def insert_bill(self, cents: int) -> bool:
        """Whether the validator drew it in. Raises ValueError for a bill it does not know."""
        bills = _there(self.bills, "bill validator")
        if cents not in {dollars * 100 for dollars in bills.dollars}:
            raise ValueError(f"the validator knows no bill of {cents} cents; it knows {bills.dollars} dollars")
        with self.bus.lock:
            return bills.insert(cents // 100)

    def show_card(self, funds_cents: int | None) -> bool:
        """Whether the reader begins a session with it."""
        reader = _there(self.reader, "card reader")
        with self.bus.lock:
            return reader.show_card(funds_cents)

    def remove_card(self) -> None:
        reader = _there(self.reader, "card reader")
        with self.bus.lock:
            reader.remove_card()

    def press_lever(self) -> None:
        changer = _there(self.changer, "changer")
        with self.bus.lock:
            changer.press_lever()

    def fill_tube(self, cents: int, coins: int) -> None:
        """Somebody fills or empties a tube until it holds so many. Raises ValueError without such a tube."""
        changer = _there(self.changer, "changer")
        if cents not in changer.tubes_cents:
            raise ValueError(f"there is no tube for {cents} cents; there are some for {changer.tubes_cents}")
        with self.bus.lock:
            changer.tubes[changer.coins_cents.index(cents)] = coins

    def take_stacker(self) -> int:
        """Somebody takes the stacker out; how many cents are in it."""
        bills = _there(self.bills, "bill validator")
        with self.bus.lock:
            cents = 100 * bills.take_stacker()
            self._taken_cents += cents
            return cents

    def put_stacker(self) -> None:
        bills = _there(self.bills, "bill validator")
        with self.bus.lock:
            bills.put_stacker()

    # Mishaps

    def feel(self, power: bool) -> None:
        """What of the world's faults and power these devices feel."""
        world = self._world
        with self.bus.lock:
            self.bus.cut = "mdb" in world.unplugged
            for name, device in self._by_name.items():
                if device:
                    device.set_power(power and name not in world.unplugged)
            if self.changer:
                self.changer.stops_after = 0 if world.tube_jammed else None
            if self.reader:
                self.reader.approves, self.reader.refund_fails = APPROVES[world.bank], world.refund_fails

    # The oracle

    def open_coins(self) -> list[int]:
        """Coins that would be let in right now, by their cents."""
        with self.bus.lock:
            return [cents for cents in _coins(self.changer) if self.changer and self.changer.open_for(cents)]

    def truth(self) -> dict[str, Any]:
        """What lies in tubes and stacker, what they ever gave and took, and what became of the visitors' cards."""
        with self.bus.lock:
            found: dict[str, Any] = {}
            if self.changer:
                counts = zip(self.changer.coins_cents, self.changer.tubes, strict=False)
                tubes = {str(cents): count for cents, count in counts if cents in self.changer.tubes_cents}
                found |= {"tubes": tubes, "paid_out_cents": self.changer.left_cents}
            if self.bills:
                stacked_cents = 100 * self.bills.stacked_dollars
                found |= {"stacked_cents": stacked_cents, "bills_cents": stacked_cents + self._taken_cents}
            if self.reader:
                found |= {"card": asdict(self.reader.account), "reader": str(self.reader.state)}
            return found

    def _pays(self, cents: int) -> None:
        self._world.coins.append(Coin(0, cents, self._world.now_ms, "out"))


def _coins(changer: SimulatedChanger | None) -> Iterable[int]:
    return changer.coins_cents if changer else ()


def _there(device: Device | None, name: str) -> Device:
    if device is None:
        raise ValueError(f"this machine has no {name}")
    return device
