"""ccTalk frames: what stands on the wire, the two checksums, and the decoder that finds frames in a stream.

A frame *is* its bytes, `[destination][n][source][header][n data bytes][checksum]`, and its fields are views on them.
`CrcFrame` is the variant with a 16-bit CRC, which stands where the source address was (ccTalk 4.7 part 1, section 8).
"""

import binascii
from typing import Self
from zlib import adler32

from .errors import LocalProtocolError, RemoteProtocolError

HOST = 1
"""The host's own address, where every reply goes."""
FRAME_BYTES_MIN = 5
FRAME_BYTES_MAX = 260
RECEIVE_GAP_MS = 50
"""A silence longer than this inside a frame ends it: whatever came so far is thrown away (part 1, section 11)."""


class Frame(bytes):
    """One frame with the simple checksum: all its bytes add to 0 modulo 256. Made by `build`, or by `read` from a wire."""

    __slots__ = ()

    @classmethod
    def build(cls, destination: int, header: int, data: bytes = b"", source: int = HOST) -> Self:
        """A frame ready to be written in one go. Raises LocalProtocolError for a number that is no byte."""
        if not all(0 <= number <= 255 for number in (destination, header, source, len(data))):
            raise LocalProtocolError(f"no frame to {destination} from {source}, header {header}, {len(data)} bytes")
        return cls._sealed(bytes((destination, len(data), source, header)) + data)

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """The frame that `raw` is, no byte more or less. Raises RemoteProtocolError, saying what is wrong."""
        if len(raw) < FRAME_BYTES_MIN:
            raise RemoteProtocolError(f"{len(raw)} bytes are too few: a frame has at least {FRAME_BYTES_MIN}")
        if len(raw) != raw[1] + FRAME_BYTES_MIN:
            raise RemoteProtocolError(f"length byte {raw[1]} asks for {raw[1] + FRAME_BYTES_MIN} bytes, not {len(raw)}")
        if not cls.proves(raw):
            said, right = cls(raw).checksum, cls._sealed(raw[:-1]).checksum
            raise RemoteProtocolError(f"checksum is {said.hex().upper()}, should be {right.hex().upper()}")
        return cls(raw)

    @classmethod
    def _sealed(cls, body: bytes) -> Self:
        return cls(body + bytes((-sum(body) & 0xFF,)))

    @staticmethod
    def proves(raw: bytes) -> bool:
        """True when the checksum of `raw`, whose length is known to be right, is right.

        The low half of Adler-32 is 1 plus the sum of all bytes modulo 65521. Up to 256 bytes cannot reach that, so it
        is their plain sum, at more than twice the speed of `sum`.
        """
        return adler32(raw) & 0xFF == 1 if len(raw) <= 256 else sum(raw) & 0xFF == 0

    @property
    def destination(self) -> int:
        return self[0]

    @property
    def source(self) -> int | None:
        """The sender's address; None in a frame that carries a CRC in its place."""
        return self[2]

    @property
    def header(self) -> int:
        """What is asked for; 0 in a reply."""
        return self[3]

    @property
    def data(self) -> bytes:
        return self[4:-1]

    @property
    def checksum(self) -> bytes:
        """The checksum in the order of the wire: one byte, or the CRC's low byte and then its high one."""
        return self[-1:]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.hex(' ')})"


class CrcFrame(Frame):
    """One frame with a 16-bit CRC: polynomial 0x1021, start 0, over all but its own two bytes ("XMODEM")."""

    __slots__ = ()

    @classmethod
    def _sealed(cls, body: bytes) -> Self:
        crc = binascii.crc_hqx(body[:2] + body[3:], 0)
        return cls(body[:2] + bytes((crc & 0xFF,)) + body[3:] + bytes((crc >> 8,)))

    @staticmethod
    def proves(raw: bytes) -> bool:
        return binascii.crc_hqx(raw[:2] + raw[3:-1], 0) == raw[2] | raw[-1] << 8

    @property
    def source(self) -> None:
        return None

    @property
    def checksum(self) -> bytes:
        return bytes((self[2], self[-1]))


class Decoder:
    """Frames out of a stream of bytes, whatever is between them and however the stream is cut into pieces.

    A byte that cannot begin a frame is skipped and counted, and the next one is tried: the decoder finds its way back
    by itself. At most one unfinished frame is kept.
    """

    def __init__(self, frames: type[Frame] = Frame) -> None:
        self._proves = frames.proves
        self._simple = frames is Frame
        self._kept = b""
        self._wanted = FRAME_BYTES_MIN  # with fewer bytes than this nothing new can be said
        self._kept_at_ms = 0
        self.skipped = 0
        """How many bytes were no part of a frame so far."""

    @property
    def kept(self) -> int:
        """How many bytes of an unfinished frame wait for the rest; always less than FRAME_BYTES_MAX."""
        return len(self._kept)

    def feed(self, data: bytes, now_ms: int = 0) -> list[bytes]:
        """The frames that `data`, heard at `now_ms` on any steady clock, completes. Raises nothing.

        Each comes as its own bytes, with length and checksum proved; `Frame(raw)` gives names to its fields.
        """
        if self._kept:
            return self._join(data, now_ms)
        size = len(data)
        if self._simple and 4 < size <= 256 and size == data[1] + 5 and adler32(data) & 0xFF == 1:
            return [data]  # one whole frame and nothing else, which is nearly all traffic; see Frame.proves
        return self._cut(data, now_ms)

    def _join(self, data: bytes, now_ms: int) -> list[bytes]:
        if now_ms - self._kept_at_ms > RECEIVE_GAP_MS:
            self.skipped += len(self._kept)
            return self._cut(data, now_ms)
        heard = self._kept + data
        if len(heard) >= self._wanted:
            return self._cut(heard, now_ms)
        self._kept, self._kept_at_ms = heard, now_ms
        return []

    def _cut(self, heard: bytes, now_ms: int) -> list[bytes]:
        """All frames in `heard`; the tail that may become one is kept."""
        frames, start, end, proves = [], 0, len(heard), self._proves
        self._wanted = FRAME_BYTES_MIN
        while end - start >= FRAME_BYTES_MIN:
            size = heard[start + 1] + FRAME_BYTES_MIN
            if start + size > end:
                self._wanted = size
                break
            raw = heard[start : start + size]
            if proves(raw):
                frames.append(raw)
                start += size
            else:
                self.skipped += 1
                start += 1
        self._kept, self._kept_at_ms = heard[start:], now_ms
        return frames
