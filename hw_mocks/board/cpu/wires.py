"""The wires from the simulated board's processor to the chip around it: short text lines over one socket.

    set 14 1       a pin is driven               pin 7 1       a pin has this level now; comes by itself
    spi 000801     bytes on the SPI              word 6 0      a state machine has this word for us; comes by itself
    put 5 2000 71  a word to a state machine     is 1241       the answer to `adc 26`, `sync` and `look`
    look 75        which MDB words have come?    adc 26, sync  asked like it, and waited for
    feed, wdt 2000, mem 4005800C 1, reset        for who plays power and watchdog

A pin that is read after one was driven asks `sync` first: on the chip cause and effect are nanoseconds apart. For the same
reason a word carries the processor's own time, `CLOCK`: however long this computer lets the processor wait in the middle of
its work, on the MDB line it is as quick as a chip.
Runs on MicroPython and on CPython.
"""

# mypy: ignore-errors

import select
import sys
import time

MICROPYTHON = sys.implementation.name == "micropython"
ROUND_MS = 3
"""The firmware's loop comes round every one to three milliseconds on the chip."""
READ_BYTES = 256
"""No more at once: while MDB is spoken nothing is collected, and a larger piece may not be found."""


class Clock:
    """What the firmware has for `time`. `now_ms` is what it read last; it stands still from one reading to the next.

    While the firmware is `busy` on the MDB line no two readings are further apart than a chip's rounds; afterwards the
    clock catches up.
    """

    def __init__(self):
        self.now_ms = 0
        self.busy = False

    def ticks_ms(self):
        now_ms = time.ticks_ms() if MICROPYTHON else time.monotonic_ns() // 1_000_000
        self.now_ms = min(now_ms, self.now_ms + ROUND_MS) if self.busy else now_ms
        self.busy = False
        return self.now_ms & 0x3FFFFFFF

    def sleep_ms(self, ms):
        time.sleep(ms / 1_000)


CLOCK = Clock()


class Wires:
    """`levels` is number to level; `words` is state machine to waiting words."""

    def __init__(self):
        self.levels, self.words = {}, {}
        self.link = self._chip = self._answer = None
        self._rest = b""
        self._driven = False
        self._poll, self._chip_poll = select.poll(), select.poll()

    def lay(self, link_fd, chip_fd):
        """Both ends were opened by the process that made us, without blocking."""
        self.link, self._chip = [
            open(fd, "r+b") if MICROPYTHON else open(fd, "r+b", buffering=0)  # noqa: SIM115 - for a whole life
            for fd in (link_fd, chip_fd)
        ]
        self._poll.register(self.link, select.POLLIN)
        self._poll.register(self._chip, select.POLLIN)
        self._chip_poll.register(self._chip, select.POLLIN)

    def tell(self, line):
        self._driven = self._driven or line[:3] != "fee"
        self._chip.write(line.encode() + b"\n")

    def ask(self, line):
        self.tell(line)
        self._driven, self._answer = False, None
        while self._answer is None:
            self._wait_for_chip()
        return int(self._answer)

    def level(self, number):
        """Of an input, as it is now."""
        if self._driven:
            self.ask("sync")
        return self.levels.get(number, 0)

    def pump(self, wait_ms):
        """Take what came; wait so long when nothing did."""
        self._poll.poll(wait_ms)
        self._take(self._chip.read(READ_BYTES))

    def _wait_for_chip(self):
        self._chip_poll.poll(1000)
        self._take(self._chip.read(READ_BYTES))

    def _take(self, data):
        if data is None:
            return
        if not data:
            sys.exit("the chip is gone")
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            words = line.decode().split()
            if words[0] == "pin":
                self.levels[int(words[1])] = int(words[2])
            elif words[0] == "word":
                self.words.setdefault(int(words[1]), []).append(int(words[2]))
            else:
                self._answer = words[1]


WIRES = Wires()
