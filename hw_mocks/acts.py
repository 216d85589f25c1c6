"""What people and mishaps can do to the simulated machine, by name: the words of the world's control socket.

Each act is one JSON object, `{"do": "insert", "cents": 25}`, and its answer another, `{"ok": true, "place": "box"}`;
what cannot be done answers `{"ok": false, "why": …}`. `ACTS` lists all of them with a sentence each.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from hw_mocks import faults
from hw_mocks.acceptor_firmware import AcceptorFirmware
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


class Acts:
    """The acts on one machine. `coins` is position to ccTalk id (`US025A`: the value stands in the middle)."""

    def __init__(self, world: World, acceptor: Acceptor | None, coins: Mapping[int, str]) -> None:
        self._world, self._acceptor, self._coins = world, acceptor, coins
        self._was_powered = True

    def perform(self, act: Any) -> Answer:
        """Do one act. Never raises for what a person may type: the answer says what was wrong."""
        name = act.get("do") if isinstance(act, dict) else act
        if name not in ACTS:
            return {"ok": False, "why": f"nothing is called {name!r}; there are {', '.join(ACTS)}"}
        try:
            answer = ACTS[name](self, **{key: value for key, value in act.items() if key != "do"}) or {}
        except (KeyError, TypeError, ValueError) as error:
            return {"ok": False, "why": f"{name}: {error} ({type(error).__name__})"}
        self._keep_acceptor_true()
        return {"ok": True, **answer}

    def insert(self, position: int | None = None, cents: int | None = None, rejected: bool = False) -> Answer:
        """Put a coin in, by position or by value; a `rejected` one falls through into the tray."""
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

    def press(self, button: str) -> None:
        """Press a button and let it go: a slot's name, or `return`."""
        self._world.press(button)

    def door(self, open: bool) -> None:
        """Open or close the door."""
        self._world.set_door(open)

    def fill(self, slot: str, pieces: int) -> None:
        """Hang pieces into a spiral until it holds this many."""
        self._world.fill(slot, pieces)

    def bring_home(self, slot: str) -> None:
        """Turn a spiral home by hand, holding its piece back."""
        self._world.bring_home(slot)

    def inject(self, fault: str, slot: str = "") -> Answer:
        """Let a fault begin; `list_faults` tells them."""
        return {"words": faults.inject(self._world, fault, slot).words}

    def clear(self, fault: str, slot: str = "") -> Answer:
        """Repair a fault."""
        return {"words": faults.clear(self._world, fault, slot).words}

    def power(self, on: bool) -> None:
        """Pull the plug or put it back."""
        (faults.clear if on else faults.inject)(self._world, "power-cut")

    def truth(self) -> Answer:
        """Everything that truly happened: pieces, coins, turns, stock; and which coins would be let in right now."""
        acceptor = self._acceptor if self._world.powered else None
        open_coins = [coin for place, coin in sorted(self._coins.items()) if acceptor and acceptor.open_for(place)]
        return {"truth": {**self._world.truth(), "open_coins": open_coins}}

    def list_faults(self) -> Answer:
        """The faults there are, in words."""
        return {"faults": {name: fault.words for name, fault in faults.FAULTS.items()}}

    def _keep_acceptor_true(self) -> None:
        """The acceptor hangs on the machine's plug and on its own cable."""
        if self._acceptor is not None:
            self._acceptor.silent = not (self._world.powered and self._world.coin_cable)
            self._acceptor.noise = self._world.coin_noise
            self._acceptor.firmware.counter_not_kept = self._world.coin_count_lost
            if self._world.powered and not self._was_powered:
                self._acceptor.power_cycle()
        self._was_powered = self._world.powered


ACTS: dict[str, Callable[..., Answer | None]] = {
    act.__name__: act
    for act in (
        Acts.insert,
        Acts.press,
        Acts.door,
        Acts.fill,
        Acts.bring_home,
        Acts.inject,
        Acts.clear,
        Acts.power,
        Acts.truth,
        Acts.list_faults,
    )
}
