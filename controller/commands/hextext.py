"""Bytes as people type them."""

import string


def unhex(text: str) -> bytes:
    """Bytes written in hex, with or without white space. Raises ValueError, saying what is wrong with it."""
    digits = "".join(text.split())
    strangers = [letter for letter in digits if letter not in string.hexdigits]
    if strangers:
        raise ValueError(f"{strangers[0]!r} is no hex digit")
    if len(digits) % 2:
        raise ValueError(f"{len(digits)} hex digits are no whole number of bytes")
    return bytes.fromhex(digits)
