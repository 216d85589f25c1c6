"""A whole machine and the way to its lab: real controller, real broker; the selling never waits for either."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from commands import Controller, run
from ear import Ear
from servers import Broker
from visitor import Visitor, eventually, judged

from controller.domain.chain import HASHED, Row
from controller.ledger.connection import open_readonly
from controller.protocols.sync.notes import State, Status
from hw_mocks.museum import MACHINE, Museum

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture(scope="module")
def ear(broker: Broker) -> Iterator[Ear]:
    """The lab: it listens through all of these tests."""
    with Ear(MACHINE, broker.port) as ear:
        yield ear


def sold_to(museum: Museum) -> None:
    """A visitor buys a purse."""
    with Visitor(museum) as visitor:
        visitor.puts_in(100, 50)
        visitor.touches("A3")
        visitor.sees_news("sold")


def facts(museum: Museum) -> list[Row]:
    """The machine's own books."""
    with closing(open_readonly(museum.folder / "minga.db")) as db:
        return [Row(*row) for row in db.execute(f"SELECT {HASHED} FROM facts ORDER BY seq")]


def lab_is_equal(museum: Museum, ear: Ear) -> None:
    """The lab's facts are the machine's, byte by byte and in order."""
    eventually(lambda: len(ear.rows) == len(facts(museum)), "the lab holds as many facts as the machine")
    assert ear.rows == facts(museum)


def test_a_piece_is_sold_while_the_broker_hangs_and_the_lab_hears_of_it_later(
    unattended: Museum, broker: Broker, ear: Ear
) -> None:
    """SIGSTOP in the middle of a visit: the purse falls, is booked and shared; when the broker goes on, the lab has it."""
    museum = unattended
    before = judged(museum)
    with Controller(museum, sync__broker=f"mqtt://127.0.0.1:{broker.port}") as controller:
        controller.until_selling()
        lab_is_equal(museum, ear)
        broker.pause()
        held = len(facts(museum))
        sold_to(museum)
        assert judged(museum).sales == before.sales + 1
        assert len(facts(museum)) >= held + 4
        assert len(ear.rows) == held

        broker.go_on()
        lab_is_equal(museum, ear)
        assert [row.type for row in ear.rows[held:]].count("Sold") == 1
        assert controller.ends() == 0
    assert not ear.newest("status", Status).online


def test_a_controller_that_dies_is_missed_and_its_next_life_goes_on_where_it_stopped(
    unattended: Museum, broker: Broker, ear: Ear
) -> None:
    """`kill -9`: the broker says the last will. What was sold without a network goes when there is one again."""
    museum = unattended
    url = f"mqtt://127.0.0.1:{broker.port}"
    with Controller(museum, sync__broker=url) as controller:
        controller.until_selling()
        eventually(lambda: ear.newest("status", Status).online, "the birth is told")
    eventually(
        lambda: ear.newest("status", Status) == Status(False, ear.newest("status", Status).boot), "the will is told"
    )

    with Controller(museum, sync__broker="mqtt://127.0.0.1:1") as controller:
        controller.until_selling()
        sold_to(museum)
        controller.says("no line to the lab", "nobody answers at 127.0.0.1:1")
    with Controller(museum, sync__broker=url) as controller:
        controller.until_selling()
        lab_is_equal(museum, ear)
        boot = facts(museum)[-1].boot_id
        eventually(lambda: ear.newest("status", Status).boot == boot, "the newest life is told")
        purses = {slot.slot: slot.quantity for slot in ear.newest("state", State).slots}["A3"]
        with closing(open_readonly(museum.folder / "minga.db")) as db:
            assert db.execute("SELECT quantity FROM slots WHERE slot = 'A3'").fetchone()[0] == purses


def test_a_controller_stops_in_time_while_the_broker_hangs(unattended: Museum, broker: Broker, ear: Ear) -> None:
    """Also with facts on their way to it."""
    museum = unattended
    with Controller(museum, sync__broker=f"mqtt://127.0.0.1:{broker.port}") as controller:
        controller.until_selling()
        lab_is_equal(museum, ear)
        broker.pause()
        sold_to(museum)
        assert controller.ends() == 0
    broker.go_on()


def test_minga_sync_says_in_words_what_waits(unattended: Museum, broker: Broker, ear: Ear) -> None:
    """Without a broker, without a controller, in touch, and sent at once when somebody asks for it."""
    museum, config = unattended, ("--config", unattended.file)
    assert run("sync", *config).stdout == "This machine has no lab: `sync.broker` in its configuration names none.\n"
    lab = {"MINGA_SYNC__BROKER": f"mqtt://127.0.0.1:{broker.port}"}
    told = run("sync", *config, env=lab).stdout
    assert "no connection" in told
    assert "no controller runs" in told
    with Controller(museum, sync__broker=lab["MINGA_SYNC__BROKER"]) as controller:
        controller.until_selling()
        done = run("sync", "--now", *config, env=lab)
        assert "in touch since 20" in done.stdout
        assert "none waits." in done.stdout
        assert "Nothing was refused." in done.stdout
        assert (done.returncode, done.stderr) == (0, "")
        status = json.loads(run("sync", "--json", *config, env=lab).stdout)
        assert (status["waits"], status["held"], status["line"]["in_touch"]) == (0, len(ear.rows), True)
