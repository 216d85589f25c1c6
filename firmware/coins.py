"""The pulse acceptor behind the link: its configuration, its inhibit line, and what `pulses` counts as events.

`pulses` counts from the acceptor's configuration on, the Pi from the board's reset: what counted before a new configuration
stays in the number. What finds no room in the ring is told later; all numbers are absolute, so nothing is lost by that.
"""

import messages
from link import elapsed_ms
from pulses import JAM, ODD, TRAIN, Pulses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from link import Link
    from matrix import Pin
    from pulses import Fifo

FITTED, IDLES_LOW, HIGH_INHIBITS = 1, 2, 4
"""Bits of `wiring`."""
ODD_AGAIN_MS = 1_000
"""Odd pulses are told at most so often: a noisy line must not fill the ring."""


class Coins:
    """`turn_round(on)` lets the coin pin read the other way round, for a line that rests low."""

    def __init__(
        self,
        link: "Link",
        machine: "Fifo",
        line: "Pin",
        inhibit: "Pin",
        turn_round: "Callable[[bool], None]",
        now_ms: int,
    ) -> None:
        self._link, self._machine, self._line, self._inhibit = link, machine, line, inhibit
        self._turn_round, self._began_ms = turn_round, now_ms
        self._counter: Pulses | None = None
        self._before = self._untold = 0
        self._odd_ms = now_ms
        self._jam_ms = self._greeted = 0
        link.takes(messages.COINS, self._configure)

    @property
    def untold(self) -> int:
        """Trains that counted and are not in the ring: they too would die with a reset."""
        return 1 if self._counter and (self._counter.in_train or self._untold & TRAIN) else 0

    def accept(self, wanted: bool, now_ms: int) -> None:
        if self._counter is not None:
            self._counter.accept(wanted, now_ms)

    def tick(self, now_ms: int) -> None:
        """Once in every round."""
        counter = self._counter
        if counter is None:
            return
        self._jam_ms = counter.low_ms(now_ms) or self._jam_ms
        self._untold |= counter.tick(now_ms)
        if self._link.greetings != self._greeted:
            self._greeted = self._link.greetings
            self._untold |= JAM if counter.jammed else 0
        if self._untold & TRAIN and self._tell_train(counter):
            self._untold &= ~TRAIN
        if self._untold & JAM and self._link.event(messages.COIN_JAM, 1 if counter.jammed else 0, self._jam_ms):
            self._untold &= ~JAM
        if self._untold & ODD and elapsed_ms(now_ms, self._odd_ms) >= ODD_AGAIN_MS and self._tell_odd(counter):
            self._untold, self._odd_ms = self._untold & ~ODD, now_ms

    def _tell_train(self, counter: Pulses) -> int:
        return self._link.event(
            messages.PULSES,
            self._before + counter.pulses,
            min(counter.train, 0xFFFF),
            counter.narrowest_us,
            counter.widest_us,
        )

    def _tell_odd(self, counter: Pulses) -> int:
        odd = (counter.short, counter.long, counter.close, counter.uninvited, counter.last_us)
        return self._link.event(messages.ODD_PULSES, *odd)

    def _configure(
        self, wiring: int, pulse_ms_min: int, pulse_ms_max: int, gap_ms_min: int, jam_ms: int, settle_ms: int
    ) -> bool:
        if self._counter is not None:
            self._before += self._counter.pulses
            self._counter = None
        refuse = 1 if wiring & HIGH_INHIBITS else 0
        self._inhibit.value(refuse)
        if wiring & FITTED:
            self._turn_round(bool(wiring & IDLES_LOW))
            lines = self._machine, self._line, self._inhibit
            limits_ms = pulse_ms_min, pulse_ms_max, gap_ms_min, jam_ms, settle_ms
            self._counter = Pulses(*lines, self._began_ms, *limits_ms, refuse)
        return True

    def stop(self, now_ms: int) -> None:
        """No coin from now on."""
        self.accept(False, now_ms)
