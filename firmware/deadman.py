"""Feeds the dead-man of the motors' supply: `pio.deadman` lets it fall by itself when this file is no longer called.

It is fed from the end of the main loop and from nowhere else: never from a timer or an interrupt, which may live on
while the program is dead.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Feeder(Protocol):
        """What is used of `rp2.StateMachine`."""

        def put(self, word: int) -> None: ...
        def tx_fifo(self) -> int: ...


FIFO_WORDS = 4
UNITS_PER_MS = 10
"""The program counts in 0.1 ms."""
LEASE_MS = 200
"""Ours, within the 150 to 250 ms between the longest collection (21 ms) and a quick finger; not measured on a machine."""
LEASE_MS_MAX = 409
"""What 12 bits hold."""


class Deadman:
    """Asks for the supply and gives it back.

    `on` is what was asked for. `fell` counts how often the loop came back too late and the supply had gone by itself: it is
    not switched on again then, for what was moving would move on. `dead` says that the program does not eat its feeds.
    """

    def __init__(self, machine: "Feeder", lease_ms: int = LEASE_MS) -> None:
        if not 0 < lease_ms <= LEASE_MS_MAX:
            raise ValueError("a lease has 1 to 409 ms")
        self._machine, self._lease_ms = machine, lease_ms
        self._fed_ms = 0
        self.fell = 0
        self.on = self.dead = False

    def hold(self, now_ms: int) -> None:
        """Give the motors their supply, from now until `drop`, or until nobody calls `tick` any more."""
        if not self.on:
            self.on = True
            self._feed(self._lease_ms, now_ms)

    def drop(self, now_ms: int) -> None:
        """Take the supply away at once."""
        self.on = False
        self._feed(0, now_ms)

    def tick(self, now_ms: int) -> None:
        """Feed again when a quarter of the lease is over. Called once in every turn of the main loop."""
        hungry_ms = (now_ms - self._fed_ms) & 0x3FFFFFFF
        if self.on and hungry_ms >= self._lease_ms:
            self.fell += 1
            self.drop(now_ms)
        elif self.on and hungry_ms >= self._lease_ms // 4:
            self._feed(self._lease_ms, now_ms)

    def _feed(self, lease_ms: int, now_ms: int) -> None:
        waiting = self._machine.tx_fifo()
        # The program takes a feed within 0.1 ms, so one that lies there since an earlier millisecond was not taken.
        self.dead = waiting > 0 and now_ms != self._fed_ms
        if waiting < FIFO_WORDS:
            self._machine.put(lease_ms * UNITS_PER_MS)
        self._fed_ms = now_ms
