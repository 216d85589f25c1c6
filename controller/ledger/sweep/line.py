"""One line of the sweep: a sum or a piece that somebody should look at, and everything the books say of it.

Programs read the fields; each page and command says `what` in its reader's language.
"""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from controller.ledger.diary import told, when


class What(StrEnum):
    """What is odd about it, or where its money is now."""

    ASKED = "asked"
    """A visitor is just asked to pay it."""
    WATCHED = "watched"
    """Nobody waits for it, and nobody has seen it paid; it is still asked about."""
    CREDIT = "credit"
    """Paid, and in the machine: a visitor may be there."""
    ON_ITS_WAY = "on-its-way"
    WENT_BACK = "went-back"
    OWED = "owed"
    """It could not go back: a claim is open for it."""
    SETTLED = "settled"
    """It could not go back, and a person has settled its claim."""
    BACK_IN_DOUBT = "back-in-doubt"
    """Nobody knows whether its provider gave it back: a claim is open for it."""
    VOUCHER = "voucher"
    """A voucher was spent, and nothing fell in that visit."""

    UNPAID = "unpaid"
    """A piece was sold that the money in the machine did not pay for."""
    MISSING = "missing"
    """A count found fewer pieces than the books had."""
    TAKEN_BACK = "taken-back"
    """A sale was taken back by a person: the piece fell, and its price was given back."""

    DOUBT = "doubt"
    """A piece may have fallen; its price waits for a person."""
    DOUBT_REFUNDED = "doubt-refunded"
    """A person gave the price of a piece in doubt back: if it did fall, nobody has paid for it."""

    HOPPERS_SHORT = "hoppers-short"
    """The hoppers could not give it back."""
    LEFT_BEHIND = "left-behind"
    """A visitor went and left it."""
    COINS_IN_DOUBT = "coins-in-doubt"
    """These coins may have left their hopper."""
    NOT_RETURNED = "not-returned"
    """Its provider did not give it back."""


@dataclass(frozen=True, slots=True)
class Line:
    """`at` is local time as people read it, of fact `seq`; what does not belong to this `what` is empty or 0.

    `late` is a payment that came when nobody waited, or over another sum than was asked. `number` is the provider's own for
    what went back, or is going to. `pieces` are those a count missed. `why` is said by a person, a device or a provider.
    """

    what: What
    seq: int
    at: str
    wall_ms: int
    certain: bool
    cents: int = 0
    payment_id: int = 0
    provider: str = ""
    reference: str = ""
    late: bool = False
    number: str = ""
    vend_id: int = 0
    slot: str = ""
    pieces: int = 0
    voucher: str = ""
    place: str = ""
    claim: str = ""
    why: str = ""
    by: str = ""
    witness: str = ""


def line(db: sqlite3.Connection, what: What, seq: int, **more: Any) -> Line:
    """The line of fact `seq`, with its time."""
    moment = when(db, seq)
    assert moment is not None, f"fact {seq} is not there"
    return Line(what, seq, told(db, moment), moment.wall_ms, moment.certain, **more)
