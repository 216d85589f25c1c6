"""The world as a process with a door for people: acts by name, happenings as they come, and the real `simulate`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import pytest

from controller.config import Cabinet, Motors
from hw_mocks.acceptor import SimulatedAcceptor
from hw_mocks.client import CannotBe, WorldClient
from hw_mocks.tabletop import Tabletop, tabletop
from hw_mocks.wire import WorldLost

ANSWER_S = 10


@pytest.fixture
def acceptor() -> SimulatedAcceptor:
    return SimulatedAcceptor()


@pytest.fixture
def table(tmp_path: Path, acceptor: SimulatedAcceptor) -> Iterator[Tabletop]:
    with tabletop(tmp_path, Motors(), Cabinet(), speed=20, acceptor=acceptor) as table:
        yield table


def test_a_coin_nobody_asked_for_comes_back(table):
    """No controller polls the acceptor: it takes nothing, and the truth has the coin in the tray."""
    assert table.hand.insert(cents=25) == "tray"

    (coin,) = table.hand.truth()["coins"]
    assert (coin["cents"], coin["place"]) == (25, "tray")


def test_a_coin_the_acceptor_does_not_know_comes_back(table, acceptor, monkeypatch):
    """It falls through: the tray has it, and the acceptor was told so."""
    rejected = []
    monkeypatch.setattr(acceptor, "fall_through", rejected.append)

    assert table.hand.insert(cents=100, rejected=True) == "tray"
    assert [acceptor.firmware.coins[position] for position in rejected] == ["US100A"]


def test_pulling_the_coin_cable_silences_the_acceptor(table, acceptor):
    """The fault is in the world; the acceptor feels it, and feels its repair."""
    table.hand.inject("coin-cable")
    assert acceptor.silent

    table.hand.clear("coin-cable")
    assert not acceptor.silent


def test_the_power_comes_back_to_an_acceptor_that_forgot(table, acceptor, monkeypatch):
    """One cut is one power cycle, however many acts follow."""
    cycles = []
    monkeypatch.setattr(acceptor, "power_cycle", lambda: cycles.append("reset"))

    table.hand.power(False)
    table.hand.truth()
    table.hand.power(True)
    table.hand.truth()

    assert cycles == ["reset"]


def test_without_power_no_controller_can_start(table):
    """There is no computer to run one: its lines are refused."""
    table.hand.power(False)

    with pytest.raises(WorldLost):
        table.factory.ask("read 17")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ({"act": "dance"}, "nothing is called 'dance'"),
        ({"act": "insert", "cents": 3}, "no coin of 3 cents"),
        ({"act": "press", "button": "B2"}, "B2"),
        ({"act": "inject", "fault": "gremlins"}, "jam, late-jam"),
        ({"act": "fill", "shelf": "A1"}, "unexpected keyword"),
    ],
)
def test_what_cannot_be_done_is_answered_in_words(table, act, words):
    """A wrong act neither ends the world nor goes unanswered."""
    with pytest.raises(CannotBe, match=words):
        table.hand.do(**act)
    assert table.hand.truth()["powered"]


def test_a_bystander_hears_what_happens(table):
    """The bench page lives on this stream."""
    with table.hand.watch() as watch:
        table.hand.door(open=True)
        table.hand.fill("A2", 6)
        happening = watch.until("filled")

    assert (happening["slot"], happening["pieces"]) == ("A2", 6)


def test_faults_are_listed_with_their_words(table):
    """A page can draw the drawer of faults without knowing any."""
    assert table.hand.do("list_faults")["faults"]["jam"] == "the spiral jams before its piece falls"


def test_one_program_that_sends_rubbish_is_dropped_alone(table):
    """Its connection ends; everyone else's goes on."""
    with WorldClient(table.server.control_path) as other:
        other._socket.sendall(b"not json\n")
        with pytest.raises(ConnectionError):
            other._next()

    assert table.hand.truth()["powered"]


def test_a_world_at_rest_uses_no_processor(table):
    """It sleeps until somebody speaks; a busy loop would burn the whole pause."""
    with table.hand.watch() as watch:
        watch._socket.settimeout(0.5)
        before_s = process_time()
        with pytest.raises(TimeoutError):
            watch.until("earthquake")

    assert process_time() - before_s < 0.1


@pytest.mark.system
def test_simulate_runs_until_it_is_told_to_stop(tmp_path):
    """The command prints where things are, puts the acceptor where the configuration looks, and cleans up."""
    (tmp_path / "minga.toml").write_text('[machine]\nname = "museo-quito"\n[coins]\nport = "dev/coins"\n')
    (tmp_path / "dev").mkdir()
    code = "import typer; from hw_mocks.server import simulate; typer.run(simulate)"
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", code, "--config", str(tmp_path / "minga.toml"), "--speed", "5"],
        cwd=root,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = [process.stdout.readline() for _ in range(4)]
        with WorldClient(tmp_path / "run" / "world.sock") as hand:
            assert hand.truth()["spirals"]["A1"]["stock"] == 6
        assert (tmp_path / "dev" / "coins").exists()
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(ANSWER_S)
        finally:
            process.kill()

    assert "museo-quito" in said[0]
    assert f"MINGA_SIM_SOCKET={tmp_path}/run/gpio.sock" in said[3]
    assert process.returncode == 0
    assert not (tmp_path / "run" / "gpio.sock").exists()
