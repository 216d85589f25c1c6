"""Exactly once: the cursor moves with the sums, proves itself by its hash, and a restored machine is folded anew."""

import threading
from pathlib import Path

import pytest
from bookread import NAME, asked, everything, fold, lab, send
from bookwrite import HOUR_MS, NOON_MS, Pen

from lab.model import catch_up, catchup, prepare
from lab.model.tables import VERSION
from lab.store import StoreError

SALES = "SELECT count(*), sum(sold_cents) FROM machine_days WHERE sold > 0"


def sales(count: int) -> Pen:
    pen = Pen().starts(1, NOON_MS, trusted=True).fills()
    for vend_id in range(1, count + 1):
        pen.sells(vend_id * 60_000, vend_id)
    return pen


def test_a_piece_is_bounded_and_says_whether_more_waits(tmp_path: Path) -> None:
    """Ten facts at a time, until nothing waits; then there is nothing to do."""
    store = lab(tmp_path)
    send(store, sales(7).facts)
    done = [catch_up(store, NAME, most=10) for _ in range(4)]
    assert [(piece.facts, piece.waits) for piece in done] == [(10, True), (10, True), (5, False), (0, False)]


def test_facts_that_come_again_are_counted_once(tmp_path: Path) -> None:
    """Sent twice and folded three times, a sale is one sale."""
    store = lab(tmp_path)
    for _ in range(3):
        send(store, sales(3).facts)
        fold(store)
    assert asked(store, SALES) == [(1, 1_050)]


def test_a_piece_that_fails_has_changed_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fails between the sums and the cursor: neither is there, and the next try counts everything once."""
    store = lab(tmp_path)
    send(store, sales(3).facts)

    def full(*_: object) -> None:
        raise StoreError("lab.db: the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(catchup, "_keep", full)
        with pytest.raises(StoreError, match="the disk is full"):
            catch_up(store, NAME)
    assert not any(everything(store).values())
    fold(store)
    assert asked(store, SALES) == [(1, 1_050)]


def test_several_at_once_count_everything_once(tmp_path: Path) -> None:
    """Four threads fold the same machine in pieces of five, and together they have done it once."""
    store, alone = lab(tmp_path), tmp_path / "alone"
    alone.mkdir()
    send(store, sales(60).facts)
    threads = [threading.Thread(target=fold, args=(store, 5)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    quiet = lab(alone)
    send(quiet, sales(60).facts)
    fold(quiet)
    assert everything(store) == everything(quiet)


def test_a_machine_restored_below_the_cursor_is_folded_anew(tmp_path: Path) -> None:
    """Three sales were lost with the card and two others came: the lab tells of what the machine's books hold now."""
    store = lab(tmp_path)
    before = sales(8)
    send(store, before.facts)
    fold(store)
    after = before.copy(upto=len(before.facts) - 9, epoch=2)
    after.starts(9, NOON_MS + HOUR_MS, trusted=True).sells(0, 101).sells(60_000, 102)
    send(store, after.facts[len(before.facts) - 9 :])
    assert catch_up(store, NAME).anew
    (tmp_path / "new").mkdir()
    new = lab(tmp_path / "new")
    send(new, after.facts)
    fold(new)
    assert everything(store) == everything(new)
    assert asked(store, "SELECT count(*) FROM sales") == [(7,)]


def test_a_restored_machine_that_has_overtaken_the_cursor_is_known_by_its_hash(tmp_path: Path) -> None:
    """By the time somebody looks, the new books have a fact with the cursor's number too; but it is another one."""
    store = lab(tmp_path)
    before = sales(4)
    send(store, before.facts)
    fold(store)
    after = before.copy(upto=10, epoch=2).starts(9, NOON_MS + HOUR_MS, trusted=True)
    for vend_id in range(101, 106):
        after.sells(vend_id * 1_000, vend_id)
    send(store, after.facts[10:])
    assert len(after.facts) > len(before.facts)
    assert catch_up(store, NAME).anew
    assert asked(store, "SELECT min(vend_id), max(vend_id), count(*) FROM sales") == [(1, 105, 7)]


def test_a_machine_restored_beyond_the_cursor_goes_on(tmp_path: Path) -> None:
    """What was folded is still true, so nothing is thrown away."""
    store = lab(tmp_path)
    before = sales(8)
    send(store, before.facts[:15])
    fold(store)
    send(store, before.facts[15:])
    after = before.copy(upto=20, epoch=2).starts(9, NOON_MS + HOUR_MS, trusted=True).sells(0, 101)
    send(store, after.facts[20:])
    assert not catch_up(store, NAME).anew
    assert asked(store, "SELECT count(*), max(vend_id) FROM sales") == [(6, 101)]


def test_tables_of_another_version_are_made_anew(tmp_path: Path) -> None:
    """A hub with other tables throws away what the one before it folded, and folds it again; the same one keeps it."""
    store = lab(tmp_path)
    send(store, sales(3).facts)
    fold(store)
    prepare(store)
    assert catch_up(store, NAME).facts == 0
    with store.changing(NAME) as tables:
        tables.run("UPDATE model SET version = ?", VERSION - 1)
    prepare(store)
    assert asked(store, SALES) == [(0, None)]
    assert fold(store) == len(sales(3).facts)
    assert asked(store, SALES) == [(1, 1_050)]


def test_machines_do_not_mix(tmp_path: Path) -> None:
    """Two machines sell the same vend numbers from the same slots, and each has its own."""
    store = lab(tmp_path)
    for name, count in ((NAME, 3), ("museo-2", 5)):
        send(store, sales(count).facts, name)
        fold(store, machine=name)
    assert asked(store, "SELECT machine, sold FROM machine_days WHERE sold > 0 ORDER BY machine") == [
        (NAME, 3),
        ("museo-2", 5),
    ]
