"""What a store promises, the same of SQLite and of a real PostgreSQL."""

import random
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from labbooks import AT_MS, MACHINE, Books, cut

from controller.protocols.sync.letter import Letter, written
from controller.protocols.sync.notes import Ack, MakerTold, Meta, Refused, State, Status, told
from lab.looking import proofs, refusals, standings
from lab.store import Store, StoreError, desk, opened
from lab.store.base import Arrival, Taken
from lab.store.unread import UNREAD_MAX


def mail(*letters: Letter, at_ms: int = AT_MS, fold: bool = False) -> list[Arrival]:
    return [Arrival(letter.machine, "ev", "batch", written(letter, fold), at_ms) for letter in letters]


def note(what: str, body: object, machine: str = MACHINE, at_ms: int = AT_MS, is_kept: bool = False) -> Arrival:
    return Arrival(machine, what, "", told(body), at_ms, is_kept)


def lie(store: Store, machine: str = MACHINE) -> list[tuple[object, ...]]:
    """What lies on a machine's line: its facts as its books have them, each with its hash."""
    columns = "epoch, seq, boot_id, mono_ms, wall_ms, trusted, type, body, hash"
    with store.reading() as reading:
        return reading.rows(f"SELECT {columns} FROM facts WHERE machine = ? AND lost = 0 ORDER BY seq", machine)


def as_rows(books: Books) -> list[tuple[object, ...]]:
    return [(*row, link) for row, link in books.facts]


def sold(count: int, machine: str = MACHINE) -> Books:
    books = Books(machine)
    books.sell(count)
    return books


def test_what_is_taken_lies_there_as_in_the_books(store: Store) -> None:
    """Two hundred and fifty facts, folded and plain, are kept to the byte, and the ack names the machine's own head."""
    books = sold(250)
    taken = store.take([*mail(*books.post(1, 100), fold=True), *mail(*books.post(101, 250))])
    assert lie(store) == as_rows(books)
    assert taken == Taken({MACHINE: Ack(1, 250, books.head.hex())}, {}, 250, ())
    assert store.acks() == taken.acks


def test_a_repetition_is_acknowledged_and_stored_once(store: Store) -> None:
    """The same letters again change nothing, and the ack says the same."""
    books = sold(30)
    first = store.take(mail(*books.post(most=7)))
    again = store.take(mail(*books.post(most=11)))
    assert (again.acks, again.facts) == (first.acks, 0)
    assert lie(store) == as_rows(books)


def test_early_letters_wait_across_moments(store: Store) -> None:
    """A letter that came too early lies in the store; in a later moment its turn comes, and meanwhile the gap is known."""
    books = sold(30)
    assert store.take(mail(*books.post(21))).gaps == {MACHINE: 1}
    with store.reading() as reading:
        assert standings(reading)[0].missing == (1, 20)
    assert store.take(mail(*books.post(11, 20))).gaps == {MACHINE: 1}
    taken = store.take(mail(*books.post(1, 10)))
    assert (taken.gaps, taken.facts) == ({}, 30)
    assert lie(store) == as_rows(books)


def test_no_more_wait_than_there_is_room_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of thirty early letters twenty wait where there is room for twenty; the others come again when they are asked for."""
    monkeypatch.setattr(desk, "ASIDE_MAX", 20)
    books = sold(31)
    early = books.post(2, most=1)
    store.take(mail(*early))
    with store.reading() as reading:
        assert standings(reading)[0].waiting == 20
    store.take(mail(*books.post(1, 1)))
    taken = store.take(mail(*early))
    assert (lie(store), taken.gaps) == (as_rows(books), {})


def test_a_restore_marks_what_it_lost_and_goes_on(store: Store) -> None:
    """Facts beyond a restored backup stay, marked; the line is the machine's new books, in this moment or in another."""
    books = sold(40)
    restored = books.copy(25, epoch=2)
    restored.sell(5)
    store.take(mail(*books.post(1, 30)))
    store.take(mail(*books.post(31, 40), *restored.post(26)))
    assert lie(store) == as_rows(restored)
    with store.reading() as reading:
        assert reading.rows("SELECT count(*), min(seq), max(seq) FROM facts WHERE lost = 1") == [(15, 26, 40)]
        assert standings(reading)[0].facts == 30


