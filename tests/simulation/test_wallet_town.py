"""Money by phone under chance: a hostile and a clean provider, faults, cuts, and the oracle, seed after seed.

`MINGA_SEEDS=5000 pytest tests/simulation` plays more; `MINGA_SEED=17` replays one.
"""

import os
from collections import Counter
from pathlib import Path

import pytest
from wallet_oracle import Violation, check
from wallet_people import People, drawn
from wallet_town import WalletTown, stocked

from hw_mocks.wallets import Charge

SEEDS = int(os.environ.get("MINGA_SEEDS", "50"))
ONE = os.environ.get("MINGA_SEED")
ACTS = 30


def play(seed: int, folder: Path, books: Path) -> People:
    """One seed's story, up to when all is quiet."""
    town = WalletTown(seed, folder, books)
    people = People(town)
    town.storm.rates = drawn(town)
    town.storm.rages = True
    for _ in range(ACTS):
        people.act()
    town.calm_down()
    return people


@pytest.mark.timeout(600 if SEEDS < 1_000 else 0)
def test_every_captured_cent_is_a_sale_or_went_back_or_is_owed(memory: Path, blank: Path) -> None:
    """Whatever buyers, providers, faults and cuts do, the tills and the books tell one story, seed after seed."""
    books, seen = stocked(memory, blank), Counter[str]()
    seeds = [int(ONE)] if ONE else range(SEEDS)
    for seed in seeds:
        people = play(seed, memory, books)
        check(people.town, people.vouchers)
        seen.update(type(fact).__name__ for fact in people.town.facts())
        seen["cuts"] += people.town.truth.cuts
        people.town.close()
    for kind in ("cuts", "PaymentTaken", "Sold", "PaymentLate", "Reversed", "VendInDoubt", "VoucherTaken"):
        assert ONE or seen[kind] > len(seeds) / 10, f"too little happens: {seen}"


def test_a_wallet_town_replays_from_its_seed(memory: Path, blank: Path) -> None:
    """The same seed gives the same story, fact by fact, so that a failure can be looked at again."""
    books = stocked(memory, blank)
    (memory / "once").mkdir()
    (memory / "again").mkdir()
    once, again = (play(11, memory / name, books).town for name in ("once", "again"))
    assert once.facts() == again.facts()


def test_money_at_a_provider_that_the_books_do_not_know_is_found(memory: Path, blank: Path) -> None:
    """A buyer is charged behind the machine's back, and the message says which seed to replay."""
    people = play(5, memory, stocked(memory, blank))
    till = people.town.providers["deuna"].till
    till.open(charge := _charge(people))
    till.confirm(charge, people.town.phone.payer)
    with pytest.raises(Violation, match=r"seed 5: .*charges were made"):
        check(people.town, people.vouchers)


def _charge(people: People) -> Charge:
    """Of a machine that forgot to write down what it asked for."""
    later_ms = people.town.clock.true_ms + 60_000
    return Charge("t-olvidado", "REFOLVIDADA", 350, later_ms, "https://pagar.deuna.invalid/olvidado")
