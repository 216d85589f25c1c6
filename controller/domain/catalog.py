"""The shelf: which slot holds whose product at what price, and how the price is shared."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NewType

from controller.domain.money import split

SlotId = NewType("SlotId", str)
"""A tray letter and a spiral number, as on the glass: `A3`."""
ProductId = NewType("ProductId", str)
MakerId = NewType("MakerId", str)
"""An opaque word for a maker; her name and face are kept apart from the facts, so that they can be forgotten."""
Account = NewType("Account", str)
"""A name in the chart of accounts: `maker:rosa`, `fund:comun`. See `controller.domain.accounts`."""


class Closed(StrEnum):
    """Why a slot does not sell until a person has looked at it."""

    JAMMED = "jammed"
    STUCK_HOME = "stuck-home"
    NO_MOTOR = "no-motor"
    SENSOR = "sensor"
    """The light curtain failed its self-test. The slot is innocent: the whole machine pauses instead."""
    DOUBT = "doubt"
    BY_HAND = "by-hand"


ALL = "all"
"""Who bears a fee when nobody bears it alone."""


@dataclass(frozen=True, slots=True)
class Product:
    """What a maker sells, at which price."""

    product: ProductId
    maker: MakerId
    price_cents: int


@dataclass(frozen=True, slots=True)
class Slot:
    """One spiral: what it holds, how many are left of how many, and whether it may turn."""

    slot: SlotId
    product: ProductId
    maker: MakerId
    price_cents: int
    quantity: int
    capacity: int
    closed: Closed | None = None

    @property
    def sells(self) -> bool:
        return self.quantity > 0 and self.closed is None


def on_the_glass(slot: SlotId) -> tuple[str, int]:
    """Sorts slots as they stand: tray by tray, and A2 before A10."""
    return slot.rstrip("0123456789"), int("0" + slot.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a price and the account it goes to."""

    account: Account
    cents: int


@dataclass(frozen=True, slots=True)
class SplitRule:
    """How every price is shared, as the assembly approved it: weights per recipient, and who bears a provider's fee.

    The recipient `maker` stands for whoever made the piece; every other one is an account as it is.
    A rule holds from the fact that approved it until the next one; order decides, never the clock.
    """

    rule_id: int
    weights: tuple[tuple[str, int], ...]
    bears: str = ALL
    """One of the recipients, or `all`: the fee is then taken off before the rest is shared."""

    def shares(self, price_cents: int, maker: MakerId, turn: int, fee: Share | None = None) -> tuple[Share, ...]:
        """The price in parts that add up to it; `turn` passes the odd cent around (the vend id). A fee is the last part.

        A fee that is more than its bearer's part is borne by all.
        """
        return _shares(self, price_cents, maker, turn, fee)


@lru_cache(maxsize=1_024)
def _shares(rule: SplitRule, price_cents: int, maker: MakerId, turn: int, fee: Share | None) -> tuple[Share, ...]:
    """Remembered, because every picture of the shelf shows the shares of the next sale."""
    owners = {_account(recipient, maker): weight for recipient, weight in rule.weights}
    parts = split(price_cents, owners, turn)
    if fee:
        bearer = _account(rule.bears, maker)
        if parts.get(bearer, 0) >= fee.cents:
            parts[bearer] -= fee.cents
        else:
            parts = split(price_cents - fee.cents, owners, turn)
    shares = (Share(account, cents) for account, cents in parts.items())
    return (*shares, fee) if fee else tuple(shares)


def _account(recipient: str, maker: MakerId) -> Account:
    return Account(f"maker:{maker}" if recipient == "maker" else recipient)
