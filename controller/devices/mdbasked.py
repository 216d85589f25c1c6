"""What the books keep of the payment a card reader was asked for last, so that the next controller can take it up.

Written down before the reader is asked, as marks: the payment's number, and the reader's set-up then, without which its
amounts cannot be read and which it tells only after a RESET.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from controller.domain.events import CoinsSeen
from controller.domain.wallet import Payment, Stage
from controller.protocols import mdb

PROVIDER = "tarjeta"
"""A card reader, as the payments name it."""
SOURCE = "mdb:card"
"""The name of its marks: the payment the reader was asked for last, and its set-up then, `/setup`."""
SETUP = SOURCE + "/setup"
SETUP_BYTES = 8

Payments = Callable[[], Mapping[int, Payment]]
"""The payments in the books that are not over; may be called from any thread."""


@dataclass(frozen=True, slots=True)
class CardAsked:
    """The reader is about to be asked for this payment. Satisfies `controller.domain.events.Reading`."""

    payment_id: int
    setup: mdb.ReaderSetup

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        """Marks to commit, and no coin."""
        if marks.get(SOURCE, 0) >= self.payment_id:
            return None
        return CoinsSeen(PROVIDER, SOURCE, self.payment_id, more_marks=((SETUP, packed(self.setup)),))


def packed(setup: mdb.ReaderSetup) -> int:
    """A reader's set-up as one number: its CONFIG reply (MDB/ICP 4.2, section 7), whose first byte is 01."""
    head = bytes((1, setup.level)) + bytes.fromhex(setup.currency)
    tail = bytes((setup.scale.factor, setup.scale.decimals, min(255, setup.response_s), setup.options))
    return int.from_bytes(head + tail, "big")


def unfinished(marks: Mapping[str, int], payments: Mapping[int, Payment]) -> mdb.Unfinished | None:
    """The vend that the controller before us left open at the reader, as the books know it."""
    payment = payments.get(marks.get(SOURCE, 0))
    if payment is None or SETUP not in marks:
        return None
    setup = mdb.ReaderSetup.read(marks[SETUP].to_bytes(SETUP_BYTES, "big"))
    paid_cents = payment.cents if payment.stage in (Stage.TAKEN, Stage.REVERSING) else None
    vend = mdb.Vend(payment.payment_id, payment.cents, item_of(payment), paid_cents)
    return mdb.Unfinished(vend, setup)


def item_of(payment: Payment) -> int:
    """The number the reader's own reports know a slot by: the first two letters of its name, `A3` is 0x4133."""
    return int.from_bytes(payment.slot.encode("ascii", "replace")[:2], "big")
