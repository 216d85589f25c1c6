"""A day of coins over a bad MDB line: none lost, none doubled, and where nobody can know, it is said.

The changer here keeps a coin until it has heard our ACK in time, as MDB/ICP 4.2 section 2 demands; the line damages one word
of many answers, and the board is sometimes away for longer than the changer's patience. Runs on CPython and MicroPython.
"""

import random

from mdbline import GOOD_STOP, WORD_US, Line, Memory, block
from mdbwire import POSSIBLE_REPEAT, MdbWire

COINS = 25
DAYS = 40
PATIENCE_US = 5_000


class Changer(Line):
    """A changer with a queue of coins at the end of a line that damages what it says, one word of an answer at most."""

    def __init__(self, seed, damage=0.0, deaf=0.0):
        Line.__init__(self)
        random.seed(seed)
        self.damage, self.deaf = damage, deaf
        self.coins = [(0x40 | random.randrange(16), random.randrange(256)) for _ in range(COINS)]
        self._last = []
        self._said_until_us = -PATIENCE_US

    def _reply(self, at_us):
        words, in_time = self.said[-1], self.said_us[-1] - self._said_until_us <= PATIENCE_US
        if words == [0x10B, 0x00B]:
            self._last = block(*self.coins[0]) if self.coins else [(1_000, 0x300)]
        elif words == [0x000] and in_time:
            if random.random() < self.deaf:
                self.speak(0x1D | GOOD_STOP)  # the spark that it heard instead of our ACK came through our line too
            else:
                self.coins.pop(0)
            return
        elif words != [0x0AA] or not in_time:
            return
        for pause_us, word in self._worn(self._last):
            at_us += pause_us + WORD_US
            self._coming.append((at_us, word))
        self._said_until_us = at_us

    def _worn(self, words):
        """What comes through of these words: one of them with one of its ten bits wrong, be it data, mode or stop.

        No word vanishes, for the sum would not miss a zero: that a coin has two bytes is checked where blocks are read.
        """
        words = list(words)
        if random.random() < self.damage:
            index = random.randrange(len(words))
            pause_us, word = words[index]
            words[index] = (pause_us, word ^ 1 << random.randrange(10))
        return words


def a_day(changer, away=0.0):
    """Poll until the changer is empty; the blocks that were kept, each handed on at once."""
    wire, kept, polls = MdbWire(changer, changer, Memory()), [], 0
    while changer.coins:
        polls += 1
        assert polls < 100 * COINS, "the day ends"
        assert wire.send(b"\x0b", changer.us // 1_000)
        while wire.busy:
            ms = random.randrange(5, 40) if random.random() < away else random.randrange(1, 4)
            changer.pass_until(changer.us + ms * 1_000)
            wire.tick(changer.us // 1_000)
        kept += wire.blocks
        wire.hand_on(wire.number)
    return wire, kept


def test_no_coin_is_lost_or_doubled_by_damage_on_the_line():
    """Every third answer damaged, forty days of twenty-five coins: each is kept once, in order, with its own number."""
    for seed in range(DAYS):
        changer = Changer(seed, damage=0.35)
        coins = [bytes(coin) for coin in changer.coins]
        wire, kept = a_day(changer)
        assert [data for *_, data in kept] == coins, seed
        assert [number for number, *_ in kept] == list(range(1, COINS + 1))
        assert wire.odd["damaged"] > 0


def test_no_coin_is_lost_or_doubled_while_the_board_is_slow():
    """Away for up to 40 ms in one tick of ten: what could not be acknowledged in time was not kept, and came again."""
    late = 0
    for seed in range(DAYS):
        changer = Changer(seed, damage=0.1)
        coins = [bytes(coin) for coin in changer.coins]
        wire, kept = a_day(changer, away=0.1)
        assert [data for *_, data in kept] == coins, seed
        late += wire.odd["late"]
    assert late > 0


def test_a_twin_after_an_ack_that_was_not_heard_is_marked():
    """The changer misses an ACK into which noise spoke: the coin comes again, and every copy bears the mark."""
    marked = 0
    for seed in range(DAYS):
        changer = Changer(seed, deaf=0.3)
        coins = [bytes(coin) for coin in changer.coins]
        _, kept = a_day(changer)
        assert [data for _, _, flags, data in kept if not flags & POSSIBLE_REPEAT] == coins, seed
        marked += sum(flags for _, _, flags, _ in kept)
    assert marked > 0
