"""The chart of accounts, and what each fact posts to it: double entry in whole cents.

Places say where money is (`coinbox`, `stacker`, `hopper:25`, `safe`, `bank`) and grow by a debit, written positive here.
Owners say whose it is (`credit`, `hold`, `doubt`, `claims`, `unclaimed`, `reversals`, `maker:rosa`, `fund:comun`) and
grow by a credit, written negative. So the lines of every fact sum to zero, and so do all accounts together. `natural` turns a
balance into what people read: never negative, but for a maker who was paid before a refund.
"""

from dataclasses import dataclass

from controller.domain import facts as f
from controller.domain.catalog import Account, Share

COINBOX = Account("coinbox")
STACKER = Account("stacker")
"""Where a bill validator keeps what it took."""
CREDIT = Account("credit")
HOLD = Account("hold")
DOUBT = Account("doubt")
CLAIMS = Account("claims")
UNCLAIMED = Account("unclaimed")
REVERSALS = Account("reversals")
"""What goes back to wallets and cards, and is not proven to have arrived."""
VOUCHERS = Account("vouchers")
"""What was taken in vouchers: whoever had them issued owes it, or has paid it before."""
SAFE = Account("safe")
OVER_SHORT = Account("over_short")
"""What cash counts found missing (a debit) or too much (a credit)."""

PLACES = ("coinbox", "stacker", "hopper", "tube", "wallet", "vouchers", "safe", "bank")
OWNERS = ("credit", "hold", "doubt", "claims", "unclaimed", "reversals", "maker", "fund", "float", "fee", "tax")
EITHER = ("over_short",)
NAMED = ("hopper", "tube", "wallet", "maker", "fund", "float", "fee", "tax")
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
        case f.CreditTaken(cents=cents, place=place):
            return move(cents, Account(place), CREDIT)
        case f.VendStarted(price_cents=cents) | f.PayoutStarted(cents=cents):
            return move(cents, CREDIT, HOLD)
        case f.Sold(price_cents=cents, shares=shares):
            return (Posting(HOLD, cents), *_to(shares))
        case f.VendFailed(price_cents=cents):
            return move(cents, HOLD, CREDIT)
        case f.VendInDoubt(price_cents=cents):
            return move(cents, HOLD, DOUBT)
        case f.Refunded(cents=cents, place=place):
            return move(cents, HOLD, Account(place))
        case f.Overpaid(cents=cents, place=place):
            return move(cents, OVER_SHORT, Account(place))
        case f.PayoutInDoubt(cents=cents):
            return move(cents, HOLD, DOUBT)
        case f.ClaimOwed(cents=cents):
            return move(cents, HOLD, CLAIMS)
        case f.CreditAbandoned(cents=cents):
            return move(cents, CREDIT, UNCLAIMED)
        case f.ClaimSettled(account=account, cents=cents, place=place) if place:
            return move(cents, account, Account(place))
        case f.ClaimSettled(account=account, cents=cents, shares=shares):
            return (Posting(account, cents), *_to(shares))
        case f.SaleRefunded(price_cents=cents, shares=shares, place=place):
            return (*(Posting(s.account, s.cents) for s in shares if s.cents), Posting(Account(place), -cents))
        case f.MakerPaid(maker=maker, cents=cents, place=place):
            return move(cents, Account(f"maker:{maker}"), Account(place))
        case f.CashCounted(place=place, expected_cents=expected, counted_cents=counted):
            lines = (
                Posting(SAFE, counted),
                Posting(OVER_SHORT, expected - counted),
                Posting(Account(place), -expected),
            )
            return tuple(line for line in lines if line.cents)
        case f.CashMoved(cents=cents, debit=debit, credit=credit):
            return move(cents, debit, credit)
        case _:
            return _without_coins(fact)


def _without_coins(fact: f.Fact) -> tuple[Posting, ...]:
    """The lines of a voucher, and of a payment by wallet or card: what is not used of it goes back the way it came."""
    match fact:
        case f.PaymentTaken(provider=provider, cents=cents):
            return move(cents, Account(f"wallet:{provider}"), CREDIT)
        case f.VoucherTaken(cents=cents):
            return move(cents, VOUCHERS, CREDIT)
        case f.PaymentLate(provider=provider, cents=cents):
            return move(cents, Account(f"wallet:{provider}"), REVERSALS)
        case f.ReversalDue(cents=cents):
            return move(cents, CREDIT, REVERSALS)
        case f.Reversed(provider=provider, cents=cents):
            return move(cents, REVERSALS, Account(f"wallet:{provider}"))
        case f.ReversalFailed(cents=cents, place=place):
            return move(cents, REVERSALS, DOUBT if place else CLAIMS)
        case _:
            return ()


def _to(shares: tuple[Share, ...]) -> tuple[Posting, ...]:
    return tuple(Posting(share.account, -share.cents) for share in shares if share.cents)


def move(cents: int, debit: Account, credit: Account) -> tuple[Posting, ...]:
    """Debit one account and credit another by the same amount."""
    return Posting(debit, cents), Posting(credit, -cents)
