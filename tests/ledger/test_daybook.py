"""What each fact counts for, and on which day."""

from zoneinfo import ZoneInfo

import pytest
from builders import EVERY_FACT

from controller.domain import facts as f
from controller.domain.accounts import kind, natural, postings
from controller.domain.catalog import Account, Share
from controller.ledger.daybook import COUNTED, DAILY, as_date, day_lines, local_day, tallied

QUITO, GALAPAGOS = ZoneInfo("America/Guayaquil"), ZoneInfo("Pacific/Galapagos")
SHARES = (Share(Account("maker:rosa"), 280), Share(Account("fund:comun"), 70))


@pytest.mark.parametrize("fact", EVERY_FACT, ids=lambda fact: type(fact).__name__)
def test_a_day_is_earned_less_paid(fact: f.Fact) -> None:
    """For every account that has days a fact adds as much to its day as to its balance, and other accounts have none."""
    posted = {line.account: natural(line.account, line.cents) for line in postings(fact) if kind(line.account) in DAILY}
    counted = {line.account: line.earned_cents - line.paid_cents for line in day_lines(fact)}

    assert counted == posted


@pytest.mark.parametrize("fact", EVERY_FACT, ids=lambda fact: type(fact).__name__)
def test_only_facts_that_count_are_counted(fact: f.Fact) -> None:
    """The short list of types that a migration reads leaves nothing out and has nothing too much."""
    counts = bool(tallied(fact) or day_lines(fact))
    assert counts == (type(fact).__name__ in COUNTED and not is_between_places(fact))


def is_between_places(fact: f.Fact) -> bool:
    return isinstance(fact, f.CashMoved) and not fact.credit.startswith("fund:")


@pytest.mark.parametrize(
    ("fact", "tally", "figures"),
    [
        (f.Sold(9, "A1", "bolso-retazos", "rosa", 350, SHARES), ("sold", 350), [(1, 280, 0), (1, 70, 0)]),
        (
            f.SaleRefunded(9, 350, SHARES, "coinbox", "carmen", "torn"),
            ("taken-back", 350),
            [(-1, -280, 0), (-1, -70, 0)],
        ),
        (
            f.ClaimSettled("4TC-YNH", Account("doubt"), 350, f.Verdict.BY_HAND, "", SHARES, "carmen"),
            ("sold", 350),
            [(1, 280, 0), (1, 70, 0)],
        ),
        (
            f.ClaimSettled("4TC-YNH", Account("doubt"), 350, f.Verdict.REFUNDED, "coinbox", SHARES, "carmen"),
            ("returned", 350),
            [],
        ),
        (
            f.ClaimSettled("4TC-YNH", Account("doubt"), 75, f.Verdict.DELIVERED, "hopper:25", (), "carmen"),
            ("returned", 75),
            [],
        ),
        (f.MakerPaid("rosa", 200, "safe", "carmen", "luz", "pago-1"), None, [(0, 0, 200)]),
        (f.CashMoved(1_000, Account("hopper:25"), Account("fund:comun"), "carmen", "m-1"), None, [(0, 0, -1_000)]),
    ],
    ids=["sold", "taken back", "a doubt sold", "a doubt refunded", "coins had left", "paid", "put in"],
)
def test_what_a_fact_counts_for(
    fact: f.Fact, tally: tuple[str, int] | None, figures: list[tuple[int, int, int]]
) -> None:
    """A piece sold, taken back or settled; a maker paid; a fund that puts money in."""
    assert tallied(fact) == tally
    assert [line.figures for line in day_lines(fact)] == figures


def test_a_day_is_the_zones_own() -> None:
    """Half past midnight in Quito is still the evening before on the islands."""
    half_past_midnight_ms = 1_795_325_400_000

    assert as_date(local_day(half_past_midnight_ms, QUITO)).isoformat() == "2026-11-22"
    assert as_date(local_day(half_past_midnight_ms, GALAPAGOS)).isoformat() == "2026-11-21"
    assert as_date(local_day(60_000, QUITO)).isoformat() == "1969-12-31"


@pytest.mark.parametrize(("wall_ms", "day"), [(10**18, "9999-12-31"), (-(10**18), "0001-01-01"), (2**63, "9999-12-31")])
def test_a_mad_clock_has_a_day_too(wall_ms: int, day: str) -> None:
    """A clock beyond every calendar costs no sale: such a day stands at the calendar's end."""
    assert as_date(local_day(wall_ms, QUITO)).isoformat() == day
