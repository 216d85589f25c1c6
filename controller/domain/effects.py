"""What is to be done in the world, after the books say so. Each effect has an id that makes repeating it harmless."""

from dataclasses import dataclass

from controller.domain.catalog import SlotId
from controller.domain.change import HopperOrder
from controller.domain.wallet import Payment


@dataclass(frozen=True, slots=True)
class Effect:
    """The base of all effects."""


@dataclass(frozen=True, slots=True)
class Dispense(Effect):
    """Turn this slot's spiral once, for this vend. A second one with the same id turns nothing."""

    vend_id: int
    slot: SlotId


@dataclass(frozen=True, slots=True)
class QueryVend(Effect):
    """Tell what became of this vend; never turn anything."""

    vend_id: int
    slot: SlotId


@dataclass(frozen=True, slots=True)
class BringHome(Effect):
    """Bring this slot's spiral home if a fault or a power cut left it in mid-turn; one that is home does not move."""

    slot: SlotId


@dataclass(frozen=True, slots=True)
class TrySensor(Effect):
    """Let the drop sensor show that it sees its light go out and come back."""

    trial_id: int


@dataclass(frozen=True, slots=True)
class BlinkLamp(Effect):
    """Let the lamp on the cabinet blink for a moment, then stand as it was."""


@dataclass(frozen=True, slots=True)
class TellLab(Effect):
    """Tell the lab how the machine is, now."""


@dataclass(frozen=True, slots=True)
class StartAnew(Effect):
    """End in order, once what moves has come to rest; whoever looks after the controller starts it again."""


@dataclass(frozen=True, slots=True)
class AskHoppers(Effect):
    """Which hoppers answer, and how many coins has each ever paid? No coin moves."""

    payout_id: int


@dataclass(frozen=True, slots=True)
class PayCoins(Effect):
    """Let these coins out. The order is in the books; what is still missing of it by the hopper's own count is paid."""

    payout_id: int
    orders: tuple[HopperOrder, ...]


@dataclass(frozen=True, slots=True)
class AskPaid(Effect):
    """What has become of these orders, by the hoppers' own counts? No coin moves."""

    payout_id: int
    orders: tuple[HopperOrder, ...]


@dataclass(frozen=True, slots=True)
class RequestPayment(Effect):
    """Ask the provider for this payment, under its reference, and tell what is to be shown. Asked again, it asks once."""

    payment: Payment


@dataclass(frozen=True, slots=True)
class CancelPayment(Effect):
    """The machine waits no more: cancel it where that can be done, and watch it in any case."""

    payment: Payment


@dataclass(frozen=True, slots=True)
class WatchPayment(Effect):
    """After a restart: what has become of this payment? Nothing is asked for anew."""

    payment: Payment


@dataclass(frozen=True, slots=True)
class ConfirmPayment(Effect):
    """What was paid for is delivered, or decided by a person from now on."""

    payment: Payment


@dataclass(frozen=True, slots=True)
class ReversePayment(Effect):
    """Give it back the way it came, until that is proven or surely refused. Asked again, it gives back once."""

    payment: Payment


PaymentEffect = RequestPayment | CancelPayment | WatchPayment | ConfirmPayment | ReversePayment
"""What is done about a payment, by whoever speaks with its provider."""


@dataclass(frozen=True, slots=True)
class AcceptCoins(Effect):
    """Let coins of these values in from now on, and no others; none at all when there are none."""

    cents: frozenset[int]
