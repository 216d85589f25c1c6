"""The meters over whole simulated lives: they never run back, agree with each other, and with what truly happened."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_wallet_town import play as play_wallets
from town import Town
from wallet_town import stocked

from controller.domain import facts as f
from controller.domain.accounts import natural, postings
from controller.domain.chain import Stamp
from controller.domain.meters import Life, Meter
from controller.domain.meters.cash import BILLS_IN, FILLED, KEPT, OUT, TO_BOX, TO_TUBES
from controller.domain.meters.counting import BY, MIXED, RESET, SOLD, TAKEN_BACK
from controller.domain.meters.meter import Key
from controller.ledger.forms import read_fact
from controller.ledger.journal import Journal
from controller.ledger.meters import read_meters

TOWNS, WALLET_TOWNS = range(200, 208), range(200, 212)
Reading = dict[Key, tuple[int, int, int, int]]


def everything(journal: Journal) -> Iterator[tuple[Stamp, f.Fact]]:
    """All of the books, as a lab would have them: each fact with its stamp, and no database beside it."""
    query = "SELECT boot_id, mono_ms, wall_ms, trusted, type, body FROM facts ORDER BY seq"
    for *stamp, kind, body in journal.db.execute(query):
        yield Stamp(stamp[0], stamp[1], stamp[2], bool(stamp[3])), read_fact(kind, body)


def watched(journal: Journal) -> tuple[Life, Counter[str]]:
    """The meters of these books, looked at after every single fact."""
    life, balances, before = Life(), Counter[str](), {}
    for stamp, fact in everything(journal):
        life.count(stamp, fact)
        for line in postings(fact):
            balances[line.account] += line.cents
        now = {key: life.meters[key] for key in life.meters}
        assert_never_back(before, now)
        assert_add_up(life)
        assert sum(life.purse.cents.values()) == natural("credit", balances["credit"]), fact
        before = {key: (m.number, m.cents, m.number_since, m.cents_since) for key, m in now.items()}
    return life, balances


def assert_never_back(before: Reading, now: dict[Key, Meter]) -> None:
    """No meter fell, or it was reset: then what is counted since the reset is 0."""
    for key, (number, cents, number_since, cents_since) in before.items():
        meter = now[key]
        assert meter.number >= number, key
        assert meter.cents >= cents, key
        was_reset = meter.number_since == meter.cents_since == 0
        assert was_reset or (meter.number_since >= number_since and meter.cents_since >= cents_since), key


def assert_add_up(life: Life) -> None:
    """What was sold is what each means paid, and what each slot sold; so since the reset too."""
    sold, means, slots = life.meters[SOLD,], Meter(), Meter()
    for key in life.meters:
        if key[0] == SOLD and len(key) > 1 and (key[1] == BY or len(key) == 2):
            into = means if key[1] == BY else slots
            into.number += life.meters[key].number
            into.cents += life.meters[key].cents
            into.cents_before += life.meters[key].cents_before
    assert sold.cents == means.cents == slots.cents
    assert sold.cents_since == means.cents_since == slots.cents_since
    assert sold.number == slots.number <= means.number


def assert_true(life: Life, balances: Counter[str], facts: list[f.Fact]) -> None:
    """What an outsider adds up from the facts alone."""
    meters = life.meters
    coins_cents = sum(fact.cents for fact in facts if isinstance(fact, f.CreditTaken))
    came_cents = meters[TO_BOX,].cents + meters[TO_TUBES,].cents + meters[BILLS_IN,].cents
    fell = sum(isinstance(fact, f.Sold) for fact in facts)
    decided = [
        fact
        for fact in facts
        if isinstance(fact, f.ClaimSettled) and fact.shares and fact.verdict is not f.Verdict.REFUNDED
    ]
    assert came_cents - meters[FILLED,].cents == coins_cents
    assert meters[SOLD,].number == fell + len(decided)
    assert meters[TAKEN_BACK,].number == sum(isinstance(fact, f.SaleRefunded) for fact in facts)
    assert meters[RESET,].number == sum(isinstance(fact, f.CashCounted) and fact.place == "coinbox" for fact in facts)
    assert meters[OUT,].cents >= sum(fact.cents for fact in facts if isinstance(fact, f.Refunded))
    assert meters[KEPT,].cents == sum(fact.cents for fact in facts if isinstance(fact, f.ClaimOwed | f.CreditAbandoned))
    for place, cents in life.cash.tubes.items():
        assert cents == balances[place]


@pytest.mark.timeout(300)
def test_no_meter_runs_back_in_any_town(memory: Path, blank: Path) -> None:
    """Coins, jams, doubts, refunds, counts and power cuts: after each fact all meters agree, and stand no lower."""
    seen = Counter[str]()
    for seed in TOWNS:
        town = Town(seed, memory, blank)
        town.run()
        life, balances = watched(town.brain.journal)
        assert_true(life, balances, town.facts())
        seen.update(key[0] for key in life.meters)
        town.brain.journal.close()
    assert {SOLD, OUT, KEPT, FILLED, RESET, TAKEN_BACK} <= set(seen), f"too little happens: {seen}"


@pytest.mark.timeout(300)
def test_every_means_of_payment_is_told_apart(memory: Path, blank: Path) -> None:
    """Wallets, vouchers and coins together in one sale: the parts are the price, whatever goes back in between."""
    books, means, mixed = stocked(memory, blank), set[str](), 0
    for seed in WALLET_TOWNS:
        people = play_wallets(seed, memory, books)
        life, balances = watched(people.town.brain.journal)
        assert_true(life, balances, people.town.facts())
        means |= {key[2] for key in life.meters if key[:2] == (SOLD, BY)}
        mixed += sum(key[:2] == (MIXED, BY) for key in life.meters)
        people.town.close()
    assert {"cash", "voucher"} < means
    assert any(each.startswith("wallet:") for each in means)
    assert mixed


def test_the_machine_and_a_lab_count_the_same(memory: Path, blank: Path) -> None:
    """The books that skip what does not count, and whoever feeds every fact, come to the same meters."""
    town = Town(202, memory, blank)
    town.run()
    lab = Life()
    for stamp, fact in everything(town.brain.journal):
        lab.count(stamp, fact)
    machine = read_meters(town.brain.journal.db)
    town.brain.journal.close()

    assert {key: machine.meters[key] for key in machine.meters} == {key: lab.meters[key] for key in lab.meters}
    assert (machine.shelf, machine.cash, machine.troubles) == (lab.shelf, lab.cash, lab.troubles)
    stamps = [each.sold_last for each in machine.shelf.selections.values() if each.sold_last]
    assert [machine.when(stamp) for stamp in stamps] == [lab.when(stamp) for stamp in stamps]
    assert stamps
