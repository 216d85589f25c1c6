"""Coins that come as pulses: how many the board ever counted, and when coins may come in.

The board never says "one more pulse" but how many there were in its life, and names that life. What is news is decided by
the brain against the marks it committed last; so a told train may be lost, repeated or told after a restart. A train is
booked as one sum: coins that were put in quickly run together, and nobody can take them apart again. It is acknowledged
only when the marks say that it is in the books.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from controller.domain.events import CoinsSeen, DeviceGone, DeviceReturned, Trouble
from controller.protocols.board import CoinJam, Happened, Happening, OddPulses, Pulses, Reset

NAME = "coins"
SOURCE = "pulses:board"
"""The name of its marks: the pulses booked in the board's life `.../boot`, up to event `.../event` of that life."""
BOOT, EVENT = "/boot", "/event"
NOBODY_KNOWS = 255
JAMMED = "the coin line is held: look for a stuck coin"

Marks = Callable[[], Mapping[str, int]]
"""What the brain committed last; may be called from any thread."""


@dataclass(frozen=True, slots=True)
class PulseReading:
    """What the board has counted by event `counter` of its life `boot_id`: `pulses` ever, `train` of them just now.

    `lost` is how many events died with the life before; None unless this is the reset that began the life.
    Satisfies `controller.domain.events.Reading`.
    """

    boot_id: int
    counter: int
    pulses: int
    train: int
    pulse_cents: int
    lost: int | None = None
    source: str = SOURCE

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        """The news after `marks`. In a life these books know nothing of yet, only the train just told is news."""
        if is_booked(marks, self.boot_id, self.counter, self.source):
            return None
        boot, event = self.source + BOOT, self.source + EVENT
        booked = marks.get(self.source, 0) if marks.get(boot) == self.boot_id else self.pulses - self.train
        cents = (self.pulses - booked) * self.pulse_cents
        known_before = self.lost is not None and boot in marks
        return CoinsSeen(
            NAME,
            self.source,
            self.pulses,
            (cents,) if cents > 0 else (),
            "reset" if known_before else None,
            self.lost if known_before and self.lost not in (None, NOBODY_KNOWS) else 0,
            ((boot, self.boot_id), (event, self.counter)),
        )


def is_booked(marks: Mapping[str, int], boot_id: int, counter: int, source: str = SOURCE) -> bool:
    """Whether these books know everything that had been counted by then."""
    return marks.get(source + BOOT) == boot_id and marks.get(source + EVENT, 0) >= counter


def reading(happened: Happened, pulse_cents: int) -> PulseReading | None:
    """What this event says about money; None when it says nothing."""
    boot_id, counter = happened.boot_id, happened.counter
    match happened.happening:
        case Pulses(pulses, train):
            return PulseReading(boot_id, counter, pulses, train, pulse_cents)
        case Reset(lost=lost):
            return PulseReading(boot_id, counter, 0, 0, pulse_cents, lost)
        case _:
            return None


class PulseCoins:
    """Whether coins may come in, and what the technician should know. `pulse_cents` is what one pulse is worth.

    The acceptor cannot choose: it is open while any coin that it could tell is welcome.
    """

    def __init__(self, pulse_cents: int) -> None:
        self._pulse_cents = pulse_cents
        self._wanted = False
        self._jammed = False
        self.odd: dict[str, int] = {}
        """Pulses that counted as none in this life of the board, by kind."""
        self.narrowest_us = self.widest_us = 0
        self.pulses: int | None = None

    @property
    def wanted(self) -> bool:
        """Whether coins should come in now; the board itself shuts a jammed line."""
        return self._wanted

    def accept(self, cents: frozenset[int]) -> None:
        """Let coins in while any of these values is a whole number of pulses. A set-point; from any thread."""
        self._wanted = any(coin % self._pulse_cents == 0 for coin in cents)

    def heard(self, happening: Happening) -> DeviceGone | DeviceReturned | None:
        """Note what concerns the acceptor; the news for the brain, if any."""
        match happening:
            case Pulses(pulses, _, narrowest_us, widest_us):
                self.pulses, self.narrowest_us, self.widest_us = pulses, narrowest_us, widest_us
            case OddPulses():
                self.odd = happening._asdict()
            case Reset():
                self.pulses, self.odd = 0, {}
                return self._jam(False)
            case CoinJam(jammed):
                return self._jam(bool(jammed))
        return None

    def status(self) -> dict[str, object]:
        return {
            "wanted": self._wanted,
            "jammed": self._jammed,
            "pulses": self.pulses,
            "pulse_cents": self._pulse_cents,
            "narrowest_us": self.narrowest_us,
            "widest_us": self.widest_us,
            "odd": dict(self.odd),
        }

    def _jam(self, jammed: bool) -> DeviceGone | DeviceReturned | None:
        if jammed == self._jammed:
            return None
        self._jammed = jammed
        return DeviceGone(NAME, JAMMED, Trouble.NO_COINS) if jammed else DeviceReturned(NAME, Trouble.NO_COINS)
