"""A voucher as a QR code has it: 18 bytes that say what it is, and a signature that says who says so.

    V1:6BF…                      `V1:` and Base45 (RFC 9285) of 82 bytes: 126 signs, a QR code of version 6 at level M

    0   version, 1
    1   key id: which of the co-op's keys signed it; two are known at a time while one takes the other's place
    2   machine: the first 4 bytes of the SHA-256 of its name
    6   id: 4 bytes the minute of issue, counted from 1 January 2026 (UTC), 4 bytes by chance
    14  cents
    16  the last day on which it is good, counted from 1 January 1970
    18  Ed25519 (RFC 8032) over the 18 bytes before

Numbers begin with their highest byte. The signature is checked before anything it covers is believed; what it cannot say
is whether a voucher was spent, revoked, or photographed. Built after the offline tickets of pretix and the EU's health
certificates, with one algorithm for a version and none to choose. Simulated only: no scanner has read one.
"""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from controller.protocols import base45

VERSION = 1
PREFIX = "V1:"
RECORD = struct.Struct(">BB4s8sHH")
SIGNATURE_BYTES = 64
TEXT_CHARS = len(PREFIX) + (RECORD.size + SIGNATURE_BYTES) // 2 * 3
CENTS_MAX = DAY_MAX = 0xFFFF
KID_MAX = 0xFF
CHANCE_BYTES = 4


class LocalProtocolError(Exception):
    """We were asked to issue what no voucher can say."""


class Why(StrEnum):
    """Why a code is no voucher for this machine today."""

    NOT_A_VOUCHER = "not-a-voucher"
    UNKNOWN_KEY = "unknown-key"
    FORGED = "forged"
    WRONG_MACHINE = "wrong-machine"
    EXPIRED = "expired"


class VoucherError(Exception):
    """This code cannot be taken. It never holds the code's text, which may be somebody's money."""

    def __init__(self, why: Why) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class Voucher:
    """What a signed voucher says. `voucher_id` is 16 hex digits; `last_day` counts from 1 January 1970."""

    kid: int
    voucher_id: str
    cents: int
    last_day: int

    @property
    def issued_min(self) -> int:
        """The minute of issue, counted from 1 January 2026 (UTC)."""
        return int(self.voucher_id[:8], 16)


def id_of(issued_min: int, chance: bytes) -> str:
    """The id of a voucher issued in this minute; `chance` are four bytes that nobody could guess."""
    if not 0 <= issued_min <= 0xFFFF_FFFF or len(chance) != CHANCE_BYTES:
        raise LocalProtocolError(f"minute {issued_min} and {len(chance)} bytes of chance make no id")
    return (issued_min.to_bytes(4, "big") + chance).hex()


def write(voucher: Voucher, machine: str, key: Ed25519PrivateKey) -> str:
    """The text for the QR code. Raises LocalProtocolError for amounts, days and keys' numbers that do not fit."""
    fits = 0 < voucher.cents <= CENTS_MAX and 0 <= voucher.last_day <= DAY_MAX and 0 <= voucher.kid <= KID_MAX
    if not fits:
        raise LocalProtocolError(f"a voucher is worth 1 to {CENTS_MAX} cents, until a day before the year 2149")
    voucher_id = bytes.fromhex(voucher.voucher_id)
    record = RECORD.pack(VERSION, voucher.kid, _tag(machine), voucher_id, voucher.cents, voucher.last_day)
    return PREFIX + base45.encode(record + key.sign(record))


def read(text: str, keys: Mapping[int, Ed25519PublicKey], machine: str, today: int | None) -> Voucher:
    """What the voucher says, if one of `keys` has signed it for this machine.

    `today` counts from 1 January 1970; None, while nobody knows the day, lets no voucher expire. Raises VoucherError.
    """
    signed = _signed(text)
    record, signature = signed[: RECORD.size], signed[RECORD.size :]
    key = keys.get(record[1])  # believed only to choose a key: another one's signature will not fit
    if key is None:
        raise VoucherError(Why.UNKNOWN_KEY)
    try:
        key.verify(signature, record)
    except InvalidSignature:
        raise VoucherError(Why.FORGED) from None
    _, kid, tag, voucher_id, cents, last_day = RECORD.unpack(record)
    if tag != _tag(machine):
        raise VoucherError(Why.WRONG_MACHINE)
    if today is not None and today > last_day:
        raise VoucherError(Why.EXPIRED)
    return Voucher(kid, voucher_id.hex(), cents, last_day)


def _signed(text: str) -> bytes:
    """Record and signature of a text that has the form of a voucher."""
    if len(text) != TEXT_CHARS or not text.startswith(PREFIX):
        raise VoucherError(Why.NOT_A_VOUCHER)
    try:
        signed = base45.decode(text.removeprefix(PREFIX))
    except ValueError:
        raise VoucherError(Why.NOT_A_VOUCHER) from None
    if signed[0] != VERSION:
        raise VoucherError(Why.NOT_A_VOUCHER)
    return signed


def _tag(machine: str) -> bytes:
    return hashlib.sha256(machine.encode()).digest()[:4]
