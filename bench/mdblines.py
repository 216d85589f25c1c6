"""MDB traffic to decode: what a changer says, as a Linux tty marks it and as the board's link brings it; and the decoders.

Six of ten answers are a bare ACK, as on a bus that is polled while nobody buys; the rest are coins, tubes and a set-up.
"""

import random
from dataclasses import dataclass
from time import process_time

from bench.table import CheckFailed
from controller.protocols import board, mdb
from firmware import messages, wire
from firmware.link import Link

ACK, MARK = b"\0", b"\xff\0"
BOOT, POLL = 0x5C0FFEE1, 0x0B
READ_BYTES = 256
SETUP = bytes((3, 0x18, 0x40, 5, 2, 0, 0x1F, 1, 2, 5, 10, 20, *bytes(11)))
"""A changer of level 3 with five coins in dollars."""


@dataclass(frozen=True, slots=True)
class Line:
    """The blocks with their check bytes, the bytes that a tty with PARMRK hands over, and how many bytes were on the bus."""

    blocks: list[bytes]
    marked: bytes
    words: int


def line(size: int) -> Line:
    """About so many bytes of a changer's answers, always the same ones."""
    rng, blocks, words = random.Random(9600), [], 0
    while words < size:
        blocks.append(_answer(rng))
        words += len(blocks[-1])
    marked = b"".join(_marked(word) for block in blocks for word in mdb.to_words(block, mdb.Sender.DEVICE))
    return Line(blocks, marked, words)


def _answer(rng: random.Random) -> bytes:
    kind = rng.randrange(20)
    if kind < 12:
        return ACK
    if kind < 18:
        coins = (
            (0x40 | rng.randrange(2) << 4 | rng.randrange(5), rng.randrange(256)) for _ in range(rng.randrange(1, 4))
        )
        return mdb.seal(bytes(byte for coin in coins for byte in coin))
    return mdb.seal(bytes(2) + rng.randbytes(16) if kind == 18 else SETUP)


def _marked(word: int) -> bytes:
    """One word of nine bits as the tty hands it over."""
    if word & 0x100:
        return bytes((0xFF, 0, word & 0xFF))
    return b"\xff\xff" if word == 0xFF else bytes((word,))


class Marked:
    """Minga's own way from marked bytes to blocks whose check byte is proved."""

    def __init__(self) -> None:
        self._rest = b""
        self._decoder = mdb.Decoder()

    def feed(self, data: bytes) -> list[bytes]:
        words, self._rest = mdb.from_parity_marks(self._rest + data)
        blocks = self._decoder.feed(words)
        for block in blocks:
            if len(block) > 1:
                mdb.unseal(block)
        return blocks


class Plain:
    """The plain way: search the next mark, cut, sum. It bounds no block, counts nothing and knows no silence."""

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, data: bytes) -> list[bytes]:
        kept, found, begin = self._kept + data, [], 0
        mark = kept.find(MARK)
        while 0 <= mark < len(kept) - 2:
            head = kept[begin:mark]
            if head[-1:] == b"\xff" and (len(head) - len(head.rstrip(b"\xff"))) % 2:
                mark = kept.find(MARK, mark + 1)  # the second half of a plain FF, and then a 0
                continue
            block = head.replace(b"\xff\xff", b"\xff") + kept[mark + 2 : mark + 3]
            if len(block) == 1 or sum(block[:-1]) & 0xFF == block[-1]:
                found.append(block)
            begin = mark + 3
            mark = kept.find(MARK, begin)
        self._kept = kept[begin:]
        return found


def coins_over_the_link(blocks: list[bytes]) -> tuple[float, float, int]:
    """Seconds from the link's bytes to the coins in these answers to polls, seconds for the frames alone, and the coins."""
    frames = [
        wire.encode(messages.message(messages.EVENT, BOOT, counter, messages.BLOCK, _event(counter, block)))
        for counter, block in enumerate(blocks, start=2)  # the first event of each life is its reset
    ]
    stream = b"".join(frames)
    pieces = [stream[at : at + READ_BYTES] for at in range(0, len(stream), READ_BYTES)]
    host, coins, now_ms = _host(), 0, 1_000
    began_s = process_time()
    for piece in pieces:
        for event in host.turn(piece, now_ms):
            if isinstance(event, board.Happened) and isinstance(event.happening, board.Block):
                coins += len(mdb.coin_items(mdb.unseal(event.happening.block)))
    took_s, bare = process_time() - began_s, wire.Decoder()
    began_s = process_time()
    for piece in pieces:
        bare.feed(piece)
    return took_s, process_time() - began_s, coins


def _event(counter: int, block: bytes) -> bytes:
    return messages.body(messages.BLOCK, counter, messages.BUS_POLL, 1, POLL, 0, block)


def _host() -> board.Host:
    """A host that has found a board with a bus, and has heard of its reset."""
    up = bytearray()
    link, host = Link(BOOT, up.extend), board.Host(7, (board.Bus(fitted=1),))
    link.takes(messages.BUS, lambda *_: True)
    for now_ms in range(0, 100, 5):
        host.turn(bytes(up), now_ms)
        up.clear()
        link.feed(host.to_send(now_ms), now_ms)
        link.tick(now_ms)
    if not host.ready:
        raise CheckFailed("a board in memory was not found")
    return host
