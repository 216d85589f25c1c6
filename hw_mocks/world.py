"""The physical truth of the simulated machine: motors, spirals, falling pieces, switches, coins and power.

Nothing here knows what the controller believes. The world is driven through its GPIO lines (`set_line`, `level`) and by
people and faults (the other methods), and time passes only in `advance`: no thread, no clock, no chance. So the same
physics serves a machine in real time (`hw_mocks.server`) and a simulated month in seconds. Every act happens at the
moment the world stands at: advance first, act then. `due_ms` says until when nothing happens by itself.

Wiring is that of the configuration. A motor runs while its row and its column are both high and there is power.
The home line is high while a driven spiral's home switch is closed; the drop line is high while the beam is dark.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from math import inf
from typing import Any, Literal

from controller.config import Cabinet, Motors
from hw_mocks.agenda import BOUNCE_MS, Agenda, Contact
from hw_mocks.spiral import Spiral
from hw_mocks.things import Coin, Piece, Place

FALL_MS, IN_BEAM_MS, TO_FLAP_MS = 350.0, 30.0, 100.0
"""From the coil to the beam (60 cm of free fall), through it, and on to the flap."""
PRESS_MS = 150.0

Happening = dict[str, Any]


class World:
    """One machine; `stock` is how many pieces each slot really holds.

    `on_line(pin, high)` hears every line of the machine that changes, `on_happening` what a bystander would notice.
    """

    def __init__(
        self,
        motors: Motors,
        cabinet: Cabinet,
        stock: Mapping[str, int] | None = None,
        bounce_ms: tuple[float, ...] = BOUNCE_MS,
    ) -> None:
        self.motors, self.cabinet = motors, cabinet
        self.on_line: Callable[[int, bool], None] = lambda _pin, _high: None
        self.on_happening: Callable[[Happening], None] = lambda _happening: None
        self.powered = self.supply = self.coin_cable = self.board_supply = True
        self.guarded = True
        """A board's dead-man lets the motors have their supply."""
        self.coin_noise = 0.0
        self.coin_count_lost = False
        self.box_full = False
        self.network = True
        self.home_shorted = False
        self.curtain: Literal["good", "blind", "dark"] = "good"
        self.unplugged: set[str] = set()
        """Of the MDB bus: `mdb` itself, `changer`, `validator`, `reader`."""
        self.tube_jammed = self.refund_fails = False
        self.bank: Literal["approves", "declines", "silent"] = "approves"
        self.faults: set[str] = set()
        """The injected faults by name and slot, for people to see; the truth is in the attributes they changed."""
        self.pieces: list[Piece] = []
        self.coins: list[Coin] = []
        self._agenda = Agenda()
        self._high: set[int] = set()
        self._in_beam = 0
        self._wires = {
            row + column: {row_pin, column_pin}
            for row, row_pin in motors.rows.items()
            for column, column_pin in motors.columns.items()
        }
        self.spirals = {slot: Spiral(slot, (stock or {}).get(slot, 0)) for slot in self._wires}
        self._homes = {slot: Contact(self._agenda, True, bounce_ms) for slot in self.spirals}
        self._pins = _switch_pins(cabinet)
        self._switches = {name: Contact(self._agenda, False, bounce_ms) for name in self._pins}
        self._names = {pin: name for name, pin in self._pins.items()}
        self._levels = {pin: self.level(pin) for pin in (motors.home, motors.drop_sensor, *self._names)}

    @property
    def now_ms(self) -> float:
        return self._agenda.now_ms

    # Time

    def due_ms(self) -> float | None:
        """The moment of the next thing that happens by itself, or None while all is at rest."""
        marks_ms = (self.now_ms + spiral.next_mark()[0] for spiral in self.spirals.values() if spiral.moving)
        agenda_ms = inf if self._agenda.due_ms is None else self._agenda.due_ms
        due_ms = min(agenda_ms, *marks_ms, inf)
        return None if due_ms == inf else due_ms

    def advance(self, to_ms: float) -> None:
        """Let happen what happens until `to_ms`, each at its own moment; a moment already past changes nothing."""
        while (due_ms := self.due_ms()) is not None and due_ms <= to_ms:
            self._reach(due_ms)
        if to_ms > self.now_ms:
            self._reach(to_ms)

    def _reach(self, now_ms: float) -> None:
        turning = [spiral for spiral in self.spirals.values() if spiral.moving]
        fallen = [spiral for spiral in turning for _ in range(spiral.travel(now_ms - self.now_ms))]
        self._agenda.reach(now_ms)
        for spiral in turning:
            self._homes[spiral.slot].set(spiral.at_home)
        for spiral in fallen:
            self._let_go(spiral)
        self._tell_lines()

    # Lines

    @property
    def machine_lines(self) -> frozenset[int]:
        """The lines the machine drives and the controller reads: home, drop sensor, door and buttons."""
        return frozenset(self._levels)

    def set_line(self, pin: int, high: bool) -> None:
        """The controller drives `pin`; a line nobody drives is low: the driver boards pull it down."""
        if high == (pin in self._high):
            return
        (self._high.add if high else self._high.discard)(pin)
        self.settle()
        if pin == self.cabinet.lamp:
            self._tell("lamp", on=self.lamp)

    def level(self, pin: int) -> bool:
        """What a meter would show at `pin`. A machine without power shows nothing anywhere."""
        if not self.powered:
            return False
        if pin == self.motors.home:
            fed = (self._homes[slot] for slot, spiral in self.spirals.items() if spiral.driven)
            return self.home_shorted or any(home.closed for home in fed)
        if pin == self.motors.drop_sensor:
            return self._beam_reads_dark
        return self._switches[self._names[pin]].closed if pin in self._names else pin in self._high

    @property
    def lamp(self) -> bool:
        return self.powered and self.cabinet.lamp in self._high

    @property
    def door_open(self) -> bool:
        return "door" in self._switches and self._switches["door"].closed

    @property
    def _beam_reads_dark(self) -> bool:
        dark = self._in_beam > 0 or self.motors.drop_emitter not in self._high
        return self.curtain == "dark" or (self.curtain == "good" and dark)

    def settle(self) -> None:
        """The drivers follow their lines and the power, then the machine's own lines follow. Faults call it too."""
        for slot, spiral in self.spirals.items():
            told = self.powered and self.supply and not spiral.missing and self._wires[slot] <= self._high
            was = spiral.driven
            spiral.drive(told, self.guarded)
            if spiral.driven != was:
                self._tell("motor", slot=slot, on=spiral.driven, angle_deg=round(spiral.angle_deg % 360, 2))
        self._tell_lines()

    def _tell_lines(self) -> None:
        for pin, before in self._levels.items():
            if (high := self.level(pin)) != before:
                self._levels[pin] = high
                self.on_line(pin, high)

    def _tell(self, what: str, **more: Any) -> None:
        self.on_happening({"what": what, "at_ms": round(self.now_ms, 3), **more})

    # Pieces

    def _let_go(self, spiral: Spiral) -> None:
        piece = Piece(spiral.slot, self.now_ms, spiral.light)
        self.pieces.append(piece)
        self._tell("left", slot=piece.slot)
        if not piece.light:
            self._agenda.after(FALL_MS, partial(self._pass_beam, 1))
            self._agenda.after(FALL_MS + IN_BEAM_MS, partial(self._pass_beam, -1))
        self._agenda.after(FALL_MS + TO_FLAP_MS, partial(self._land, piece))

    def _pass_beam(self, pieces: int) -> None:
        self._in_beam += pieces

    def _land(self, piece: Piece) -> None:
        piece.landed_ms = self.now_ms
        self._tell("fell", slot=piece.slot)

    # People

    def press(self, name: str) -> None:
        """Press a slot's button, or `return`, and let it go. Raises ValueError where the wiring has no such button."""
        if name not in self._switches:
            raise ValueError(f"no button is called {name!r}; there are {', '.join(self._switches)}")
        self._switches[name].set(True)
        self._agenda.after(PRESS_MS, partial(self._let_up, name))
        self._tell("pressed", button=name)
        self._tell_lines()

    def _let_up(self, name: str) -> None:
        self._switches[name].set(False)
        self._tell("released", button=name)

    def set_door(self, opened: bool) -> None:
        self._switches["door"].set(opened)
        self._tell("door", open=opened)
        self._tell_lines()

    def fill(self, slot: str, pieces: int) -> None:
        """Somebody hangs pieces into a spiral until it holds this many."""
        self.spirals[slot].stock = pieces
        self._tell("filled", slot=slot, pieces=pieces)

    def bring_home(self, slot: str) -> None:
        """Somebody with the door open turns a spiral home by hand."""
        self.spirals[slot].turn_home_by_hand()
        self._homes[slot].set(True)
        self._tell("home-by-hand", slot=slot)
        self._tell_lines()

    def drop_coin(self, position: int, cents: int, place: Place) -> None:
        """A coin found its place; what decides over it is the acceptor."""
        self.coins.append(Coin(position, cents, self.now_ms, place))
        self._tell("coin", position=position, cents=cents, place=place)

    def set_power(self, on: bool) -> None:
        """The plug. Whoever drove lines is dead too when it is pulled."""
        self.powered = on
        if not on:
            self._high.clear()
        self._tell("power", on=on)
        self.settle()

    # The oracle

    def truth(self) -> dict[str, Any]:
        """Everything an oracle may want to know, fit for JSON."""
        spirals = {
            slot: {
                "turns": s.turns,
                "starts": s.starts,
                "stock": s.stock,
                "angle_deg": s.angle_deg % 360,
                "on": s.driven,
            }
            for slot, s in self.spirals.items()
        }
        return {
            "now_ms": self.now_ms,
            "pieces": [asdict(piece) for piece in self.pieces],
            "coins": [asdict(coin) for coin in self.coins],
            "spirals": spirals,
            "lamp": self.lamp,
            "powered": self.powered,
            "faults": sorted(self.faults),
            "door_open": self.door_open,
        }


def _switch_pins(cabinet: Cabinet) -> dict[str, int]:
    own = {"door": cabinet.door, "return": cabinet.return_button, "service": cabinet.service_button}
    pins = {**own, **cabinet.slot_buttons}
    return {name: pin for name, pin in pins.items() if pin is not None}
