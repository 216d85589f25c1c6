"""The fold: from facts in their order to changes of the tables, one fact after the other and without a database.

Every type of fact is either folded or passed over on purpose; one that nobody here knows, from a newer Minga, is counted as
`strange` and passed over too. A known one that cannot be read is counted as `unread`, and changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from controller.domain.chain import Row
from lab.model import health, money, people, shelf, vends
from lab.model.draft import Draft
from lab.model.starts import NEVER, Move, Starts
from lab.model.tables import STARTS
from lab.model.told import Told, Unread, told

Handler = Callable[[Draft, Told], None]

HANDLERS: dict[str, Handler] = {
    "Booted": health.booted,
    "TroubleSeen": health.trouble_seen,
    "TroubleOver": health.trouble_over,
    "MakerJoined": people.maker_joined,
    "ProductSet": shelf.product_set,
    "SlotAssigned": shelf.slot_assigned,
    "SlotCounted": shelf.slot_counted,
    "SlotClosed": shelf.slot_closed,
    "SlotOpened": shelf.slot_opened,
    "CreditTaken": money.coin_in,
    "VoucherTaken": money.voucher_in,
    "CoinsUnknown": money.coins_unknown,
    "CreditAbandoned": money.abandoned,
    "VendStarted": vends.started,
    "Sold": vends.sold,
    "VendFailed": vends.failed,
    "VendInDoubt": vends.doubted,
    "VisitorAnswered": vends.answered,
    "ClaimSettled": vends.settled,
    "SaleRefunded": vends.taken_back,
    "PayoutStarted": money.goes_back,
    "Refunded": money.went_back,
    "Overpaid": money.overpaid,
    "PayoutInDoubt": money.may_have_left,
    "ClaimOwed": money.could_not_leave,
    "PaymentAsked": money.payment_asked,
    "PaymentTaken": money.payment_taken,
    "PaymentDropped": money.payment_dropped,
    "PaymentLate": money.payment_late,
    "ReversalDue": money.reversal_due,
    "Reversed": money.reversed_,
    "ReversalFailed": money.reversal_failed,
    "MakerPaid": money.maker_paid,
    "CashMoved": money.moved,
    "CashCounted": money.counted,
    "RolesSet": people.roles_set,
    "TurnTaken": people.turn_taken,
    "TurnPassed": people.turn_passed,
    "ProposalOpened": people.opened,
    "Voted": people.voted,
    "ProposalDecided": people.decided,
    "ProposalWithdrawn": people.withdrawn,
    "DecisionCarriedOut": people.carried_out,
}
PASSED = frozenset(
    {
        *("ClockSet", "Restored", "CommandTaken"),  # the starts and the line have heard them already
        *("TrialStarted", "TrialEnded", "PairingOpened", "PhonePaired", "PhoneRevoked"),
        *("RuleApproved", "SellerSet", "PeriodClosed", "ProposalDated", "VouchersAccepted"),
        *("PayoutOrdered", "HopperClosed", "PaymentOver", "ReversalAccepted", "ReversalBounced"),
    }
)
"""Types of facts that no question needs."""


class Stretch(NamedTuple):
    """What some facts have changed, and what moves once that is written, because the next fact sets a clock."""

    draft: Draft
    move: Move | None


@dataclass(slots=True)
class Fold:
    """Folds the facts of one machine. `unread` and `strange` count what it could not use, `facts` all it was given."""

    draft: Draft
    starts: Starts
    facts: int = 0
    unread: int = 0
    strange: int = 0

    def run(self, rows: Iterable[Row]) -> Iterator[Stretch]:
        """What these facts change; whoever takes a stretch writes it before asking for the next one."""
        for row in rows:
            if move := self.starts.moves(row):
                yield self._stretch(move)
            self._take(row)
        yield self._stretch(None)

    def _stretch(self, move: Move | None) -> Stretch:
        shelf.shown(self.draft)
        for boot, columns in self.starts.rows():
            self.draft.put(STARTS, boot, **columns)
        done, self.draft = Stretch(self.draft, move), self.draft.cleared()
        return done

    def _take(self, row: Row) -> None:
        self.facts += 1
        when = self.starts.place(row)
        handler = HANDLERS.get(row.type)
        if handler is None:
            self.strange += row.type not in PASSED
            return
        try:
            fact = told(row, when)
            if row.type == "Booted":
                self.starts.known[row.boot_id].version = fact.text("version", "")
            handler(self.draft, fact)
        except Unread:
            self.unread += 1


def names_past(rows: Iterable[Row]) -> list[int]:
    """The vends that these facts speak of without saying all about them: the fold needs their rows."""
    found = []
    for row in rows:
        if row.type in ("SaleRefunded", "VisitorAnswered"):
            try:
                found.append(told(row, NEVER).whole("vend_id"))
            except Unread:
                continue
    return sorted(set(found))
