"""Facts about what people decide about money, with their names behind it."""

from dataclasses import dataclass
from enum import StrEnum

from controller.domain.catalog import Account, MakerId, Share
from controller.domain.facts.base import Fact


class Verdict(StrEnum):
    """What a person decided about a claim."""

    REFUNDED = "refunded"
    DELIVERED = "delivered"
    BY_HAND = "by-hand"


@dataclass(frozen=True, slots=True)
class ClaimSettled(Fact):
    """A person decided a claim: `refunded` from `place`, or, for a doubt, `delivered` or given `by-hand`: then it is sold.

    `account` is where the money waited (`doubt`, `claims`, `unclaimed`), `shares` are those of the vend in doubt. A
    payout in doubt has no shares: `delivered` means that its coins had left `place` after all.
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
    wish_id: str = ""


@dataclass(frozen=True, slots=True)
class CashCounted(Fact):
    """Two people emptied a place and counted it without knowing what to expect; the money lies in the safe now."""

    place: str
    expected_cents: int
    counted_cents: int
    by: str
    witness: str
    wish_id: str = ""


@dataclass(frozen=True, slots=True)
class CashMoved(Fact):
    """Money went from one place to another, or a fund gave a float: `debit` has it now."""

    cents: int
    debit: Account
    credit: Account
    by: str
    wish_id: str = ""
