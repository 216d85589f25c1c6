"""The MDB line, the board's side: one exchange at a time, the answer checked, kept and numbered, ACK in time.

    wire.send(b"\\x0b", now_ms)        POLL the changer; the check byte is added here
    wire.tick(now_ms)                  about every millisecond until it is not busy
    wire.result, wire.blocks           what came of it; data blocks wait here until they are handed on

A peripheral's block carries no number, so this file gives it one and keeps it until whoever is above says he has it. ACK is
said exactly when a block is sound and kept: what was not acknowledged the peripheral must say again (MDB/ICP 4.2 section 2).
A damaged answer is asked for again with RET, which repeats the answer and never the deed. A command is repeated here only
when the peripheral said NAK or never got the whole of it; whether silence may be answered by a repeat is money's business.

Times are whole milliseconds of a clock that may wrap at 2^30. The state machines are those of `pio.start_mdb`, or others
with the same four verbs. While an exchange lasts nothing is collected, as a collection may take 20 ms; it is done after it.
"""

import gc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Fifos(Protocol):
        """What is used of `rp2.StateMachine`."""

        def put(self, word: int) -> None: ...
        def get(self, buffer: None, shift: int) -> int: ...
        def tx_fifo(self) -> int: ...
        def rx_fifo(self) -> int: ...
        def exec(self, instruction: int) -> None: ...

    class Memory(Protocol):
        """What is used of `gc`."""

        def disable(self) -> None: ...
        def enable(self) -> None: ...
        def collect(self) -> int | None: ...


ACK, NAK, RET = 0x00, 0xFF, 0xAA
MODE = 0x100
"""The ninth bit: from the master it marks the address, from a peripheral its last byte."""
GOOD_STOP = 0x200
WORD_SHIFT = 22
FIFO_WORDS = 8
LINE_LOW, LINE_HIGH = 0xE000, 0xE001
"""`set(pins, 0)` and `set(pins, 1)` as the state machine knows them."""

BLOCK_BYTES_MAX = 36
WORD_US = 1_146
"""11 bits at 9600 baud."""
ANSWER_MS = 5
ACK_MS = 5
QUIET_MS = 3
"""A block is broken off when nothing came for so long: 1 ms between bytes, 1.146 ms for one, and what a tick is late."""
EXCHANGE_MS_MAX = 500
"""The longest answer takes 77 ms, with a pause after every byte, and it is heard three times at most."""
AFTER_MS = 3
"""Between two exchanges: our ACK is on the line for 1.146 ms."""
BREAK_MS, SETUP_MS = 100, 200

SENDS_MAX = 3
RETS_MAX = 2
BLOCKS_MAX = 8

ACKED, BLOCK, NAKED, SILENT, DAMAGED = "acked", "block", "nak", "silent", "damaged"
"""What came of an exchange. Of the last two nobody knows whether the peripheral did what it was told."""
POSSIBLE_REPEAT = 1
"""Flag of a block that equals the one before, when our ACK to that one may not have been heard."""

_IDLE, _ASKING, _CLOSING, _COLLECTED, _BREAK, _SETUP = range(6)


def since_ms(now_ms: int, then_ms: int) -> int:
    """Milliseconds from then to now on a clock that wraps at 2^30, as `time.ticks_ms` does."""
    return (now_ms - then_ms) & 0x3FFFFFFF


def check(block: "bytes | bytearray | memoryview", count: int) -> int:
    """CHK: the low byte of the sum of the first `count` bytes."""
    total = 0
    for index in range(count):
        total += block[index]
    return total & 0xFF


