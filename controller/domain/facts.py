"""What is written down: the facts, the only things the books are made of.

A fact says what happened, never what to do. Balances, stock, open claims and the shelf are all derived from facts
(`controller.domain.accounts` for money); `minga ledger verify` derives them again. A fact's class name and field names
are its form on disk and on the wire: they may gain fields with defaults, and never lose or rename one.
"""

from dataclasses import dataclass
from enum import StrEnum

from controller.domain.catalog import Account, Closed, MakerId, ProductId, Share, SlotId
from controller.domain.change import HopperOrder


class Verdict(StrEnum):
    """What a person decided about a claim."""

    REFUNDED = "refunded"
    DELIVERED = "delivered"
    BY_HAND = "by-hand"


@dataclass(frozen=True, slots=True)
class Fact:
    """The base of all facts."""


@dataclass(frozen=True, slots=True)
class Booted(Fact):
    """The controller started; `boot_id` counts the starts of this machine."""

    boot_id: int
    version: str


@dataclass(frozen=True, slots=True)
class MakerJoined(Fact):
    maker: MakerId


@dataclass(frozen=True, slots=True)
class ProductSet(Fact):
    """A product came to be, or changed its price; its words and photo are kept apart from the facts."""

    product: ProductId
    maker: MakerId
    price_cents: int


@dataclass(frozen=True, slots=True)
class SlotAssigned(Fact):
    """From now on this slot holds this product; whatever it held before was counted out."""

    slot: SlotId
    product: ProductId
    capacity: int


@dataclass(frozen=True, slots=True)
class SlotCounted(Fact):
    """A person put pieces in or took them out: what the books said before, and what is there now."""

    slot: SlotId
    quantity_before: int
    quantity_after: int
    by: str


@dataclass(frozen=True, slots=True)
class SlotClosed(Fact):
    slot: SlotId
    reason: Closed


@dataclass(frozen=True, slots=True)
class SlotOpened(Fact):
    slot: SlotId
    by: str


@dataclass(frozen=True, slots=True)
class RuleApproved(Fact):
    """The assembly approved how prices are shared from the next sale on."""

    rule_id: int
    weights: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CreditTaken(Fact):
    """A coin was accepted. `source` and `mark` name the device's own event, so that no coin is booked twice."""

    cents: int
    device: str
    source: str
    mark: int


@dataclass(frozen=True, slots=True)
class CoinsUnknown(Fact):
    """A device forgot or overran events: coins may be in the box that nobody was credited for.

    They are found at the cash count. `lost` is how many events are known to be missing, 0 when only a reset is known.
    """

    device: str
    source: str
    reason: str
    lost: int


@dataclass(frozen=True, slots=True)
class VendStarted(Fact):
    """The price moved from credit to hold, and one motor may turn once. Written before it does."""

    vend_id: int
    slot: SlotId
    product: ProductId
    maker: MakerId
    price_cents: int
    rule_id: int
    shares: tuple[Share, ...]
    retry_of: int | None = None


@dataclass(frozen=True, slots=True)
class Sold(Fact):
    """The piece fell: the price is divided as the vend said."""

    vend_id: int
    slot: SlotId
    product: ProductId
    maker: MakerId
    price_cents: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class VendFailed(Fact):
    """The piece surely did not fall: the price is credit again."""

    vend_id: int
    slot: SlotId
    price_cents: int
    reason: Closed


@dataclass(frozen=True, slots=True)
class VendInDoubt(Fact):
    """The piece may have fallen: the price waits in `doubt` until a person decides; the visitor has the claim code."""

    vend_id: int
    slot: SlotId
    price_cents: int
    reason: str
    claim: str
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class PayoutStarted(Fact):
    """Money is to go back to the visitor. Written before any coin leaves."""

    payout_id: int
    cents: int


@dataclass(frozen=True, slots=True)
class PayoutOrdered(Fact):
    """Which coins are to leave which hopper, with each hopper's own count of coins ever paid. Written before any leaves."""

    payout_id: int
    orders: tuple[HopperOrder, ...]


@dataclass(frozen=True, slots=True)
class Overpaid(Fact):
    """More left a hopper than was due: motors overshoot by a coin. It is nobody's gain; a cash count will find it."""

    payout_id: int
    cents: int
    place: str


@dataclass(frozen=True, slots=True)
class Refunded(Fact):
    """What of a payout truly left the machine, from which place (`hopper:25`)."""

    payout_id: int
    cents: int
    place: str


@dataclass(frozen=True, slots=True)
class ClaimOwed(Fact):
    """What of a payout could not leave the machine: the visitor holds a claim code for it."""

    payout_id: int
    cents: int
    claim: str


@dataclass(frozen=True, slots=True)
class CreditAbandoned(Fact):
    """Nobody used this credit or asked it back in time: it is kept as unclaimed, with a code, never swallowed."""

    cents: int
    claim: str


@dataclass(frozen=True, slots=True)
class ClaimSettled(Fact):
    """A person decided a claim: `refunded` from `place`, or, for a doubt, `delivered` or given `by-hand`: then it is sold.

    `account` is where the money waited (`doubt`, `claims`, `unclaimed`), `shares` are those of the vend in doubt.
    """

    claim: str
    account: Account
    cents: int
    verdict: Verdict
    place: str
    shares: tuple[Share, ...]
    by: str


@dataclass(frozen=True, slots=True)
class SaleRefunded(Fact):
    """A finished sale was taken back: the same shares are reversed, even if a maker was paid since."""

    vend_id: int
    price_cents: int
    shares: tuple[Share, ...]
    place: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class MakerPaid(Fact):
    """A maker got what she was owed, or part of it, in front of a witness."""

    maker: MakerId
    cents: int
    place: str
    by: str
    witness: str


@dataclass(frozen=True, slots=True)
class CashCounted(Fact):
    """Two people emptied a place and counted it without knowing what to expect; the money lies in the safe now."""

    place: str
    expected_cents: int
    counted_cents: int
    by: str
    witness: str


@dataclass(frozen=True, slots=True)
class CashMoved(Fact):
    """Money went from one place to another, or a fund gave a float: `debit` has it now."""

    cents: int
    debit: Account
    credit: Account
    by: str


@dataclass(frozen=True, slots=True)
class TroubleSeen(Fact):
    """The machine cannot honour a sale from now on, and why, in the device's own words."""

    trouble: str
    device: str
    reason: str


@dataclass(frozen=True, slots=True)
class TroubleOver(Fact):
    trouble: str
    device: str


@dataclass(frozen=True, slots=True)
class Restored(Fact):
    """The books were put back from a backup that ended at fact `seq` with hash `head` (hex); here begins `epoch`.

    Every counter of ids skips `ids_skipped`, so that none comes again that was given out in the time that may be lost.
    `reason` is how the backup stood to the books it replaced: `no-books`, `empty`, `same`, `newer`, `older`, `strange`
    or `unreadable`.
    """

    epoch: int
    seq: int
    head: str
    reason: str
    ids_skipped: int
