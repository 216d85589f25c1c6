"""Claim codes: six characters that a visitor can copy by hand and a person can trust.

A code is the claim's number, shuffled by this machine's secret key, in 23 letters and digits that look like nothing
else, with a check character. 23 is prime, so one wrong character or two swapped neighbours never pass the check. The
shuffle is a Feistel network walked until it lands in range: different numbers give different codes, and codes cannot be
guessed.
"""

import hashlib
import hmac

ALPHABET = "ACDEFHJKMNPRTVWXY234679"
_BASE = len(ALPHABET)
_LETTERS = 5
NUMBERS = _BASE**_LETTERS
"""How many codes there are: 6,436,343. A machine that issues more has other problems."""
_HALF_BITS = 12


def code(key: bytes, number: int) -> str:
    """The code of claim `number` (0 up to `NUMBERS`), written like `4TC-YNH`."""
    if not 0 <= number < NUMBERS:
        raise ValueError(f"claim number {number} is out of range")
    shuffled = _shuffle(key, number)
    while shuffled >= NUMBERS:
        shuffled = _shuffle(key, shuffled)
    digits = [shuffled // _BASE**place % _BASE for place in range(_LETTERS)]
    letters = "".join(ALPHABET[digit] for digit in [*digits, _check(digits)])
    return f"{letters[:3]}-{letters[3:]}"


def is_well_formed(text: str) -> bool:
    """Whether `text` can be a claim code: the right letters, the right check. Case and dashes do not matter."""
    letters = text.upper().replace("-", "").replace(" ", "")
    if len(letters) != _LETTERS + 1 or any(letter not in ALPHABET for letter in letters):
        return False
    *digits, check = (ALPHABET.index(letter) for letter in letters)
    return _check(digits) == check


def _check(digits: list[int]) -> int:
    return sum(place * digit for place, digit in enumerate(digits, start=2)) % _BASE


def _shuffle(key: bytes, number: int) -> int:
    left, right = number >> _HALF_BITS, number & (1 << _HALF_BITS) - 1
    for turn in range(4):
        digest = hmac.digest(key, bytes([turn]) + right.to_bytes(2, "big"), hashlib.sha256)
        left, right = right, left ^ int.from_bytes(digest[:2], "big") >> 16 - _HALF_BITS
    return left << _HALF_BITS | right
