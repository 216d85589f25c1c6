"""The port to a wallet's provider: what may be asked of one, what its answer can mean, and what it can do at all.

A provider is two pure functions: from an intent to a `Request`, and from a `Reply` to its meaning. It has no socket, no
clock and no key: whoever sends adds the keys. A meaning has only the fields that are named here, checked one by one; the
payer's name and identity number, which providers send along, end in the adapter. So do a provider's free words: every `why`
is a sentence of ours.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from .rule import RefundRule

# What is asked


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment to be asked for: our number, our reference, how much, and a line of text the payer may see."""

    number: int
    reference: str
    cents: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Create:
    """Ask for this payment, and give something to be shown."""

    charge: Charge


@dataclass(frozen=True, slots=True)
class Look:
    """What has become of it? By the provider's own number where that is known, else by our reference alone."""

    charge: Charge
    transaction: str = ""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nobody waits for it any more."""

    charge: Charge
    transaction: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """Give all of it back. `attempt` is how many refunds of it the provider has on record already."""

    charge: Charge
    transaction: str
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Probe:
    """Is somebody there who knows our keys? Asks for nothing."""


Intent = Create | Look | Cancel | Refund | Probe


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, without the keys. `path` is added to the provider's address."""

    method: str
    path: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `status` is None when nothing did; then `reached` says whether the request may have been acted on.

    A body is for adapters only: it may name people, so it is never shown.
    """

    status: int | None
    body: bytes = field(default=b"", repr=False)
    reached: bool = True
    retry_after_ms: int = 0


# What an answer can mean


class State(StrEnum):
    """How far a payment is, in the provider's own view."""

    PENDING = "pending"
    """Not paid; or unknown to the provider, where it cannot tell the two apart. It means nothing but that."""
    ABSENT = "absent"
    """The provider says that it knows no such payment."""
    CANCELLED = "cancelled"
    PAID = "paid"
    REVERSING = "reversing"
    """It is on its way back."""
    REVERSED = "reversed"
    REVERSAL_FAILED = "reversal-failed"


@dataclass(frozen=True, slots=True)
class Show:
    """What the payer is shown: a picture (data URI), a text to draw as a QR code, a number to type. Any may be empty."""

    image: str = ""
    link: str = ""
    code: str = ""

    def __bool__(self) -> bool:
        return bool(self.image or self.link or self.code)


@dataclass(frozen=True, slots=True)
class Charged:
    """The payment exists now."""

    transaction: str
    show: Show


@dataclass(frozen=True, slots=True)
class Told:
    """What the provider says of the payment with our reference. `cents` is what was paid, `proof` a reversal's own number,
    `attempts` how many refunds are on record."""

    state: State
    cents: int = 0
    transaction: str = ""
    proof: str = ""
    attempts: int = 0
    show: Show = Show()


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing follows from this answer, or there was none. `everywhere` says that the next question would fare no better,
    `unsent` that the request surely was not acted on."""

    why: str
    everywhere: bool = True
    unsent: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider understood, and did not create the payment."""

    why: str


@dataclass(frozen=True, slots=True)
class RefundAccepted:
    """The provider gave its number for the reversal. That it happened is told by a later look."""

    proof: str


@dataclass(frozen=True, slots=True)
class RefundRefused:
    """The provider understood, and gave no number for a reversal; whatever else it said."""

    why: str


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody is there who knows our keys."""


Meaning = Charged | Told | Unknown | Refused | RefundAccepted | RefundRefused | Answered


# What a provider is


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do, and how often it wants to be asked.

    `creates_again`: asking twice for one payment makes one. `gap_ms` lies between two requests of any kind.
    """

    gap_ms: int
    poll_ms: int
    reference_chars: int
    expiry_settable: bool
    cancels: bool
    partial_refunds: bool
    creates_again: bool
    refund: RefundRule


class Provider(Protocol):
    """One provider's language."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    def request(self, intent: Intent) -> Request:
        """How this is asked. Raises LocalProtocolError for what the provider cannot carry."""

    def meaning(self, intent: Intent, reply: Reply) -> Meaning:
        """What this reply to `intent` means. Raises nothing, whatever the reply is."""

    def keys(self, key: str, secret: str) -> dict[str, str]:
        """The headers by which the provider knows us; whoever sends adds them, and nobody writes them down."""