def test_facts_of_a_new_epoch_that_overtake_each_other_are_not_refused(store: Store) -> None:
    """Two hubs read one stream: facts after a restore may come before those that it branched off with, and wait for them."""
    books = sold(60)
    store.take(mail(*books.post()))
    restored = books.copy(40, epoch=2)
    restored.sell(10)
    assert store.take(mail(*restored.post(46))).gaps == {MACHINE: 1}
    taken = store.take(mail(*restored.post(41, 45)))
    assert (lie(store), taken.acks[MACHINE].refused, taken.gaps) == (as_rows(restored), (), {})


def test_where_a_restore_branched_off_is_found_by_asking(store: Store) -> None:
    """The lab has 400 facts, the machine was restored after 40: each question goes further back, until it all follows."""
    books = sold(400)
    store.take(mail(*books.post()))
    restored = books.copy(40, epoch=2)
    restored.sell(300)
    taken = store.take(mail(*restored.post(300)))
    asked = []
    while taken.gaps:
        asked.append(taken.gaps[MACHINE])
        taken = store.take(mail(*restored.post(asked[-1])))
    assert (asked, lie(store)) == ([99, 1], as_rows(restored))


def test_reused_numbers_are_kept_aside_whole_and_told(store: Store) -> None:
    """An old database put back overwrites nothing; its facts, its alarm and the machine's ack tell of it."""
    books = sold(20)
    copied = books.copy(10, teller="-again")
    copied.sell(15)
    store.take(mail(*books.post()))
    (message,) = mail(*copied.post(11))
    taken = store.take([message])
    link = copied.facts[19][1].hex()
    assert taken.acks[MACHINE].refused == (Refused(1, 11, 20, link, "reused"),)
    assert f"{MACHINE}: facts 11 to 20 of epoch 1 refused: reused" in taken.told
    assert lie(store) == as_rows(books) + as_rows(copied)[20:]
    with store.reading() as reading:
        assert reading.rows("SELECT payload FROM strays") == [(message.payload,)]
        assert [(one.first, one.last, one.is_seen) for one in refusals(reading)] == [(11, 20, False)]


def test_refusals_without_end_fill_no_disk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit only numbers are kept of refused messages, and an ack names the newest twenty."""
    monkeypatch.setattr(desk, "STRAYS_MAX", 30)
    books = sold(3)
    store.take(mail(*books.post()))
    forks = [books.copy(1, teller=f"-{number}") for number in range(35)]
    for fork in forks:
        fork.sell()
    taken = store.take(mail(*(letter for fork in forks for letter in fork.post(2))))
    assert [refused.hash for refused in taken.acks[MACHINE].refused] == [fork.head.hex() for fork in forks[:-21:-1]]
    with store.reading() as reading:
        assert reading.rows("SELECT count(*) FROM strays WHERE length(payload) = 0") == [(5,)]


def test_what_nobody_can_read_is_kept_cut_and_counted(store: Store) -> None:
    """Rubbish on any topic changes no line: the newest pieces are kept, and the letters beside it are stored."""
    books = sold(5)
    rubbish = [Arrival(MACHINE, "ev", "Sold", b"\xff\x00" * 9_000, AT_MS) for _ in range(UNREAD_MAX + 9)]
    rubbish.append(Arrival(MACHINE, "state", "", b'{"cash_cents":{"\\u0000":"\\u0000"}}', AT_MS))
    taken = store.take([*rubbish, *mail(*books.post())])
    assert len(taken.told) == len(rubbish)
    assert lie(store) == as_rows(books)
    with store.reading() as reading:
        assert reading.rows("SELECT count(*), max(length(payload)) FROM unread") == [(UNREAD_MAX, 4_096)]


def test_a_name_that_is_taken_back_is_gone(address: str) -> None:
    """Rosa agreed to be shown and then did not: after the next meta her name is nowhere in the store's files."""
    store = opened(address, make=True)
    quito = Meta(MACHINE, "0.1.0", 3, "America/Guayaquil", makers=(MakerTold("m-7", "Rosa Chicaiza"),))
    store.take([note("meta", quito)])
    store.take([note("meta", Meta(MACHINE, "0.1.0", 3, "America/Guayaquil"))])
    with store.reading() as reading:
        ((body,),) = reading.rows("SELECT body FROM notes WHERE what = 'meta'")
    assert "Rosa" not in body
    files = [file for file in Path(address).parent.glob("lab.db*") if file.is_file()]
    assert not any(b"Rosa Chicaiza" in file.read_bytes() for file in files)
    store.close()


