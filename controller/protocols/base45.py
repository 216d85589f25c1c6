"""Base45 (RFC 9285): bytes as the 45 signs that a QR code packs tightest; two bytes are three signs.

Every text means at most one row of bytes: what is too large, or ends too early, is refused, so no two texts are the same.
"""

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
"""RFC 9285, table 1; a sign's place is its value."""
_VALUES = {sign: value for value, sign in enumerate(SIGNS)}


def encode(data: bytes) -> str:
    """Three signs for two bytes, the lowest first; two for a last byte alone (RFC 9285, section 4)."""
    text = ""
    for at in range(0, len(data), 2):
        pair = data[at : at + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, value = divmod(number, 45)
            text += SIGNS[value]
    return text


def decode(text: str) -> bytes:
    """The bytes of this text. Raises ValueError for a stranger among the signs, a lone last one, or a number too large."""
    data = b""
    for at in range(0, len(text), 3):
        signs = text[at : at + 3]
        if len(signs) == 1 or not all(sign in _VALUES for sign in signs):
            raise ValueError(f"no Base45 at sign {at}")
        number = sum(_VALUES[sign] * 45**place for place, sign in enumerate(signs))
        if number >= 256 ** (len(signs) - 1):
            raise ValueError(f"no Base45 at sign {at}: {len(signs)} signs say too much")
        data += number.to_bytes(len(signs) - 1, "big")
    return data
