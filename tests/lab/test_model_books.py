"""The lab's sums are the machine's own books, to the cent: a co-op's month, and towns under chance and lying clocks."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import booksums
import pytest
from bookread import NAME, asked, everything, fold, lab, send
from bookread import books as rows_of
from coop import Coop
from servers import Postgres
from town import Town
from wallet_people import People, drawn
from wallet_town import WalletTown, stocked

from controller.ledger.schema import create
from lab.model import prepare
from lab.store import Store, opened

SHARED_MEMORY = Path("/dev/shm")
TOWNS = range(100, 105)
MORE_TOWNS = [pytest.param(seed, marks=pytest.mark.wide) for seed in range(105, 130)]


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder that costs no disk syncs: this is about what is written, not whether it lasts."""
    if not SHARED_MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def towns() -> Iterator[Callable[[int], Path]]:
    """The books of towns where much goes wrong, each played once."""
    shared = str(SHARED_MEMORY) if SHARED_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        create(Path(folder) / "blank.db")
        yield cache(partial(town, Path(folder)))


def town(folder: Path, seed: int) -> Path:
    """One of them."""
    played = Town(seed, folder, folder / "blank.db")
    played.run(120)
    played.brain.journal.rest(idle=True)
    played.brain.journal.close()
    return played.path


def wallet_town(seed: int, folder: Path) -> Path:
    """The books of a town whose people pay by phone and by voucher."""
    create(folder / "blank.db")
    people = People(WalletTown(seed, folder, stocked(folder, folder / "blank.db")))
    people.town.storm.rates = drawn(people.town)
    people.town.storm.rages = True
    for _ in range(40):
        people.act()
    people.town.calm_down()
    people.town.brain.journal.rest(idle=True)
    people.town.brain.journal.close()
    return people.town.path


def same_as_the_books(store: Store, path: Path) -> None:
    told, kept = booksums.model(store, NAME), booksums.books(path)
    for question, answer in kept.items():
        assert told[question] == answer, question
    booksums.agrees_with_itself(store, NAME)
    assert asked(store, "SELECT seq, at_ms, certain FROM sales ORDER BY seq") == booksums.moments(path)


@pytest.fixture(scope="module")
def november(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The books of the co-op's month."""
    coop = Coop(tmp_path_factory.mktemp("november") / "minga.db")
    coop.month()
    coop.journal.rest(idle=True)
    coop.journal.close()
    return coop.path


def test_a_month_of_the_coop_is_the_same_to_the_cent(november: Path, store: Store) -> None:
    """Pieces, cents, shares, refunds, doubts, pay, claims and cash of 600 sales, by day, product, maker and slot."""
    prepare(store)
    send(store, rows_of(november))
    assert fold(store) == 2_330
    same_as_the_books(store, november)
    assert asked(store, "SELECT unread, strange FROM modelled") == [(0, 0)]


def test_both_databases_say_the_same(postgres: Postgres, towns: Callable[[int], Path], memory: Path) -> None:
    """A town's late clocks, doubts and counts, folded piece by piece: not a row is different."""
    path = towns(100)
    told = []
    for store in (lab(memory), opened(postgres.database(), make=True)):
        prepare(store)
        rows = rows_of(path)
        for first in range(0, len(rows), 60):
            send(store, rows[first : first + 60])
            fold(store, most=40)
        told.append(everything(store))
        store.close()
    assert told[0] == told[1]
    assert told[0]["loose_lines"]


def test_pieces_of_any_length_make_the_same_model(november: Path, memory: Path) -> None:
    """Folded fact by fact as they came, or all at once, every row of every table is the same."""
    (memory / "slow").mkdir()
    slow, quick = lab(memory / "slow"), lab(memory)
    rows = rows_of(november)[:700]
    for first in range(0, len(rows), 90):
        send(slow, rows[first : first + 90])
        fold(slow, most=7)
    send(quick, rows)
    fold(quick)
    assert everything(slow) == everything(quick)


@pytest.mark.parametrize("seed", [*TOWNS, *MORE_TOWNS])
def test_whatever_happens_in_a_town_its_books_and_the_lab_agree(
    seed: int, towns: Callable[[int], Path], memory: Path
) -> None:
    """Power cuts, jams, clocks from 1970 and doubts: the lab's answers are the books', and do not depend on how they came."""
    path = towns(seed)
    (memory / "slow").mkdir()
    slow, quick = lab(memory / "slow"), lab(memory)
    rows = rows_of(path)
    for store, piece in ((slow, 23), (quick, 4_000)):
        for first in range(0, len(rows), piece):
            send(store, rows[first : first + piece])
            fold(store, most=piece)
    same_as_the_books(quick, path)
    assert everything(slow) == everything(quick)


@pytest.mark.parametrize("seed", [200, 201, *(pytest.param(seed, marks=pytest.mark.wide) for seed in range(202, 212))])
def test_money_by_phone_and_voucher_is_the_same_too(seed: int, memory: Path) -> None:
    """Late payments, refunds that fail and spent vouchers: the lab's answers are the books'."""
    path = wallet_town(seed, memory)
    store = lab(memory)
    send(store, rows_of(path))
    fold(store, most=50)
    same_as_the_books(store, path)


def test_the_towns_have_seen_what_they_are_for(towns: Callable[[int], Path]) -> None:
    """Among them are clocks that were set late, doubts, failures and counts: the agreement above is about something."""
    seen = Counter(row.type for seed in TOWNS for row, _ in rows_of(towns(seed)))
    for kind in ("ClockSet", "VendInDoubt", "VendFailed", "ClaimSettled", "CashCounted", "SlotClosed", "Booted"):
        assert seen[kind] >= 3, f"{kind}: {seen}"
