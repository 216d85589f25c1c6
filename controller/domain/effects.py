"""What is to be done in the world, after the books say so. Each effect has an id that makes repeating it harmless."""

from dataclasses import dataclass

from controller.domain.catalog import SlotId


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
class PayOut(Effect):
    """Give this much back, for this payout. A second one with the same id pays nothing."""

    payout_id: int
    cents: int


@dataclass(frozen=True, slots=True)
class QueryPayout(Effect):
    """Tell what became of this payout; never pay anything."""

    payout_id: int
    cents: int


@dataclass(frozen=True, slots=True)
class AcceptCoins(Effect):
    """Take coins from now on, or take none."""

    accept: bool
