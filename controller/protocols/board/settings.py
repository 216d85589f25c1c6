"""The configuration the board gets at every boot. It moves nothing and takes no money without one.

Each class has the fields of its line in `firmware.messages.LAYOUTS`, in that order. `_cc` is hundredths of a degree Celsius.
"""

from collections.abc import Iterable
from typing import NamedTuple

from firmware import messages


class Motors(NamedTuple):
    """How motors turn. `half_turns` has a bit for each motor, row by row: set when its cam shows home twice a turn."""

    rows: int
    columns: int
    curtain: int = 1
    retries: int = 1
    leave_home_ms: int = 1_000
    reach_home_ms: int = 6_000
    drop_ms: int = 2_000
    brake_ms: int = 100
    debounce_ms: int = 15
    over_current_ma: int = 700
    over_current_ms: int = 200
    no_motor_ma: int = 20
    half_turns: bytes = bytes(10)


class Coins(NamedTuple):
    """A pulse acceptor. `wiring`: 0 none, else bit 0; bit 1 when it idles low; bit 2 when high inhibits it."""

    wiring: int
    pulse_ms_min: int = 20
    pulse_ms_max: int = 120
    gap_ms_min: int = 20
    jam_ms: int = 500
    settle_ms: int = 2_000


class Panel(NamedTuple):
    """Keypad (bit 0), door switch (bit 1) and thermometers (bit 2), as `fitted`."""

    fitted: int
    debounce_ms: int = 20
    temperature_s: int = 60
    temperature_step_cc: int = 50


class Bus(NamedTuple):
    """The MDB bus: whether there is one, and the usual time between two polls of one device."""

    fitted: int
    poll_ms: int = 100
    silent_ms: int = 2_000


Section = Motors | Coins | Panel | Bus

SECTIONS: dict[type[Section], int] = {
    Motors: messages.MOTORS,
    Coins: messages.COINS,
    Panel: messages.PANEL,
    Bus: messages.BUS,
}


def packed(settings: Iterable[Section]) -> bytes:
    """The sections as CONFIGURE carries them. The same settings in the same order are the same bytes, and the same hash."""
    return b"".join(messages.message(SECTIONS[type(section)], *section) for section in settings)
