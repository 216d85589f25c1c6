"""A board that is nothing but its link: the real firmware files at a terminal, and a turn that ends as it begins.

`<interpreter> answering.py FD`. FD is the board's end of the terminal, opened without blocking. What remains between an
order and its answer is the wire, its frames, the messages and the link.
"""

# mypy: ignore-errors

import os
import select
import sys
import time

import link
import messages

MICROPYTHON = sys.implementation.name == "micropython"
WAIT_MS = 50
TURNED = (messages.HOME, 1, 3, 0, 2_901, 3_120, 310, 190)
"""A usual turn, told at once."""


def now_ms():
    return time.ticks_ms() if MICROPYTHON else time.monotonic_ns() // 1_000_000 & 0x3FFFFFFF


def main(fd):
    port = open(fd, "r+b") if MICROPYTHON else open(fd, "r+b", buffering=0)  # noqa: SIM115 - for a whole life
    board = link.Link(int.from_bytes(os.urandom(4), "little") | 1, port.write, messages.POWER_ON, 0, (0, 1, 0))
    board.takes(messages.MOTORS, lambda *_: True)
    board.performs(messages.TURN, lambda number, *_: board.finish(messages.TURN, number, *TURNED))
    poll = select.poll()
    poll.register(port, select.POLLIN)
    while not board.restart_asked:
        poll.poll(WAIT_MS)
        data = port.read(256)
        if data:
            board.feed(data, now_ms())
        board.tick(now_ms())


if __name__ == "__main__":
    main(int(sys.argv[1]))
