"""MDB blocks: the check byte, the 9-bit words on the wire, and the decoder of what devices send.

A block is its data and one check byte, the low byte of the sum of all before it. ACK, NAK and RET are single bytes without
one. The ninth bit, the mode bit, marks the *first* byte of what the master sends and the *last* byte of what a device
sends (MDB/ICP 4.2, section 2). It is all that tells a device's ACK (`100`) from the answer JUST RESET (`000 100`); once
blocks are bytes, their length does the same: one byte is ACK or NAK, two or more are a block.
"""

from collections.abc import Iterable, Sequence
from enum import Enum

from .errors import LocalProtocolError, RemoteProtocolError

MODE = 0x100
ACK, RET, NAK = 0x00, 0xAA, 0xFF
BLOCK_BYTES_MAX = 36
BLOCK_BYTES_MIN = 2


class Sender(Enum):
    """Who sends a block, and so where its mode bit is."""

    VMC = "vmc"
    DEVICE = "device"


def check_byte(data: bytes) -> int:
    return sum(data) & 0xFF


def seal(data: bytes) -> bytes:
    """`data` with its check byte. Raises LocalProtocolError for nothing, and for more than fits a block."""
    if not 0 < len(data) < BLOCK_BYTES_MAX:
        raise LocalProtocolError(f"no block holds {len(data)} bytes: it is 1 to {BLOCK_BYTES_MAX - 1}")
    return data + bytes((check_byte(data),))


def unseal(raw: bytes) -> bytes:
    """The data of a block with its check byte proved. Raises RemoteProtocolError, saying what is wrong."""
    if not BLOCK_BYTES_MIN <= len(raw) <= BLOCK_BYTES_MAX:
        raise RemoteProtocolError(f"{len(raw)} bytes are no block: it has {BLOCK_BYTES_MIN} to {BLOCK_BYTES_MAX}")
    if check_byte(raw[:-1]) != raw[-1]:
        raise RemoteProtocolError(f"check byte is {raw[-1]:02X}, should be {check_byte(raw[:-1]):02X}")
    return raw[:-1]


def to_words(raw: bytes, sender: Sender) -> tuple[int, ...]:
    """The 9-bit words of one block, check byte included, or of a lone ACK, NAK or RET."""
    lone_vmc = sender is Sender.VMC and len(raw) == 1
    marked = None if lone_vmc else 0 if sender is Sender.VMC else len(raw) - 1
    return tuple(byte | MODE if at == marked else byte for at, byte in enumerate(raw))


def from_words(words: Sequence[int], sender: Sender) -> bytes:
    """The bytes of one block or lone byte. Raises RemoteProtocolError when a mode bit is not where it belongs."""
    if not all(0 <= word <= 0x1FF for word in words):
        raise RemoteProtocolError("a word has more than nine bits")
    raw = bytes(word & 0xFF for word in words)
    if to_words(raw, sender) != tuple(words):
        raise RemoteProtocolError(f"the mode bits are not those of a block from the {sender.value}")
    return raw


class Decoder:
    """What a device sends, out of a stream of 9-bit words: each block or lone byte ends at its mode bit.

    A run of more words than a block holds is thrown away up to its mode bit, and counted.
    """

    def __init__(self) -> None:
        self._kept = bytearray()
        self._too_long = False
        self.skipped = 0
        """How many words were no part of a block so far."""

    @property
    def kept(self) -> int:
        """How many bytes of an unfinished block wait for the rest; never more than BLOCK_BYTES_MAX."""
        return len(self._kept)

    def feed(self, words: Iterable[int]) -> list[bytes]:
        """The blocks that these words complete, check bytes included but not yet proved. Raises nothing."""
        blocks = []
        for word in words:
            self._keep(word & 0xFF)
            if word & MODE:
                if not self._too_long:
                    blocks.append(bytes(self._kept))
                self._kept.clear()
                self._too_long = False
        return blocks

    def silence(self) -> None:
        """The line was quiet for longer than a byte may wait (1 ms): what is unfinished stays so."""
        self.skipped += len(self._kept)
        self._kept.clear()
        self._too_long = False

    def _keep(self, byte: int) -> None:
        if not self._too_long and len(self._kept) == BLOCK_BYTES_MAX:
            self.skipped += BLOCK_BYTES_MAX
            self._kept.clear()
            self._too_long = True
        if self._too_long:
            self.skipped += 1
        else:
            self._kept.append(byte)


def from_parity_marks(data: bytes) -> tuple[list[int], bytes]:
    """9-bit words out of what a Linux tty with PARMRK hands over, and the tail that needs more bytes.

    A byte whose parity differs, so one with the mode bit, comes as `FF 00 xx`, and a plain FF as `FF FF`.
    Raises RemoteProtocolError for an FF followed by anything else.
    """
    words, at = [], 0
    while at < len(data):
        if data[at] != 0xFF:
            words.append(data[at])
            at += 1
        elif data[at + 1 : at + 2] == b"\xff":
            words.append(0xFF)
            at += 2
        elif len(data) - at < 3 and data[at + 1 :] in (b"", b"\x00"):
            break
        elif data[at + 1] == 0:
            words.append(MODE | data[at + 2])
            at += 3
        else:
            raise RemoteProtocolError(f"no parity mark begins with FF {data[at + 1]:02X}")
    return words, data[at:]
