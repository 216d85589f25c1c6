"""What can be wrong with a machine, by name: each fault can begin and end, and says in words what a person would see.

`inject(world, "jam", slot="B2")` and `clear(world, "jam", slot="B2")` are all there is to use. A fault changes physical
truth only; what the controller makes of it is the controller's affair.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hw_mocks.spiral import Spiral
from hw_mocks.world import World

JAM_BEFORE_DEG, JAM_AFTER_DEG = 200, 325
"""Before the coil lets its piece go (300°), and after it did but before it is home."""


class UnknownFault(ValueError):
    """No fault has this name, or it needs a slot that is not there; the message lists what there is."""


@dataclass(frozen=True, slots=True)
class Machine:
    """How to change something of the whole machine: `change(world, on)`."""

    change: Callable[[World, bool], None]


@dataclass(frozen=True, slots=True)
class OneSpiral:
    """How to change something of one spiral: `change(spiral, on)`."""

    change: Callable[[Spiral, bool], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can be wrong, in words, and where it is."""

    name: str
    words: str
    at: Machine | OneSpiral


def _on_spiral(attribute: str, broken: Any, whole: Any) -> OneSpiral:
    return OneSpiral(lambda spiral, on: setattr(spiral, attribute, broken if on else whole))


def _on_machine(attribute: str, broken: Any, whole: Any) -> Machine:
    return Machine(lambda world, on: setattr(world, attribute, broken if on else whole))


def _unplugged(name: str) -> Machine:
    return Machine(lambda world, on: (world.unplugged.add if on else world.unplugged.discard)(name))


FAULTS = {
    fault.name: fault
    for fault in (
        Fault("jam", "the spiral jams before its piece falls", _on_spiral("jam_deg", JAM_BEFORE_DEG, None)),
        Fault("late-jam", "the piece falls, then the spiral jams", _on_spiral("jam_deg", JAM_AFTER_DEG, None)),
        Fault("no-motor", "the motor's plug is out", _on_spiral("missing", True, False)),
        Fault("stuck-home", "the motor is seized and never leaves home", _on_spiral("stuck", True, False)),
        Fault(
            "light-piece", "the pieces are so light that they pass the beam unseen", _on_spiral("light", True, False)
        ),
        Fault("hanging-piece", "the piece hangs on its coil and falls with the next", _on_spiral("hangs", True, False)),
        Fault("blind-sensor", "the drop sensor sees light whatever passes", _on_machine("curtain", "blind", "good")),
        Fault("dark-sensor", "something lies in the beam, or it is dirty", _on_machine("curtain", "dark", "good")),
        Fault("no-supply", "the motors' 24 V fuse is blown", _on_machine("supply", False, True)),
        Fault("shorted-home", "the home line reads closed whatever turns", _on_machine("home_shorted", True, False)),
        Fault("coin-cable", "the cable of the coin acceptor is out", _on_machine("coin_cable", False, True)),
        Fault(
            "coin-count-lost",
            "the acceptor forgets its counters without power",
            _on_machine("coin_count_lost", True, False),
        ),
        Fault("coin-noise", "one byte in fifty of the coin line is changed", _on_machine("coin_noise", 0.02, 0.0)),
        Fault("full-box", "the cash box is full: coins back up and come back", _on_machine("box_full", True, False)),
        Fault("no-board", "the I/O board has no power", _on_machine("board_supply", False, True)),
        Fault("mdb-cable", "the cable of the MDB bus is out", _unplugged("mdb")),
        Fault("changer-cable", "the plug of the changer is out", _unplugged("changer")),
        Fault("validator-cable", "the plug of the bill validator is out", _unplugged("validator")),
        Fault("reader-cable", "the plug of the card reader is out", _unplugged("reader")),
        Fault("tube-jam", "the changer's tubes are jammed and give nothing", _on_machine("tube_jammed", True, False)),
        Fault("bank-declines", "the bank declines every card", _on_machine("bank", "declines", "approves")),
        Fault("bank-silent", "the bank does not answer", _on_machine("bank", "silent", "approves")),
        Fault("refund-fails", "the reader cannot give money back", _on_machine("refund_fails", True, False)),
        Fault("no-network", "the museum's network is out: no wallet answers", _on_machine("network", False, True)),
        Fault("open-door", "the door stands open", Machine(lambda world, on: world.set_door(on))),
        Fault("power-cut", "the plug is pulled", Machine(lambda world, on: world.set_power(not on))),
    )
}


def inject(world: World, name: str, slot: str = "") -> Fault:
    """Make the fault true from now on. Raises UnknownFault."""
    return _change(world, name, slot, True)


def clear(world: World, name: str, slot: str = "") -> Fault:
    """Repair it. Raises UnknownFault."""
    return _change(world, name, slot, False)


def _change(world: World, name: str, slot: str, on: bool) -> Fault:
    if name not in FAULTS:
        raise UnknownFault(f"no fault is called {name!r}; there are {', '.join(FAULTS)}")
    match (fault := FAULTS[name]).at:
        case Machine(change):
            change(world, on)
        case OneSpiral(change):
            if slot not in world.spirals:
                raise UnknownFault(f"{name!r} needs a slot; there are {', '.join(world.spirals)}, not {slot!r}")
            change(world.spirals[slot], on)
            name = f"{name} {slot}"
    (world.faults.add if on else world.faults.discard)(name)
    world.settle()
    return fault
