"""Frames on the wire between the Pi and the board: a payload, its CRC-32, no zero inside, a zero at the end.

    payload ─▶ payload crc32 ─▶ COBS ─▶ code ... 00

Zeros are taken out by COBS (Cheshire and Baker, 1999): each zero, and one put before the first byte, is replaced by the
distance to the next. So a zero on the wire always ends a frame, and after any damage the next frame is whole again. As no
frame is longer than 254 bytes, the long blocks of COBS do not occur, and both ways are done in place.

CRC-32 and not CRC-16, because `binascii.crc32` is C on both sides, and because a CRC-16 let cut motor commands through.
One source for both ends: CPython on the Pi, MicroPython on the board. It imports nothing of ours.
"""

import binascii
import struct

PAYLOAD_BYTES_MAX = 200
FRAME_BYTES_MAX = PAYLOAD_BYTES_MAX + 6
"""With the first code, four bytes of CRC and the ending zero. At 115,200 baud such a frame takes 18 ms."""
FRAME_BYTES_MIN = 7


def encode(payload: bytes) -> bytearray:
    """The frame that carries `payload`, with its ending zero. Raises ValueError for nothing and for too much."""
    if not 0 < len(payload) <= PAYLOAD_BYTES_MAX:
        raise ValueError("a payload has 1 to 200 bytes")
    frame = bytearray(len(payload) + 6)
    frame[1:-5] = payload
    struct.pack_into("<I", frame, len(payload) + 1, binascii.crc32(payload))
    last, at = len(frame) - 1, 0
    while at < last:
        zero = frame.find(b"\0", at + 1)
        frame[at] = zero - at
        at = zero
    return frame


def decode(frame: bytearray) -> bytes | None:
    """The payload of a frame given without its ending zero, None when it is damaged. The frame is used up."""
    last, at = len(frame), 0
    while at < last:
        step = frame[at]
        if step == 0:
            return None
        frame[at] = 0
        at += step
    if at != last or last < FRAME_BYTES_MIN - 1:
        return None
    payload = bytes(frame[1 : last - 4])
    sent = struct.unpack_from("<I", frame, last - 4)[0]
    return payload if binascii.crc32(payload) == sent else None


class Decoder:
    """Finds the frames in a stream of bytes that may begin, break off or be damaged anywhere.

    It keeps less than one frame. What is longer than a frame can be is thrown away up to the next zero.
    """

    def __init__(self) -> None:
        self._buffer = bytearray(FRAME_BYTES_MAX)
        self._too_long = False
        self.kept = 0
        """Bytes of a frame that has not ended yet."""
        self.sound = 0
        self.damaged = 0
        """How many frames ended well, and how many not; nothing between two zeros is no frame."""

    def feed(self, data: bytes) -> list[bytes]:
        """The payloads of the frames that these bytes complete, in order. Raises nothing."""
        found = []
        at = 0
        while at < len(data):
            zero = data.find(b"\0", at)
            end = zero if zero >= 0 else len(data)
            self._keep(data[at:end])
            if zero >= 0:
                payload = self._end()
                if payload is not None:
                    found.append(payload)
            at = end + 1
        return found

    def _keep(self, piece: bytes) -> None:
        end = self.kept + len(piece)
        if end >= FRAME_BYTES_MAX:
            self._too_long, self.kept = True, 0
        elif not self._too_long:
            self._buffer[self.kept : end] = piece
            self.kept = end

    def _end(self) -> bytes | None:
        payload = decode(self._buffer[: self.kept]) if self.kept and not self._too_long else None
        if payload is not None:
            self.sound += 1
        elif self.kept or self._too_long:
            self.damaged += 1
        self._too_long, self.kept = False, 0
        return payload
