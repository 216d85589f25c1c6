"""The chart of accounts, and what each fact posts to it: double entry in whole cents.

Places say where money is (`coinbox`, `hopper:25`, `safe`, `bank`) and grow by a debit, written positive here.
Owners say whose it is (`credit`, `hold`, `doubt`, `claims`, `unclaimed`, `maker:rosa`, `fund:comun`) and grow by a
credit, written negative. So the lines of every fact sum to zero, and so do all accounts together. `natural` turns a
balance into what people read: never negative, but for a maker who was paid before a refund.
"""

from dataclasses import dataclass

from controller.domain import facts as f
from controller.domain.catalog import Account

COINBOX = Account("coinbox")
CREDIT = Account("credit")
HOLD = Account("hold")
DOUBT = Account("doubt")
CLAIMS = Account("claims")
UNCLAIMED = Account("unclaimed")

PLACES = ("coinbox", "hopper", "tube", "wallet", "safe", "bank")
OWNERS = ("credit", "hold", "doubt", "claims", "unclaimed", "maker", "fund", "fee", "tax")
EITHER = ("over_short",)
NAMED = ("hopper", "tube", "wallet", "maker", "fund", "fee", "tax")
"""Families whose accounts have a name of their own: `hopper:25`, `maker:rosa`."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One line: `cents` > 0 is a debit, < 0 a credit."""

    account: Account
    cents: int


def kind(account: str) -> str:
    """The account's family: `maker` for `maker:rosa`. Raises ValueError for a name that is not in the chart."""
    family, _, name = account.partition(":")
    if family not in PLACES + OWNERS + EITHER or (family in NAMED) != bool(name):
        raise ValueError(f"{account!r} is not in the chart of accounts")
    return family


def natural(account: str, cents: int) -> int:
    """A balance as people read it: places by their debits, owners by their credits."""
    return -cents if kind(account) in OWNERS else cents


def postings(fact: f.Fact) -> tuple[Posting, ...]:
    """The lines a fact posts; none for facts that move no money."""
    match fact:
        case f.CreditTaken(cents=cents):
            return move(cents, COINBOX, CREDIT)
        case f.VendStarted(price_cents=cents) | f.PayoutStarted(cents=cents):
            return move(cents, CREDIT, HOLD)
        case f.Sold(price_cents=cents, shares=shares):
            return (Posting(HOLD, cents), *(Posting(s.account, -s.cents) for s in shares if s.cents))
        case f.VendFailed(price_cents=cents):
            return move(cents, HOLD, CREDIT)
        case f.VendInDoubt(price_cents=cents):
            return move(cents, HOLD, DOUBT)
        case f.Refunded(cents=cents, place=place):
            return move(cents, HOLD, Account(place))
        case f.ClaimOwed(cents=cents):
            return move(cents, HOLD, CLAIMS)
        case f.CreditAbandoned(cents=cents):
            return move(cents, CREDIT, UNCLAIMED)
        case _:
            return ()


def move(cents: int, debit: Account, credit: Account) -> tuple[Posting, ...]:
    """Debit one account and credit another by the same amount."""
    return Posting(debit, cents), Posting(credit, -cents)
