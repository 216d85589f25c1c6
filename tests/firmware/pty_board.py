"""A board at the far end of a pseudo-terminal: the real firmware files, on MicroPython or on CPython.

`<interpreter> pty_board.py FD LOG`: FD is the terminal's master, opened by the test without blocking; LOG is the motor: a
line is written there when it turns. Turns end after some milliseconds, coins fall every 20 ms.
"""

import os
import select
import sys
import time

try:
    import link
    import messages
except ImportError:
    from firmware import link, messages

MICROPYTHON = sys.implementation.name == "micropython"


def now_ms():
    """The board's clock, as `time.ticks_ms` has it."""
    return time.ticks_ms() if MICROPYTHON else time.monotonic_ns() // 1_000_000 & 0x3FFFFFFF


class Board:
    """Main loop and stand-ins for motors and coins."""

    def __init__(self, fd, log):
        self.port = open(fd, "r+b") if MICROPYTHON else open(fd, "r+b", buffering=0)  # noqa: SIM115
        self.log, self.running, self.pulses, self.coin_ms = log, [], 0, now_ms()
        self.boot = int.from_bytes(os.urandom(4), "little") | 1
        self.link = link.Link(self.boot, self.port.write, messages.POWER_ON, 0, (0, 1, 0))
        self.link.performs(messages.TURN, self.turn)
        self.link.takes(messages.MOTORS, lambda *fields: True)
        self.link.takes(messages.COINS, lambda *fields: True)
        self.poll = select.poll()
        self.poll.register(self.port, select.POLLIN)

    def turn(self, number, *fields):
        with open(self.log, "a") as log:
            log.write(str(self.boot) + " " + str(number) + "\n")
        self.running.append(((now_ms() + 5 + number % 20) & 0x3FFFFFFF, number))

    def round(self):
        self.poll.poll(2)
        data = self.port.read(256)
        if data:
            self.link.feed(data, now_ms())
        for end_ms, number in self.running[:]:
            if link.elapsed_ms(now_ms(), end_ms) >= 0:
                self.running.remove((end_ms, number))
                self.link.finish(messages.TURN, number, messages.HOME, 1, 3, 0, 0, 0, number & 0xFFFF, 0)
        if link.elapsed_ms(now_ms(), self.coin_ms) >= 20:
            self.coin_ms = now_ms()
            if self.link.event(messages.PULSES, self.pulses + 1, 1, 50_000, 50_000):
                self.pulses += 1
        self.link.tick(now_ms())


if __name__ == "__main__":
    board = Board(int(sys.argv[1]), sys.argv[2])
    while not board.link.restart_asked:
        board.round()
