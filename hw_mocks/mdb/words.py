"""The same wire word by word, as a master on it speaks: 9 bits, who is meant, who may answer, and who was in time.

    line.hear(0x10B, at_ms)   a word of the master's begins; the ninth bit marks an address, and a new block
    line.until(now_ms)        the words that have come back by then: 8 bits, the mode bit, and the stop bit as bit 9

A block is over when nothing follows it for 1 ms. The device answers within 5 ms, and waits as long for ACK (what it told is
told for good), RET (it says the same again, and does nothing again), or anything else (it will tell with its next poll).

Time is the master's, which stands still while its processor computes: so who was late does not depend on how busy this
computer is. Nothing here happens by itself; every call brings the line up to its own moment (MDB/ICP 4.2, section 2).
"""

from collections import deque
from collections.abc import Callable

from hw_mocks.mdb.bus import SILENCE, MdbDevice, SimulatedMdbBus

MODE, GOOD_STOP = 0x100, 0x200
ACK, RET = 0x00, 0xAA
WORD_MS = 11 / 9.6
"""11 bits at 9600 baud."""
PAUSE_MS, ANSWER_MS, LATE_MS = 1.0, 2.0, 5.0
"""The longest pause in a block; how long after one this device takes to answer; how long it waits for an ACK."""
BREAK_MS = 100.0
COLLISION = 0x0AA
"""What a master reads while somebody speaks into its ACK: no good stop bit."""


class MdbLine:
    """The devices of `bus` behind a line; `now_ms` is the time in which their coins fall."""

    def __init__(self, bus: SimulatedMdbBus, now_ms: Callable[[], int]) -> None:
        self.bus, self._now_ms = bus, now_ms
        self.damage = 0
        """So many of the next answers reach the master with one bit turned round."""
        self._block = bytearray()
        self._free_ms = 0.0
        self._words: deque[tuple[float, int]] = deque()
        self._told: tuple[MdbDevice, bytes, float] | None = None
        """Who answered last, what, and when that was out: until it is acknowledged, or something else is said."""
        self._low_ms: float | None = None

    def hear(self, word: int, at_ms: float) -> None:
        """The master puts a word; the line carries it as soon as it is free."""
        self._settle(at_ms)
        begins_ms = max(at_ms, self._free_ms)
        if word & MODE:
            self._block, self._told = bytearray((word & 0xFF,)), None
        elif self._block:
            self._block.append(word)
        else:
            self._verdict(word, begins_ms)
        self._free_ms = begins_ms + WORD_MS

    def until(self, now_ms: float) -> list[int]:
        """What has come back by now and was not taken yet."""
        self._settle(now_ms)
        words = []
        while self._words and self._words[0][0] <= now_ms:
            words.append(self._words.popleft()[1])
        return words

    def pull(self, low: bool, at_ms: float) -> None:
        """The master holds the line low, or lets it go: 100 ms of it reset every device."""
        self._settle(at_ms)
        if self._low_ms is not None and not low and at_ms - self._low_ms >= BREAK_MS:
            self._told = None
            self.bus.reset()
        self._low_ms = at_ms if low else None

    def fall_silent(self) -> None:
        """The master is dead: what it had begun to say is no command, and it acknowledges nothing."""
        self._block.clear()
        self._words.clear()
        self._told = self._low_ms = None

    def _settle(self, now_ms: float) -> None:
        """A block that was not gone on with in time is over."""
        if not self._block or now_ms < self._free_ms + PAUSE_MS:
            return
        *command, check = self._block
        self._block = bytearray()
        if not command or sum(command) & 0xFF != check:
            return
        device, raw = self.bus.ask(bytes(command), self._now_ms())
        if device and raw != SILENCE:
            self._say(device, raw, self._free_ms + ANSWER_MS)

    def _say(self, device: MdbDevice, raw: bytes, begins_ms: float) -> None:
        words = [GOOD_STOP | byte for byte in raw]
        words[-1] |= MODE
        if self.damage:
            self.damage -= 1
            words[0] ^= 0x04
        for place, word in enumerate(words):
            self._words.append((begins_ms + (place + 1) * WORD_MS, word))
        self._told = device, raw, begins_ms + len(words) * WORD_MS

    def _verdict(self, word: int, begins_ms: float) -> None:
        """A word on its own is about what was said last, if that is not too long ago."""
        told, self._told = self._told, None
        if told is None or begins_ms - told[2] > LATE_MS:
            return
        device, raw, _ = told
        if word == RET:
            self._say(device, raw, begins_ms + WORD_MS + ANSWER_MS)
        elif word == ACK and len(raw) > 1 and not self.bus.acknowledge(device):
            self._words.append((begins_ms + WORD_MS, COLLISION))
