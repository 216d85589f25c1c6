"""The courier before a real broker: every fact arrives in order, whatever happens to the broker and to the lab."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from ear import Ear
from servers import Broker, wait_for
from sync_rig import Carrying, living

from controller.domain.outbox import PATIENCE_MS
from controller.protocols.sync.letter import Letter
from controller.protocols.sync.notes import Ack

LATER_MS = 2 * PATIENCE_MS
BACKLOG = 1_000


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
def machine(tmp_path: Path, broker: Broker) -> Iterator[Carrying]:
    """Not started; each test says when."""
    machine = Carrying(tmp_path, broker.port)
    yield machine
    machine.stop()
    machine.journal.close()


@pytest.fixture
def ear(machine: Carrying, broker: Broker) -> Iterator[Ear]:
    with Ear(machine.name, broker.port) as ear:
        yield ear


def held(machine: Carrying, seq: int) -> None:
    """The machine knows that the lab holds everything up to this fact."""
    wait_for(lambda: machine.status()["held"] == seq, lambda: f"{seq} is never held: {machine.status()}")


def test_a_backlog_arrives_whole_and_in_order_and_then_each_fact_by_its_name(machine: Carrying, ear: Ear) -> None:
    """A thousand facts in batches; the lab reckons the chain of all. Three more go one by one, in a moment."""
    newest = machine.writes(BACKLOG)
    with machine:
        ear.holds(newest)
        assert {len(letter.rows) for letter in ear.letters[:-1]} >= {100}
        assert set(ear.topics[: BACKLOG // 100]) == {"ev/batch"}
        held(machine, newest)

        before = len(ear.topics)
        ear.holds(machine.writes(3))
        assert ear.topics[before:] == ["ev/Booted"] * 3
        assert ear.seqs == list(range(1, newest + 4))


def test_what_is_not_folded_can_be_read_by_anybody(tmp_path: Path, broker: Broker) -> None:
    """With `sync.fold` off a batch is plain JSON on the wire."""
    with Carrying(tmp_path, broker.port, fold=False) as machine, Ear(machine.name, broker.port) as ear:
        ear.holds(machine.writes(200))
        assert {payload[:2] for payload in ear.payloads if len(payload) > 2_000} == {b"[{"}


def test_a_broker_that_is_killed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    """`kill -9` between a batch and its answer, and the hub's queue with it; back again, everything arrives."""
    with (
        Broker(tmp_path / "broker") as broker,
        Carrying(tmp_path, broker.port) as machine,
        Ear(machine.name, broker.port) as ear,
    ):
        for _ in range(2):
            ear.holds(machine.writes(BACKLOG) - BACKLOG + 1)
            broker.kill()
            machine.is_told("the line broke")
            broker.start()
        ear.holds(machine.journal.seq)
        held(machine, machine.journal.seq)


def test_a_lab_that_was_deaf_gets_everything_after_a_silence(machine: Carrying, ear: Ear) -> None:
    """The broker took it all and said so; the lab did not. Its next word is what counts."""
    ear.deaf = True
    newest = machine.writes(300)
    with machine:
        wait_for(lambda: len(ear.letters) >= 4, lambda: "nothing arrives")
        ear.deaf = False
        machine.passes(LATER_MS)
        ear.holds(newest)
        held(machine, newest)


def test_a_lab_that_lost_its_newest_days_gets_them_again(machine: Carrying, ear: Ear) -> None:
    """It says that it holds less than before, and asks from there on."""
    newest = machine.writes(200)
    with machine:
        held(machine, newest)
        ear.forgets_all_but(50)
        ear.acks()
        held(machine, 50)
        ear.asks_again(51)
        ear.holds(newest)
        held(machine, newest)


@pytest.mark.parametrize(("seq", "words"), [(40, "another fact 40"), (9_999, "the lab holds fact 9999")])
def test_an_answer_about_other_books_is_told_and_believed_in_nothing(
    machine: Carrying, ear: Ear, seq: int, words: str
) -> None:
    """Older books were put back without a restore: the machine says so, and goes on from what it last knew."""
    newest = machine.writes(100)
    with machine:
        held(machine, newest)
        ear.acks(seq, b"\x5a" * 32)
        machine.is_told(words)
        assert machine.status()["held"] == newest
        ear.holds(machine.writes())
        wait_for(lambda: not machine.status()["line"]["foreign"], lambda: "a good answer ends it")


def test_what_the_lab_refuses_is_kept_aside_and_does_not_block_the_rest(machine: Carrying, ear: Ear) -> None:
    """The letter with fact 120 is refused: everything else arrives, and the refusal outlives the courier."""

    def refuses(letter: Letter) -> str:
        return "broken" if letter.first <= 120 <= letter.last else ""

    ear.refuses = refuses
    newest = machine.writes(400)
    with machine:
        ear.holds(newest)
        held(machine, newest)
        (aside,) = machine.status()["refused"]
        assert (aside["first"] <= 120 <= aside["last"], aside["why"]) == (True, "broken")
        assert machine.status()["quarantined"] == aside["last"] - aside["first"] + 1
        assert sum(letter.first <= 120 <= letter.last for letter in ear.letters) == 1
        kept = json.loads((machine.config.machine.database.with_suffix(".sync.json")).read_text())
        assert [each["first"] for each in kept["asides"]] == [aside["first"]]


