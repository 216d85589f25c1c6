"""A whole board in virtual time and a Pi that keeps its lease: `order`, `run`, and look at what was answered.

Runs on CPython and on MicroPython.
"""

import messages
import wire
from plant import Plant

try:
    from firmware.board import Board  # a development machine may have another module called board
except ImportError:  # on MicroPython, where all files lie flat
    from board import Board

BOOT = 0x5C0FFEE1
MOTORS = (8, 10, 1, 1, 1_000, 3_500, 2_000, 100, 15, 700, 200, 20, bytes(10))
COINS = (1, 20, 120, 20, 500, 0)
PANEL = (7, 20, 60, 50)
BUS = (1, 100, 2_000)


class Bench:
    """`alive` is whether the Pi speaks; `answers` is number to fields, `events` all that were acknowledged."""

    def __init__(self, motors=MOTORS, coins=COINS, panel=PANEL, bus=BUS):
        self.plant = Plant()
        self.board = Board(self.plant, self.plant.now_ms & 0x3FFFFFFF, BOOT, messages.POWER_ON, 0, (0, 1, 0))
        self.answers, self.outcomes, self.events, self.others = {}, {}, [], []
        self.alive, self.acknowledges, self.wishes = True, True, 0
        self._decoder, self._lease_ms = wire.Decoder(), 0
        self._orders = 0
        sections = ((messages.MOTORS, motors), (messages.COINS, coins), (messages.PANEL, panel), (messages.BUS, bus))
        self.say(messages.HELLO, 1, 1, 9)
        self.configure(b"".join(messages.message(code, *fields) for code, fields in sections if fields))
        self.run(100)

    def configure(self, sections):
        self.say(messages.CONFIGURE, BOOT, messages.config_hash(sections), sections)

    def say(self, code, *fields):
        self.plant.heard += wire.encode(messages.message(code, *fields))

    def order(self, kind, *fields):
        """Order this once; its number."""
        self._orders += 1
        self.say(messages.COMMAND, BOOT, kind, self._orders, messages.body(kind, *fields))
        return self._orders

    def turn(self, row=2, column=3, homes=1, curtain=1, run_ms_max=6_000, drop_ms=2_000, kind=messages.TURN):
        """A turn from its order to its answer, or its outcome when it was not done."""
        return self.end(self.order(kind, row, column, homes, curtain, run_ms_max, drop_ms))

    def end(self, number, within_ms=20_000):
        for _ in range(within_ms // 10):
            self.run(10)
            if number in self.outcomes:
                return self.answers.get(number, self.outcomes[number])
        raise AssertionError("no answer")

    def run(self, ms):
        for _ in range(ms):
            self.round()

    def round(self):
        plant = self.plant
        if self.alive and plant.now_ms - self._lease_ms >= 500:
            self._lease_ms = plant.now_ms
            self.say(messages.LEASE, self.wishes)
        self.board.round(plant.now_ms & 0x3FFFFFFF)
        plant.step()
        if plant.sent:
            data, plant.sent = bytes(plant.sent), bytearray()
            for payload in self._decoder.feed(data):
                self._hear(payload[0], messages.unpack(payload[0], payload[1:]))

    def _hear(self, code, fields):
        if code == messages.ANSWER:
            _, kind, number, outcome, body = fields
            self.outcomes[number] = outcome
            if outcome == messages.DONE:
                self.answers[number] = messages.unpack(kind | 0x80, body)
        elif code == messages.EVENT and self.alive and self.acknowledges:
            _, counter, kind, body = fields
            self.events.append((kind,) + messages.unpack(kind, body))  # noqa: RUF005
            self.say(messages.ACK, BOOT, counter)
        else:
            self.others.append((code, fields))

    def told(self, kind):
        """The fields of all events of this kind."""
        return [event[1:] for event in self.events if event[0] == kind]