def test_only_the_machine_itself_makes_it_heard(store: Store) -> None:
    """A last will, or a note that the broker had kept, says nothing about when the machine was heard."""
    store.take([note("status", Status(True, 3), at_ms=100)])
    store.take([note("status", Status(False, 3), at_ms=200)])
    store.take([note("status", Status(False, 3), at_ms=300, is_kept=True)])
    with store.reading() as reading:
        assert reading.rows("SELECT last_heard_ms FROM machines") == [(100,)]
        assert reading.rows("SELECT heard_ms FROM notes") == [(200,)]


def test_a_store_put_back_from_a_backup_asks_for_what_it_lost(store: Store) -> None:
    """A machine that was told of 900 facts meets a lab that knows 5: it is asked from 6 on, before it sends a fact."""
    store.take(mail(*sold(5).post()))
    state = State(AT_MS, True, 1, 912, "9f", 900, 0, "idle")
    assert store.take([note("state", state)]).gaps == {MACHINE: 6}


def test_a_machine_reaches_no_other_line(store: Store) -> None:
    """Facts that name another machine than their topic does are read by nobody."""
    (letter,) = sold(5, "casa-2").post()
    taken = store.take([Arrival(MACHINE, "ev", "batch", written(letter), AT_MS)])
    assert taken.acks == {}
    assert lie(store, "casa-2") == []
    assert len(taken.told) == 1


def test_what_is_none_of_the_lab_s_changes_nothing(store: Store) -> None:
    """A result of a command, or a hub's own ack that comes back, is nobody's fact."""
    assert (
        store.take([Arrival(MACHINE, what, "7", b"{}", AT_MS) for what in ("result", "ack", "cmd")]) == Taken.nothing()
    )
    assert store.take([]) == Taken.nothing()


def test_an_error_leaves_nothing_behind(store: Store) -> None:
    """Whoever fails in the middle of a change has changed nothing, and the next one can."""
    store.prepare(["CREATE TABLE IF NOT EXISTS woven (machine TEXT PRIMARY KEY, pieces INTEGER NOT NULL) STRICT"])
    with pytest.raises(StoreError):
        _weave_and_fail(store)
    with store.changing(MACHINE) as changing:
        changing.many("INSERT INTO woven VALUES (?, ?)", [("a-1", 2**40), ("b-2", 5)])
    with store.reading() as reading:
        assert reading.rows("SELECT count(*), sum(pieces) FROM woven") == [(2, 2**40 + 5)]
        assert [name for (name,) in reading.each("SELECT machine FROM woven WHERE machine <> '?' ORDER BY 1")] == [
            "a-1",
            "b-2",
        ]


def _weave_and_fail(store: Store) -> None:
    with store.changing(MACHINE) as changing:
        changing.run("INSERT INTO woven VALUES (?, ?)", MACHINE, 3)
        changing.run("INSERT INTO no_such_table VALUES (1)")


def test_a_reader_sees_one_moment(store: Store) -> None:
    """What is stored while somebody reads is not in what she reads."""
    books = sold(20)
    store.take(mail(*books.post(1, 10)))
    with store.reading() as reading:
        assert reading.rows("SELECT count(*) FROM facts") == [(10,)]
        store.take(mail(*books.post(11)))
        assert reading.rows("SELECT count(*) FROM facts") == [(10,)]
    assert lie(store) == as_rows(books)


