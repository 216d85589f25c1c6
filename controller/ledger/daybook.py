"""What a fact counts for: the tallies of the whole life of the books, and each account's day.

Everything here is derived from facts and nothing reads the database: the journal adds fact by fact to what is stored
(`controller.ledger.running`), a migration and the auditor count it all again from the first one on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from controller.domain import facts as f
from controller.domain.accounts import kind
from controller.domain.catalog import Share
from controller.domain.chain import Stamp
from controller.domain.times import BootClock

COUNTED = (
    *("CreditTaken", "PaymentTaken", "PaymentLate", "VoucherTaken", "Sold", "Refunded", "Reversed"),
    *("ClaimSettled", "SaleRefunded", "MakerPaid", "CashMoved"),
)
"""The types of facts that count for anything here."""
DAILY = ("maker", "fund", "fee", "tax")
"""The families whose accounts have days."""
ZONE = "America/Guayaquil"
"""Where days begin and end, unless the books were told otherwise."""
_FIRST, _LAST, _EPOCH = date.min.toordinal(), date.max.toordinal(), date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class DayLine:
    """What a fact adds to one account's day: `pieces` sold, of whose prices it `earned` a part, and what was `paid` out.

    A sale taken back counts against both on the day it is taken back. Money a fund puts in counts against what is paid.
    """

    account: str
    pieces: int = 0
    earned_cents: int = 0
    paid_cents: int = 0

    @property
    def figures(self) -> tuple[int, int, int]:
        return self.pieces, self.earned_cents, self.paid_cents


def tallied(fact: f.Fact) -> tuple[str, int] | None:
    """Which tally the fact belongs to and with how many cents: `inserted`, `sold`, `returned` or `taken-back`."""
    match fact:
        case f.CreditTaken() | f.PaymentTaken() | f.PaymentLate() | f.VoucherTaken():
            return "inserted", fact.cents
        case f.Sold(price_cents=cents):
            return "sold", cents
        case f.Refunded(cents=cents) | f.Reversed(cents=cents):
            return "returned", cents
        case f.ClaimSettled(cents=cents, place=place):
            return "returned" if place else "sold", cents
        case f.SaleRefunded(price_cents=cents):
            return "taken-back", cents
        case _:
            return None


def day_lines(fact: f.Fact) -> tuple[DayLine, ...]:
    """What the fact adds to the day of each account; for each account its earned less its paid cents are its balance."""
    match fact:
        case f.Sold(shares=shares) | f.ClaimSettled(place="", shares=shares):
            return _shared(shares, 1)
        case f.SaleRefunded(shares=shares):
            return _shared(shares, -1)
        case f.MakerPaid(maker=maker, cents=cents):
            return (DayLine(f"maker:{maker}", paid_cents=cents),)
        case f.CashMoved(cents=cents, debit=debit, credit=credit):
            moved = ((debit, cents), (credit, -cents))
            return tuple(DayLine(account, paid_cents=paid) for account, paid in moved if kind(account) in DAILY)
        case _:
            return ()


def _shared(shares: tuple[Share, ...], pieces: int) -> tuple[DayLine, ...]:
    return tuple(DayLine(share.account, pieces, pieces * share.cents) for share in shares)


def local_day(wall_ms: int, zone: tzinfo) -> int:
    """The day on the zone's calendar, counted from 1 January 1970. What no calendar reaches stands at its first or last."""
    try:
        ordinal = datetime.fromtimestamp(wall_ms // 1_000, zone).toordinal()
    except (ValueError, OverflowError, OSError):
        ordinal = _LAST if wall_ms > 0 else _FIRST
    return ordinal - _EPOCH


def day_of(stamp: Stamp, clock: BootClock, zone: tzinfo) -> int:
    """The day a fact with this stamp belongs to, by what is known of its start's clock."""
    return local_day(clock.shows(stamp.mono_ms, stamp.wall_ms, stamp.trusted).wall_ms, zone)


def as_date(day: int) -> date:
    """The date of a day counted from 1 January 1970."""
    return date.fromordinal(day + _EPOCH)


def day_number(day: date) -> int:
    """The day counted from 1 January 1970."""
    return day.toordinal() - _EPOCH


@dataclass(slots=True)
class Daybook:
    """Counts facts from the first one on. `clocks` are the clocks of the controller's starts, once all is known of them."""

    zone: ZoneInfo
    clocks: Mapping[int, BootClock]
    tallies: dict[str, tuple[int, int]] = field(default_factory=dict)
    """How many facts, and their cents."""
    days: dict[tuple[int, str], tuple[int, int, int]] = field(default_factory=dict)
    """By day and account: pieces, earned and paid cents."""

    def count(self, stamp: Stamp, fact: f.Fact) -> None:
        """One more fact."""
        if tally := tallied(fact):
            name, cents = tally
            facts, so_far_cents = self.tallies.get(name, (0, 0))
            self.tallies[name] = facts + 1, so_far_cents + cents
        if lines := day_lines(fact):
            day = day_of(stamp, self.clocks[stamp.boot_id], self.zone)
            for line in lines:
                add(self.days, day, line)


def add(days: dict[tuple[int, str], tuple[int, int, int]], day: int, line: DayLine, sign: int = 1) -> None:
    """Put a line into its day, or with `sign` -1 take it out."""
    pieces, earned_cents, paid_cents = days.get((day, line.account), (0, 0, 0))
    days[day, line.account] = (
        pieces + sign * line.pieces,
        earned_cents + sign * line.earned_cents,
        paid_cents + sign * line.paid_cents,
    )
