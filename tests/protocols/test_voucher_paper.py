"""A voucher on paper: what it says is read back, and nothing that the co-op has not signed is ever believed."""

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from controller.protocols import base45
from controller.protocols.voucher import (
    PREFIX,
    TEXT_CHARS,
    LocalProtocolError,
    Voucher,
    VoucherError,
    Why,
    id_of,
    read,
    write,
)

KEY, NEXT_KEY, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (7, 8, 9))
KEYS = {1: KEY.public_key(), 2: NEXT_KEY.public_key()}
QUITO, OTAVALO = "quito-museo-1", "otavalo-plaza-1"
LAST_DAY = 20_909
TICKET = Voucher(1, id_of(468_720, b"\x5a\xd1\xc0\xde"), 500, LAST_DAY)
CODE = write(TICKET, QUITO, KEY)


def refusal(code: str, machine: str = QUITO, today: int | None = LAST_DAY) -> Why:
    with pytest.raises(VoucherError) as refused:
        read(code, KEYS, machine, today)
    assert str(refused.value) == str(refused.value.why), "no code in an error's words: it may be money"
    return refused.value.why


def test_a_voucher_says_what_was_signed() -> None:
    """Five dollars, the key's number, the minute of issue, up to and including its last day."""
    assert read(CODE, KEYS, QUITO, LAST_DAY) == TICKET
    assert TICKET.issued_min == 468_720
    assert TICKET.voucher_id == "000726f05ad1c0de"


def test_it_fits_a_small_code() -> None:
    """126 signs of the set that QR codes pack tightest: 41 modules a side at level M, as the reference has it."""
    drawn = segno.make_qr(CODE, error="m", boost_error=False)
    assert (len(CODE), TEXT_CHARS) == (126, 126)
    assert (drawn.version, drawn.mode) == (6, "alphanumeric")


@given(st.integers(min_value=0, max_value=82 * 8 - 1))
def test_a_flipped_bit_anywhere_is_refused(bit: int) -> None:
    """Record or signature: one bit of 656, and it is no voucher any more."""
    signed = bytearray(base45.decode(CODE.removeprefix(PREFIX)))
    signed[bit // 8] ^= 1 << bit % 8
    assert refusal(PREFIX + base45.encode(bytes(signed))) in (Why.FORGED, Why.UNKNOWN_KEY, Why.NOT_A_VOUCHER)


@given(st.integers(0, TEXT_CHARS - 1), st.integers(0, 6))
def test_a_flipped_bit_of_its_text_is_refused(place: int, bit: int) -> None:
    """Also one that turns a sign into a stranger, or the prefix into another."""
    changed = CODE[:place] + chr(ord(CODE[place]) ^ 1 << bit) + CODE[place + 1 :]
    assert refusal(changed) in (Why.FORGED, Why.UNKNOWN_KEY, Why.NOT_A_VOUCHER)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    """A chocolate's bar code, a link, rubbish: refused, whatever it is."""
    assert refusal(text) is Why.NOT_A_VOUCHER


def test_a_strangers_signature_is_a_forgery() -> None:
    """Everything in its place but the key."""
    assert refusal(write(TICKET, QUITO, STRANGER)) is Why.FORGED


def test_a_keys_number_proves_nothing() -> None:
    """What the new key has signed under the old one's number is refused; under its own it is good."""
    assert refusal(write(TICKET, QUITO, NEXT_KEY)) is Why.FORGED
    renewed = Voucher(2, TICKET.voucher_id, 500, LAST_DAY)
    assert read(write(renewed, QUITO, NEXT_KEY), KEYS, QUITO, LAST_DAY) == renewed


def test_a_key_that_was_taken_away_is_not_known() -> None:
    """After a rotation the old key's vouchers are strangers."""
    assert refusal(write(Voucher(3, TICKET.voucher_id, 500, LAST_DAY), QUITO, KEY)) is Why.UNKNOWN_KEY


def test_another_machine_refuses_it() -> None:
    """Bound to one machine, or two of them would pay it while neither knows of the other."""
    assert refusal(CODE, machine=OTAVALO) is Why.WRONG_MACHINE


def test_it_expires_after_its_last_day() -> None:
    """Good on the day that is printed, refused on the next; without a clock nobody says which day it is."""
    assert refusal(CODE, today=LAST_DAY + 1) is Why.EXPIRED
    assert read(CODE, KEYS, QUITO, None) == TICKET


@pytest.mark.parametrize("wrong", [{"cents": 0}, {"cents": 65_536}, {"last_day": 65_536}, {"kid": 256}], ids=str)
def test_what_no_voucher_can_say_is_not_signed(wrong: dict[str, int]) -> None:
    """Nothing is cut off silently: no free voucher, none of ten thousand dollars."""
    said = {"kid": 1, "voucher_id": TICKET.voucher_id, "cents": 500, "last_day": LAST_DAY} | wrong
    with pytest.raises(LocalProtocolError):
        write(Voucher(**said), QUITO, KEY)  # type: ignore[arg-type]
