"""The states of the vend cycle, and what a decision is made of. The rules that move between them are in `vend`."""

from dataclasses import dataclass
from enum import StrEnum

from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.catalog import MakerId, ProductId, Share, SlotId
from controller.domain.change import HopperOrder
from controller.domain.wallet import Offer, Payment


class Phase(StrEnum):
    """Where the machine stands with its one visitor."""

    IDLE = "idle"
    CREDIT = "credit"
    AUTHORIZING = "authorizing"
    DISPENSING = "dispensing"
    REFUNDING = "refunding"
    TRIAL = "trial"
    """Somebody at the open door tries a part (`controller.domain.trials`); nothing is sold."""


class News(StrEnum):
    """The last thing the visitor should know."""

    SOLD = "sold"
    FAILED = "failed"
    DOUBT = "doubt"
    CLAIM = "claim"
    REFUNDED = "refunded"
    ABANDONED = "abandoned"
    SOLD_OUT = "sold-out"
    CLOSED = "closed"
    COIN_BACK = "coin-back"
    PAUSED = "paused"
    NO_WALLET = "no-wallet"
    UNPAID = "unpaid"
    EXPIRED = "expired"
    REVERSING = "reversing"
    VOUCHER_SPENT = "voucher-spent"
    VOUCHER_WAITS = "voucher-waits"
    """It may have been spent in the time that a restore has lost; a person decides."""
    VOUCHER_LATER = "voucher-later"
    """Not now: a piece or money is on its way, the machine does not sell, or it has enough credit."""
    VOUCHER_REVOKED = "voucher-revoked"
    VOUCHER_EXPIRED = "voucher-expired"
    VOUCHER_ELSEWHERE = "voucher-elsewhere"
    VOUCHER_FORGED = "voucher-forged"
    VOUCHER_UNKNOWN = "voucher-unknown"
    """No voucher at all, or one signed by a key that this machine does not know."""


@dataclass(frozen=True, slots=True)
class Vend:
    """One attempt to deliver one piece. Its price is held and its shares are settled before the motor turns."""

    vend_id: int
    slot: SlotId
    product: ProductId
    maker: MakerId
    price_cents: int
    rule_id: int
    shares: tuple[Share, ...]
    retry_of: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """News for the screen, shown until `until_ms` (monotonic). `claim` is the code the visitor must keep."""

    news: News
    until_ms: int
    slot: SlotId | None = None
    cents: int = 0
    claim: str | None = None
    vend: Vend | None = None
    """The sale that this is the thanks for."""
    answered: bool = False
    """Whether the question beside the thanks has its answer."""


@dataclass(frozen=True, slots=True)
class Payout:
    """Money on its way back. `orders` is empty until the hoppers have answered and the order is in the books."""

    payout_id: int
    cents: int
    orders: tuple[HopperOrder, ...] = ()


@dataclass(frozen=True, slots=True)
class Pairing:
    """A phone is being bound, until `until_ms` (monotonic): `member` and `phone` are empty until one has read the code."""

    pairing_id: int
    code: str
    until_ms: int
    member: str = ""
    phone: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """A part that is being tried; `trial_id` is counted with the vends."""

    trial_id: int
    part: f.Part
    slot: SlotId


@dataclass(frozen=True, slots=True)
class Cycle:
    """The machine's whole dealing with one visitor; one row, journalled. Ids count up and are never used twice."""

    phase: Phase = Phase.IDLE
    credit_cents: int = 0
    chosen: SlotId | None = None
    vend: Vend | None = None
    payout: Payout | None = None
    payment: Payment | None = None
    """What the visitor is asked to pay without coins, while the machine waits for it."""
    offer: Offer | None = None
    """What she is shown to pay it with; it is not remembered over a restart."""
    paid: Payment | None = None
    """What of the credit, or of the vend's price, was paid without coins."""
    notice: Notice | None = None
    codes: tuple[Notice, ...] = ()
    """Notices with a claim code; only time takes them off the screen, never another notice or a button."""
    last_vend_id: int = 0
    last_payout_id: int = 0
    last_claim_id: int = 0
    last_payment_id: int = 0
    last_pairing_id: int = 0
    pairing: Pairing | None = None
    """It is not remembered over a restart."""
    deadline_ms: int | None = None
    trial: Trial | None = None

    @property
    def moves(self) -> bool:
        """Whether something is on its way that must come to its end: a piece, money, a motor that is tried."""
        tried = self.trial is not None and self.trial.part is f.Part.MOTOR
        return tried or self.phase in (Phase.DISPENSING, Phase.REFUNDING)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the state becomes, what is written down, and what is then to be done."""

    cycle: Cycle
    facts: tuple[f.Fact, ...] = ()
    effects: tuple[do.Effect, ...] = ()
