"""Facts about the people who own the machine: who may do what, whose phone is whose, who sells, which books are closed."""

from dataclasses import dataclass
from enum import StrEnum

from controller.domain.catalog import MakerId
from controller.domain.facts.afar import CommandTaken
from controller.domain.facts.base import Fact


@dataclass(frozen=True, slots=True)
class RolesSet(Fact):
    """What a member may do from now on: her roles in order of their names, or none, when she has left."""

    member: str
    roles: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class PairingOpened(Fact):
    """Somebody at the open door pressed the service button: for two minutes the screen shows a code that binds a phone."""

    pairing_id: int


@dataclass(frozen=True, slots=True)
class PhonePaired(Fact):
    """A phone is a member's from now on: she, or whoever holds the door's key, confirmed it on the machine's own screen."""

    pairing_id: int
    member: str
    phone: str


@dataclass(frozen=True, slots=True)
class PhoneRevoked(Fact):
    """A phone is nobody's any more: lost, sold or given away."""

    phone: str
    by: str


@dataclass(frozen=True, slots=True)
class PeriodClosed(Fact):
    """Two people closed a week or a month: what is told of it up to fact `to_seq`, whose hash is `head`, never changes.

    What is corrected afterwards belongs to the next period. `despite` says why it was closed although something was open.
    """

    label: str
    to_seq: int
    head: str
    by: str
    witness: str
    despite: str = ""
    wish_id: str = ""


class Seller(StrEnum):
    """Who sells a maker's pieces in the eyes of the tax office."""

    MAKER = "maker"
    COOP = "coop"


class Regime(StrEnum):
    """Under which rules of the tax office the seller stands, as she or her accountant says."""

    POPULAR = "rimpe-popular"
    EMPRENDEDOR = "rimpe-emprendedor"
    ARTISAN = "artisan"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class SellerSet(Fact):
    """From now on this maker's pieces are sold by `seller` under `regime`; of what was sold before nothing changes.

    `vat_permille` is the rate of the VAT that every price contains, in tenths of a percent; 0 where none is charged.
    """

    maker: MakerId
    seller: Seller
    regime: Regime
    vat_permille: int
    by: str


AssemblyFact = RolesSet | PhonePaired | PhoneRevoked | PeriodClosed | SellerSet | CommandTaken
"""Every fact that the assembly's state (`controller.domain.assembly`) is made of. They are few."""
