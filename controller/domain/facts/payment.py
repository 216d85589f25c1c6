"""Facts about money that comes without coins: a wallet's QR, a card reader; asked for, taken, given back."""

from dataclasses import dataclass

from controller.domain.catalog import SlotId
from controller.domain.facts.base import Fact


@dataclass(frozen=True, slots=True)
class PaymentAsked(Fact):
    """Money is to be asked of `provider` under our own `reference`. Written before anybody is asked; nothing moves yet."""

    payment_id: int
    provider: str
    reference: str
    cents: int
    slot: SlotId


@dataclass(frozen=True, slots=True)
class PaymentTaken(Fact):
    """The provider says it is paid, to the cent, while the visitor waits: it is credit now."""

    payment_id: int
    provider: str
    cents: int


@dataclass(frozen=True, slots=True)
class PaymentDropped(Fact):
    """The machine waits no more for this payment (`declined`, `too-late`, `changed-mind`, `restarted`); it may still come,
    too late."""

    payment_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentLate(Fact):
    """It was paid when nobody waited any more, or not the amount that was asked: never a vend, all of it goes back."""

    payment_id: int
    provider: str
    cents: int


@dataclass(frozen=True, slots=True)
class PaymentOver(Fact):
    """Nothing more is expected of this payment: it was used, or it was never paid and is watched no longer."""

    payment_id: int
    outcome: str


@dataclass(frozen=True, slots=True)
class ReversalDue(Fact):
    """What was taken goes back the way it came; it waits in `reversals` until the provider proves that it has."""

    payment_id: int
    provider: str
    cents: int


@dataclass(frozen=True, slots=True)
class ReversalAccepted(Fact):
    """The provider will give it back, and `proof` is the number it has for that. Nothing moves before it has: the number is
    kept, because the provider may never tell it again. A later one of the same payment counts instead of it."""

    payment_id: int
    proof: str


@dataclass(frozen=True, slots=True)
class ReversalBounced(Fact):
    """What the provider had accepted under the number `proof` has failed: the number counts no more. Nothing moves."""

    payment_id: int
    proof: str


@dataclass(frozen=True, slots=True)
class Reversed(Fact):
    """The provider gave it back, and `proof` is the number it has for that: seen by the machine, or `by` a person."""

    payment_id: int
    provider: str
    cents: int
    proof: str
    by: str = ""
    witness: str = ""


@dataclass(frozen=True, slots=True)
class ReversalFailed(Fact):
    """It cannot go back the way it came (refused, past the provider's deadline, or a person says so): owed by a claim code.

    With a `place`, the wallet's account, it is in doubt: the provider may have given it back from there already.
    """

    payment_id: int
    provider: str
    cents: int
    reason: str
    claim: str
    by: str = ""
    witness: str = ""
    place: str = ""
