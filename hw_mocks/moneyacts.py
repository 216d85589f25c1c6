"""What people do with money at the simulated machine: coins, bills and cards, whoever takes them.

A mixin of `hw_mocks.acts.Acts`, which has the other acts and lists all of them.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from hw_mocks.acceptor_firmware import AcceptorFirmware
from hw_mocks.mdb import FittedMdb
from hw_mocks.things import Place
from hw_mocks.world import World

Answer = dict[str, Any]


class Acceptor(Protocol):
    """What the world needs of `hw_mocks.acceptor.SimulatedAcceptor`."""

    silent: bool
    noise: float
    firmware: AcceptorFirmware

    def insert(self, position: int) -> bool: ...
    def fall_through(self, position: int) -> None: ...
    def open_for(self, position: int) -> bool: ...
    def power_cycle(self) -> None: ...


class MoneyActs:
    """`coins` is position to ccTalk id (`US025A`: the value stands in the middle); a changer knows coins by their cents."""

    def __init__(
        self, world: World, acceptor: Acceptor | None, coins: Mapping[int, str], mdb: FittedMdb | None = None
    ) -> None:
        self._world, self._acceptor, self._coins, self._fitted = world, acceptor, coins, mdb
        self._was_powered = True

    def insert(self, position: int | None = None, cents: int | None = None, rejected: bool = False) -> Answer:
        """Put a coin in, by position or by value; a `rejected` one falls through into the tray."""
        if self._fitted and self._fitted.changer:
            return self._into_changer(cents or 0, rejected)
        if self._acceptor is None:
            raise ValueError("this machine has no coin acceptor")
        values = {place: int(coin[2:5]) for place, coin in self._coins.items()}
        if position is None:
            position = next((place for place, value in values.items() if value == cents), 0)
        if position not in values:
            raise ValueError(f"no coin of {cents} cents at position {position}; there are {self._coins}")
        value = values[position]
        place: Place
        if rejected:
            self._acceptor.fall_through(position)
            place = "tray"
        else:
            place = "box" if self._world.powered and self._acceptor.insert(position) else "tray"
        self._world.drop_coin(position, value, place)
        return {"place": place, "cents": value}

    def insert_bill(self, cents: int) -> Answer:
        """Put a bill into the validator: `in`, and then in its escrow or its stacker, or back at once in the `tray`."""
        return {"place": "in" if self._mdb.insert_bill(cents) else "tray", "cents": cents}

    def show_card(self, funds_cents: int | None = None) -> Answer:
        """Hold a card to the reader, which may say how much is on it; whether the reader `took` it."""
        return {"took": self._mdb.show_card(funds_cents)}

    def remove_card(self) -> None:
        """Take the card away."""
        self._mdb.remove_card()

    def press_lever(self) -> None:
        """Press the changer's return lever."""
        self._mdb.press_lever()

    def fill_tube(self, cents: int, coins: int) -> None:
        """Put coins into one of the changer's tubes, or take some out, until it holds this many."""
        self._mdb.fill_tube(cents, coins)

    def take_stacker(self) -> Answer:
        """Take the bill validator's stacker out; how many cents are in it."""
        return {"cents": self._mdb.take_stacker()}

    def put_stacker(self) -> None:
        """Put the stacker back, empty."""
        self._mdb.put_stacker()

    def _into_changer(self, cents: int, rejected: bool) -> Answer:
        place: Place = "tray" if rejected else self._mdb.insert_coin(cents)
        self._world.drop_coin(0, cents, place)
        return {"place": place, "cents": cents}

    @property
    def _mdb(self) -> FittedMdb:
        if self._fitted is None:
            raise ValueError("this machine has no MDB bus")
        return self._fitted

    def _keep_devices_true(self) -> None:
        """They hang on the machine's plug and on their own cables."""
        if self._fitted is not None:
            self._fitted.feel(self._world.powered)
        if self._acceptor is not None:
            self._acceptor.silent = not (self._world.powered and self._world.coin_cable)
            self._acceptor.noise = self._world.coin_noise
            self._acceptor.firmware.counter_not_kept = self._world.coin_count_lost
            if self._world.powered and not self._was_powered:
                self._acceptor.power_cycle()
        self._was_powered = self._world.powered

    def _money_truth(self) -> Answer:
        """What lies where, and what would be let in right now: ccTalk ids of an acceptor, cents of a changer."""
        if self._fitted and self._fitted.changer:
            return {"open_coins": self._fitted.open_coins(), "mdb": self._fitted.truth()}
        acceptor = self._acceptor if self._world.powered else None
        open_coins = [coin for place, coin in sorted(self._coins.items()) if acceptor and acceptor.open_for(place)]
        return {"open_coins": open_coins} | ({"mdb": self._fitted.truth()} if self._fitted else {})