class MdbWire:
    """The master's end of the line.

    `result` is None while an exchange lasts. `blocks` holds (number, asked, flags, data) with the oldest first: `asked` is
    the first byte of the command that was answered, `data` has no CHK. `odd` counts what should not happen.
    """

    def __init__(self, tx: "Fifos", rx: "Fifos", memory: "Memory" = gc) -> None:
        self._tx, self._rx, self._memory = tx, rx, memory
        self.result: str | None = None
        self.number = 0
        self.blocks: list[tuple[int, int, int, bytes]] = []
        self.odd = {"noise": 0, "damaged": 0, "late": 0, "nak": 0, "silent": 0, "starved": 0}
        self._state = _IDLE
        self._out, self._out_bytes, self._put = bytearray(BLOCK_BYTES_MAX), 0, 0
        self._in, self._in_bytes = bytearray(BLOCK_BYTES_MAX), 0
        self._whole = self._broken = False
        self._sends = self._rets = 0
        self._began_ms = self._asked_ms = self._line_ms = self._heard_ms = self._looked_ms = 0
        self._break_ms = BREAK_MS
        self._kept = b""
        self._doubtful: dict[int, bytes] = {}

    @property
    def busy(self) -> bool:
        """An exchange or a break is under way."""
        return self._state != _IDLE

    def send(self, block: bytes, now_ms: int) -> bool:
        """Begin an exchange with this command, without its CHK. False when busy, or when there is no room for an answer."""
        if self.busy or len(self.blocks) >= BLOCKS_MAX:
            return False
        count = len(block)
        if not 0 < count < BLOCK_BYTES_MAX:
            raise ValueError("a command has 1 to 35 bytes")
        self._memory.disable()
        self._out[:count] = block
        self._out[count] = check(block, count)
        self._out_bytes = count + 1
        self._sends = self._rets = 0
        self.result = None
        self._state, self._began_ms = _ASKING, now_ms
        self._drop_noise()
        self._send_block(now_ms)
        return True

    def hand_on(self, number: int) -> None:
        """Forget the blocks up to this number: somebody else has them now. To say it twice is harmless."""
        while self.blocks and self.blocks[0][0] <= number:
            self.blocks.pop(0)

    def break_line(self, now_ms: int, break_ms: int = BREAK_MS) -> bool:
        """Reset all peripherals at once: the line low for at least 100 ms, then 200 ms to set up. False when busy."""
        if self.busy:
            return False
        self._tx.exec(LINE_LOW)
        self._state, self._began_ms, self._break_ms = _BREAK, now_ms, max(BREAK_MS, break_ms)
        return True

    def tick(self, now_ms: int) -> None:
        """Do what is due at `now_ms`, which was read just now.

        At most 4 ms apart while busy: a block that may have been waiting for 5 ms gets no ACK, and is said again.
        """
        if self._state == _ASKING:
            self._feed(now_ms)
            self._listen(now_ms)
            self._answer(now_ms)
        else:
            if self._drop_noise() and self._state == _CLOSING and self.result == BLOCK:
                # Something spoke into our ACK: the peripheral may say the block again, and a twin may be no second coin.
                self._doubtful[self._out[0] & 0xF8] = self._kept
            self._rest(now_ms)
        self._looked_ms = now_ms

    def _rest(self, now_ms: int) -> None:
        """What comes after an exchange, and a break's two stretches."""
        passed_ms = since_ms(now_ms, self._began_ms)
        if self._state == _CLOSING and since_ms(now_ms, self._heard_ms) >= AFTER_MS:
            self._memory.enable()
            self._memory.collect()
            self._state = _COLLECTED  # a tick longer busy, so that nobody sends with a time read before
        elif self._state == _COLLECTED or (self._state == _SETUP and passed_ms > SETUP_MS):
            self._state = _IDLE
        elif self._state == _BREAK and passed_ms > self._break_ms:
            self._tx.exec(LINE_HIGH)
            self._state, self._began_ms = _SETUP, now_ms

    # Our block

    def _send_block(self, now_ms: int) -> None:
        self._sends += 1
        self._put = 0
        self._expect(self._out_bytes, now_ms)
        self._feed(now_ms)

    def _expect(self, words: int, now_ms: int) -> None:
        """An answer, from when so many words of ours are on the line."""
        self._asked_ms = self._heard_ms = self._looked_ms = now_ms
        self._line_ms = (words * WORD_US + 999) // 1_000
        self._in_bytes = 0
        self._whole = self._broken = False

    def _feed(self, now_ms: int) -> None:
        """Keep the FIFO full. When it ran dry within the block, the peripheral was kept waiting: begin the block again."""
        waiting = self._tx.tx_fifo()
        if 0 < self._put < self._out_bytes and waiting == 0:
            self.odd["starved"] += 1
            self._send_again(now_ms, SILENT)
            return
        while self._put < self._out_bytes and waiting < FIFO_WORDS:
            self._tx.put(self._out[self._put] | (0 if self._put else MODE))
            self._put += 1
            waiting += 1

    def _send_again(self, now_ms: int, otherwise: str) -> None:
        """For when the peripheral surely did nothing. A byte with the mode bit ends whatever block it thought to be in."""
        if self._sends < SENDS_MAX:
            self._send_block(now_ms)
        else:
            self._end(otherwise, now_ms)

    # Their answer

    def _listen(self, now_ms: int) -> None:
        """Take what the FIFO holds. A full one may have lost a byte, even one that the sum would not miss."""
        if since_ms(now_ms, self._asked_ms) < self._line_ms:
            self._drop_noise()  # our own block is still on the line, so this is no answer to it
            return
        count = self._rx.rx_fifo()
        self._broken = self._broken or count >= FIFO_WORDS
        if count:
            self._heard_ms = now_ms
        for _ in range(count):
            word = self._rx.get(None, WORD_SHIFT)
            if self._whole or not word & GOOD_STOP or self._in_bytes == BLOCK_BYTES_MAX:
                self._broken = True
            else:
                self._in[self._in_bytes] = word & 0xFF
                self._in_bytes += 1
                self._whole = bool(word & MODE)

    def _answer(self, now_ms: int) -> None:
        """Judge what was heard so far, or the silence."""
        quiet = since_ms(now_ms, self._heard_ms) >= QUIET_MS
        if self._state != _ASKING:
            return
        if since_ms(now_ms, self._began_ms) > EXCHANGE_MS_MAX:
            self._end(DAMAGED, now_ms)
        elif self._whole and not self._broken:
            self._judge(now_ms)
        elif self._broken or self._in_bytes:
            if quiet:
                self._ask_again(now_ms)
        elif since_ms(now_ms, self._asked_ms) > self._line_ms + ANSWER_MS + 2:
            self.odd["silent"] += 1
            self._end(DAMAGED if self._rets else SILENT, now_ms)

    def _judge(self, now_ms: int) -> None:
        """The whole of something came: ACK, NAK, a sound block or a damaged one."""
        count, last = self._in_bytes, self._in[self._in_bytes - 1]
        if count == 1 and last == ACK:
            self._end(ACKED, now_ms)
        elif count == 1 and last == NAK:
            self.odd["nak"] += 1
            self._send_again(now_ms, NAKED)
        elif count > 1 and last == check(self._in, count - 1):
            self._keep(bytes(memoryview(self._in)[: count - 1]), now_ms)
        else:
            self._broken = True  # perhaps the rest of it is still to come

    def _keep(self, data: bytes, now_ms: int) -> None:
        """Keep it, number it, say ACK; unless it may be too late for that, for then the peripheral will say it again."""
        if since_ms(now_ms, self._looked_ms) >= ACK_MS:
            self.odd["late"] += 1
            self._end(DAMAGED, now_ms)
            return
        asked = self._out[0]
        repeat = self._doubtful.pop(asked & 0xF8, None) == data
        self.number += 1
        self._kept = data
        self.blocks.append((self.number, asked, POSSIBLE_REPEAT if repeat else 0, data))
        self._tx.put(ACK)
        self._end(BLOCK, now_ms)

    def _ask_again(self, now_ms: int) -> None:
        """RET for a damaged answer; after that NAK, and the peripheral keeps what it had to say."""
        self.odd["damaged"] += 1
        if self._rets < RETS_MAX:
            self._rets += 1
            self._tx.put(RET)
            self._expect(1, now_ms)
        else:
            self._tx.put(NAK)
            self._end(DAMAGED, now_ms)

    def _end(self, result: str, now_ms: int) -> None:
        self.result, self._state, self._heard_ms = result, _CLOSING, now_ms

    def _drop_noise(self) -> bool:
        """Throw away words that nobody may say now; whether there were any."""
        count = self._rx.rx_fifo()
        for _ in range(count):
            self._rx.get(None, WORD_SHIFT)
        self.odd["noise"] += count
        return count > 0
