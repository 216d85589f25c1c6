"""Coin pulses: which of those that the PIO measured count, in trains, as one number that only grows.

A pulse acceptor tells a coin's value by a number of pulses and nothing else, so a pulse lost or doubled is money. The
number of all pulses since the board's reset goes to the Pi, never "one more": a lost message costs nothing, a repeated one
neither. Coins put in quickly run together into one train, which only programming by value per pulse survives.

Rules of what counts (after the DG600F manual, pages 8 to 10, and field reports; limits are configured and measured
at each machine): long enough, not too long, far enough from the one before, not in the first two seconds after
power-up, not when the acceptor was told to refuse half a second ago. All else is counted too, by kind, for the technician.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Fifo(Protocol):
        """What is used of `rp2.StateMachine`."""

        def get(self) -> int: ...
        def rx_fifo(self) -> int: ...

    class Pin(Protocol):
        """What is used of `machine.Pin`."""

        def value(self, level: int | None = None) -> int | None: ...


UNIT_US = 100
UNITS_MAX = 0x7FFE
"""As `pio.pulse_width` measures, and what it was given as its longest time."""
FIFO_WORDS = 4
STILL_ON_ITS_WAY_MS = 500
"""A coin that was let in before the acceptor was told to refuse may pulse so much later."""
TRAIN_GAPS = 3
"""A train is over when the line rests for three gaps."""

PULSE, TRAIN, ODD, JAM = 1, 2, 4, 8
"""Bits that `tick` returns: a pulse was counted, a train is over, an odd one was counted, a jam began or ended."""


class Pulses:
    """One acceptor on one line that rests high. `refuse` is the level on the pin `inhibit` that keeps coins out.

    `pulses` is the number of all that counted since the board's reset, `train` of those in the train under way or just over;
    `narrowest_us` and `widest_us` tell how near to the limits they are. `short`, `long`, `close` and `uninvited` are the odd
    ones, `last_us` is how long the last of those was, `overruns` how often some may have been lost unmeasured.
    """

    def __init__(
        self,
        machine: "Fifo",
        line: "Pin",
        inhibit: "Pin",
        now_ms: int,
        pulse_ms_min: int = 20,
        pulse_ms_max: int = 120,
        gap_ms_min: int = 20,
        jam_ms: int = 500,
        settle_ms: int = 2_000,
        refuse: int = 0,
    ) -> None:
        self._machine, self._line, self._inhibit, self._refuse = machine, line, inhibit, refuse
        self._pulse_us_min, self._pulse_us_max = pulse_ms_min * 1_000, pulse_ms_max * 1_000
        self._gap_us_min = gap_ms_min * 1_000
        self._train_ms, self._jam_ms, self._settle_ms = TRAIN_GAPS * gap_ms_min, jam_ms, settle_ms
        self.pulses = self.train = self.narrowest_us = self.widest_us = 0
        self.short = self.long = self.close = self.uninvited = self.last_us = self.overruns = 0
        self.in_train = self.jammed = self._low = self._wanted = self._open = self._closing = False
        self.settling = True
        self._rest_us = 0
        self._began_ms = self._closed_ms = self._pulsed_ms = self._low_ms = now_ms
        inhibit.value(refuse)

    def accept(self, wanted: bool, now_ms: int) -> None:
        """Let coins in from now on, or none. A set-point: while the line is jammed it waits."""
        self._wanted = wanted
        self._set_inhibit(now_ms)

    @property
    def accepting(self) -> bool:
        """The acceptor is told to let coins in."""
        return self._open

    def low_ms(self, now_ms: int) -> int:
        """How long the line has been low by now, 0 when it is high."""
        return _since_ms(now_ms, self._low_ms) if self._low else 0

    def tick(self, now_ms: int) -> int:
        """Take what was measured. Returns bits of what is new; the numbers stand in the attributes."""
        news = 0
        if self.settling and _since_ms(now_ms, self._began_ms) >= self._settle_ms:
            self.settling = False
        waiting = self._machine.rx_fifo()
        if waiting >= FIFO_WORDS:
            self.overruns += 1
            news |= ODD
        for _ in range(waiting):
            word = self._machine.get()
            news |= self._take(_us(word >> 15), _us(word), now_ms)
        if self._closing and _since_ms(now_ms, self._closed_ms) >= STILL_ON_ITS_WAY_MS:
            self._closing = False
        return news | self._watch_line(now_ms) | self._end_train(now_ms)

    def _take(self, high_us: int, low_us: int, now_ms: int) -> int:
        """Judge one pulse. The time around a spike too short to be a pulse belongs to the rest of the line."""
        rest_us = self._rest_us + high_us
        if low_us < self._pulse_us_min:
            self._rest_us = min(rest_us + low_us, UNITS_MAX * UNIT_US)
            self.short += 1
        else:
            self._rest_us = 0
            if low_us > self._pulse_us_max:
                self.long += 1
            elif rest_us < self._gap_us_min:
                self.close += 1
            elif self.settling or not (self._open or self._closing):
                self.uninvited += 1
            else:
                return self._count(low_us, now_ms)
        self.last_us = low_us
        return ODD

    def _count(self, low_us: int, now_ms: int) -> int:
        self.narrowest_us = min(self.narrowest_us or low_us, low_us)
        self.widest_us = max(self.widest_us, low_us)
        self.train = self.train + 1 if self.in_train else 1
        self.in_train = True
        self._pulsed_ms = now_ms
        self.pulses += 1
        return PULSE

    def _end_train(self, now_ms: int) -> int:
        if not self.in_train or self._low or _since_ms(now_ms, self._pulsed_ms) < self._train_ms:
            return 0
        self.in_train = False
        return TRAIN

    def _watch_line(self, now_ms: int) -> int:
        """A line that stays low could not tell of any coin: none is let in until it is high again."""
        low = not self._line.value()
        if low and not self._low:
            self._low_ms = now_ms
        self._low = low
        jammed = low and _since_ms(now_ms, self._low_ms) >= self._jam_ms
        if jammed == self.jammed:
            return 0
        self.jammed = jammed
        self._set_inhibit(now_ms)
        return JAM

    def _set_inhibit(self, now_ms: int) -> None:
        was_open, self._open = self._open, self._wanted and not self.jammed
        if was_open and not self._open:
            self._closing, self._closed_ms = True, now_ms
        self._inhibit.value(self._refuse ^ self._open)


def _us(left: int) -> int:
    """The microseconds that 15 bits of the PIO's word tell; they hold what was left of the longest time."""
    return (UNITS_MAX - left & 0x7FFF) * UNIT_US


def _since_ms(now_ms: int, then_ms: int) -> int:
    return (now_ms - then_ms) & 0x3FFFFFFF