def test_a_refusal_that_is_not_of_these_books_is_none(machine: Carrying, ear: Ear) -> None:
    """A number alone refuses nothing: the hash must stand in the books."""
    machine.writes(100)
    with machine:
        ear.refuses_falsely(10, 20)
        held(machine, machine.journal.seq)
        ear.acks()
        ear.holds(machine.writes())
        assert machine.status()["refused"] == ()


def test_what_the_broker_kept_is_no_answer_of_the_lab(machine: Carrying, ear: Ear) -> None:
    """The lab said it last week and is silent since: the cursor is believed, and nobody is told that the lab answers."""
    newest = machine.writes(20)
    ear.takes_in(machine.journal)
    ear.acks()
    ear.deaf = True
    with machine:
        held(machine, newest)
        assert machine.status()["heard_ms"] is None
        machine.writes()
        wait_for(lambda: ear.letters and not machine.courier._post._untaken, lambda: "nothing is sent")
        machine.passes(LATER_MS)
        machine.is_told("'silent': True")
        ear.deaf = False
        ear.says("ack", Ack(1, newest, ear.head.hex()))
        wait_for(lambda: machine.status()["heard_ms"], lambda: "the lab spoke just now")
        assert not machine.status()["line"]["silent"]


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_machine_that_may_not_write_is_told_so_or_at_least_that_nobody_answers(tmp_path: Path, protocol: str) -> None:
    """The access list has forgotten its facts. By MQTT 5 the broker says it; by 3.1.1 only the lab's silence does."""
    (tmp_path / "access").write_text("pattern write minga/v1/%c/status\npattern read minga/v1/%c/ack\n")
    with (
        Broker(tmp_path / "broker", "allow_anonymous true", f"acl_file {tmp_path}/access") as broker,
        Carrying(tmp_path, broker.port, protocol=protocol) as machine,
    ):
        if protocol == "5":
            machine.is_told("Not authorized; look at its access list")
        else:
            wait_for(lambda: machine.courier._post.outbox.due_ms, lambda: "nothing is sent")
            wait_for(lambda: not machine.courier._post._untaken, lambda: "the broker takes nothing")
            machine.passes(LATER_MS)
            machine.is_told("'silent': True")
        assert (machine.status()["held"], machine.status()["waits"]) == (0, machine.journal.seq)


def test_after_a_start_without_a_network_the_machine_knows_what_waits(tmp_path: Path, broker: Broker) -> None:
    """What the lab holds is remembered in a small file; losing that costs a repetition and nothing else."""
    with Ear("museo-callado", broker.port) as ear:
        with Carrying(tmp_path, broker.port, ear.machine) as machine:
            newest = machine.writes(150)
            held(machine, newest)
        with Carrying(tmp_path, 1, ear.machine) as machine:
            machine.writes(7)
            machine.is_told("nobody answers")
            wait_for(lambda: machine.status()["waits"] == 7, lambda: f"seven wait: {machine.status()}")
            assert machine.status()["held"] == newest
        (tmp_path / "minga.sync.json").write_text("no memory")
        with Carrying(tmp_path, broker.port, ear.machine) as machine:
            ear.holds(newest + 7)
            held(machine, newest + 7)


def test_a_broker_that_hangs_keeps_nobody_from_stopping(tmp_path: Path) -> None:
    """It takes connections and says nothing more, with a window of letters on its way: both threads end."""
    with Broker(tmp_path / "broker") as broker, Carrying(tmp_path, broker.port, fold=False) as machine:
        with Ear(machine.name, broker.port) as ear:
            ear.holds(machine.writes())
        broker.pause()
        machine.writes(5_000)
        wait_for(lambda: len(machine.courier._post.outbox.flying) > 2, lambda: "nothing is sent")
        machine.stop()
        wait_for(lambda: not living("courier", "broker", "paho"), lambda: f"still there: {living('')}")
        broker.go_on()


def test_a_broker_that_takes_nothing_any_more_is_called_anew(tmp_path: Path) -> None:
    """A line may be dead without a word; a minute without any sign of the broker ends it."""
    with (
        Broker(tmp_path / "broker") as broker,
        Carrying(tmp_path, broker.port) as machine,
        Ear(machine.name, broker.port) as ear,
    ):
        held(machine, machine.journal.seq)
        broker.pause()
        newest = machine.writes()
        wait_for(lambda: machine.courier._post.outbox.sent == newest, lambda: "nothing is sent")
        machine.passes(60_000)
        machine.is_told("the broker takes nothing any more")
        broker.go_on()
        ear.holds(newest)


def test_lines_that_broke_leave_no_file_open(tmp_path: Path) -> None:
    """Each call has a client of its own; none of them stays."""

    def sockets() -> int:
        return sum("socket:" in _leads_to(link) for link in Path("/proc/self/fd").iterdir())

    def breaks(machine: Carrying, broker: Broker) -> None:
        broker.kill()
        wait_for(lambda: not machine.status()["line"]["in_touch"], lambda: "the line holds without a broker")
        broker.start()
        wait_for(lambda: machine.status()["line"]["in_touch"], lambda: "no line any more")

    with Broker(tmp_path / "broker") as broker, Carrying(tmp_path, broker.port) as machine:
        breaks(machine, broker)
        before = sockets()
        for _ in range(4):
            breaks(machine, broker)
        wait_for(lambda: sockets() <= before, lambda: f"{before} sockets were open, and now {sockets()}")


def _leads_to(link: Path) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""
