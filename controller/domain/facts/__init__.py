"""What is written down: the facts, the only things the books are made of.

A fact says what happened, never what to do. Balances, stock, open claims and the shelf are all derived from facts
(`controller.domain.accounts` for money); `minga ledger verify` derives them again. A fact's class name and field names
are its form on disk and on the wire: they may gain fields with defaults, and never lose or rename one.
"""

from controller.domain.facts.assembly import AssemblyFact, PairingOpened, PhonePaired, PhoneRevoked, RolesSet
from controller.domain.facts.base import Fact
from controller.domain.facts.machine import Booted, ClockSet, Restored, TroubleOver, TroubleSeen
from controller.domain.facts.office import CashCounted, CashMoved, ClaimSettled, MakerPaid, SaleRefunded, Verdict
from controller.domain.facts.payment import (
    PaymentAsked,
    PaymentDropped,
    PaymentLate,
    PaymentOver,
    PaymentTaken,
    ReversalAccepted,
    ReversalBounced,
    ReversalDue,
    ReversalFailed,
    Reversed,
)
from controller.domain.facts.shelf import (
    MakerJoined,
    ProductSet,
    RuleApproved,
    SlotAssigned,
    SlotClosed,
    SlotCounted,
    SlotOpened,
)
from controller.domain.facts.visit import (
    ClaimOwed,
    CoinsUnknown,
    CreditAbandoned,
    CreditTaken,
    HopperClosed,
    Overpaid,
    PayoutInDoubt,
    PayoutOrdered,
    PayoutStarted,
    Refunded,
    Sold,
    VendFailed,
    VendInDoubt,
    VendStarted,
    VisitorAnswered,
)
from controller.domain.facts.voucher import VouchersAccepted, VoucherTaken

__all__ = [
    "AssemblyFact",
    "Booted",
    "CashCounted",
    "CashMoved",
    "ClaimOwed",
    "ClaimSettled",
    "ClockSet",
    "CoinsUnknown",
    "CreditAbandoned",
    "CreditTaken",
    "Fact",
    "HopperClosed",
    "MakerJoined",
    "MakerPaid",
    "Overpaid",
    "PairingOpened",
    "PaymentAsked",
    "PaymentDropped",
    "PaymentLate",
    "PaymentOver",
    "PaymentTaken",
    "PayoutInDoubt",
    "PayoutOrdered",
    "PayoutStarted",
    "PhonePaired",
    "PhoneRevoked",
    "ProductSet",
    "Refunded",
    "Restored",
    "ReversalAccepted",
    "ReversalBounced",
    "ReversalDue",
    "ReversalFailed",
    "Reversed",
    "RolesSet",
    "RuleApproved",
    "SaleRefunded",
    "SlotAssigned",
    "SlotClosed",
    "SlotCounted",
    "SlotOpened",
    "Sold",
    "TroubleOver",
    "TroubleSeen",
    "VendFailed",
    "VendInDoubt",
    "VendStarted",
    "Verdict",
    "VisitorAnswered",
    "VoucherTaken",
    "VouchersAccepted",
]
