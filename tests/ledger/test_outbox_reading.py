"""What the sync reads from the books: one message's worth of facts, and whether an answer is about these books."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from builders import ROSA, a_busy_day, books, stamp

from controller.courier.memory import Memory, keep, place_of, read, recalled
from controller.domain import facts as f
from controller.domain.chain import GENESIS, chain
from controller.domain.outbox import Aside
from controller.domain.stocking import PutMaker
from controller.ledger import people
from controller.ledger.backup import back_up
from controller.ledger.chainlines import hash_of
from controller.ledger.connection import open_readonly
from controller.ledger.journal import Journal
from controller.ledger.outbox import BYTES_MAX, Standing, cash_cents, newest, rows, standing, version
from controller.ledger.restore import choose, restore

NAME = "museo-1"
WRONG = b"\x5a" * 32


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Books of a busy day."""
    journal = books(tmp_path)
    a_busy_day(journal)
    yield journal
    journal.close()


def grown(journal: Journal, count: int) -> int:
    journal.append(stamp(), journal.cycle, [f.Booted(2, "0.1.0")] * count)
    return journal.seq


def restored(journal: Journal, folder: Path, lost: int) -> Journal:
    """The books as a backup had them, before `lost` facts more were written, in a new epoch."""
    (folder / "copias").mkdir()
    back_up(journal.path, folder / "copias", NAME, 0)
    grown(journal, lost)
    journal.close()
    restore(choose(folder / "copias", NAME), journal.path, NAME, stamp(), anyway=True)
    return Journal(journal.path)


def test_rows_follow_each_other_by_their_hashes(journal: Journal) -> None:
    """The first one's hash follows from nothing, every other from the one before."""
    head = GENESIS
    found = rows(journal.db, range(1, 21))
    assert [row.seq for row, _ in found] == list(range(1, 21))
    for row, link in found:
        head = chain(head, row)
        assert link == head


def test_facts_too_long_for_one_message_are_cut_but_never_to_nothing(journal: Journal) -> None:
    """A message holds what fits; one fact always goes."""
    start = journal.seq + 1
    journal.append(
        stamp(), journal.cycle, [f.Booted(2, "v" * (BYTES_MAX * 2 // 5))] * 3 + [f.Booted(2, "v" * BYTES_MAX)]
    )
    assert [len(rows(journal.db, range(first, start + 4))) for first in range(start, start + 4)] == [2, 2, 1, 1]


def test_an_answer_holds_only_by_its_hash(journal: Journal) -> None:
    """A number that is right with a hash that is not says nothing."""
    seq, head = journal.seq - 3, hash_of(journal.db, journal.seq - 3)
    assert standing(journal.db, 1, seq, head) == (Standing.HELD, seq)
    assert standing(journal.db, 1, 0, GENESIS) == (Standing.HELD, 0)
    assert standing(journal.db, 1, seq, WRONG) == (Standing.OTHER, 0)
    assert standing(journal.db, 1, -1, GENESIS)[0] is Standing.OTHER
    assert standing(journal.db, 1, journal.seq + 9, WRONG) == (Standing.AHEAD, journal.seq)


@pytest.mark.parametrize("lost", [0, 1, 40])
def test_after_a_restore_what_was_before_it_counts_as_held(journal: Journal, tmp_path: Path, lost: int) -> None:
    """The lab has facts that the restore left behind: the machine goes on after the last one that both have."""
    kept = journal.seq
    again = restored(journal, tmp_path, lost)
    with closing(again):
        assert newest(again.db)[0] == 2
        how, seq = standing(again.db, 1, kept + lost, WRONG)
        assert (how, seq) == (Standing.RESTORED, kept)
        assert standing(again.db, 1, kept - 5, hash_of(again.db, kept - 5)) == (Standing.HELD, kept - 5)
        grown(again, 50)
        assert standing(again.db, 1, kept + 10, WRONG) == (Standing.RESTORED, kept)
        assert standing(again.db, 2, kept + 10, WRONG) == (Standing.OTHER, 0)


def test_cash_in_the_machine_is_told_by_place(journal: Journal) -> None:
    """What is in hoppers and box; the safe stands elsewhere, and whose it is is no matter of places."""
    cash = cash_cents(journal.db)
    assert set(cash) == {"coinbox", "hopper:25"}
    assert all(cents > 0 for cents in cash.values())


def test_a_change_beside_the_facts_is_noticed(journal: Journal) -> None:
    """A name that changes writes no fact, and another connection sees that something did."""
    with closing(open_readonly(journal.path)) as db:
        before = version(db)
        assert version(db) == before
        people.keep(journal.db, PutMaker(ROSA, "Rosa Quishpe", "Taller La Tola", "Coso.", "", True))
        assert version(db) != before


# The memory


def test_the_memory_comes_back_as_it_was_kept(journal: Journal, tmp_path: Path) -> None:
    """Cursor and refusals, as far as the books bear them out."""
    seq, file = journal.seq - 3, place_of(journal.path)
    ours = Aside(3, 4, 1, hash_of(journal.db, 4).hex(), "broken")
    memory = Memory(1, seq, hash_of(journal.db, seq).hex(), 77, (ours, replace(ours, hash="5a" * 32)))
    keep(file, memory)
    assert read(file) == memory
    outbox = recalled(journal.db, read(file))
    assert (outbox.acked, outbox.end, outbox.asides) == (seq, journal.seq, (ours,))
    assert sorted(path.name for path in tmp_path.iterdir() if "sync" in path.name) == ["minga.sync.json"]


@pytest.mark.parametrize("bytes_there", [None, b"", b"{}garbage", b'{"seq":"many"}', b"\xff\xfe"])
def test_a_memory_that_is_lost_begins_at_the_first_fact(journal: Journal, bytes_there: bytes | None) -> None:
    """It costs a repetition, and nothing else."""
    file = place_of(journal.path)
    if bytes_there is not None:
        file.write_bytes(bytes_there)
    assert recalled(journal.db, read(file)).acked == 0


def test_a_memory_ahead_of_the_books_takes_them_for_held(journal: Journal) -> None:
    """Older books were put in the place of newer ones by hand: what they have the lab has had."""
    assert recalled(journal.db, Memory(1, journal.seq + 40, WRONG.hex(), 77)).waits == 0
