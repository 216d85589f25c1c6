"""The oracle's calendar: whatever the wall clock said, facts stand in their true order, time and day.

Only in a start whose clock nobody ever set right may a time be wrong; then the books must say that it is not certain.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from town import Town
from truth import ZONE

from controller.domain import facts as f
from controller.ledger import reports

Day = tuple[date, str]


def times(town: Town) -> list[str]:
    """Every fact's time, and every account's day, compared with true time."""
    db, truth = town.brain.journal.db, town.truth
    boots = dict(db.execute("SELECT seq, boot_id FROM facts ORDER BY seq").fetchall())
    true_ms = [truth.written_ms[seq] for seq in boots]
    complaints = [] if true_ms == sorted(true_ms) else ["facts do not stand in the order they were written in"]
    shown = {seq: reports.when(db, seq) for seq in boots}
    for seq, moment in shown.items():
        assert moment is not None
        certain = boots[seq] in truth.certain_boots
        if moment.certain != certain or (certain and moment.wall_ms != truth.written_ms[seq]):
            complaints.append(f"fact {seq} was written {truth.written_ms[seq]}, shown is {moment}")
            break
    days = {seq: _day(moment.wall_ms) for seq, moment in shown.items() if moment}
    return complaints + _day_totals(town, days)


def _day(wall_ms: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=wall_ms)).astimezone(ZONE).date()


def _day_totals(town: Town, days: dict[int, date]) -> list[str]:
    """What each account earned and was paid on each day, counted from the facts by this file alone."""
    earned, paid = Counter[Day](), Counter[Day]()
    for seq, fact in enumerate(town.facts(), start=1):
        match fact:
            case f.Sold(shares=shares):
                earned.update({(days[seq], share.account): share.cents for share in shares})
            case f.ClaimSettled(verdict=verdict, shares=shares) if verdict is not f.Verdict.REFUNDED:
                earned.update({(days[seq], share.account): share.cents for share in shares})
            case f.SaleRefunded(shares=shares):
                earned.subtract({(days[seq], share.account): share.cents for share in shares})
            case f.MakerPaid(maker=maker, cents=cents):
                paid[days[seq], f"maker:{maker}"] += cents
    accounts = {account for _, account in earned.keys() | paid.keys()}
    told = {
        (total.day, account): (total.earned_cents, total.paid_cents)
        for account in accounts
        for total in reports.day_totals(town.brain.journal.db, account, date.min, date.max)
    }
    counted = {day: (earned[day], paid[day]) for day in earned.keys() | paid.keys()}
    return [
        f"{account} on {day}: the books say {told.get((day, account), (0, 0))}, it was {figures}"
        for (day, account), figures in counted.items()
        if told.get((day, account), (0, 0)) != figures
    ] + [
        f"{account} has a day too many: {day}"
        for day, account in told
        if (day, account) not in counted and any(told[day, account])
    ]