def test_clocks_that_lie_find_a_place(store: Store) -> None:
    """Facts of 1970, of this month, of 2099 and of the year 9999 lie on one line in their order."""
    books = sold(4)
    times_ms = [123, AT_MS, 4_090_000_000_000, 253_402_300_799_000]
    facts = Books()
    for (row, _), wall_ms in zip(books.facts, times_ms, strict=True):
        facts.write(row._replace(wall_ms=wall_ms))
    store.take(mail(*facts.post()))
    assert lie(store) == as_rows(facts)


@pytest.mark.parametrize("seed", range(6))
def test_a_line_of_many_moments_is_the_books_whole(store: Store, seed: int) -> None:
    """Letters lost, doubled, shuffled, and a restore among them: at the end the line is the books, and every hash follows."""
    rng = random.Random(seed)
    books = sold(60)
    before = [letter for letter in [*cut(rng, books)] * 2 if rng.random() < 0.7]
    restored = books.copy(rng.randint(0, 60), epoch=2)
    restored.sell(30)
    stream = [*before, *cut(rng, restored)]
    for place in range(len(stream)):
        other = min(len(stream) - 1, place + rng.randint(0, 5))
        stream[place], stream[other] = stream[other], stream[place]
    stream += cut(rng, restored)
    while stream:
        step = rng.randint(1, 9)
        store.take(mail(*stream[:step]))
        stream = stream[step:]
    assert lie(store) == as_rows(restored)
    with store.reading() as reading:
        (proof,) = proofs(reading)
    assert proof.is_whole
    assert (proof.facts, proof.gaps, proof.wrong, proof.head) == (len(restored.facts), 0, 0, restored.head.hex())


def test_a_fact_that_is_missing_is_found(store: Store) -> None:
    """Whoever takes a fact out of the store, or changes one, is found out by reading all of it again."""
    store.take(mail(*sold(9).post(), *sold(9, "casa-2").post()))
    with store.changing(MACHINE) as changing:
        changing.run("DELETE FROM facts WHERE machine = ? AND seq = 4", MACHINE)
        changing.run("UPDATE facts SET body = '{}' WHERE machine = 'casa-2' AND seq = 6")
    with store.reading() as reading:
        found = {proof.machine: (proof.gaps, proof.wrong, proof.is_whole) for proof in proofs(reading)}
    assert found == {MACHINE: (1, 1, False), "casa-2": (0, 1, False)}


def test_several_hubs_on_one_store_stay_exact(address: str) -> None:
    """Three hubs take turns at the letters of five machines at once: each line is its machine's books."""
    opened(address, make=True).close()
    lives = [sold(120, f"casa-{number}") for number in range(5)]
    shares = [mail(*(letter for life in lives for letter in life.post(most=7)[turn::3])) for turn in range(3)]
    failures: list[StoreError] = []

    def work(share: Sequence[Arrival]) -> None:
        hub = opened(address)
        try:
            for at in range(0, len(share), 6):
                hub.take(share[at : at + 6])
        except StoreError as error:
            failures.append(error)
        hub.close()

    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    store = opened(address)
    assert [lie(store, life.machine) for life in lives] == [as_rows(life) for life in lives]
    store.close()


def test_a_store_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A hub does not begin with an empty lab where somebody forgot to mount the disk."""
    with pytest.raises(StoreError, match=r"lab\.db: there is no such file; `minga hub init` makes it"):
        opened(str(tmp_path / "lab.db"))


def test_a_lab_of_another_form_is_refused(address: str) -> None:
    """A newer Minga's tables are not touched by an older one."""
    store = opened(address, make=True)
    with store.changing(MACHINE) as changing:
        changing.run("UPDATE lab SET value = '9'")
    store.close()
    with pytest.raises(StoreError, match="has form 9 and this Minga knows 1"):
        opened(address)
