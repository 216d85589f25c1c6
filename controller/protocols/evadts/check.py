"""The integrity check of a file, G85: CRC-16/ARC over its data, as four hex digits with the high byte first.

Polynomial 8005 reflected, start 0, nothing added (EVA-DTS 6.2, 2.4.3). The check value of `123456789` is BB3D.
"""


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_TABLE = tuple(_entry(byte) for byte in range(256))


def crc16(data: bytes) -> int:
    """The CRC-16/ARC of these bytes."""
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def g85(covered: bytes) -> str:
    """What G85 says of these bytes: from the `S` of `ST*` to the line end before `G85`."""
    return f"{crc16(covered):04X}"


def swapped(digits: str) -> str:
    """The same check with its low byte first, as gear from before version 6.0 may print it."""
    return digits[2:] + digits[:2]
