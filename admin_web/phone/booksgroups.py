"""Which facts members look for together: sales, money, the shelf, what was decided, the machine itself."""

from collections.abc import Mapping

from controller.domain import facts as f

GROUPS: Mapping[str, tuple[type[f.Fact], ...]] = {
    "ventas": (f.VendStarted, f.Sold, f.VendFailed, f.VendInDoubt, f.VisitorAnswered, f.SaleRefunded),
    "dinero": (
        *(f.CreditTaken, f.CoinsUnknown, f.CreditAbandoned, f.VoucherTaken, f.VouchersAccepted, f.PayoutStarted),
        *(f.PayoutOrdered, f.Refunded, f.Overpaid, f.PayoutInDoubt, f.HopperClosed, f.ClaimOwed, f.ClaimSettled),
        *(f.MakerPaid, f.CashCounted, f.CashMoved, f.PeriodClosed, f.SellerSet),
        *(f.PaymentAsked, f.PaymentTaken, f.PaymentDropped, f.PaymentLate, f.PaymentOver),
        *(f.ReversalDue, f.ReversalAccepted, f.ReversalBounced, f.Reversed, f.ReversalFailed),
    ),
    "prendas": (f.MakerJoined, f.ProductSet, f.SlotAssigned, f.SlotCounted, f.SlotClosed, f.SlotOpened),
    "acuerdos": (
        *(f.RuleApproved, f.ProposalOpened, f.ProposalDated, f.Voted, f.ProposalDecided, f.ProposalWithdrawn),
        *(f.DecisionCarriedOut, f.RolesSet, f.TurnTaken, f.TurnPassed),
    ),
    "maquina": (
        *(f.Booted, f.ClockSet, f.TroubleSeen, f.TroubleOver, f.Restored, f.TrialStarted, f.TrialEnded),
        *(f.PairingOpened, f.PhonePaired, f.PhoneRevoked, f.CommandTaken),
    ),
}
"""By the word in the address."""
FIGURES = {"ventas": "shirt", "dinero": "money", "prendas": "places", "acuerdos": "assembly", "maquina": "turns"}
"""What is drawn beside each."""
_GROUP = {kind.__name__: name for name, kinds in GROUPS.items() for kind in kinds}


def kinds_of(group: str) -> tuple[str, ...]:
    """The names of a group's facts; none, which means all, for any other word."""
    return tuple(kind.__name__ for kind in GROUPS.get(group, ()))


def group_of(kind: str) -> str:
    """Where a kind of fact belongs; what is newer than these pages, to the machine."""
    return _GROUP.get(kind, "maquina")
